"""Native Type 2 commands and page writes. Facts: NXP data sheets of NTAG213/215/216, MF0ULx1, MF0ICU2, NT3H."""

from collections.abc import Iterable
from functools import cache

from cardscope.decode.native import native_summary
from cardscope.guard.verdict import Effect, Hazard, Verdict, changing, combined, harmless, permanent, unknown
from cardscope.tags.catalogue import Chip, Command, chips
from cardscope.tags.locks import LockBytes

_PAGE = 4
_BLOCK = 16
_STATIC_LOCK_PAGE = 2
_CC_PAGE = 3
_CFGLCK = 0x40
_AUTHLIM = 0x07
_HLTA = bytes.fromhex("5000")

# A command is harmless only in its exact length: longer or shorter frames are not what the data sheet describes.
_HARMLESS_LENGTHS: dict[int, int] = {
    Command.READ: 2,
    Command.FAST_READ: 3,
    Command.GET_VERSION: 1,
    Command.READ_SIG: 2,
    Command.READ_CNT: 2,
    Command.CHECK_TEARING_EVENT: 2,
}
_DYNAMIC_LOCK = "dynamic lock page"
_CONFIGURATION = "configuration page"
_PASSWORD = "password page"
_RESERVED = "reserved page"


def judge_native(native: bytes, chip: Chip | None) -> Verdict:
    """What the native command ``native`` does to a card whose chip is ``chip`` (``None``: not known)."""
    words = native_summary(native)
    code, size = native[0], len(native)
    if _HARMLESS_LENGTHS.get(code) == size or native == _HLTA:
        return harmless(f"{words} changes nothing.")
    if native == bytes([Command.AUTHENTICATE, 0]):
        return harmless("The first step of AUTHENTICATE changes nothing.")
    if code in (Command.WRITE, Command.COMPAT_WRITE):
        return _judge_write(native, chip)
    if code == Command.PWD_AUTH:
        return unknown(
            "counts_try",
            "PWD_AUTH tries a password; where AUTHLIM is set, a wrong one counts, and after the last one the protected "
            "pages are lost for ever.",
        )
    if code == Command.INCR_CNT:
        return permanent("counter", "INCR_CNT counts a counter up that can never be counted down.")
    if native == bytes([Command.SECTOR_SELECT, 0xFF]) or (size == 4 and code < 4 and not any(native[1:])):
        return changing("SECTOR_SELECT: page numbers mean another sector until the card leaves the field.")
    return unknown("not_understood", f"A native command ({words}) could change the card; CardScope cannot tell.")


def _judge_write(native: bytes, chip: Chip | None) -> Verdict:
    page = native[1] if len(native) > 1 else None
    if page is None:
        return unknown("malformed", "A write without a page number; CardScope cannot tell what it does.")
    compatible = native[0] == Command.COMPAT_WRITE
    data = native[2 : 2 + _PAGE]
    if len(data) < _PAGE:
        reason = "The data comes in the next frame" if compatible and not data else "The data is incomplete"
        text = f"Writes to page {page}, and CardScope cannot tell what. {reason}."
        return combined((unknown("malformed", text), judge_page(page, b"\xff" * _PAGE, chip)))
    verdict = judge_page(page, data, chip)
    if compatible and chip is None:
        verdict = combined((verdict, *_judge_classic_block(page)))
    if len(native) == 2 + (_BLOCK if compatible else _PAGE):
        return verdict
    return combined((verdict, unknown("malformed", f"A write to page {page} of unusual length.")))


