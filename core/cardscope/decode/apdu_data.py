"""What the data field of a command is: objects, names, identifiers, text."""

from collections.abc import Callable
from typing import Final

from cardscope.decode.apdu_names import scope_of
from cardscope.decode.apdu_structure import CommandApdu
from cardscope.decode.data_names import application_name, data_object_name, session_object_name
from cardscope.decode.native import session_objects
from cardscope.decode.tag_parts import octet, shifted, spelled
from cardscope.decode.tlv import decode_tlv
from cardscope.fields import Field

_SELECT: Final = 0xA4
_BY_NAME: Final = 0x04
_BY_PATH: Final = (0x08, 0x09)
_BY_IDENTIFIER: Final = (0x00, 0x01, 0x02)
_VERIFY: Final = frozenset((0x20, 0x24, 0x26, 0x28, 0x2C))
_RID: Final = 5
_MOST_AID: Final = 16
_MF: Final = b"\x3f\x00"
_CONSTRUCTED: Final = 0x20
_MOST_OBJECTS: Final = 64
"""A tree of more is no help to anybody, and takes its time."""
_LEAST_TEXT: Final = 4

Parts = tuple[str, tuple[Field, ...]]
"""The meaning of a data field, a sentence or nothing, and its parts."""
_NOTHING: Final[Parts] = ("", ())


def data_parts(apdu: CommandApdu, offset: int) -> Parts:
    """What the data of ``apdu``, which begins at ``offset``, is; spans count from the command's first byte."""
    data, scope = apdu.data, scope_of(apdu.cla)
    meaning, parts = _by_command(apdu, scope, offset)
    if not meaning and not parts and (tags := _objects(apdu, scope)):
        parts = tuple(_named(shifted(field, offset), apdu.data, offset) for field in decode_tlv(data).children)
        meaning = f"Data object{'s' if len(tags) > 1 else ''} {', '.join(tags)} (BER-TLV)."
    if not meaning and (text := text_of(data)):
        meaning = f"Text: “{text}”."
    return meaning, parts


def _by_command(apdu: CommandApdu, scope: str, offset: int) -> Parts:
    data = apdu.data
    if scope in ("iso", "sim") and apdu.ins == _SELECT:
        return _select(apdu, offset)
    if scope in ("iso", "sim") and apdu.ins in _VERIFY:
        return _reference_data(data, offset)
    if scope == "reader" and (read := _READER.get(apdu.ins)) is not None:
        return read(apdu, offset)
    return _NOTHING


def _select(apdu: CommandApdu, offset: int) -> Parts:
    data = apdu.data
    if apdu.p1 == _BY_NAME and len(data) <= _MOST_AID:
        return _aid(data, offset)
    if apdu.p1 in _BY_IDENTIFIER and len(data) == 2:
        return f"File identifier {spelled(data)}{' (the MF)' if data == _MF else ''}.", ()
    if apdu.p1 in _BY_PATH and len(data) % 2 == 0:
        steps = [data[at : at + 2] for at in range(0, len(data), 2)]
        fields = tuple(octet("File identifier", offset + 2 * at, step) for at, step in enumerate(steps))
        return f"Path: {' / '.join(spelled(step) for step in steps)}.", fields
    return _NOTHING


def _aid(aid: bytes, offset: int) -> Parts:
    """ISO/IEC 7816-4 §8.2.1.2: an AID of category A or D begins with five bytes that name its provider."""
    name, text = application_name(aid), text_of(aid)
    meaning = f"AID of {name}" if name else "AID"
    meaning += f": “{text}”." if text else "."
    if text or len(aid) < _RID or aid[0] >> 4 not in (0xA, 0xD):
        return meaning, ()
    parts = [octet("RID", offset, aid[:_RID], "The application's provider, registered.")]
    if len(aid) > _RID:
        parts.append(octet("PIX", offset + _RID, aid[_RID:], "The provider's own name for the application."))
    return meaning, tuple(parts)


def _reference_data(data: bytes, offset: int) -> Parts:
    kept = data.rstrip(b"\xff")
    text = text_of(kept)
    if not text or kept == data:
        return _NOTHING
    parts = (
        octet("Reference data", offset, kept, f"Text: “{text}”."),
        octet("Padding", offset + len(kept), data[len(kept) :], "Fills up the length that the card wants."),
    )
    return f"Text: “{text}”, filled up with FF.", parts


# ---- reader pseudo-APDUs (PC/SC Part 3 §3.2, §3.3; ACR122U API) ------------------------------------------------------


