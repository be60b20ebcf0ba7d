"""Native Type 2 commands. Facts: NXP data sheets of NTAG213/215/216, MF0ULx1, MF0ICU2, NT3H1x01 and NT3H2x11."""

from functools import lru_cache

from cardscope.decode.native import native_summary
from cardscope.guard.knowledge import Begun, Part
from cardscope.guard.pages import PAGE, judge_page
from cardscope.guard.verdict import Verdict, changing, combined, harmless, permanent, unknown
from cardscope.tags.catalogue import Chip, Command

_COMPAT_DATA = 16
_HLTA = bytes.fromhex("5000")
_AUTHENTICATION_FRAME = 0xAF
_AUTHENTICATION_SIZE = 17
_VCSL_SIZE = 21
_SRAM_FIRST, _SRAM_LAST, _SRAM_SIZE = 0xF0, 0xFF, 64

# A command is harmless only in its exact length: longer or shorter frames are not what the data sheet describes.
_HARMLESS_LENGTHS: dict[int, int] = {
    Command.READ: 2,
    Command.FAST_READ: 3,
    Command.GET_VERSION: 1,
    Command.READ_SIG: 2,
    Command.READ_CNT: 2,
    Command.CHECK_TEARING_EVENT: 2,
}


@lru_cache(maxsize=1024)
def judge_native(
    native: bytes, chip: Chip | None, begun: Begun | None = None, *, authlim: int | None = None
) -> Verdict:
    """What the native command ``native`` does to a card whose chip is ``chip`` (``None``: not known), after the frame
    that ``begun`` tells of. ``authlim`` is what the field AUTHLIM holds, where that is known."""
    if begun is not None and (second := _judge_second(native, chip, begun)) is not None:
        return second
    words = native_summary(native)
    code, size = native[0], len(native)
    if _HARMLESS_LENGTHS.get(code) == size or native == _HLTA:
        return harmless(f"{words} changes nothing.")
    match code, size:
        case Command.AUTHENTICATE, 2 if native[1] == 0:
            return harmless("The first step of AUTHENTICATE changes nothing.")
        case Command.VCSL, _ if size == _VCSL_SIZE and chip is not None and Command.VCSL in chip.commands:
            return harmless(f"{words} changes nothing.")
        case ((Command.WRITE | Command.COMPAT_WRITE), _):
            return _judge_write(native, chip)
        case Command.PWD_AUTH, 5 if authlim == 0:
            return changing("PWD_AUTH tries a password; AUTHLIM is 0, so wrong ones are not counted.")
        case Command.PWD_AUTH, _:
            return unknown(
                "counts_try",
                "PWD_AUTH tries a password; where AUTHLIM is set, a wrong one counts, and after the last one the "
                "protected pages are lost for ever.",
            )
        case Command.INCR_CNT, _:
            return permanent("counter", "INCR_CNT counts a counter up that can never be counted down.")
        case Command.FAST_WRITE, _ if native[1:3] == bytes((_SRAM_FIRST, _SRAM_LAST)) and size == 3 + _SRAM_SIZE:
            return changing("FAST_WRITE: writes to SRAM, which is lost with the power.")
        case Command.SECTOR_SELECT, 2 if native[1] == 0xFF:
            return changing(_SECTOR_SELECTED)
        case ((0 | 1 | 2 | 3), _) if _names_sector(native):
            return changing(_SECTOR_SELECTED)
        case _:
            text = f"A native command ({words}) could change the card; CardScope cannot tell."
            return unknown("not_understood", text)


_SECTOR_SELECTED = "SECTOR_SELECT: page numbers mean another sector until the card leaves the field."


def is_data(native: bytes) -> bool:
    """Whether ``native`` has the form of COMPAT_WRITE's second frame, which is data and nothing else."""
    return len(native) == _COMPAT_DATA


def _names_sector(native: bytes) -> bool:
    """Whether ``native`` has the form of SECTOR_SELECT's second frame: a sector and three zeros."""
    return len(native) == PAGE and not any(native[1:])


def _judge_second(native: bytes, chip: Chip | None, begun: Begun) -> Verdict | None:
    """``native`` as the second part of what has ``begun``; ``None``: it is none, and stands for itself."""
    match begun.part:
        case Part.CHAIN:
            return unknown("split", "A part of a longer command; CardScope cannot tell what the whole does.")
        case Part.COMPAT_WRITE if is_data(native):
            return judge_page(begun.page, native[:PAGE], chip)
        case Part.SECTOR_SELECT if _names_sector(native):
            return changing(_SECTOR_SELECTED)
        case Part.AUTHENTICATE if (
            chip is not None
            and chip.key_pages is not None
            and len(native) == _AUTHENTICATION_SIZE
            and native[0] == _AUTHENTICATION_FRAME
        ):
            return changing(f"The second step of AUTHENTICATE: the {chip.name} counts no tries.")
        case _:
            return None


def _judge_write(native: bytes, chip: Chip | None) -> Verdict:
    page = native[1] if len(native) > 1 else None
    if page is None:
        return unknown("malformed", "A write without a page number; CardScope cannot tell what it does.")
    compatible = native[0] == Command.COMPAT_WRITE
    data = native[2 : 2 + PAGE]
    if len(data) < PAGE:
        anything = judge_page(page, b"\xff" * PAGE, chip)
        if not (compatible and not data):
            text = f"Writes to page {page}, and CardScope cannot tell what. The data is incomplete."
            return combined((unknown("malformed", text), anything))
        if not anything.needs_approval:
            return changing(f"Begins a write to page {page}, user memory; its data comes in the next frame.")
        text = f"Begins a write to page {page}, and CardScope cannot tell what. The data comes in the next frame."
        return combined((unknown("split", text), *_as_unknown(anything)))
    verdict = judge_page(page, data, chip)
    if len(native) == 2 + (_COMPAT_DATA if compatible else PAGE):
        return verdict
    return combined((verdict, unknown("malformed", f"A write to page {page} of unusual length.")))


def _as_unknown(verdict: Verdict) -> list[Verdict]:
    """The hazards of ``verdict`` as what could come."""
    return [unknown(hazard.code, f"With some data: {hazard.text}") for hazard in verdict.hazards]
