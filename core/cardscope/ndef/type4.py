"""NDEF on cards that speak APDUs: the NDEF application of the NFC Forum's Type 4 Tag (§5 and §7)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cardscope.errors import CardScopeError
from cardscope.identify.smart_card import SmartCardLink
from cardscope.readers.protocol import CardProtocol
from cardscope.session import CardSession

APPLICATION: Final = bytes.fromhex("D2760000850101")
_CC_FILE: Final = 0xE103
_CC_SIZE: Final = 15
_NDEF_FILE_CONTROL: Final = 0x04
_EXTENDED_FILE_CONTROL: Final = 0x06
_SUCCESS: Final = 0x9000
_NO_LENGTH: Final = bytes(2)
_SHORT_LE: Final = 0xFF
"""The most bytes that this module reads or writes at once: one with a short length field, whatever the card allows."""
_FARTHEST: Final = 0x7FFF
"""The last offset that READ BINARY and UPDATE BINARY can name."""

Progress = Callable[[int, int], None]
"""Bytes done, and bytes in all."""


class Type4Error(CardScopeError):
    """The card has no NDEF application, or it does not work as the specification says."""


@dataclass(frozen=True, slots=True)
class Type4Container:
    """What the capability container file says."""

    raw: bytes
    version: tuple[int, int]
    """Of the mapping: major and minor."""
    longest_answer: int
    """MLe: the most bytes of a READ BINARY."""
    longest_data: int
    """MLc: the most bytes of an UPDATE BINARY."""
    file: int
    """The file identifier of the NDEF file."""
    size: int
    """Of the NDEF file in bytes, its length field included."""
    readable: bool
    writable: bool

    @property
    def room(self) -> int:
        """The most bytes that a message can have."""
        return self.size - len(_NO_LENGTH)

    def check(self, message: bytes) -> None:
        """Raises Type4Error, with the reason, where ``message`` cannot be written."""
        if not self.writable:
            raise Type4Error("The capability container says that the NDEF file may not be written.")
        if len(message) > self.room:
            raise Type4Error(f"The message has {len(message)} bytes, and this card holds {self.room}.")

    def exchanges(self, length: int) -> int:
        """How many commands :meth:`Type4Tag.write_message` takes for ``length`` bytes, reading back included."""
        most_written, most_read = min(self.longest_data, _SHORT_LE), min(self.longest_answer, _SHORT_LE)
        lengths = 3  # 0 at first, the new one at last, and read back
        return lengths + -(-length // most_written) + -(-length // most_read)


def parse_container(raw: bytes) -> Type4Container:
    """The content of the capability container file. Raises Type4Error, with the reason."""
    if len(raw) < _CC_SIZE:
        raise Type4Error(f"The capability container has {len(raw)} bytes; at least {_CC_SIZE} are needed.")
    tag, length = raw[7], raw[8]
    if (tag, length) != (_NDEF_FILE_CONTROL, 6):
        what = "an extended one, for files of more than 32 KB" if tag == _EXTENDED_FILE_CONTROL else "none"
        raise Type4Error(f"The capability container should hold an NDEF File Control TLV (04 06), and holds {what}.")
    container = Type4Container(
        raw,
        (raw[2] >> 4, raw[2] & 0x0F),
        int.from_bytes(raw[3:5]),
        int.from_bytes(raw[5:7]),
        int.from_bytes(raw[9:11]),
        int.from_bytes(raw[11:13]),
        raw[13] == 0,
        raw[14] == 0,
    )
    if container.longest_answer < _CC_SIZE or container.longest_data < 1 or container.size < len(_NO_LENGTH) + 1:
        raise Type4Error("The sizes in the capability container cannot be: MLe, MLc or the size of the file.")
    return container


class Type4Tag:
    """The NDEF application of the card of ``session``. Enter :meth:`CardSession.alone` around its use: what is
    selected must stay selected. All methods raise :class:`Type4Error` and
    :class:`~cardscope.errors.ReaderError`."""

    def __init__(self, session: CardSession) -> None:
        self._link = SmartCardLink(session, with_le=session.protocol is not CardProtocol.T0)
        self._container: Type4Container | None = None

    @property
    def exchanges(self) -> int:
        """How many commands were sent so far."""
        return self._link.exchanges

    async def open(self) -> Type4Container:
        """Selects the application and its NDEF file; what the capability container says. Changes nothing."""
        _, sw = await self._link.select(APPLICATION)
        if sw != _SUCCESS:
            raise Type4Error(
                "This card has no NDEF application.",
                remedy="Cards for other purposes usually have none; it is no fault.",
            )
        await self._select(_CC_FILE)
        size = int.from_bytes(await self._read(0, len(_NO_LENGTH)))
        raw = await self._read(0, _CC_SIZE)
        container = parse_container(raw[:size])
        await self._select(container.file)
        self._container = container
        return container

    async def read_message(self, progress: Progress | None = None) -> bytes:
        """The NDEF message; empty where there is none."""
        container = await self._opened()
        if not container.readable:
            raise Type4Error("The capability container says that the NDEF file may not be read.")
        length = int.from_bytes(await self._read(0, len(_NO_LENGTH)))
        if length > container.room:
            raise Type4Error(
                f"The NDEF file says that its message has {length} bytes, and has room for {container.room}."
            )
        message = b""
        while len(message) < length:
            step = min(length - len(message), container.longest_answer, _SHORT_LE)
            message += await self._read(len(_NO_LENGTH) + len(message), step)
            if progress is not None:
                progress(len(message), length)
        return message

    async def write_message(self, message: bytes, progress: Progress | None = None) -> None:
        """Makes ``message`` the NDEF message. The length is 0 while it is being written and set last, so that a card
        that is removed meanwhile has no message rather than half of one. Read back and compared."""
        container = await self._opened()
        container.check(message)
        await self._update(0, _NO_LENGTH)
        done = 0
        while done < len(message):
            part = message[done : done + min(container.longest_data, _SHORT_LE)]
            await self._update(len(_NO_LENGTH) + done, part)
            done += len(part)
            if progress is not None:
                progress(done, len(message))
        await self._update(0, len(message).to_bytes(2))
        if await self.read_message() != message:
            raise Type4Error("What was read back is not what was written.", remedy="Write it again.")

    async def _opened(self) -> Type4Container:
        return self._container if self._container is not None else await self.open()

    async def _select(self, file: int) -> None:
        # P2 0C: no answer is wanted, which is what the specification asks for.
        command = bytes((0x00, 0xA4, 0x00, 0x0C, 0x02)) + file.to_bytes(2)
        _, sw = await self._link.send(command)
        if sw != _SUCCESS:
            raise Type4Error(f"The file {file:04X} could not be selected ({_shown(sw)}).")

    async def _read(self, offset: int, count: int) -> bytes:
        self._check(offset)
        data, sw = await self._link.send(bytes((0x00, 0xB0)) + offset.to_bytes(2) + bytes((count,)))
        if sw != _SUCCESS or not data:
            raise Type4Error(f"Reading {count} bytes from offset {offset} failed ({_shown(sw)}).")
        return data[:count]

    async def _update(self, offset: int, data: bytes) -> None:
        self._check(offset)
        _, sw = await self._link.send(bytes((0x00, 0xD6)) + offset.to_bytes(2) + bytes((len(data),)) + data)
        if sw != _SUCCESS:
            remedy = "The card may want a PIN or a key first." if sw == 0x6982 else ""
            raise Type4Error(f"Writing {len(data)} bytes from offset {offset} failed ({_shown(sw)}).", remedy=remedy)

    def _check(self, offset: int) -> None:
        if offset > _FARTHEST:
            raise Type4Error(f"Offset {offset} is beyond what READ BINARY and UPDATE BINARY reach.")


def _shown(sw: int) -> str:
    return f"{sw >> 8:02X} {sw & 0xFF:02X}" if sw else "no status word"
