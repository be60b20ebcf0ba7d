"""Transcripts as pcapng with the link type of ISO 14443, which Wireshark opens.

Sources: draft-ietf-opsawg-pcapng (blocks and options), the description of LINKTYPE_ISO_14443 (264) by Martin Kaiser
(www.kaiser.cx/posts/pcap-iso14443).
"""

import struct
from typing import Final

from cardscope import __version__
from cardscope.decode.apdu_names import READER_CLASS
from cardscope.export.exchange import ExportedExchange, ExportError, label
from cardscope.export.frames import BlockNumbers, Frame, Medium, medium, tag_frames

LINKTYPE_ISO_14443: Final = 264

_SECTION_HEADER, _INTERFACE, _PACKET = 0x0A0D0D0A, 1, 6
_BYTE_ORDER: Final = 0x1A2B3C4D
_LENGTH_UNKNOWN: Final = -1
_COMMENT, _APPLICATION, _NAME, _RESOLUTION = 1, 4, 2, 9
_MICROSECONDS: Final = b"\x06"
_EVENTS: Final = {(True, True): 0xFF, (False, True): 0xFE, (True, False): 0xFB, (False, False): 0xFA}
"""By whether the frame comes from the card, and whether it has its CRC."""

_COMMENT_OF_FILE: Final = (
    "Made by CardScope from the APDUs of a PC/SC reader, which passes on no frames. ISO-DEP blocks are synthesised "
    "around the APDUs; I-blocks are without CRC. Frames of Type 2 tags are the native commands that the reader's "
    "commands carry or stand for, with the CRC computed; ACK and NAK have 4 bits and are not in the file. Neither are "
    "selection and anticollision. What the reader answered by itself is left out. Wireshark knows no commands of Type "
    "2 tags and takes some for blocks: the packets' comments name them. "
)
_SECRETS: Final = "Bytes of PINs, passwords and keys were replaced by 00."


class PcapngWriter:
    """Writes the exchanges with contactless cards of ISO 14443, and counts the others."""

    def __init__(self, *, include_secrets: bool) -> None:
        self._include_secrets = include_secrets
        self._interfaces: dict[str, int] = {}
        self._cards: dict[tuple[str, int], BlockNumbers] = {}
        self._left_out: dict[str, int] = {}
        self._written = 0

    def begin(self) -> bytes:
        comment = _COMMENT_OF_FILE + ("" if self._include_secrets else _SECRETS)
        body = struct.pack("<IHHq", _BYTE_ORDER, 1, 0, _LENGTH_UNKNOWN)
        options = (_COMMENT, comment.encode()), (_APPLICATION, f"CardScope {__version__}".encode())
        return _block(_SECTION_HEADER, body, *options)

    def add(self, exchange: ExportedExchange) -> bytes:
        shown = exchange.shown(include_secrets=self._include_secrets)
        hidden = bytearray(exchange.response or b"")
        secrets = exchange.answer_secrets(include_secrets=self._include_secrets)
        for start, end in secrets:
            hidden[start:end] = bytes(end - start)
        response = None if exchange.response is None else bytes(hidden)
        way = Medium.READER if exchange.to_reader else medium(exchange.atr)
        frames: tuple[Frame, ...] = ()
        if way is Medium.ISO_DEP and exchange.command[:1] != bytes((READER_CLASS,)):
            card = self._cards.setdefault((exchange.reader, exchange.insertion), BlockNumbers(exchange.atr or b""))
            frames = tuple(card.frames(shown.known, response, label(shown)))
        elif way is Medium.TYPE2:
            frames = tag_frames(shown.known, response)
        if not frames:
            why = _why_left_out(way)
            self._left_out[why] = self._left_out.get(why, 0) + 1
            return b""
        self._written += 1
        masked = bool(shown.secrets), bool(secrets)
        return b"".join((self._interface(exchange.reader), *self._packets(frames, exchange, masked=masked)))

    def end(self) -> bytes:
        if not self._written:
            reasons = "; ".join(self._reasons()) or "the transcript is empty"
            raise ExportError(
                f"Nothing here went over ISO 14443, the only kind of frame that this file holds: {reasons}.",
                remedy="Save the transcript as text, JSON or HTML.",
            )
        return b""

    @property
    def notes(self) -> tuple[str, ...]:
        reasons = "; ".join(self._reasons())
        return (f"Left out, since they are no ISO 14443 frames: {reasons}.",) if reasons else ()

    def _reasons(self) -> list[str]:
        return [f"{count:,} {why}" for why, count in self._left_out.items()]

    def _interface(self, reader: str) -> bytes:
        """The block that must precede the first packet from ``reader``; nothing for the later ones."""
        if reader in self._interfaces:
            return b""
        self._interfaces[reader] = len(self._interfaces)
        body = struct.pack("<HHI", LINKTYPE_ISO_14443, 0, 0)
        return _block(_INTERFACE, body, (_NAME, reader.encode()), (_RESOLUTION, _MICROSECONDS))

    def _packets(
        self, frames: tuple[Frame, ...], exchange: ExportedExchange, *, masked: tuple[bool, bool]
    ) -> list[bytes]:
        """``masked``: whether bytes of the command, and of the answer, were replaced."""
        number = self._interfaces[exchange.reader]
        packets: list[bytes] = []
        # The command's frames have the time at which it was handed over, the answer's that at which it was there.
        answered = False
        for frame in frames:
            answered = answered or (frame.from_card and not _is_acknowledgement(frame))
            time = round((exchange.sent + (exchange.ms / 1000 if answered else 0)) * 1_000_000)
            data = frame.data + frame.crc
            data = struct.pack(">BBH", 0, _EVENTS[frame.from_card, bool(frame.crc)], len(data)) + data
            comment = frame.comment + (f". {_SECRETS}" if masked[answered] else "")
            body = struct.pack("<IIIII", number, time >> 32, time & 0xFFFFFFFF, len(data), len(data)) + _padded(data)
            packets.append(_block(_PACKET, body, (_COMMENT, comment.encode())))
        return packets


def _is_acknowledgement(frame: Frame) -> bool:
    """Whether it is an R-block (ISO/IEC 14443-4 §7.1.1.1)."""
    return len(frame.data) == 1 and frame.data[0] & 0xE6 == 0xA2


def _why_left_out(way: Medium) -> str:
    match way:
        case Medium.CONTACTS:
            return "with cards with contacts, for which no capture format exists"
        case Medium.OTHER:
            return "with cards of another technology or with encrypted frames"
        case Medium.UNKNOWN:
            return "with cards whose ATR is not known"
        case Medium.ISO_DEP | Medium.TYPE2 | Medium.READER:
            return "with the reader itself, or of which the frames cannot be told"


def _block(kind: int, body: bytes, *options: tuple[int, bytes]) -> bytes:
    coded = b"".join(struct.pack("<HH", code, len(value)) + _padded(value) for code, value in options)
    size = 12 + len(body) + len(coded) + 4
    return struct.pack("<II", kind, size) + body + coded + struct.pack("<HHI", 0, 0, size)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
