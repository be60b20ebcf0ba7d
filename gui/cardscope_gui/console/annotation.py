"""The words under the composer: each segment of what is typed by name, or what is wrong with it."""

import re

from PySide6.QtCore import QCoreApplication

from cardscope.decode.hex import format_hex
from cardscope.errors import CardScopeError
from cardscope_gui.console.run_line import TextRun
from cardscope_gui.console.segments import Segment
from cardscope_gui.console.typed_command import TypedCommand

_SHOWN_BYTES = 8


def annotate(typed: TypedCommand) -> list[TextRun]:
    """The runs that explain ``typed``: a character that is no hex and nothing else, or the segments."""
    runs: list[TextRun] = []
    if typed.error is not None and not typed.unfinished:
        return [TextRun(str(typed.error), "bad", icon="cross")]
    if typed.error is not None:
        runs.append(TextRun(_tr("One more hex digit"), "text2", bold=True))
    if typed.understood is not None:
        if typed.error is None:
            runs.extend(TextRun(problem, "warn", icon="caution") for problem in typed.understood.problems)
        runs.extend(run for each in typed.understood.segments for run in _segment_runs(each, typed, bool(runs)))
    return runs


def explain(typed: TypedCommand) -> str:
    """The segments of ``typed`` with their whole meanings, a line each."""
    if typed.understood is None:
        return ""
    named = (each for each in typed.understood.segments if each.name)
    lines = ((each.name, format_hex(_bytes_of(each, typed), " "), each.meaning) for each in named)
    return "\n".join(" ".join(part for part in line if part) for line in lines)


def annotate_failure(error: CardScopeError) -> list[TextRun]:
    """The runs that say why a command was not answered, and what to do next."""
    runs = [TextRun(str(error), "bad", icon="cross")]
    return [*runs, TextRun(error.remedy)] if error.remedy else runs


def _bytes_of(each: Segment, typed: TypedCommand) -> bytes:
    return bytes(int(typed.text[place : place + 2], 16) for place in typed.places[each.start : each.end])


def _segment_runs(each: Segment, typed: TypedCommand, after_something: bool) -> list[TextRun]:
    data = _bytes_of(each, typed)
    shown = format_hex(data, " ") if len(data) <= _SHOWN_BYTES else _tr("{0} bytes").format(len(data))
    runs = [TextRun("·", "text3")] if after_something or each.start else []
    if each.name:
        runs.append(TextRun(each.name, each.token, bold=True))
    runs.append(TextRun(shown, "text2", mono=len(data) <= _SHOWN_BYTES))
    if each.meaning:
        runs.append(TextRun(_brief(each.meaning), "text2"))
    return runs


def _brief(meaning: str) -> str:
    """The first clause: the line has room for that, the tooltip for all."""
    return re.split(r"[:;]\s| \(|\.(?:\s|$)", meaning, maxsplit=1)[0]


def _tr(text: str) -> str:
    return QCoreApplication.translate("Annotation", text)
