"""Cards that speak APDUs: what they are, and which applications they have. Reads and selects, and nothing else.

Sources: ISO/IEC 7816-4 (SELECT, GET RESPONSE), GlobalPlatform Card Specification 2.3 §11 (card manager, GET DATA).
"""

import tomllib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from cardscope.decode.ats import decode_ats, is_ats
from cardscope.decode.cplc import cplc_of, decode_cplc
from cardscope.decode.desfire_version import decode_desfire_version
from cardscope.decode.status_words import split_response, status_word
from cardscope.decode.tlv import decode_tlv, tlv_values
from cardscope.events import Origin
from cardscope.fields import Field
from cardscope.identify.tag_link import Session
from cardscope_resources import resource

GET_ATS: Final = bytes.fromhex("FFCA010000")
"""PC/SC Part 3 §3.2.2.1.3, P1 01: the historical bytes, or the whole ATS."""
SELECT_CARD_MANAGER: Final = bytes.fromhex("00A4040000")
GET_CPLC: Final = (bytes.fromhex("80CA9F7F00"), bytes.fromhex("00CA9F7F00"))
DESFIRE_GET_VERSION: Final = bytes.fromhex("9060000000")
DESFIRE_MORE: Final = bytes.fromhex("90AF000000")

CARD_MANAGER: Final = "Card manager (GlobalPlatform)"
NOBODYS_AID: Final = b"\xf0NOBODY"
"""A proprietary AID that no card has: a card that finds it finds everything."""

_MOST_PARTS: Final = 16
_WITHOUT_DATA: Final = 5
"""The size of a command that has an Le and no data."""
_DEACTIVATED: Final = 0x6283


@dataclass(frozen=True, slots=True)
class Application:
    """An application to look for."""

    aid: bytes
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class FoundApplication:
    """An application that the card has."""

    name: str
    aid: bytes
    """Its whole name where its answer tells it, else the one that it was selected with."""
    sw: int
    answer: bytes
    """The data of the answer to SELECT."""
    field: Field | None
    """The same decoded; ``None`` without data."""
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """The object that scripts get."""
        return {
            "name": self.name,
            "aid": self.aid.hex().upper(),
            "sw": f"{self.sw:04X}",
            "fci": self.answer.hex().upper(),
        }


@cache
def applications() -> tuple[Application, ...]:
    """The applications that are looked for, in the order of the file."""
    rows: list[dict[str, str]] = tomllib.loads(resource("applications.toml").read_text("utf-8"))["application"]
    return tuple(Application(bytes.fromhex(row["aid"]), row["name"], row["source"]) for row in rows)


class SmartCardLink:
    """APDUs to a card over a session, with what T=0 asks for on the way: GET RESPONSE after 61xx, another try after
    6Cxx where there is an Le. Raises as :meth:`~cardscope.session.CardSession.send` does."""

    def __init__(self, session: Session, *, with_le: bool) -> None:
        """``with_le`` is false over T=0, where a command has data or an Le, never both."""
        self._session = session
        self._with_le = with_le
        self.exchanges = 0

    async def send(self, command: bytes) -> tuple[bytes, int]:
        """The data and the last status word; 0000 when the answer had none."""
        data, sw = await self._exchange(command)
        # Without an Le field there is none to correct, and a SELECT without its name would select something else.
        if sw >> 8 == 0x6C and (self._with_le or len(command) == _WITHOUT_DATA):
            data, sw = await self._exchange(command[:-1] + bytes((sw & 0xFF,)))
        for _ in range(_MOST_PARTS):
            if sw >> 8 != 0x61:
                break
            more, sw = await self._exchange(bytes((command[0] & 0x03, 0xC0, 0, 0, sw & 0xFF)))
            data += more
        return data, sw

    async def select(self, aid: bytes) -> tuple[bytes, int]:
        """SELECT by name, first occurrence, with its FCI."""
        le = b"\x00" if self._with_le else b""
        return await self.send(bytes((0x00, 0xA4, 0x04, 0x00, len(aid))) + aid + le)

    async def _exchange(self, command: bytes) -> tuple[bytes, int]:
        self.exchanges += 1
        exchanged = await self._session.send(command, origin=Origin.APPLICATION)
        data, sw = split_response(exchanged.response or b"")
        return data, sw or 0


async def read_ats(link: SmartCardLink) -> tuple[bytes, Field | None]:
    """The ATS where the reader tells it, decoded; or empty and ``None``."""
    data, sw = await link.send(GET_ATS)
    return (data, decode_ats(data)) if sw == 0x9000 and is_ats(data) else (b"", None)


async def read_desfire_version(link: SmartCardLink) -> tuple[bytes, Field | None]:
    """What a DESFire-style chip answers to GET_VERSION, all parts in one; empty and ``None`` from other cards."""
    data, sw = await link.send(DESFIRE_GET_VERSION)
    for _ in range(_MOST_PARTS):
        if sw != 0x91AF:
            break
        more, sw = await link.send(DESFIRE_MORE)
        data += more
    return (data, decode_desfire_version(data)) if sw == 0x9100 and data else (b"", None)


async def takes_any_name(link: SmartCardLink) -> bool:
    """Whether the card says yes to an application that no card has: then its answers say nothing."""
    return _is_there((await link.select(NOBODYS_AID))[1])


async def find_applications(link: SmartCardLink) -> AsyncIterator[FoundApplication]:
    """Selects each application of the list, and the card manager at last; yields those that are there."""
    for application in applications():
        answer, sw = await link.select(application.aid)
        if _is_there(sw):
            yield _found(application.name, application.aid, answer, sw)
    answer, sw = await link.send(SELECT_CARD_MANAGER)
    if _is_there(sw) and _names(answer):
        yield _found(CARD_MANAGER, b"", answer, sw)


async def read_cplc(link: SmartCardLink) -> tuple[bytes, Field | None]:
    """The card production life cycle data, decoded, of a card whose card manager is selected; or empty and ``None``."""
    for command in GET_CPLC:
        data, sw = await link.send(command)
        if sw == 0x9000 and (cplc := cplc_of(data)) is not None:
            return cplc, decode_cplc(cplc)
    return b"", None


def _is_there(sw: int) -> bool:
    return sw == 0x9000 or (sw >> 8 == 0x62 and sw != 0x6282)


def _found(name: str, aid: bytes, answer: bytes, sw: int) -> FoundApplication:
    # PIV has only the end of its name in 4F.
    names = [one for one in _names(answer) if one.startswith(aid)]
    note = "It is deactivated." if sw == _DEACTIVATED else "" if sw == 0x9000 else f"{status_word(sw).meaning}."
    return FoundApplication(name, names[0] if names else aid, sw, answer, _decoded(answer), note)


def _names(answer: bytes) -> list[bytes]:
    return tlv_values(answer, 0x6F, 0x84) or tlv_values(answer, 0x61, 0x4F) or tlv_values(answer, 0x62, 0x84)


def _decoded(answer: bytes) -> Field | None:
    """Most answers are data objects; FIDO's is text, and some applets have a form of their own."""
    if not answer:
        return None
    tree = decode_tlv(answer, "Answer to SELECT")
    if not tree.all_problems():
        return tree
    text = answer.decode("ascii") if all(0x20 <= byte < 0x7F for byte in answer) else ""
    return Field("Answer to SELECT", (0, len(answer)), f"“{text}”" if text else answer.hex().upper())
