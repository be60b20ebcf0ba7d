"""What state a tag is in, out of what was read of it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from cardscope.decode.tag_cc import CapabilityContainer, capability_container, decode_cc
from cardscope.decode.tag_config import TagConfig, decode_cfg0, decode_cfg1, tag_config
from cardscope.decode.tag_locks import decode_lock_bytes
from cardscope.decode.tag_parts import manufacturer
from cardscope.decode.tag_uid import decode_uid, decode_uid_pages
from cardscope.fields import Field
from cardscope.identify.readout import TagReadout
from cardscope.tags.catalogue import Chip, chips
from cardscope.tags.locks import LockBytes
from cardscope.tags.originality import Originality, verify_originality

STATIC_LOCK_PAGE: Final = 2
CC_PAGE: Final = 3


@dataclass(frozen=True, slots=True)
class PageLocks:
    """What one set of lock bytes does, by page numbers."""

    page: int
    """Where the lock bytes are."""
    raw: bytes
    """The lock bytes alone."""
    locked: frozenset[int]
    """Read-only for ever."""
    frozen: frozenset[int]
    """Their lock bits can never change, be they set or not."""
    lockable: frozenset[int]
    """Not locked, and can still be."""

    @property
    def never_lockable(self) -> frozenset[int]:
        """Not locked, and can never be."""
        return self.frozen - self.locked

    @property
    def all_pages(self) -> frozenset[int]:
        """Every page that these lock bytes are for."""
        return self.locked | self.frozen | self.lockable


@dataclass(frozen=True, slots=True)
class Region:
    """Some decoded bytes of the memory. ``field``'s spans count from the first byte of ``data``."""

    title: str
    page: int
    """Where ``data`` begins."""
    data: bytes
    field: Field


@dataclass(frozen=True, slots=True)
class TagState:
    """What is known of a tag's state. ``None`` is what could not be read, or what the chip does not have."""

    chip: Chip | None
    uid: bytes
    uid_field: Field
    uid_problems: tuple[str, ...]
    manufacturer: str
    originality: Originality | None
    counters: Mapping[int, int]
    static: PageLocks | None
    dynamic: PageLocks | None
    cc: CapabilityContainer | None
    cc_problems: tuple[str, ...]
    config: TagConfig | None
    ndef_bytes: int | None
    """The length of the NDEF message, where its TLV begins within the first 16 bytes of user memory."""
    ndef_room: int | None
    """The most bytes that this message could have: what NFC devices may use, without its tag and length."""
    ndef_missing: bool
    """There is a capability container, and no NDEF message TLV begins within the first 16 bytes of user memory."""
    ndef_problems: tuple[str, ...]
    protected_from: int | None
    """The page from which on reading needs the password, as far as reading showed it. Where ``config`` is known, that
    tells more."""
    unreadable: Mapping[int, str]
    regions: tuple[Region, ...]
    """The decoded memory, in the order of the pages."""

    def locks_json(self) -> dict[str, list[int]]:
        """Page numbers: locked by static and by dynamic lock bytes, and those whose lock bits are frozen."""
        parts = [locks for locks in (self.static, self.dynamic) if locks is not None]
        return {
            "static": sorted(self.static.locked) if self.static else [],
            "dynamic": sorted(self.dynamic.locked) if self.dynamic else [],
            "frozen": sorted({page for locks in parts for page in locks.frozen}),
        }

    def config_json(self) -> dict[str, Any] | None:
        """The settings, or ``None`` where there are none or none could be read. What the chip does not have is
        ``False``, 0 or mode ``none``, so that the keys are the same for all."""
        config = self.config
        if config is None:
            return None
        return {
            "auth0": config.auth0,
            "prot": config.prot,
            "cfglck": config.cfglck,
            "authlim": config.authlim,
            "mirror": {"mode": config.mirror.value, "page": config.mirror_page, "byte": config.mirror_byte},
            "nfc_counter": config.nfc_counter,
        }

    def cc_json(self) -> dict[str, Any] | None:
        """The capability container, or ``None`` without one."""
        cc = self.cc
        if cc is None:
            return None
        return {
            "raw": cc.raw.hex().upper(),
            "version": f"{cc.version[0]}.{cc.version[1]}",
            "size": cc.size,
            "readable": cc.readable,
            "writable": cc.writable,
            "problems": list(self.cc_problems),
        }


