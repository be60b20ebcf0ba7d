"""What the commands so far tell about the next: a second part means nothing without its first, and a PIN that has one
try left is another matter than one that has three."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from cardscope.decode.apdu_names import READER_CLASS, scope_of
from cardscope.decode.apdu_structure import ApduError, CommandApdu, parse_command
from cardscope.decode.native import PN532, carried_frames, session_objects
from cardscope.decode.status_words import split_response
from cardscope.guard.rules import rule
from cardscope.guard.verdict import Effect
from cardscope.tags.catalogue import Command

VERIFICATION = frozenset((0x20, 0x21, 0x24, 0x25, 0x26, 0x28))
"""VERIFY, CHANGE REFERENCE DATA, DISABLE and ENABLE VERIFICATION REQUIREMENT: one counter for all (ISO/IEC 7816-4)."""
RESET_RETRY_COUNTER = frozenset((0x2C, 0x2D))
_SELECT = 0xA4
_MANAGE_CHANNEL = 0x70
_UPDATE_BINARY = 0xD6
_QUESTIONS = frozenset((0xB0, 0xC0, 0xCA))
"""READ BINARY, GET RESPONSE and GET DATA of a reader: they leave what is selected, as do its FF 00 40 and the like."""
_BY_NAME = 0x04
_DESFIRE_MORE = 0xAF
_DESFIRE_CONTINUES = 0x91AF
_BLOCKED = 0x6983
_READING = frozenset(
    (Command.READ, Command.FAST_READ, Command.GET_VERSION, Command.READ_SIG, Command.READ_CNT, Command.PWD_AUTH)
)
_WRITE_REGISTER, _SET_PARAMETERS = 0x08, 0x12
_NAD_USED = 0x01
_SESSION_START_END = (0x81, 0x82)
_FIELD_OFF = 0x83


WITHOUT_SENT_CRC = 0x01
"""The transmission flag (PC/SC Part 3 §3.3) with which the reader adds no CRC, so that the frame brings its own."""
_CRC_SIZE = 2


class Part(Enum):
    """The first part of a command, whose second makes sense only after it."""

    COMPAT_WRITE = auto()
    SECTOR_SELECT = auto()
    AUTHENTICATE = auto()
    """Of an Ultralight C."""
    CHAIN = auto()
    """A part of what only the reader puts together."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What the last frame on air was the first part of."""

    part: Part
    page: int = 0
    """Of a COMPAT_WRITE."""


def begun_by(frame: bytes, *, part: bool) -> Begun | None:
    """What ``frame`` begins, if it is no whole command. ``part``: the reader was told that more comes."""
    if part:
        return Begun(Part.CHAIN)
    match frame[0], len(frame):
        case Command.COMPAT_WRITE, 2:
            return Begun(Part.COMPAT_WRITE, frame[1])
        case Command.SECTOR_SELECT, 2:
            return Begun(Part.SECTOR_SELECT)
        case Command.AUTHENTICATE, 2:
            return Begun(Part.AUTHENTICATE)
        case _:
            return None


def without_crc(frame: bytes, flags: int) -> bytes:
    """``frame``, sent under the transmission ``flags``, without a CRC; empty where it was a CRC alone."""
    return frame[:-_CRC_SIZE] if flags & WITHOUT_SENT_CRC else frame


def changes_framing(data: bytes) -> bool:
    """Whether ``data``, a command to a PN532, makes what follows reach the card otherwise than it is written: by the
    chip's registers, or because the first byte of an exchange then becomes a node address (UM0701 §7.2.9)."""
    return data[:2] == bytes((PN532, _WRITE_REGISTER)) or (
        data[:2] == bytes((PN532, _SET_PARAMETERS)) and bool(data[2:3]) and bool(data[2] & _NAD_USED)
    )