def _session(apdu: CommandApdu, offset: int) -> Parts:
    parts: list[Field] = []
    at = 0
    for tag, start, end in session_objects(apdu.data) or ():
        value = apdu.data[start:end]
        parts.append(
            octet(
                f"{tag:02X} {session_object_name(tag)}".rstrip(),
                offset + at,
                apdu.data[at:end],
                value=spelled(value) or "empty",
            )
        )
        at = end
    return ("Data objects of the transparent session.", tuple(parts)) if parts else _NOTHING


def _authenticate(apdu: CommandApdu, offset: int) -> Parts:
    data = apdu.data
    if len(data) != 5 or data[0] != 1:
        return _NOTHING
    block = int.from_bytes(data[1:3])
    key = {0x60: "key A", 0x61: "key B"}.get(data[3], f"key type {data[3]:02X}")
    parts = (
        octet("Version", offset, data[:1]),
        octet("Block", offset + 1, data[1:3], f"Number {block}."),
        octet("Key type", offset + 3, data[3:4], f"{key[0].upper()}{key[1:]}."),
        octet("Key slot", offset + 4, data[4:], f"Number {data[4]}, filled by LOAD KEYS."),
    )
    return f"Block {block} with {key} from slot {data[4]}.", parts


def _led_and_buzzer(apdu: CommandApdu, offset: int) -> Parts:
    data = apdu.data
    if apdu.p1 != 0x40 or len(data) != 4:
        return _NOTHING
    sound = ("no sound", "sound while the LED is on", "sound while the LED is off", "sound all the time")
    parts = (
        octet("T1", offset, data[:1], f"{data[0] * 100} ms in the initial blinking state."),
        octet("T2", offset + 1, data[1:2], f"{data[1] * 100} ms in the other blinking state."),
        octet("Repetitions", offset + 2, data[2:3], f"{data[2]}."),
        octet("Buzzer", offset + 3, data[3:], f"{sound[data[3] & 3][0].upper()}{sound[data[3] & 3][1:]}."),
    )
    return "How the LED blinks and the buzzer sounds.", parts


def _load_key(apdu: CommandApdu, offset: int) -> Parts:  # noqa: ARG001
    return "The key.", ()


_READER: Final[dict[int, Callable[[CommandApdu, int], Parts]]] = {
    0x00: _led_and_buzzer,
    0x82: _load_key,
    0x86: _authenticate,
    0xC2: _session,
}


# ---- data objects and text -------------------------------------------------------------------------------------------


def _objects(apdu: CommandApdu, scope: str) -> list[str]:
    """The tags of the data where it is nothing but data objects, and that not by chance: the instruction says so (an
    odd INS), or every tag is known. Else nothing."""
    if scope not in ("iso", "proprietary"):
        return []
    tags = _tags(apdu.data)
    return tags if apdu.ins & 1 or all(data_object_name(tag) for tag in tags) else []


def _tags(data: bytes) -> list[str]:
    """The tags of the objects on the outside, empty where they do not fill ``data``, or where there are very many."""
    outside: list[str] = []
    count, at, inside_until = 0, 0, 0
    while at < len(data):
        start = at
        if data[at] in (0x00, 0xFF) or count >= _MOST_OBJECTS:
            return []
        long_tag = data[at] & 0x1F == 0x1F
        at += 1
        while long_tag and at < len(data):
            long_tag = bool(data[at] & 0x80)
            at += 1
        tag_end = at
        if long_tag or at >= len(data):
            return []
        size = data[at]
        at += 1
        if size & 0x80:
            count_of = size & 0x7F
            if not 1 <= count_of <= 3 or at + count_of > len(data):
                return []
            size = int.from_bytes(data[at : at + count_of])
            at += count_of
        if at + size > len(data):
            return []
        count += 1
        if start >= inside_until:
            outside.append(spelled(data[start:tag_end]))
            inside_until = at + size
        if not data[start] & _CONSTRUCTED:
            at += size
    return outside


def _named(field: Field, data: bytes, offset: int) -> Field:
    """An object that holds an AID gets the application's name."""
    if field.name[:2] not in ("4F", "84"):
        return field
    start, end = field.span
    name = application_name(data[start - offset + 2 : end - offset])
    return Field(field.name, field.span, field.value, f"{name}.", field.problems) if name else field


def text_of(data: bytes) -> str:
    """``data`` as text where all of it is printable ASCII and long enough not to be so by chance."""
    return data.decode("ascii") if len(data) >= _LEAST_TEXT and all(0x20 <= byte < 0x7F for byte in data) else ""