def describe(readout: TagReadout) -> TagState:
    """The state that ``readout`` shows. Checks the signature, which takes about 3 ms."""
    chip, pages = readout.chip, readout.pages
    regions: list[Region] = []
    uid_pages = readout.bytes_of(0, 2)
    if uid_pages is not None:
        bcc = chip.bcc if chip is not None else True
        field = decode_uid_pages(uid_pages[:10], bcc=bcc, uid=readout.uid or None)
        regions.append(Region("UID", 0, uid_pages[:10], field))
    uid = readout.uid or (_stored_uid(uid_pages, chip) if uid_pages else b"")
    locks: dict[str, PageLocks | None] = {"static": None, "dynamic": None}
    for name, lock in _lock_bytes(chip):
        if (page := pages.get(lock.page)) is not None:
            locks[name] = page_locks(lock, page)
            regions.append(Region(f"{name.capitalize()} lock bytes", lock.page, page, decode_lock_bytes(lock, page)))
    cc, cc_problems = None, tuple[str, ...]()
    if (page3 := pages.get(CC_PAGE)) is not None:
        cc = capability_container(page3)
        cc_field = decode_cc(
            page3,
            user_bytes=chip.user_bytes if chip is not None else None,
            formatted=chip is not None and bool(capability_container(chip.cc)),
        )
        cc_problems = tuple(cc_field.all_problems())
        regions.append(Region("Capability container", CC_PAGE, page3, cc_field))
    config, config_regions = _configuration(chip, pages)
    regions += config_regions
    originality = verify_originality(uid, readout.signature) if readout.signature is not None else None
    message, room = readout.bytes_of(4, 7) if cc is not None else None, _room(cc, chip)
    ndef = _ndef_tlv(message)
    return TagState(
        chip=chip,
        uid=uid,
        uid_field=decode_uid(uid),
        uid_problems=tuple(
            problem for region in regions if region.title == "UID" for problem in region.field.all_problems()
        ),
        manufacturer=manufacturer(uid[0]) if len(uid) in (7, 10) else "",
        originality=originality,
        counters=readout.counters,
        static=locks["static"],
        dynamic=locks["dynamic"],
        cc=cc,
        cc_problems=cc_problems,
        config=config,
        ndef_bytes=ndef.length if ndef is not None else None,
        ndef_room=_message_room(room - ndef.start) if ndef is not None else None,
        ndef_missing=message is not None and ndef is None,
        ndef_problems=_ndef_problems(ndef, room) if ndef is not None else (),
        protected_from=readout.read_protected_from,
        unreadable=readout.unreadable,
        regions=tuple(sorted(regions, key=lambda region: region.page)),
    )


def page_locks(lock: LockBytes, page: bytes) -> PageLocks:
    """What the lock bytes in their ``page`` (4 bytes) do."""
    stored = page[lock.offset : lock.offset + lock.size]
    locked = lock.locked_pages(stored)
    frozen = frozenset(page for bit in lock.bits if bit.block and stored[bit.byte] & bit.mask for page in bit.pages)
    known = frozenset(page for bit in lock.bits if not bit.block for page in bit.pages)
    return PageLocks(lock.page, stored, locked, frozen & known, known - locked - frozen)


def _lock_bytes(chip: Chip | None) -> Iterable[tuple[str, LockBytes]]:
    # The static lock bytes are the same on every Type 2 tag.
    yield "static", (chip or next(iter(chips().values()))).static_lock
    if chip is not None and chip.dynamic_lock is not None:
        yield "dynamic", chip.dynamic_lock


def _configuration(chip: Chip | None, pages: Mapping[int, bytes]) -> tuple[TagConfig | None, list[Region]]:
    if chip is None or chip.cfg0 is None or chip.cfg1 is None:
        return None, []
    cfg0, cfg1 = pages.get(chip.cfg0), pages.get(chip.cfg1)
    if cfg0 is None or cfg1 is None:
        return None, []
    regions = [
        Region("CFG0", chip.cfg0, cfg0, decode_cfg0(chip, cfg0)),
        Region("CFG1", chip.cfg1, cfg1, decode_cfg1(chip, cfg1)),
    ]
    return tag_config(chip, cfg0, cfg1), regions


def _stored_uid(pages: bytes, chip: Chip | None) -> bytes:
    return pages[:3] + pages[4:8] if chip is None or chip.bcc else pages[:7]


_NULL_TLV, _NDEF_TLV, _TERMINATOR_TLV = 0x00, 0x03, 0xFE


def _room(cc: CapabilityContainer | None, chip: Chip | None) -> int:
    """Bytes from page 4 on that NFC devices may use and that exist."""
    announced = cc.size if cc is not None else 0
    return min(announced, chip.user_bytes) if chip is not None else announced


class _Tlv(NamedTuple):
    """Offsets in user memory."""

    start: int
    value: int
    length: int


def _message_room(free: int) -> int:
    """The most bytes of a message whose TLV has ``free``: from 255 on, its length takes three."""
    return max(min(free - 2, 254), free - 4, 0)


def _ndef_problems(ndef: _Tlv, room: int) -> tuple[str, ...]:
    most = max(room - ndef.value, 0)
    if ndef.length <= most:
        return ()
    return (f"The NDEF message claims {ndef.length} bytes where there is room for {most}: NFC devices cannot read it.",)


def _ndef_tlv(data: bytes | None) -> _Tlv | None:
    """The NDEF message TLV in the first 16 bytes of user memory, with the length that it announces (NFC Forum Type 2
    Tag)."""
    at = 0
    while data is not None and at < len(data):
        kind = data[at]
        if kind == _NULL_TLV:
            at += 1
            continue
        if kind == _TERMINATOR_TLV or at + 1 >= len(data):
            return None
        length, value = data[at + 1], at + 2
        if length == 0xFF:
            if at + 4 > len(data):
                return None
            length, value = int.from_bytes(data[at + 2 : at + 4]), at + 4
        if kind == _NDEF_TLV:
            return _Tlv(at, value, length)
        at = value + length
    return None
