"""Which chip a tag is: by GET_VERSION where that gets through, and by careful trying where it does not.

Every command that the chip may refuse is followed by a clean re-select, which :class:`TagLink` sees to. Sources: Stack
Overflow 37002498 and public software for the chips without GET_VERSION; NXP's data sheets for the page numbers.
"""

from dataclasses import replace
from typing import Final

from cardscope.decode.tag_cc import capability_container
from cardscope.decode.tag_parts import NXP, manufacturer
from cardscope.identify.chip_identity import Certainty, ChipIdentity, identify_version
from cardscope.identify.tag_link import TagLink
from cardscope.identify.tag_reader import TagReader
from cardscope.readers.families import FailureKind, NativeFailure
from cardscope.tags.catalogue import Chip, chips
from cardscope.tags.image import bcc0, bcc1

ULTRALIGHT_C_CARD: Final = 0x003A
"""PC/SC Part 3's card name, which few readers use."""

_NTAG203_COUNTER_PAGE: Final = 0x29
_FIRST_BEYOND_ULTRALIGHT: Final = 0x10
_ULTRALIGHT_C_LOCK_PAGE: Final = 0x28
_FIXED: Final = 0xBD

_BY_SIZE: Final = {
    0x06: "ntag210",
    0x10: "ntag212",
    0x12: "ntag213",
    0x3E: "ntag215",
    0x6D: "ntag216",
    0xEA: "nt3h1201",
}
"""Chips by the size byte of the capability container that they are delivered with."""
_ALIKE: Final = {
    "ntag210": "MF0UL11",
    "ntag212": "MF0UL21",
    "ntag213": "NTAG213F",
    "ntag216": "NTAG216F",
}
"""What reads the same as far as storage-card commands reach."""


async def find_chip(link: TagLink, reader: TagReader, card: int | None) -> ChipIdentity:
    """The chip of the tag. ``card`` is the card name in the ATR (PC/SC Part 3), where it has one.

    Where the reader turns out to refuse native commands, the link goes on without them.
    """
    if not link.has_route:
        return await _of_its_maker(reader, await _by_reading(reader, card))
    answer = await link.get_version()
    if isinstance(answer, NativeFailure) and answer.kind is not FailureKind.NAK:
        # Disturbed perhaps. Without its version a tag would be read, and might count that, before it is known.
        answer = await link.get_version()
    if not isinstance(answer, NativeFailure):
        return identify_version(answer)
    if answer.kind is FailureKind.ERROR and not await reader.read(0):
        # The reader, and not the tag, refused: it is of another family than it seemed.
        link.give_up_route()
        reader.forget_failures()
        return await _of_its_maker(reader, await _by_reading(reader, card))
    return await _of_its_maker(reader, await _without_version(link, reader))


async def _of_its_maker(reader: TagReader, identity: ChipIdentity) -> ChipIdentity:
    """The same where the UID is NXP's. Another maker's chip may go on otherwise than the one of NXP that it is like."""
    await reader.read(0, identity.chip)
    page0 = reader.page(0)
    if page0 is None or page0[0] == NXP or not identity.vendor:
        return identity
    maker = manufacturer(page0[0])
    reason = f"But its UID begins with {page0[0]:02X}, {f'the number of {maker}' if maker else 'no registered maker'}."
    reasons = (*identity.reasons, reason)
    name = f"{identity.name}-compatible chip"
    return replace(identity, name=name, vendor=maker, certainty=Certainty.GUESS, reasons=reasons)


async def _without_version(link: TagLink, reader: TagReader) -> ChipIdentity:
    no_version = "It does not answer GET_VERSION."
    answer = await link.begin_authenticate()
    if not isinstance(answer, NativeFailure) and answer[0] == 0xAF:
        chip = chips()["mf0icu2"]
        reasons = (no_version, "It answers AUTHENTICATE as an Ultralight C does.")
        return ChipIdentity(chip.family, chip.vendor, Certainty.CERTAIN, reasons, chip=chip)
    if await reader.read(_NTAG203_COUNTER_PAGE):
        reasons = (no_version, "Page 41, the counter of the NTAG203, is readable, and there is no AUTHENTICATE.")
        return ChipIdentity("NTAG203", "NXP", Certainty.LIKELY, reasons)
    chip = chips()["mf0icu1"]
    reasons = (no_version, "It has no AUTHENTICATE and no page 41.")
    return ChipIdentity(chip.family, chip.vendor, Certainty.LIKELY, reasons, chip=chip)


async def _by_reading(reader: TagReader, card: int | None) -> ChipIdentity:
    """What FF B0 alone can tell."""
    limits = "This reader passes on no GET_VERSION, so the chip is concluded from its memory."
    if not await reader.read(0):
        return ChipIdentity("Type 2 tag", "", Certainty.GUESS, (limits, "Nothing of it could be read."))
    page3 = reader.page(3)
    if page3 is None:
        return ChipIdentity("Type 2 tag", "", Certainty.GUESS, (limits, "Its first pages are protected."))
    identity = await _by_container(reader, page3, card)
    return replace(identity, reasons=(limits, *identity.reasons))


