"""What came back for a command: the reader's wrapping, the data by what the command asked for, and the status word.

Sources: ISO/IEC 7816-4 (data objects, status words), PC/SC Part 3 (UID, ATS, transparent session), ACR122U API and
PN532 user manual, public software for OMNIKEY and Identiv readers; of the tags' own answers see ``tag_answers``.
"""

from dataclasses import replace
from typing import Final

from cardscope.decode.apdu_data import text_of
from cardscope.decode.apdu_names import READER_CLASS
from cardscope.decode.apdu_structure import ApduError, CommandApdu, counted, parse_command
from cardscope.decode.ats import decode_ats, is_ats
from cardscope.decode.cplc import cplc_of, decode_cplc
from cardscope.decode.data_names import application_name, session_object_name
from cardscope.decode.desfire_version import decode_desfire_version
from cardscope.decode.native import PN532, native_span, session_objects
from cardscope.decode.native_fields import is_native
from cardscope.decode.pn532 import decode_pn532_answer, tag_silence
from cardscope.decode.secrets import IDENTIV_REFUSALS
from cardscope.decode.status_words import StatusWord, split_response, status_word
from cardscope.decode.tag_answers import answer_words, decode_native_answer, decode_pages, pages_words, read_pages
from cardscope.decode.tag_parts import octet, shifted, spelled
from cardscope.decode.tag_uid import decode_uid
from cardscope.decode.tlv import decode_tlv, tlv_values
from cardscope.fields import Field
from cardscope.tags.catalogue import Chip

_FIRMWARE: Final = bytes.fromhex("FF0048")
_OMNIKEY_STATUS: Final = {b"\x00\x00": "The tag answered.", b"\x08\x00": "", b"\x08\x04": ""}
_OMNIKEY_PROBLEMS: Final = {b"\x08\x00": "The tag did not answer.", b"\x08\x04": "The tag refused the command."}
_OMNIKEY_SILENCE: Final = {b"\x08\x00": "no answer (08 00)", b"\x08\x04": "refused (08 04)"}
_IDENTIV_CRC: Final = 2
_RECEIVED: Final = 0x97
_SESSION_ERROR: Final = 0xC0
_WITH_OBJECTS: Final = frozenset((0xA4, 0xB2, 0xB3, 0xC0, 0xCA, 0xCB, 0xF2))
"""SELECT, READ RECORD, GET RESPONSE, GET DATA, and GlobalPlatform's GET STATUS: their answers are data objects."""
_CPLC: Final = bytes.fromhex("CA9F7F")
_GET_CHALLENGE: Final = 0x84
_LONGEST_TREE: Final = 2048
"""Bytes of data whose objects are shown one by one: a tree of more is no help, and takes its time."""
_FCI: Final = {"6F": "FCI", "62": "FCP", "64": "FMD"}


def decode_response(command: bytes, response: bytes, *, chip: Chip | None = None) -> Field:
    """``response``, status word included, to ``command`` as a tree. ``chip`` is that of the tag, where it is known.

    Its meaning is a few words, or empty: ``UID, 7 bytes``. Nothing is refused: what is not recognised is ``Data``.
    """
    data, sw = split_answer(command, response)
    words, parts = _Answer(command, data, chip).decoded() if data else ("", ())
    if sw is not None:
        parts = (*parts, _status(sw, len(data), command))
    return Field("Response", (0, len(response)), counted(len(response)), words, (), parts)


def split_answer(command: bytes, response: bytes) -> tuple[bytes, int | None]:
    """The data and the status word of what was answered to ``command``. ``None``: there is none, because the response
    is too short, or because this is one of the two pseudo-APDUs that readers answer without.
    """
    if command[:3] == _FIRMWARE and text_of(response):
        return response, None
    data, sw = split_response(response)
    if command[:2] == b"\xff\xef" and (data or sw not in IDENTIV_REFUSALS):
        return response, None
    return data, sw


