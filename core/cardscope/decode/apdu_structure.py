"""Where the parts of a command APDU lie (ISO/IEC 7816-3 §12.1, 7816-4 §5.1): header, Lc, data, Le; cases 1 to 4E."""

from dataclasses import dataclass

from cardscope.errors import CardScopeError


class ApduError(CardScopeError):
    """Bytes that are no command APDU in any of its cases. The sentence says what is wrong first."""


@dataclass(frozen=True, slots=True)
class CommandApdu:
    """A well-formed command APDU. All bytes are 0 to FF."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes
    """0 to 65,535 bytes."""
    le: int | None
    """The number of bytes expected at most, 1 to 65,536; ``None`` without an Le field."""
    case: str
    """``1``, ``2S``, ``3S``, ``4S``, ``2E``, ``3E`` or ``4E``."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The parts of a command, malformed or not, as spans; a part that is not there is ``None``.

    ``problem`` says what is wrong with the lengths and ``blamed`` names the part it belongs to.
    """

    case: str
    lc: tuple[int, int] | None = None
    data: tuple[int, int] | None = None
    le: tuple[int, int] | None = None
    extra: tuple[int, int] | None = None
    announced: int = 0
    """What Lc says, whether the data is there or not."""
    problem: str = ""
    blamed: str = ""


HEADER = 4


def counted(number: int, noun: str = "byte") -> str:
    """``1 byte``, ``2 bytes``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def lay_out(command: bytes) -> Layout:
    """The layout of any bytes. Malformed ones have ``case`` empty and a ``problem``."""
    end = len(command)
    if end < HEADER:
        return Layout(
            "",
            problem=f"A command has at least the 4 bytes CLA INS P1 P2; {counted(HEADER - end)} missing.",
            blamed="root",
        )
    body = end - HEADER
    if body == 0:
        return Layout("1")
    if body == 1:
        return Layout("2S", le=(4, 5))
    if command[4]:
        return _with_data(end, start=5, lc=command[4], le_size=1)
    if body == 2:
        return Layout(
            "",
            lc=(4, end),
            problem="00 begins an extended length, which has two more bytes; 1 byte follows.",
            blamed="Lc",
        )
    if body == 3:
        return Layout("2E", le=(4, 7))
    lc = int.from_bytes(command[5:7])
    if lc == 0:
        return Layout(
            "",
            lc=(4, 7),
            extra=(7, end),
            problem=f"Lc is 0 and yet {counted(end - 7)} follow; without data there is no Lc.",
            blamed="Lc",
        )
    return _with_data(end, start=7, lc=lc, le_size=2)


def _with_data(end: int, *, start: int, lc: int, le_size: int) -> Layout:
    form = "S" if le_size == 1 else "E"
    lc_span, data_end = (HEADER, start), start + lc
    if end == data_end:
        return Layout(f"3{form}", lc=lc_span, data=(start, end), announced=lc)
    if end == data_end + le_size:
        return Layout(f"4{form}", lc=lc_span, data=(start, data_end), le=(data_end, end), announced=lc)
    if end < data_end:
        there = end - start
        return Layout(
            "",
            lc=lc_span,
            data=(start, end) if there else None,
            announced=lc,
            problem=f"Lc announces {counted(lc, 'data byte')}; {there:,} there, {data_end - end:,} missing.",
            blamed="Lc",
        )
    left = end - data_end
    if left < le_size:
        problem = "After an extended Lc, Le has two bytes; only 1 is there."
    else:
        problem = (
            f"Lc announces {counted(lc, 'data byte')}, so Le ({counted(le_size)}) or nothing may follow; {left:,} do."
        )
    return Layout(
        "",
        lc=lc_span,
        data=(start, data_end),
        extra=(data_end, end),
        announced=lc,
        problem=problem,
        blamed="Extra bytes",
    )


def expected_length(le: bytes) -> int:
    """What an Le field (1 byte, 2 bytes, or 3 with the leading 00) asks for: all zeros mean the most there can be."""
    return int.from_bytes(le) or (256 if len(le) == 1 else 65536)


def parse_command(data: bytes) -> CommandApdu:
    """``data`` as a command APDU. Raises :class:`ApduError` when its lengths fit no case."""
    layout = lay_out(data)
    if layout.problem:
        raise ApduError(layout.problem)
    body = data[slice(*layout.data)] if layout.data else b""
    le = expected_length(data[slice(*layout.le)]) if layout.le else None
    return CommandApdu(data[0], data[1], data[2], data[3], body, le, layout.case)
