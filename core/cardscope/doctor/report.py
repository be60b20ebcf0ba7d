"""Findings as plain text for a terminal."""

import textwrap
from collections.abc import Sequence

from cardscope.doctor.finding import Finding

_WIDTH = 100
_LABELS = {"problem": "PROBLEM", "note": "note", "ok": "ok"}


def render_text(findings: Sequence[Finding]) -> str:
    """The findings in their order, one paragraph each, ending in a newline. Commands are never wrapped."""
    problems = sum(finding.level == "problem" for finding in findings)
    if problems == 0:
        summary = "No problem found."
    elif problems == 1:
        summary = "One problem found."
    else:
        summary = f"{problems} problems found. Solve the first one first: the others may go away with it."
    return "\n".join([summary, "", *(line for finding in findings for line in _paragraph(finding))])


def _paragraph(finding: Finding) -> list[str]:
    lines = [f"{_LABELS[finding.level]:>7}  {finding.title}"]
    lines += _wrapped(finding.detail)
    if finding.cure:
        lines += ["         Try this:", *textwrap.indent(finding.cure, " " * 13).splitlines()]
    lines += _wrapped(finding.cure_note)
    return [*lines, ""]


def _wrapped(text: str) -> list[str]:
    indent = " " * 9
    return textwrap.wrap(
        text, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
