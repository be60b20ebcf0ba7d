"""The chips that CardScope knows, from ``chips.toml``. Nothing is read until :func:`chips` is first called."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any

from cardscope.tags.locks import LockBit, LockBytes
from cardscope_resources import resource

SECTOR = 256
"""Pages in a sector."""


class Command(IntEnum):
    """The first byte of a Type 2 command, under its data-sheet name."""

    AUTHENTICATE = 0x1A
    PWD_AUTH = 0x1B
    READ = 0x30
    READ_CNT = 0x39
    FAST_READ = 0x3A
    READ_SIG = 0x3C
    CHECK_TEARING_EVENT = 0x3E
    VCSL = 0x4B
    GET_VERSION = 0x60
    COMPAT_WRITE = 0xA0
    WRITE = 0xA2
    INCR_CNT = 0xA5
    FAST_WRITE = 0xA6
    SECTOR_SELECT = 0xC2


class Mirror(StrEnum):
    """What a chip's ASCII mirror can show in place of user memory."""

    NONE = "none"
    UID = "uid"
    UID_AND_COUNTER = "uid_and_counter"


class LockEffect(StrEnum):
    """When lock bits that were written begin to lock."""

    AT_ONCE = "at_once"
    NEXT_SELECTION = "next_selection"
    """With the next REQA or WUPA."""
    UNKNOWN = "unknown"
    """The data sheet does not say."""


@dataclass(frozen=True, slots=True)
class ConfigField:
    """Where a configuration field lies: the bits ``high`` to ``low`` (7 to 0) of one byte of a page."""

    page: int
    byte: int
    high: int
    low: int

    @property
    def mask(self) -> int:
        """The bits within their byte."""
        return (1 << (self.high + 1)) - (1 << self.low)

    def value(self, page: bytes) -> int:
        """The value of the field in the content of its page."""
        return (page[self.byte] & self.mask) >> self.low


@dataclass(frozen=True, slots=True)
class Chip:
    """One type of chip as it leaves the factory.

    Page numbers count through the sectors: page p of sector s is ``256 * s + p``. ``range`` ends are exclusive, as
    everywhere in Python. Fields that the silicon does not have are ``None`` or empty.
    """

    key: str
    """The lower-case name, for example ``ntag216``."""
    name: str
    family: str
    vendor: str
    version: bytes | None
    """The 8 bytes that GET_VERSION answers; ``None`` for a chip without that command."""
    other_versions: tuple[bytes, ...]
    """What other dies of the same layout answer."""
    areas: tuple[range, ...]
    """Every page that exists."""
    session_areas: tuple[range, ...]
    """Those of them that are volatile registers, not EEPROM."""
    user_areas: tuple[range, ...]
    cc: bytes
    """Page 3 at delivery (capability container, or OTP where all zero)."""
    initial: bytes
    """Pages 4 and on at delivery, as far as defined."""
    static_lock: LockBytes
    dynamic_lock: LockBytes | None
    cfg0: int | None
    cfg1: int | None
    pwd: int | None
    pack: int | None
    config: bytes
    """The pages from ``cfg0`` on at delivery, PWD, PACK and key included."""
    fields: Mapping[str, ConfigField]
    """The configuration fields by their data-sheet names, without those that are whole pages (PWD, PACK, key)."""
    auth0_end: int
    """The page where the protection that begins at AUTH0 ends (exclusive), in sector 0."""
    authlim_power: bool
    """AUTHLIM stands for 2 to its power of attempts, not for its own value."""
    lock_effect: LockEffect
    key_pages: range | None
    """Where a 3DES key lies."""
    sram: range | None
    """Where SRAM appears while pass-through mode is on."""
    register_lock_pages: tuple[range, ...]
    """The pages that REG_LOCK_NFC locks."""
    never_protected: tuple[range, ...]
    """Pages after AUTH0 that need no password all the same."""
    naks: Mapping[str, int]
    """The nibbles other than ACK that the data sheet tabulates, by what they mean: ``argument``, ``parity``,
    ``eeprom``, ``wrong_password``, ``authentication_limit``, ``counter_overflow``, ``arbiter``."""
    registers: tuple[tuple[int, bytes], ...]
    """Further pages that are not 00 at delivery, with what they hold."""
    writable_bits: tuple[tuple[int, bytes], ...]
    """Pages of which a WRITE changes only the bits of this mask."""
    unreadable: tuple[range, ...]
    """Pages that READ shows as 00."""
    roll_over: int | None
    """The page after which READ goes on with page 00; ``None``: it shows 00 there."""
    bcc: bool
    """Whether pages 0 to 2 hold the UID with its two check bytes (NTAG I²C: without)."""
    counters: tuple[int, ...]
    """Addresses of the one-way counters. Where the counter lies in a page (Ultralight C): the number of that page."""
    counter_max: int
    """Where the counters end."""
    counter_page: int | None
    """The page that holds the counter, where one does."""
    nfc_counter: int | None
    """The address of the counter that the first READ after power-up increments when NFC_CNT_EN is set."""
    mirror: Mirror
    commands: frozenset[Command]
    source: str

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def pages(self) -> int:
        """How many page addresses sector 0 spans: its last page + 1."""
        return max(area.stop for area in self.areas if area.stop <= SECTOR)

    @property
    def user_first(self) -> int:
        """The first user page."""
        return self.user_areas[0].start

    @property
    def user_last(self) -> int:
        """The last user page of sector 0."""
        return self.user_areas[0].stop - 1

    @property
    def user_bytes(self) -> int:
        """User memory in all sectors, in bytes."""
        return 4 * sum(map(len, self.user_areas))


