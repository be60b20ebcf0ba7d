"""The write guard: what a command would do to a card, decided before it is sent."""

from cardscope.decode.native import unwrap
from cardscope.guard.approval import PlanApproval
from cardscope.guard.judge import judge
from cardscope.guard.knowledge import Knowledge
from cardscope.guard.reader import judge_escape
from cardscope.guard.verdict import Effect, GuardRefusal, Hazard, Verdict, approval_digest

__all__ = [
    "Effect",
    "GuardRefusal",
    "Hazard",
    "Knowledge",
    "PlanApproval",
    "Verdict",
    "approval_digest",
    "judge",
    "judge_escape",
    "unwrap",
]