def answer_status(command: bytes, response: bytes) -> StatusWord | None:
    """What the status word of ``response`` to ``command`` says; ``None``: it has none, see :func:`split_answer`.

    Readers that carry a tag's own command may answer 9000 although the tag did not: then this says so, as a warning.
    """
    data, sw = split_answer(command, response)
    if sw is None:
        return None
    status = status_word(sw, command)
    silence = _silence(command, data) if status.severity == "ok" and command[:1] == bytes((READER_CLASS,)) else ""
    if not silence:
        return status
    words = "The reader did its part; the tag gave no data. What the reader says of it stands before the status word."
    return replace(status, meaning=f"Reader only; tag: {silence}", explanation=words, severity="warning")


def _silence(command: bytes, data: bytes) -> str:
    try:
        apdu = parse_command(command)
    except ApduError:
        return ""
    match apdu.ins, apdu.p1:
        case 0x00, 0x00 if apdu.data[:1] == bytes((PN532,)):
            return tag_silence(apdu.data, data)
        case 0xA0, 0x00 if native_span(apdu):
            return _OMNIKEY_SILENCE.get(data[:2], "")
        case _:
            return ""


def _status(sw: int, offset: int, command: bytes) -> Field:
    status = status_word(sw, command)
    source = f" ({status.source})" if status.source else ""
    return octet("SW1-SW2", offset, sw.to_bytes(2), f"{status.meaning}. {status.explanation}{source}")