def judge_pages(first: int, data: bytes, chip: Chip | None) -> Verdict:
    """Writing ``data`` (at least one byte) to the pages from ``first`` on, as FF D6 does with several pages."""
    verdicts: list[Verdict] = []
    if len(data) % _PAGE:
        verdicts.append(unknown("malformed", "The data is not a whole number of pages of 4 bytes."))
    for index, start in enumerate(range(0, len(data), _PAGE)):
        if first + index > 0xFF:
            verdicts.append(unknown("outside_memory", "The data goes past page 255."))
            break
        verdicts.append(judge_page(first + index, data[start : start + _PAGE].ljust(_PAGE, b"\0"), chip))
    if chip is None and len(data) >= _BLOCK:
        for block in range(first, first + -(-len(data) // _BLOCK)):  # readers take several blocks at once
            verdicts.extend(_judge_classic_block(block))
    return combined(verdicts)


def _judge_classic_block(block: int) -> list[Verdict]:
    """16 bytes to a card that is not known: it may be a MIFARE Classic, whose last block of a sector is special."""
    if block % 4 != 3:
        return []
    text = f"On a MIFARE Classic, block {block} holds keys and access bits, which can lock the sector for ever."
    return [unknown("key", text)]


def judge_page(page: int, data: bytes, chip: Chip | None) -> Verdict:
    """Writing the 4 bytes ``data`` to ``page`` (0 to 255)."""
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
    return combined(_judge_role(role, page, data, chip) for role in roles)


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
    if chip is not None and data[2] * 8 > (chip.user_last - chip.user_first + 1) * _PAGE:
        overrun = (
            f"Announces {data[2] * 8} bytes, more than the {chip.name} has: writers would overwrite its lock pages."
        )
        hazards.append(Hazard("cc_overrun", overrun, permanent=True))
    return Verdict(Effect.PERMANENT, tuple(hazards), text)


def _judge_role(role: str, page: int, data: bytes, chip: Chip) -> Verdict:
    if role == _DYNAMIC_LOCK and chip.dynamic_lock is not None:
        return _judge_lock(chip.dynamic_lock, data, "dynamic")
    verdicts = [_describe(role, f"Page {page} is the {role} of the {chip.name}")]
    if chip.cfg1 is not None and page == chip.cfg1 % 0x100 and chip.pwd is not None:
        if data[0] & _CFGLCK and not chip.key.startswith("nt3h"):  # which have no CFGLCK (reference §1.3)
            text = "Sets CFGLCK: the configuration is frozen for ever from the next power-up on."
            verdicts.append(permanent("cfglck", text))
        if data[0] & _AUTHLIM:
            text = "Sets AUTHLIM: after that many wrong passwords the protected pages are lost for ever."
            verdicts.append(permanent("authlim", text))
    return combined(verdicts)


def _describe(role: str, place: str) -> Verdict:
    """The verdict on a special page without looking at the data; ``place`` says which page on which chip."""
    effects = {
        _DYNAMIC_LOCK: ("dynamic_lock", "lock bits can never be cleared"),
        _CONFIGURATION: ("configuration", "a wrong value can lock its owner out, some for ever"),
        _PASSWORD: ("password", "the old value cannot be read back"),
    }
    code, effect = effects.get(role, ("reserved_page", "CardScope cannot tell what a write does there"))
    return unknown(code, f"{place}: {effect}.")


def _judge_unknown_chip(page: int) -> Verdict:
    verdicts: list[Verdict] = []
    for role, names in _roles_on_any_chip(page).items():
        verdicts.append(_describe(role, f"The chip is not known, and page {page} is the {role} on {_names(names)}"))
    return combined(verdicts) if verdicts else changing(f"Writes to page {page}, user memory wherever it exists.")


@cache
def _roles_on_any_chip(page: int) -> dict[str, list[str]]:
    roles: dict[str, list[str]] = {}
    for chip in chips().values():
        for role in _roles(chip, page):
            roles.setdefault(role, []).append(chip.name)
    return roles


def _numbers(chip: Chip, page: int) -> list[int]:
    """What ``page`` of a command is in each sector that has it, as the catalogue counts pages."""
    return [number for area in chip.areas for number in area if number % 0x100 == page]


@cache
def _roles(chip: Chip, page: int) -> tuple[str, ...]:
    """What ``page`` is on ``chip`` other than user memory; empty for user memory.

    A command names a page within the selected sector, and which one that is its bytes do not tell: so this is what
    the page is in any sector.
    """
    roles: dict[str, None] = {}
    for number in _numbers(chip, page):
        if chip.dynamic_lock is not None and number == chip.dynamic_lock.page:
            roles[_DYNAMIC_LOCK] = None
        elif number in (chip.cfg0, chip.cfg1):
            roles[_CONFIGURATION] = None
        elif number in (chip.pwd, chip.pack):
            roles[_PASSWORD] = None
        elif not any(number in area for area in chip.user_areas):
            roles[_RESERVED] = None
    return tuple(roles)


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
