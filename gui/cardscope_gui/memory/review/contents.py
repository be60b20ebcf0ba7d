"""Plans, end states and comparisons as rows."""

from collections.abc import Sequence

from cardscope.decode.hex import format_hex
from cardscope.memory.compare import Comparison, Difference
from cardscope.memory.draft import Draft
from cardscope.memory.outcome import PageOutcome
from cardscope.memory.page_area import Area, page_area
from cardscope.memory.plan import Plan, Reason, Step, StepKind
from cardscope.memory.rehearsal import Rehearsal
from cardscope.memory.schedule import is_permanent
from cardscope.tags.catalogue import Chip
from cardscope_gui.memory.review.rows import Cell, Row
from cardscope_gui.memory.words import area_name, tr
from cardscope_gui.widgets.marks import Mark

UNREAD = "·· ·· ·· ··"
_SECRET = (Area.PASSWORD, Area.PACK, Area.KEY)
RESULT = 5
"""The column of the steps that says how far they are."""


def step_headers() -> tuple[str, ...]:
    """The columns of :func:`step_rows`."""
    return tr("Step"), tr("Page"), tr("Before"), tr("After"), tr("Why"), tr("Link time")


def step_rows(plan: Plan, rehearsal: Rehearsal) -> list[Row]:
    """The steps in their order, with what a removal in the middle of each would leave behind."""
    rows: list[Row] = []
    for number, step in enumerate(plan.steps):
        rehearsed = rehearsal.steps[number] if number < len(rehearsal.steps) else None
        left = rehearsed.interruption if rehearsed is not None else ""
        detail = f"{step.why}\n{tr('If the tag is taken away here:')} {left}" if left else step.why
        time = tr("{0} ms").format(f"{rehearsed.ms:.0f}") if rehearsed is not None else ""
        rows.append(Row(number, (*_step_cells(plan, number, step), Cell(time, "text3")), detail))
    return rows


def staged_rows(draft: Draft, reasons: Sequence[Reason], mark: Mark) -> list[Row]:
    """What is staged, while there is no plan of it; ``reasons``, shown with ``mark``, say what stands against it."""
    why = {reason.page: reason.text for reason in reasons}
    rows: list[Row] = []
    for number, (page, content) in enumerate(draft.changes.items()):
        old, area = draft.base.pages.get(page), page_area(draft.base.chip, page)
        reason = why.get(page, "")
        cells = (
            Cell(""),
            Cell(page_number(page), "text2", mono=True),
            bytes_cell(old, None, "text2"),
            bytes_cell(content, None if area in _SECRET else old, "pend"),
            Cell(reason, mark=mark) if reason else Cell(area_name(area), "text2"),
            Cell(""),
        )
        rows.append(Row(number, cells, reason))
    return rows


def riskiest(plan: Plan) -> int:
    """The step to look at first: one with a permanent effect, else one at settings, else the first."""
    chip = plan.base.chip
    user = [page_area(chip, step.page) is Area.USER for step in plan.steps]
    for found in ([is_permanent(plan, step) for step in plan.steps], [not each for each in user]):
        if True in found:
            return found.index(True)
    return 0


def end_headers() -> tuple[str, ...]:
    """The columns of :func:`end_rows`."""
    return tr("Page"), tr("Area"), tr("Today"), tr("Afterwards"), tr("In words")


def end_rows(plan: Plan, comparison: Comparison) -> list[Row]:
    """The pages that are others afterwards than today, by ``comparison``."""
    rows: list[Row] = []
    for one in comparison.differences:
        words = _in_words(plan.base.chip, one)
        cells = (
            Cell(page_number(one.page), "text2", mono=True),
            Cell(area_name(page_area(plan.base.chip, one.page)), "text2"),
            bytes_cell(one.left, None, "text2"),
            bytes_cell(one.right, one.left, "pend"),
            Cell(words),
        )
        rows.append(Row(one.page, cells, words))
    return rows


def outcome_cell(outcome: PageOutcome) -> Cell:
    """What is known of a page that was to be written, in a word."""
    word, token, mark = {
        PageOutcome.VERIFIED: (tr("Verified"), "ok", Mark.TICK),
        PageOutcome.NOT_WRITTEN: (tr("Not written"), "text2", Mark.RING),
        PageOutcome.MISMATCH: (tr("Holds something else"), "bad", Mark.CROSS),
        PageOutcome.UNKNOWN: (tr("Unknown"), "warn", Mark.CAUTION),
    }[outcome]
    return Cell(word, token, mark=mark)


def page_number(page: int) -> str:
    """Decimal, and hex as in the table."""
    return f"{page:03d} {page:02X}h"


def bytes_cell(content: bytes | None, before: bytes | None, token: str) -> Cell:
    """Bytes; those that differ from ``before`` stand out in the colour ``token``."""
    if content is None:
        return Cell(UNREAD, "text3", mono=True)
    changed = frozenset(at for at, byte in enumerate(content) if before is not None and byte != before[at])
    return Cell(format_hex(content, " "), token, mono=True, changed=changed)


def _step_cells(plan: Plan, number: int, step: Step) -> tuple[Cell, ...]:
    name = Cell(str(number + 1), "text3")
    if step.kind is not StepKind.WRITE:
        word = tr("Test") if step.kind is StepKind.AUTHENTICATE else tr("Power")
        return name, Cell(word, "text2"), Cell(""), Cell(""), Cell(step.why)
    permanent = is_permanent(plan, step)
    token = "warn" if permanent else "pend"
    secret = page_area(plan.base.chip, step.page) in _SECRET
    return (
        name,
        Cell(page_number(step.page), "text2", mono=True),
        bytes_cell(step.old, None, "text2"),
        bytes_cell(step.result, None if secret else step.old, token),
        Cell(step.why, mark=Mark.PERMANENT if permanent else None),
    )


def _in_words(chip: Chip, one: Difference) -> str:
    if page_area(chip, one.page) in _SECRET:
        return tr("A new one. It cannot be read back; the tag is asked whether it takes it.")
    if one.right is None:
        return tr("It cannot be foretold.")
    if one.left is None:
        return tr("What it holds today is not known.")
    return one.meaning