class _Answer:
    """The data of one answer. Fields count from its first byte, which is that of the response too."""

    def __init__(self, command: bytes, data: bytes, chip: Chip | None) -> None:
        self._command, self._data, self._chip = command, data, chip

    def decoded(self) -> tuple[str, tuple[Field, ...]]:
        """A few words, and the fields of all of the data."""
        try:
            apdu = parse_command(self._command)
        except ApduError:
            if is_native(self._command):
                return self._native(self._command, 0)
            return self._plain()
        if apdu.cla == READER_CLASS:
            return self._of_reader(apdu)
        return self._of_card(apdu)

    def _plain(self, name: str = "Data") -> tuple[str, tuple[Field, ...]]:
        text = text_of(self._data)
        return f"“{text}”" if text else "", (octet(name, 0, self._data, f"Text: “{text}”." if text else ""),)

    def _native(
        self, native: bytes, start: int, before: tuple[Field, ...] = (), end: int | None = None
    ) -> tuple[str, tuple[Field, ...]]:
        """The tag's own answer stands from ``start`` on, behind the fields ``before``."""
        answer = self._data[start:end]
        if not answer or not native:
            return "", before
        decoded = decode_native_answer(native, answer, self._chip)
        return answer_words(native, answer, self._chip), (*before, shifted(decoded, start))

    def _of_reader(self, apdu: CommandApdu) -> tuple[str, tuple[Field, ...]]:
        data = self._data
        span = native_span(apdu)
        native = apdu.data[slice(*span)] if span else b""
        match apdu.ins, apdu.p1:
            case 0xCA, 0x00:
                return f"UID, {counted(len(data))}", (decode_uid(data),)
            case 0xCA, 0x01 if is_ats(data):
                return "ATS", (decode_ats(data),)
            case 0xB0, 0x00:
                return self._memory(apdu.p2)
            case 0x00, 0x48:
                return self._plain("Firmware version")
            case 0x00, 0x00 if apdu.data[:1] == bytes((PN532,)):
                before, start = decode_pn532_answer(apdu.data, data)
                return self._native(native, start, before) if native else self._rest(start, before)
            case 0xC2, _:
                return self._of_session(native)
            case 0xA0, 0x00 if native and data[:2] in _OMNIKEY_STATUS:
                problem = _OMNIKEY_PROBLEMS.get(data[:2])
                head = octet("Status", 0, data[:2], _OMNIKEY_STATUS[data[:2]], problems=(problem,) if problem else ())
                return self._native(native, 2, (head,))
            case 0xEF, 0x00 if native and len(data) > 1 + _IDENTIV_CRC:
                end = len(data) - _IDENTIV_CRC
                words, parts = self._native(native, 0, end=end)
                return words, (*parts, octet("CRC", end, data[end:], "The check bytes that the tag sent."))
            case 0x00 | 0xEF, _ if native:
                return self._native(native, 0)
            case _:
                return self._plain()

    def _rest(self, start: int, before: tuple[Field, ...]) -> tuple[str, tuple[Field, ...]]:
        """Behind the PN532's wrapping, bytes of a card whose command is not told by this pseudo-APDU alone."""
        rest = self._data[start:]
        return "", (*before, octet("Data", start, rest)) if rest else before

    def _memory(self, first: int) -> tuple[str, tuple[Field, ...]]:
        """READ BINARY of a storage card: pages of a Type 2 tag, or whatever another card has."""
        pages = read_pages(first, self._data, self._chip)
        if pages is None or self._chip is None:
            return self._plain()
        return pages_words(pages), (decode_pages(pages, self._data, self._chip),)

    def _of_session(self, native: bytes) -> tuple[str, tuple[Field, ...]]:
        objects = session_objects(self._data)
        if objects is None:
            return self._plain()
        words, parts, at = "", list[Field](), 0
        for tag, start, end in objects:
            value, children, meaning = self._data[start:end], (), ""
            if tag == _RECEIVED and native and value:
                words, (decoded,) = self._native(native, start, end=end)
                children = (decoded,)
            elif tag == _SESSION_ERROR and len(value) == 3:
                meaning = _session_error(value)
            name = f"{tag:02X} {session_object_name(tag)}".rstrip()
            shown = spelled(value) or "empty"
            parts.append(octet(name, at, self._data[at:end], meaning, value=shown, children=children))
            at = end
        return words, tuple(parts)

    def _of_card(self, apdu: CommandApdu) -> tuple[str, tuple[Field, ...]]:
        data = self._data
        if apdu.cla == 0x90 and apdu.ins == 0x60 and len(data) == 7:
            return "hardware version", decode_desfire_version(data).children
        if bytes((apdu.ins, apdu.p1, apdu.p2)) == _CPLC and (cplc := cplc_of(data)) is not None:
            at = len(data) - len(cplc)
            head = (octet("9F7F", 0, data[:at], "Tag and length."),) if at else ()
            return "card production life cycle", (*head, shifted(decode_cplc(cplc), at))
        if apdu.ins == _GET_CHALLENGE:
            return "random number", (octet("Challenge", 0, data, "A random number, used for one authentication."),)
        if len(data) <= _LONGEST_TREE and (tree := self._objects(apdu)) is not None:
            return self._object_words(), tree.children
        return self._plain()

    def _objects(self, apdu: CommandApdu) -> Field | None:
        """The data as data objects, where it is nothing but these."""
        if apdu.ins not in _WITH_OBJECTS and not apdu.ins & 1:
            return None
        if self._data[0] in (0x00, 0xFF) or (self._data.isascii() and text_of(self._data)):
            return None
        tree = decode_tlv(self._data)
        return None if tree.all_problems() else tree

    def _object_words(self) -> str:
        kind = _FCI.get(spelled(self._data[:1]), "")
        aids = tlv_values(self._data, 0x6F, 0x84) + tlv_values(self._data, 0x62, 0x84)
        name = (application_name(aids[0]) or text_of(aids[0])) if aids else ""
        return f"{kind} of {name}" if kind and name else kind


def _session_error(value: bytes) -> str:
    """Error data object C0 (PC/SC Part 3 rev. 2.02 §3.3): the number of the object at fault, and a status word."""
    status = status_word(int.from_bytes(value[1:]))
    which = "No error" if status.severity == "ok" else f"Object {value[0]}: {status.meaning}"
    return f"{which}."