@cache
def chips() -> Mapping[str, Chip]:
    """All chips by their ``key``, in the order of the file."""
    data = tomllib.loads(resource("chips.toml").read_text(encoding="utf-8"))
    lock_bytes = {name: _lock_bytes(table) for name, table in data["lock_bytes"].items()}
    commands = {name: frozenset(Command[word] for word in words) for name, words in data["command_sets"].items()}
    return MappingProxyType(
        {key: _chip(key, table, lock_bytes, commands, data) for key, table in data["chips"].items()}
    )


def chip_by_version(version: bytes) -> Chip | None:
    """The chip whose GET_VERSION answer is ``version``, all 8 bytes alike, or ``None``.

    Single bytes must not be compared: storage sizes recur across families, and a foreign vendor byte means a clone.
    """
    for chip in chips().values():
        if version == chip.version or version in chip.other_versions:
            return chip
    return None


def _chip(
    key: str,
    table: Mapping[str, Any],
    lock_bytes: Mapping[str, LockBytes],
    commands: Mapping[str, frozenset[Command]],
    data: Mapping[str, Any],
) -> Chip:
    layouts: Mapping[str, Mapping[str, str]] = data["fields"]
    naks: Mapping[str, Mapping[str, int]] = data["naks"]
    areas = _ranges(table["areas"])
    version: str | None = table.get("version")
    return Chip(
        key=key,
        name=table["name"],
        family=table["family"],
        vendor="NXP",
        version=bytes.fromhex(version) if version else None,
        other_versions=tuple(map(bytes.fromhex, table.get("other_versions", ()))),
        areas=areas,
        session_areas=_ranges(table.get("session", ())),
        user_areas=_ranges(table["user"]),
        cc=bytes.fromhex(table["cc"]),
        initial=bytes.fromhex(table.get("initial", "")),
        static_lock=lock_bytes["static"],
        dynamic_lock=lock_bytes[table["dynamic_lock"]] if "dynamic_lock" in table else None,
        cfg0=table.get("cfg0"),
        cfg1=table.get("cfg1"),
        pwd=table.get("pwd"),
        pack=table.get("pack"),
        config=bytes.fromhex(table.get("config", "")),
        fields=MappingProxyType(
            {name: _field(table, place) for name, place in layouts.get(table.get("fields", ""), {}).items()}
        ),
        auth0_end=table.get("auth0_last", areas[0].stop - 1) + 1,
        authlim_power=table.get("authlim_power", False),
        lock_effect=LockEffect(table.get("lock_effect", "unknown")),
        key_pages=_one_range(table.get("key")),
        sram=_one_range(table.get("sram")),
        never_protected=_ranges(table.get("never_protected", ())),
        naks=MappingProxyType(dict(naks[table["naks"]])),
        register_lock_pages=_ranges(table.get("register_lock", ())),
        registers=_contents(table.get("registers", {})),
        writable_bits=_contents(table.get("writable_bits", {})),
        unreadable=_ranges(table.get("unreadable", ())),
        roll_over=table.get("roll_over"),
        bcc=table.get("bcc", True),
        counters=tuple(table.get("counters", ())),
        counter_max=table.get("counter_max", 0xFFFFFF),
        counter_page=table.get("counter_page"),
        nfc_counter=table.get("nfc_counter"),
        mirror=Mirror(table.get("mirror", "none")),
        commands=commands[table["commands"]],
        source=table["source"],
    )


def _lock_bytes(table: Mapping[str, Any]) -> LockBytes:
    rows: list[list[str]] = table["bits"]
    return LockBytes(
        page=table["page"],
        offset=table["offset"],
        bits=tuple(_lock_bit(byte, bit, text) for byte, row in enumerate(rows) for bit, text in enumerate(row)),
        rfui=bytes(0xFF & ~((1 << len(row)) - 1) for row in rows),
        fixed=bytes.fromhex(table["fixed"]),
        source=table["source"],
    )


def _lock_bit(byte: int, bit: int, text: str) -> LockBit:
    first, _, last = text.removeprefix("block ").partition("-")
    return LockBit(byte, bit, range(int(first), int(last or first) + 1), block=text.startswith("block "))


def _field(chip: Mapping[str, Any], place: str) -> ConfigField:
    page, byte, bits = place.split()
    high, _, low = bits.partition("-")
    return ConfigField(chip[page] if page in chip else int(page, 16), int(byte), int(high), int(low or high))


def _contents(table: Mapping[str, str]) -> tuple[tuple[int, bytes], ...]:
    return tuple((int(page, 16), bytes.fromhex(content)) for page, content in table.items())


def _one_range(pair: tuple[int, int] | None) -> range | None:
    return None if pair is None else range(pair[0], pair[1] + 1)


def _ranges(pairs: Sequence[tuple[int, int]]) -> tuple[range, ...]:
    return tuple(range(first, last + 1) for first, last in pairs)
