"""The words under the composer: each segment of what is typed by name, what is wrong with it, and what is sent."""

import re

from PySide6.QtCore import QCoreApplication

from cardscope.decode.hex import format_hex
from cardscope.decode.pasted import Problem, Weight
from cardscope.errors import CardScopeError
from cardscope_gui.console.run_line import TextRun
from cardscope_gui.console.segments import Segment
from cardscope_gui.console.typed_command import TypedCommand

_SHOWN_BYTES = 8
_EXPLAINED_BYTES = 32
_TELLING = ("INS", "P1-P2", "Data")
"""Segments whose meaning says most; the others give way first."""


def annotate(typed: TypedCommand) -> list[list[TextRun]]:
    """The runs that explain ``typed``, and shorter ones for when these have no room, each list shorter than the one
    before. First what is wrong, then the segments."""
    wrong = [run for problem in typed.problems if problem.weight is not Weight.ADVICE for run in _problem_runs(problem)]
    if typed.understood is None:
        return [wrong]
    if typed.wrapped:
        return _wrapping_runs(typed)
    advice = [run for problem in typed.problems if problem.weight is Weight.ADVICE for run in _problem_runs(problem)]
    if advice:
        advice = [TextRun("·", "text3"), *advice]
    lines = [
        [*wrong, *_segments(typed, wrong, meanings=None), *_case(typed), *advice],
        [*wrong, *_segments(typed, wrong, meanings=_TELLING), *_case(typed)],
        [*wrong, *_segments(typed, wrong, meanings=("INS",))],
        [*wrong, *_segments(typed, wrong, meanings=())],
    ]
    return [*lines, wrong] if wrong else lines


def explain(typed: TypedCommand) -> str:
    """All there is to say about ``typed``, a line each: problems, segments with their whole meanings, the case, and
    how it is sent."""
    lines = [problem.message for problem in typed.problems]
    if typed.understood is not None:
        lines += [explain_segment(each, typed) for each in typed.understood.segments if each.name]
        if typed.understood.case and not typed.problems:
            lines.append(_case_words(typed.understood.case))
    if typed.wrapped:
        lines += [" ".join(run.text for run in _sent_as(typed)), *_opening(typed)]
    return "\n".join(lines)


def explain_segment(each: Segment, typed: TypedCommand) -> str:
    """One segment by name, with its bytes and its whole meaning."""
    data = typed.data[each.start : each.end]
    shown = format_hex(data, " ") if len(data) <= _EXPLAINED_BYTES else _tr("{0} bytes").format(f"{len(data):,}")
    return " ".join(part for part in (each.name, shown, each.meaning) if part)


def annotate_failure(error: CardScopeError) -> list[TextRun]:
    """The runs that say why a command was not answered, and what to do next."""
    runs = [TextRun(str(error), "bad", icon="cross")]
    return [*runs, TextRun(error.remedy)] if error.remedy else runs


def annotate_left_out(lines: int) -> list[TextRun]:
    """The runs that say that ``lines`` commands of what was pasted are not there."""
    words = (
        _tr("The first command only; 1 more line was left out.")
        if lines == 1
        else _tr("The first command only; {0} more lines were left out.").format(f"{lines:,}")
    )
    return [TextRun(words, "warn", icon="caution")]


def _problem_runs(problem: Problem) -> list[TextRun]:
    if problem.weight is Weight.ADVICE:
        return [TextRun(_first_sentence(problem.message), "text2", icon="note")]
    if problem.unfinished and problem.weight is Weight.BROKEN:
        return [TextRun(_first_sentence(problem.message), "text2", bold=True)]
    if problem.weight is Weight.BROKEN:
        return [TextRun(problem.message, "bad", icon="cross")]
    return [TextRun(problem.message, "warn", icon="caution")]


def _wrapping_runs(typed: TypedCommand) -> list[list[TextRun]]:
    assert typed.understood is not None
    name = [TextRun(typed.understood.summary, "apdu_ins", bold=True)]
    own = TextRun(_tr("the tag's own command"))
    opening = [TextRun(words, "text2", icon="note") for words in _opening(typed)]
    sent = _sent_as(typed)
    dot = TextRun("·", "text3")
    return [[*name, own, dot, *sent, *opening], [*name, dot, *sent, *opening], [*name, dot, *sent], sent]


def _sent_as(typed: TypedCommand) -> list[TextRun]:
    """The wrapping, before it is sent."""
    assert typed.command is not None
    assert typed.family is not None
    return [
        TextRun(_tr("will be sent as")),
        TextRun(format_hex(typed.command, " "), "text", mono=True),
        TextRun(_tr("through {0}").format(typed.family.name)),
    ]


def _opening(typed: TypedCommand) -> list[str]:
    """What the reader wants before; it is said, not done: only what is shown is sent."""
    if typed.family is None or not typed.family.opening:
        return []
    commands = ", ".join(format_hex(each, " ") for each in typed.family.opening)
    return [_tr("this reader needs {0} first").format(commands)]


def _segments(typed: TypedCommand, wrong: list[TextRun], *, meanings: tuple[str, ...] | None) -> list[TextRun]:
    """``meanings``: of which segments the meaning is said; ``None``: of all."""
    assert typed.understood is not None
    runs: list[TextRun] = []
    for each in typed.understood.segments:
        data = typed.data[each.start : each.end]
        shown = format_hex(data, " ") if len(data) <= _SHOWN_BYTES else _tr("{0} bytes").format(f"{len(data):,}")
        if wrong or each.start:
            runs.append(TextRun("·", "text3"))
        if each.name:
            runs.append(TextRun(each.name, each.token, bold=True))
        runs.append(TextRun(shown, "text2", mono=len(data) <= _SHOWN_BYTES))
        if each.meaning and (meanings is None or each.name in meanings):
            runs.append(TextRun(_brief(each.meaning), "text2"))
    return runs


def _case(typed: TypedCommand) -> list[TextRun]:
    if typed.understood is None or not typed.understood.case or typed.fault is not None:
        return []
    return [TextRun("·", "text3"), TextRun(_case_words(typed.understood.case), "text3")]


def _case_words(case: str) -> str:
    """ISO/IEC 7816-3 §12.1: 1 nothing, 2 an answer, 3 data, 4 both; lengths of one byte or of more."""
    number, form = case[0], case[1:]
    if not form:
        return _tr("Case {0}").format(number)
    return (_tr("Case {0}, short") if form == "S" else _tr("Case {0}, extended")).format(number)


def _brief(meaning: str) -> str:
    """The first clause: the line has room for that, the tooltip for all."""
    return re.split(r"[:;]\s| \(|\.(?:\s|$)", meaning, maxsplit=1)[0]


def _first_sentence(message: str) -> str:
    return re.split(r"(?<=\.)\s|: ", message, maxsplit=1)[0].rstrip(".")


def _tr(text: str) -> str:
    return QCoreApplication.translate("Annotation", text)
