"""Reader families: which route a Type 2 tag's native commands take through a reader, and how to find out.

The table with its sources is in ``readers.toml``.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from cardscope.decode.native import session_objects
from cardscope.errors import UsageError
from cardscope.readers.families.envelopes import ACK, ENVELOPES, Envelope
from cardscope.readers.families.failure import NativeFailure, refused
from cardscope.tags.catalogue import Command
from cardscope_resources import resource

GENERIC: Final = "generic"
"""The key that asks for storage-card commands alone."""

FIRMWARE_REQUEST: Final = bytes.fromhex("FF00480000")
"""ACR122U API §6.2: ten characters without a status word. Other readers refuse it; the card does not take part."""
SESSION_VERSION_REQUEST: Final = bytes.fromhex("FFC20000028000")
"""PC/SC Part 3 §3.3: asks for the version data object of the transparent session, and starts none."""
PROBES: Final = (FIRMWARE_REQUEST, SESSION_VERSION_REQUEST)
"""What may be sent to a reader whose name says nothing, in this order. None of it reaches the card."""

_FAST_READ_PAGE: Final = 4


class WriteRoute(StrEnum):
    """How a page is to be written through a family."""

    NATIVE = "native"
    """WRITE (A2): its ACK comes back recognisably."""
    STORAGE = "storage"
    """FF D6, and read back: the reader loses a bare ACK."""


@dataclass(frozen=True, slots=True)
class Family:
    """The native route of one kind of reader."""

    key: str
    name: str
    source: str
    names: tuple[str, ...]
    """What the PC/SC names of these readers hold, in any case."""
    envelope: Envelope
    longest_answer: int
    """The most bytes of a native answer that one answer of the reader carries."""
    write: WriteRoute

    @property
    def fast_read_pages(self) -> int:
        """The most pages that one FAST_READ may ask for; the chip sends all of them at once."""
        return self.longest_answer // _FAST_READ_PAGE

    @property
    def opening(self) -> tuple[bytes, ...]:
        """Commands that the reader needs before the first native command, and again after a reset."""
        return self.envelope.open

    @property
    def closing(self) -> tuple[bytes, ...]:
        """Commands that give the card back to the reader after the last native command."""
        return self.envelope.close

    @property
    def select(self) -> bytes:
        """The command that selects the tag anew while the field stays on; empty where only a reset does it."""
        return self.envelope.select

    def selected(self, response: bytes) -> bytes | None:
        """The UID in the reader's ``response`` to :attr:`select`; ``None``: it found no tag."""
        return self.envelope.selected(response)

    def wrap(self, native: bytes) -> bytes:
        """The APDU that sends ``native`` (1 to 240 bytes, without CRC) to the tag."""
        return self.envelope.wrap(native)

    def answer(self, native: bytes, response: bytes) -> bytes | NativeFailure:
        """What the tag answered to ``native``, out of the reader's ``response`` to the wrapped command."""
        answer = self.envelope.answer(response)
        # All other answers of one byte are bare nibbles.
        whole_byte = native[:1] == bytes((Command.CHECK_TEARING_EVENT,))
        if isinstance(answer, NativeFailure) or len(answer) != 1 or answer == ACK or whole_byte:
            return answer
        return refused(answer[0] & 0x0F)


@cache
def families() -> Mapping[str, Family]:
    """All families with a native route, by key, in the order of the file."""
    table: dict[str, Any] = tomllib.loads(resource("readers.toml").read_text(encoding="utf-8"))["families"]
    return MappingProxyType(
        {
            key: Family(
                key=key,
                name=row["name"],
                source=row["source"],
                names=tuple(row["names"]),
                envelope=ENVELOPES[row["envelope"]],
                longest_answer=row["answer"],
                write=WriteRoute(row["write"]),
            )
            for key, row in table.items()
        }
    )


def family(key: str) -> Family | None:
    """The family that the user chose, in any case; ``None`` for ``generic``. Raises UsageError, listing the keys."""
    wanted = key.lower()
    if wanted == GENERIC:
        return None
    if (found := families().get(wanted)) is None:
        raise UsageError(
            f"There is no reader family {key!r}.", remedy=f"Choose one of: {', '.join((GENERIC, *families()))}."
        )
    return found


def family_of_reader(name: str) -> Family | None:
    """The family that a reader's PC/SC name tells of, or ``None``: then probing is what remains."""
    folded = name.casefold()
    for one in families().values():
        if any(part.casefold() in folded for part in one.names):
            return one
    return None


def family_of_probe(probe: bytes, response: bytes) -> Family | None:
    """The family that ``response`` to one of :data:`PROBES` gives away, or ``None``."""
    if probe == FIRMWARE_REQUEST:
        return families()["acr122u"] if response.startswith(b"ACR122") else None
    if probe == SESSION_VERSION_REQUEST and response.endswith(b"\x90\x00"):
        objects = session_objects(response[:-2]) or []
        if any(tag == 0x80 and start < end for tag, start, end in objects):
            return families()["transparent"]
    return None
