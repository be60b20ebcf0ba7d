"""What a write to a page of a Type 2 tag does. Facts: NXP data sheets of NTAG213/215/216, MF0ULx1, MF0ICU2, NT3H1x01
and NT3H2x11."""

from collections.abc import Callable, Iterable
from functools import cache, lru_cache

from cardscope.guard.verdict import Effect, Hazard, Verdict, changing, combined, permanent, unknown
from cardscope.tags.catalogue import SECTOR, Chip, chips
from cardscope.tags.locks import LockBytes

PAGE = 4
_STATIC_LOCK_PAGE = 2
_CC_PAGE = 3
_VCTID_OR_FACTORY = 0x05
"""What byte 1 of CFG1 holds on real parts of every family, although the NTAG data sheets call it RFUI."""

_DYNAMIC_LOCK = "dynamic lock page"
_CONFIGURATION = "configuration page"
_REGISTERS = "register page"
_PASSWORD = "password page"
_KEY = "key page"
_COUNTER = "counter page"
_RESERVED = "reserved page"


def judge_pages(first: int, data: bytes, chip: Chip | None) -> Verdict:
    """Writing ``data`` (at least one byte) to the pages from ``first`` on, as FF D6 does with several pages."""
    verdicts: list[Verdict] = []
    if len(data) % PAGE:
        verdicts.append(unknown("malformed", "The data is not a whole number of pages of 4 bytes."))
    for index, start in enumerate(range(0, len(data), PAGE)):
        if first + index > 0xFF:
            verdicts.append(unknown("outside_memory", "The data goes past page 255."))
            break
        verdicts.append(judge_page(first + index, data[start : start + PAGE].ljust(PAGE, b"\0"), chip))
    return combined(verdicts)


@lru_cache(maxsize=1024)
def judge_page(page: int, data: bytes, chip: Chip | None) -> Verdict:
    """Writing the 4 bytes ``data`` to ``page`` (0 to 255), in whichever sector is selected."""
    if page < _STATIC_LOCK_PAGE:
        # Chips with a changeable UID take it, and with a wrong check byte they never answer again.
        text = f"Writes to page {page}, the serial number: refused by a genuine chip, fatal to some others."
        return unknown("uid", text)
    if page == _STATIC_LOCK_PAGE:
        # The static lock bytes are the same on all chips, so any of them can tell.
        return _judge_lock((chip or next(iter(chips().values()))).static_lock, data, "static")
    if page == _CC_PAGE:
        return _judge_cc(data, chip)
    if chip is None:
        return _judge_unknown_chip(page)
    if not _numbers(chip, page):
        text = f"The {chip.name} has no page {page}; on another chip the write could do anything."
        return unknown("outside_memory", text)
    roles = _roles(chip, page)
    if not roles:
        return changing(f"Writes to page {page}, user memory of the {chip.name}.")
    return combined(_judge_role(role, number, page, data, chip) for role, number in roles)


def _judge_lock(lock: LockBytes, data: bytes, kind: str) -> Verdict:
    """A write to a lock page: its bits are OR-ed to those that are set, and never go back to 0."""
    stored = data[lock.offset : lock.offset + lock.size]
    locks = [bit for bit in lock.bits if stored[bit.byte] & bit.mask]
    hazards: list[Hazard] = []
    if pages := _listed(page for bit in locks if not bit.block for page in bit.pages):
        hazards.append(Hazard(f"{kind}_lock", f"Makes {pages} read-only for ever.", permanent=True))
    if pages := _listed(page for bit in locks if bit.block for page in bit.pages):
        text = f"Freezes the locks of {pages}: what is not locked then can never be locked."
        hazards.append(Hazard(f"{kind}_block_lock", text, permanent=True))
    if any(byte & mask for byte, mask in zip(stored, lock.rfui, strict=True)) or any(data[lock.offset + lock.size :]):
        text = "Sets lock bits that have no published meaning and may never be cleared."
        hazards.append(Hazard(f"{kind}_lock_rfui", text, permanent=True))
    if not hazards:
        return changing(f"Writes zeros to the {kind} lock bytes, which sets nothing.")
    return Verdict(Effect.PERMANENT, tuple(hazards), " ".join(hazard.text for hazard in hazards))


def _judge_cc(data: bytes, chip: Chip | None) -> Verdict:
    if not any(data):
        return changing("Writes zeros to page 3, which sets nothing.")
    text = "Sets bits of page 3 (capability container, OTP) that are not yet set; none can ever be cleared."
    hazards = [Hazard("otp", text, permanent=True)]
    if chip is not None and data[2] * 8 > chip.user_bytes:
        overrun = (
            f"Announces {data[2] * 8} bytes, more than the {chip.name} has: writers would overwrite its lock pages."
        )
        hazards.append(Hazard("cc_overrun", overrun, permanent=True))
    return Verdict(Effect.PERMANENT, tuple(hazards), text)


def _judge_role(role: str, number: int, page: int, data: bytes, chip: Chip) -> Verdict:
    """A write to ``page``, which is page ``number`` of ``chip`` in some sector, with that ``role`` there."""
    if role == _DYNAMIC_LOCK and chip.dynamic_lock is not None:
        return _judge_lock(chip.dynamic_lock, data, "dynamic")
    if role == _COUNTER:
        if not any(data[:2]):
            return changing(f"Writes zero to the counter of the {chip.name}, which adds nothing.")
        return permanent("counter", f"Counts the counter of the {chip.name} up; it can never be counted down.")
    place = f"Page {page} is the {role} of the {chip.name}"
    verdicts = [_describe(role, place)]
    if role in (_CONFIGURATION, _REGISTERS):
        verdicts += [
            permanent(code, text)
            for name, (code, sets, text) in _ONE_WAY.items()
            if _sets(chip, number, name, data, sets)
        ]
        if number in (chip.cfg0, chip.cfg1) and _sets_unused(chip, number, data):
            text = "Sets configuration bits that have no published meaning."
            verdicts.append(unknown("configuration_rfui", text))
    return combined(verdicts)