class Knowledge:
    """What is known of the card in one session, from its insertion on. Told of every command, whoever wanted it."""

    def __init__(self) -> None:
        self.begun: Begun | None = None
        self.flags = 0
        """The transmission flags of a transparent session (PC/SC Part 3, data object 90)."""
        self.framing_changed = False
        """Whether the reader's chip was told to send otherwise, so that frames may not be what they seem."""
        self.desfire: int | None = None
        """The DESFire command whose next part the card waits for."""
        self.authlim: int | None = None
        """What the tag's field AUTHLIM holds, for whoever has read it to set; ``None``: not known, or perhaps written
        since."""
        self._tries: dict[tuple[bool, int, int], int] = {}
        self._selected: dict[int, bytes] = {}

    def copy(self) -> "Knowledge":
        """The same knowledge, to go on from in thought: a script is judged before any of it is sent."""
        other = Knowledge()
        other.begun, other.flags, other.framing_changed = self.begun, self.flags, self.framing_changed
        other.desfire, other.authlim = self.desfire, self.authlim
        other._tries, other._selected = dict(self._tries), dict(self._selected)
        return other

    def power_cycled(self) -> None:
        """The card lost its power: what it had selected or begun is gone."""
        self.begun, self.flags, self.desfire = None, 0, None
        self._forget_applications()

    def let_go(self) -> None:
        """The connection ended, and other programs may have the card. They may have selected and tried anything; what
        has begun may still go on, because the card was left with its power."""
        self.desfire = None
        self._forget_applications()

    def note(self, command: bytes, response: bytes | None) -> None:
        """``command`` was sent and ``response`` came back. Empty: what came is not known; ``None``: it failed, and may
        never have reached the card."""
        try:
            apdu = parse_command(command)
        except ApduError:
            self._forget_applications()
            return
        if apdu.cla == READER_CLASS:
            self._note_reader(apdu, failed=response is None)
        else:
            self._note_card(apdu, split_response(response)[1] if response else None)

    def note_escape(self, command: bytes, response: bytes | None) -> None:
        """The same of a command to the reader itself."""
        if command[:1] == bytes((READER_CLASS,)):
            self.note(command, response)
        else:
            self.let_go()  # the reader's own may have taken the card's power away

    def tries_left(self, apdu: CommandApdu) -> int | None:
        """How many tries the card said (63Cx) are left for the reference that ``apdu`` is about; ``None``: not known.
        It is known as long as nothing else was selected and no try was made since."""
        key = _reference(apdu)
        return None if key is None else self._tries.get(key)

    def selected(self, apdu: CommandApdu) -> bytes:
        """The name (AID) of the application that ``apdu`` goes to, as it was selected; empty: not known."""
        return self._selected.get(_channel(apdu.cla), b"")

    def _note_reader(self, apdu: CommandApdu, *, failed: bool) -> None:
        if apdu.ins not in _QUESTIONS and not (apdu.ins == 0x00 and apdu.p1):
            self._forget_applications()  # an APDU may have gone to the card this way, or it was activated anew
        carried = carried_frames(apdu)
        if carried is not None:
            if carried.flags is not None:
                self.flags = carried.flags
            for frame in carried.frames:
                native = without_crc(apdu.data[slice(*frame.span)], self.flags)
                if not native:
                    continue
                begun = begun_by(native, part=frame.part)
                # What failed may never have reached the card, which then still waits for a second part.
                if begun is not None or not failed:
                    self.begun = begun
                if native[0] not in _READING:
                    self.authlim = None
        elif apdu.ins == _UPDATE_BINARY:
            self.authlim = None
        elif apdu.ins == 0x00 and changes_framing(apdu.data):
            self.framing_changed = True
        elif (apdu.ins, apdu.p1, apdu.p2) == (0xC2, 0x00, 0x00):
            for tag in _tags(apdu.data):
                if tag in _SESSION_START_END:
                    self.flags = 0
                elif tag == _FIELD_OFF:
                    flags = self.flags
                    self.power_cycled()
                    self.flags = flags

    def _note_card(self, apdu: CommandApdu, sw: int | None) -> None:
        scope = scope_of(apdu.cla)
        if scope == "desfire" and apdu.ins != _DESFIRE_MORE:
            self.desfire = apdu.ins
        if sw != _DESFIRE_CONTINUES:
            self.desfire = None
        if scope == "iso" and apdu.ins == _SELECT:
            self._note_selection(apdu, sw)
        elif apdu.ins in (_SELECT, _MANAGE_CHANNEL):
            self._forget_applications()
        elif (key := _reference(apdu)) is not None:
            self._tries.pop(key, None)
            if sw is not None and sw & 0xFFF0 == 0x63C0:
                self._tries[key] = sw & 0x0F
            elif sw == _BLOCKED:
                self._tries[key] = 0
        elif (row := rule(scope, apdu.ins, apdu)) is None or row.effect is not Effect.HARMLESS:
            self._tries.clear()  # it may have set how many tries there are

    def _note_selection(self, apdu: CommandApdu, sw: int | None) -> None:
        # The references of another application are others, and what a refused SELECT leaves selected is not told.
        self._tries.clear()
        channel = _channel(apdu.cla)
        self._selected.pop(channel, None)
        done = sw is not None and (sw in (0x9000, 0x6283) or sw >> 8 == 0x61)
        if apdu.p1 == _BY_NAME and apdu.p2 & 0x03 == 0 and apdu.data and done:
            self._selected[channel] = apdu.data

    def _forget_applications(self) -> None:
        self._tries.clear()
        self._selected.clear()


def _tags(data: bytes) -> Iterator[int]:
    return (tag for tag, _, _ in session_objects(data) or ())


def _reference(apdu: CommandApdu) -> tuple[bool, int, int] | None:
    """Which counter of tries ``apdu`` is about: the resetting code's, of which channel, of which reference."""
    if scope_of(apdu.cla) != "iso" or apdu.ins not in VERIFICATION | RESET_RETRY_COUNTER:
        return None
    return apdu.ins in RESET_RETRY_COUNTER, _channel(apdu.cla), apdu.p2


def _channel(cla: int) -> int:
    """The logical channel in CLA (ISO/IEC 7816-4 §5.1.1; GlobalPlatform numbers them alike)."""
    return (cla & 0x0F) + 4 if cla & 0x40 else cla & 0x03
