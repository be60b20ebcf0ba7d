"""Commands and answers between the two ends of the card: its transmission and its command handlers."""

from dataclasses import dataclass

SUCCESS = 0x9000


class StatusError(Exception):
    """Ends a command with the status word ``sw`` and no data. Nothing that lasts has changed but retry counters."""

    def __init__(self, sw: int) -> None:
        super().__init__(f"{sw:04X}")
        self.sw = sw


@dataclass(frozen=True, slots=True)
class Command:
    """One command as the card's transmission understood it."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    ne: int | None = None
    """How many bytes of data may come back at most; ``None``: the transmission has no room for any."""
    any_length: bool = False
    """Le was coded as zero, which asks for all there is."""
    exact: bool = False
    """T=0: exactly ``ne`` bytes come back, or none (ISO/IEC 7816-3 §10.3.2)."""
    well_formed: bool = True
    """Whether the bytes fit one of the cases of a command APDU."""

    @property
    def p1p2(self) -> int:
        """P1-P2 as one number."""
        return self.p1 << 8 | self.p2

    def require_ne(self) -> int:
        """``ne``. Raises 6700 for a command that asks for data and leaves no room for it."""
        if self.ne is None:
            raise StatusError(0x6700)
        return self.ne

    def require_data(self) -> bytes:
        """``data``. Raises 6700 when there is none."""
        if not self.data:
            raise StatusError(0x6700)
        return self.data

    def require_no_data(self) -> None:
        """Raises 6700 when there is data."""
        if self.data:
            raise StatusError(0x6700)

    def require_p1p2(self, *allowed: int) -> None:
        """Raises 6A86 for any other P1-P2."""
        if self.p1p2 not in allowed:
            raise StatusError(0x6A86)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command handler has to say: all its data, however much of it fits, and a status word."""

    data: bytes = b""
    sw: int = SUCCESS


def wrong_le(available: int) -> StatusError:
    """6Cxx, which tells the length to ask for (``00``: 256 or more)."""
    return StatusError(0x6C00 | (available if available < 256 else 0))


def part_of(command: Command, data: bytes) -> Answer:
    """The first ``ne`` bytes of what a file has to offer (ISO/IEC 7816-4 §5.1, §7.2.3, §7.3.3).

    A shorter ``data`` comes with the warning 6282, unless Le asked for all there is. Raises 6Cxx for it on T=0, so a
    handler calls this before it changes anything.
    """
    ne = command.require_ne()
    if len(data) < ne and command.exact:
        raise wrong_le(len(data))
    if len(data) < ne and not command.any_length:
        return Answer(data, 0x6282)
    return Answer(data[:ne])


def whole(command: Command, data: bytes) -> Answer:
    """All of ``data``, which makes no sense in parts. Raises 6Cxx when ``ne`` is too short for it, and on T=0 when it
    is too long as well, so a handler calls this before it changes anything."""
    ne = command.require_ne()
    if ne < len(data) or (command.exact and ne != len(data)):
        raise wrong_le(len(data))
    return Answer(data)