_ONE_WAY: dict[str, tuple[str, Callable[[int], bool], str]] = {
    "CFGLCK": ("cfglck", bool, "Sets CFGLCK: the configuration is frozen for ever from the next power-up on."),
    "AUTHLIM": (
        "authlim",
        bool,
        "Sets AUTHLIM: after that many wrong passwords the protected pages are lost for ever.",
    ),
    "NFC_DIS_SEC1": ("sector_disabled", bool, "Sets NFC_DIS_SEC1: sector 1 cannot be reached by radio any more."),
    "REG_LOCK_NFC": ("register_lock", bool, "Sets REG_LOCK: by radio the registers can never be changed again."),
    "REG_LOCK_I2C": ("register_lock", bool, "Sets REG_LOCK: over I²C the registers can never be changed again."),
    "TRANSFER_DIR": (
        "transfer_direction",
        lambda value: not value,
        "Clears TRANSFER_DIR: from the next power-up on the tag refuses every write by radio.",
    ),
}
"""By the name of the field: the hazard's code, which values are one-way from the radio side, and what they do
(reference §1.3; for TRANSFER_DIR the data sheet of the NT3H1x01, §8.3.11)."""


def _sets(chip: Chip, number: int, name: str, data: bytes, one_way: Callable[[int], bool]) -> bool:
    field = chip.fields.get(name)
    return field is not None and field.page == number and one_way(field.value(data))


def _sets_unused(chip: Chip, number: int, data: bytes) -> bool:
    """Whether ``data`` sets bits of page ``number`` that belong to no field."""
    used = bytearray(PAGE)
    for field in chip.fields.values():
        if field.page == number:
            used[field.byte] |= field.mask
    if number == chip.cfg1:
        used[1] |= _VCTID_OR_FACTORY
    return any(byte & ~mask for byte, mask in zip(data, used, strict=True))


_EFFECTS = {
    _DYNAMIC_LOCK: ("dynamic_lock", "lock bits can never be cleared"),
    _CONFIGURATION: ("configuration", "a wrong value can lock its owner out, some for ever"),
    _REGISTERS: ("configuration", "a wrong value can lock its owner out, some for ever"),
    _PASSWORD: ("password", "the old value cannot be read back"),
    _KEY: ("key", "the old key cannot be read back, nor the new one"),
    _COUNTER: ("counter", "what is counted up can never be counted down"),
    _RESERVED: ("reserved_page", "CardScope cannot tell what a write does there"),
}


def _describe(role: str, place: str) -> Verdict:
    """The verdict on a special page without looking at the data; ``place`` says which page on which chip."""
    code, effect = _EFFECTS[role]
    return unknown(code, f"{place}: {effect}.")


@cache
def _judge_unknown_chip(page: int) -> Verdict:
    verdicts = [
        _describe(role, f"The chip is not known, and page {page} is the {role} on {_names(names)}")
        for role, names in _roles_on_any_chip(page).items()
    ]
    return combined(verdicts) if verdicts else changing(f"Writes to page {page}, user memory wherever it exists.")


@cache
def _roles_on_any_chip(page: int) -> dict[str, list[str]]:
    roles: dict[str, list[str]] = {}
    for chip in chips().values():
        for role in dict(_roles(chip, page)):
            roles.setdefault(role, []).append(chip.name)
    return roles


@cache
def _numbers(chip: Chip, page: int) -> tuple[int, ...]:
    """What ``page`` of a command is in each sector that has it, as the catalogue counts pages."""
    return tuple(number for area in chip.areas for number in area if number % SECTOR == page)


@cache
def _roles(chip: Chip, page: int) -> tuple[tuple[str, int], ...]:
    """What ``page`` is on ``chip`` other than user memory, with its number there; empty for user memory.

    A command names a page within the selected sector, and which one that is its bytes do not tell: so this is what
    the page is in any sector.
    """
    return tuple({role: number for number in _numbers(chip, page) if (role := special_role(chip, number))}.items())


@cache
def special_role(chip: Chip, number: int) -> str:
    """What page ``number`` of ``chip``, counted through the sectors, is other than user memory, a few words; empty for
    user memory, for pages that the chip does not have, and for pages 0 to 3, which are the same on every chip."""
    if number < PAGE or not any(number in area for area in chip.areas):
        return ""
    if any(number in area for area in chip.user_areas):
        return ""
    if chip.dynamic_lock is not None and number == chip.dynamic_lock.page:
        return _DYNAMIC_LOCK
    if any(number == register for register, _ in chip.registers):
        return _REGISTERS
    if any(number == field.page for field in chip.fields.values()):
        return _CONFIGURATION
    if number in (chip.pwd, chip.pack):
        return _PASSWORD
    if chip.key_pages is not None and number in chip.key_pages:
        return _KEY
    return _COUNTER if number == chip.counter_page else _RESERVED


def _names(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def _listed(pages: Iterable[int]) -> str:
    """Pages as ranges: ``page 3``, ``pages 4 to 7 and 9``; empty for none."""
    ranges: list[tuple[int, int]] = []
    for page in sorted(set(pages)):
        if ranges and ranges[-1][1] == page - 1:
            ranges[-1] = (ranges[-1][0], page)
        else:
            ranges.append((page, page))
    if not ranges:
        return ""
    words = [f"{first} to {last}" if last > first else str(first) for first, last in ranges]
    single = len(ranges) == 1 and ranges[0][0] == ranges[0][1]
    return f"page{'' if single else 's'} {_names(words)}"
