"""What is typed in the composer, understood as far as it goes, and what would be sent."""

from dataclasses import dataclass
from functools import cached_property

from PySide6.QtCore import QCoreApplication

from cardscope.decode.hex import format_hex
from cardscope.decode.native import native_summary
from cardscope.decode.pasted import Fix, Kind, Pasted, Problem, Weight, read_pasted
from cardscope.readers.families import Family, families
from cardscope_gui.console.segments import SegmentedCommand, segment, segment_native


@dataclass(frozen=True)
class TypedCommand:
    """A text and its reading, for a reader of ``family`` (``None``: it is not known to carry a tag's own commands)."""

    pasted: Pasted
    family: Family | None
    command: bytes | None
    """What is sent: the bytes of the text, wrapped where they are a tag's own command. ``None``: nothing is, because
    the text is empty, unclear or no command."""
    problems: tuple[Problem, ...]
    choices: tuple[Fix, ...] = ()
    """Changes of which only the user knows the right one."""

    @property
    def text(self) -> str:
        return self.pasted.text

    @property
    def data(self) -> bytes:
        """What was understood, as it stands in the text."""
        return self.pasted.data

    @property
    def native(self) -> bool:
        """Whether the text is a tag's own command."""
        return self.pasted.complete and self.pasted.kind is Kind.NATIVE

    @property
    def wrapped(self) -> bool:
        """Whether more is sent than the text says."""
        return self.native and self.command is not None

    @property
    def raw(self) -> bytes | None:
        """The bytes of the text where they are clear and yet not what is sent."""
        return self.data if self.pasted.complete and self.command != self.data else None

    @property
    def fault(self) -> Problem | None:
        """The first problem that keeps the text from being sent."""
        return next((problem for problem in self.problems if problem.weight is not Weight.ADVICE), None)

    @property
    def fixes(self) -> tuple[Fix, ...]:
        """Those of the first problem that has any."""
        return next((problem.fixes for problem in self.problems if problem.fixes), ())

    @cached_property
    def understood(self) -> SegmentedCommand | None:
        """The segments of what was understood; ``None`` where that is nothing."""
        if not self.data:
            return None
        return segment_native(self.data) if self.native else segment(self.data)

    def spans(self) -> list[tuple[int, int, str]]:
        """Start, end (half open) and colour token of each run of text that spells a segment."""
        if self.understood is None:
            return []
        return [(*self.pasted.span(each.start, each.end), each.token) for each in self.understood.segments]


def read(text: str, family: Family | None = None) -> TypedCommand:
    """Reads ``text``; never fails, problems are part of the result."""
    pasted = read_pasted(text)
    command: bytes | None = None
    choices: tuple[Fix, ...] = ()
    problems = pasted.problems
    if pasted.complete:
        if pasted.kind is Kind.APDU or (pasted.kind is Kind.EITHER and family is None):
            command = pasted.data
        elif pasted.kind is Kind.NATIVE and family is not None:
            command = family.wrap(pasted.data)
        elif pasted.kind in (Kind.NATIVE, Kind.EITHER):
            problems = (_no_route(pasted) if family is None else _either(pasted, family),)
            choices = tuple(_wrapping(pasted, each) for each in families().values()) if family is None else ()
    return TypedCommand(pasted, family, command, problems, choices)


def _no_route(pasted: Pasted) -> Problem:
    words = _tr("{0} is a tag's own command, and how this reader carries one is not known.")
    return _about_all(pasted, words.format(native_summary(pasted.data)))


def _either(pasted: Pasted, family: Family) -> Problem:
    words = _tr("Two readings: an APDU, or the tag's own command {0}.").format(native_summary(pasted.data))
    return _about_all(pasted, words, (_wrapping(pasted, family),))


def _wrapping(pasted: Pasted, family: Family) -> Fix:
    words = _tr("Wrap it for {0}").format(family.name)
    # All of the text goes: hex would not fit into the brackets of a list.
    return Fix(words, 0, len(pasted.text), format_hex(family.wrap(pasted.data), " "))


def _about_all(pasted: Pasted, words: str, fixes: tuple[Fix, ...] = ()) -> Problem:
    return Problem(*pasted.span(0, len(pasted.data)), words, fixes, Weight.MALFORMED)


def _tr(text: str) -> str:
    return QCoreApplication.translate("TypedCommand", text)