async def _by_container(reader: TagReader, page3: bytes, card: int | None) -> ChipIdentity:
    container = capability_container(page3)
    if card == ULTRALIGHT_C_CARD or container is None or not container.size:
        return await _unformatted(reader, card)
    key = _BY_SIZE.get(page3[2])
    if key is None:
        reason = f"No chip is delivered with a data area of {container.size} bytes."
        return ChipIdentity("Type 2 tag", "", Certainty.GUESS, (reason,))
    if not _has_check_bytes(reader):
        return _ntag_i2c(key, container.size)
    chip = chips()[key]
    announced = f"Its capability container announces {container.size} bytes, as that of the {chip.name} does."
    if chip.dynamic_lock is None:
        return await _small(reader, chip, announced)
    if not await reader.read(chip.dynamic_lock.page, chip):
        reason = f"Page {chip.dynamic_lock.page}, where its dynamic lock bytes would be, is not readable."
        return ChipIdentity(chip.name, chip.vendor, Certainty.GUESS, (announced, reason), chip=chip)
    if key == "ntag213" and (other := _not_an_ntag213(reader)) is not None:
        return other
    lock_page = reader.page(chip.dynamic_lock.page)
    if lock_page is None or lock_page[3] != _FIXED:
        reason = f"Page {chip.dynamic_lock.page} does not look like its dynamic lock bytes."
        return ChipIdentity(chip.name, chip.vendor, Certainty.GUESS, (announced, reason), chip=chip)
    reasons = [announced, f"Page {chip.dynamic_lock.page} holds BD where its dynamic lock bytes do."]
    certainty = Certainty.GUESS if key == "ntag212" else Certainty.LIKELY
    if key in _ALIKE:
        reasons.append(f"The {_ALIKE[key]} looks the same from here.")
    return ChipIdentity(chip.name, chip.vendor, certainty, tuple(reasons), chip=chip)


def _ntag_i2c(key: str, size: int) -> ChipIdentity:
    chip = chips()["nt3h1201" if key == "nt3h1201" else "nt3h1101"]
    reasons = (
        "Pages 0 to 2 hold no check bytes, as on an NTAG I²C.",
        f"Its capability container announces {size} bytes.",
    )
    return ChipIdentity(chip.name, chip.vendor, Certainty.GUESS, reasons, chip=chip)


async def _small(reader: TagReader, chip: Chip, announced: str) -> ChipIdentity:
    if await reader.read(_FIRST_BEYOND_ULTRALIGHT, chip):
        reason = f"There is a page 16, which the Ultralight lacks; the {_ALIKE[chip.key]} looks the same from here."
        return ChipIdentity(chip.name, chip.vendor, Certainty.GUESS, (announced, reason), chip=chip)
    ultralight = chips()["mf0icu1"]
    reason = "There is no page 16, so it is an Ultralight, or what lies there is protected."
    return ChipIdentity(ultralight.family, ultralight.vendor, Certainty.GUESS, (announced, reason), chip=ultralight)


def _not_an_ntag213(reader: TagReader) -> ChipIdentity | None:
    """Ultralight C and NTAG203 have as much memory, and may be formatted in the same way."""
    page_29, page_2a, page_2b = reader.page(0x29), reader.page(0x2A), reader.page(0x2B)
    if page_2a is None:
        if page_29 is not None and page_29[3] == 0x2A:
            return None  # as CFG0 it says that the NTAG213 is protected from there on
        reason = "Reading begins anew after page 41, where the NTAG203 ends."
        return ChipIdentity("NTAG203", "NXP", Certainty.LIKELY, (reason,))
    if not any(page_2a[1:]) and 3 <= page_2a[0] <= 0x30 and page_2b is not None and not any(page_2b[1:]):
        return _ultralight_c("Pages 42 and 43 look like its AUTH0 and AUTH1.")
    return None


def _ultralight_c(reason: str) -> ChipIdentity:
    chip = chips()["mf0icu2"]
    return ChipIdentity(chip.family, chip.vendor, Certainty.LIKELY, (reason,), chip=chip)


async def _unformatted(reader: TagReader, card: int | None) -> ChipIdentity:
    """Tags that are delivered without a capability container: the Ultralight family, and NTAG I²C plus."""
    if not _has_check_bytes(reader):
        chip = chips()["nt3h2111"]
        reasons = ("Pages 0 to 2 hold no check bytes, as on an NTAG I²C, and page 3 no capability container.",)
        return ChipIdentity(chip.name, chip.vendor, Certainty.GUESS, reasons, chip=chip)
    if await reader.read(_ULTRALIGHT_C_LOCK_PAGE):
        if reader.page(_ULTRALIGHT_C_LOCK_PAGE + 1) is not None:
            named = " and the reader calls it so" if card == ULTRALIGHT_C_CARD else ""
            return _ultralight_c(f"Its memory goes on beyond page 40, as that of the Ultralight C does{named}.")
        chip = chips()["mf0ul21"]
        reason = "Reading begins anew after page 40, where the MF0UL21 ends."
        return ChipIdentity(chip.name, chip.vendor, Certainty.LIKELY, (reason,), chip=chip)
    if await reader.read(_FIRST_BEYOND_ULTRALIGHT):
        chip = chips()["mf0ul11"]
        reason = "There is a page 16 and no page 40."
        return ChipIdentity(chip.name, chip.vendor, Certainty.LIKELY, (reason,), chip=chip)
    chip = chips()["mf0icu1"]
    reason = "There is neither a page 16 nor a page 40."
    return ChipIdentity(chip.family, chip.vendor, Certainty.LIKELY, (reason,), chip=chip)


def _has_check_bytes(reader: TagReader) -> bool:
    pages = [reader.page(page) for page in range(3)]
    if any(page is None for page in pages):
        return True
    data = b"".join(page for page in pages if page is not None)
    uid = data[:3] + data[4:8]
    return data[3] == bcc0(uid) and data[8] == bcc1(uid)
