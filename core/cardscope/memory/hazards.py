"""Every effect of a plan that deserves a thought, named by the code of the list of hazards, H1 to H25, or CHIP.

Facts: NXP data sheets of NTAG213/215/216, MF0ULx1, MF0ICU2, NT3H1x01 and NT3H2x11; AN13089; reports of owners.
"""

from collections.abc import Callable, Iterable, Iterator

from cardscope.memory.chip_doubt import CODE, doubt_hazards
from cardscope.memory.draft import Draft
from cardscope.memory.lock_hazards import cc_hazards, lock_hazards
from cardscope.memory.mirror import mirrored
from cardscope.memory.page_access import TagAccess
from cardscope.memory.page_area import Area, page_area
from cardscope.memory.plan_parts import PlanHazard, Step, StepKind
from cardscope.memory.wording import pages_text, sentence
from cardscope.tags.catalogue import SECTOR, Chip, Mirror
from cardscope.tags.image import image_pages

_NOTHING = "Nothing."
_TORN = (Area.CONFIGURATION, Area.PASSWORD, Area.PACK, Area.KEY, Area.REGISTER)
"""What a removal in the middle of a write leaves undefined, beside user memory."""
_NEVER_BACK: dict[str, tuple[Callable[[int], bool], str]] = {
    "NFC_DIS_SEC1": (bool, "Sector 1 cannot be reached by radio any more."),
    "REG_LOCK_NFC": (bool, "By radio these pages can never be changed again."),
    "REG_LOCK_I2C": (bool, "Over I²C the configuration can never be changed again."),
    "TRANSFER_DIR": (lambda value: not value, "From the next power-up on the tag refuses every write by radio."),
}


def plan_hazards(
    draft: Draft, before: TagAccess, after: TagAccess, steps: tuple[Step, ...], wanted_mirror: Iterable[int]
) -> tuple[PlanHazard, ...]:
    """The hazards of ``steps``: doubts about the chip first, then in the order of their codes. ``after`` is the tag as
    it shall be, ``wanted_mirror`` the pages that its mirror covers then."""
    found = [
        *doubt_hazards(draft.base, steps),
        *lock_hazards(draft),
        *cc_hazards(draft),
        *_cfglck(draft, after),
        *_protection(draft, before, after),
        *_tries(draft, before, after, steps),
        *_secrets(draft),
        *_torn(draft),
        *_mirror(draft, frozenset(wanted_mirror)),
        *_counting(draft, steps),
        *_radio(draft),
    ]
    return tuple(sorted(found, key=lambda hazard: (0 if hazard.code == CODE else int(hazard.code[1:]), hazard.page)))


def _cfglck(draft: Draft, after: TagAccess) -> Iterator[PlanHazard]:
    chip = draft.chip
    if not _becomes(draft, "CFGLCK", bool) or chip.cfg0 is None or chip.cfg1 is None:
        return
    pages = (chip.cfg0, chip.cfg1)
    auth0 = _value(draft, "AUTH0")
    prot = "reading and writing" if after.prot else "writing"
    kept = f"AUTH0 {auth0:02X} (for {prot}) and AUTHLIM {after.authlim}"
    text = f"CFG0 and CFG1, {pages_text(pages)}, are frozen for ever from the next power-up on, with {kept}."
    undo = "Nothing, once the field was off. Until then, writing CFG1 with CFGLCK 0 should still work; nobody tried."
    yield PlanHazard("H8", text, True, pages, undo, chip.cfg1)
    if chip.pwd is not None and chip.pwd not in (after.protected or ()):
        text = (
            f"AUTH0 is frozen at {auth0:02X}, which leaves PWD in page {chip.pwd} open: it can never be protected, and "
            "anyone can set the password for ever."
        )
        yield PlanHazard("H9", text, True, (chip.pwd,), _NOTHING, chip.cfg1)


def _protection(draft: Draft, before: TagAccess, after: TagAccess) -> Iterator[PlanHazard]:
    chip = draft.chip
    old, new = before.protected or frozenset[int](), after.protected or frozenset[int]()
    page = next((page for page in (chip.cfg0, chip.cfg1) if page in draft.changes), None)
    if page is None:
        page = next((page for page in draft.changes if page in _field_pages(chip)), None)
    secret = "key" if chip.key_pages is not None else "password"
    undo = f"Changing it back, with the {secret}."
    more = _existing(chip, new - old)
    if page is not None and more:
        lost = f"Without the {secret} nobody will be able to write them again"
        yield PlanHazard("H10", f"{_pages(more)} will need the {secret}. {lost}.", False, more, undo, page)
    if page is not None and more and min(new) < 4:
        text = f"AUTH0 is {min(new):02X}: the lock bytes or page 3 will need the {secret}, and NFC devices may see no "
        yield PlanHazard("H12", f"{text}NDEF message.", False, _existing(chip, new & {0, 1, 2, 3}), undo, page)
    hidden = _existing(chip, new if after.prot and not before.prot else new - old if after.prot else frozenset())
    if page is not None and hidden:
        text = (
            f"{_pages(hidden)} cannot be read without the {secret}; a READ that runs into them starts over at page 0."
        )
        yield PlanHazard("H13", text, False, hidden, undo, page)
    if chip.pwd is not None and chip.pwd not in new and (chip.pwd in draft.changes or more):
        where = chip.cfg0 if page is None or chip.pwd in draft.changes else page
        text = f"PWD in page {chip.pwd} is not protected itself: anyone can set another password."
        undo = f"AUTH0 {chip.pwd:02X} or lower protects it."
        yield PlanHazard("H11", text, False, (chip.pwd,), undo, chip.pwd if chip.pwd in draft.changes else where or 0)


def _tries(draft: Draft, before: TagAccess, after: TagAccess, steps: tuple[Step, ...]) -> Iterator[PlanHazard]:
    chip = draft.chip
    if chip.pwd is None:
        return
    if after.authlim and after.authlim != before.authlim and chip.cfg1 is not None:
        text = (
            f"{after.authlim} wrong password{'s' if after.authlim > 1 else ''} in a row, by anyone, and the tag takes "
            "none any more, not even the right one: what is protected is lost for ever."
        )
        undo = "Writing AUTHLIM 0, with the password, before the limit is reached; then nothing."
        yield PlanHazard("H14", text, True, _existing(chip, after.protected or frozenset()), undo, chip.cfg1)
    tries = [step for step in steps if step.kind is StepKind.AUTHENTICATE]
    if tries and "AUTHLIM" in chip.fields and chip.fields["AUTHLIM"].page not in draft.base.pages:
        text = (
            "The password is tried, and whether a wrong one is counted could not be read: it may be the last one that "
            "the tag takes."
        )
        undo = "Nothing, where it was."
        yield PlanHazard("H14", text, True, _existing(chip, before.protected or frozenset()), undo, tries[0].page)
    if before.authlim and tries:
        failures = draft.base.auth_failures
        left = "an unknown number" if failures is None else str(before.authlim - failures)
        text = f"The password is tried, and a wrong one uses up one of the tries that are left ({left} of"
        text += f" {before.authlim}); after the last one what is protected is lost for ever."
        last = failures is None or failures + len(tries) >= before.authlim
        undo = "The right password sets the count back to 0, unless the limit is reached."
        yield PlanHazard("H14", text, last, _existing(chip, before.protected or frozenset()), undo, tries[0].page)


def _secrets(draft: Draft) -> Iterator[PlanHazard]:
    chip = draft.chip
    if chip.pwd is not None and draft.changes.get(chip.pwd) == bytes(4):
        text = "The password becomes 00000000, which is what READ shows for any password: it may come from a dump."
        yield PlanHazard("H16", text, False, (chip.pwd,), "Writing the right password.", chip.pwd)
    if chip.key_pages is not None and chip.key_pages[0] in draft.changes:
        text = "The key is replaced. Neither the old nor the new one can be read back."
        pages = tuple(chip.key_pages)
        yield PlanHazard("H21", text, False, pages, "Writing the old key, for those who know it.", pages[0])


def _torn(draft: Draft) -> Iterator[PlanHazard]:
    chip = draft.chip
    pages = tuple(page for page in draft.changes if page_area(chip, page) in _TORN)
    if pages:
        text = f"A tag that is taken away in the middle of a write to {pages_text(pages)} may hold garbage there"
        secret = any(page_area(chip, page) in (Area.PASSWORD, Area.PACK, Area.KEY) for page in pages)
        text += ", and what it holds cannot be read" if secret else ""
        undo = "Writing again, unless the garbage protects or freezes what it needs."
        yield PlanHazard("H17", f"{text}.", False, pages, undo, pages[0])


def _mirror(draft: Draft, wanted_mirror: frozenset[int]) -> Iterator[PlanHazard]:
    chip, now = draft.chip, mirrored(draft.base)
    user = tuple(page for page in draft.changes if page_area(chip, page) is Area.USER)
    if user and chip.mirror is not Mirror.NONE and chip.cfg0 not in draft.base.pages:
        text = f"The settings could not be read: what READ shows in {pages_text(user)} may be text of a mirror."
        yield PlanHazard("H18", text, False, user, "Writing again what was there, for those who know it.", user[0])
    if pages := tuple(page for page in draft.changes if page in now):
        text = f"READ shows text of the mirror in {pages_text(pages)}: what was stored there is unknown, and lost."
        yield PlanHazard("H18", text, False, pages, "Nothing brings the stored bytes back.", pages[0])
    if covered := tuple(sorted(wanted_mirror.difference(now))):
        where = next(
            (page for page in (chip.cfg0, chip.cfg1) if page is not None and page in draft.changes), covered[0]
        )
        text = f"READ will show text of the mirror in {pages_text(covered)} in place of what they hold."
        yield PlanHazard("H18", text, False, covered, "Turning the mirror off.", where)


def _counting(draft: Draft, steps: tuple[Step, ...]) -> Iterator[PlanHazard]:
    chip = draft.chip
    if chip.nfc_counter is None or chip.cfg1 is None or not _value(draft, "NFC_CNT_EN"):
        return
    text = "The first read after each power-up counts the NFC counter up by 1"
    undo = "Turning NFC_CNT_EN off stops it; nothing counts down."
    if _becomes(draft, "NFC_CNT_EN", bool):
        yield PlanHazard("H19", f"{text}, and it never goes down.", True, (chip.cfg1,), undo, chip.cfg1)
    elif any(step.kind is StepKind.POWER_CYCLE for step in steps):
        yield PlanHazard("H19", f"{text}, and the power is cycled in between.", True, (chip.cfg1,), undo, chip.cfg1)
    else:
        yield PlanHazard("H19", f"{text}: so may reading back.", False, (chip.cfg1,), undo, chip.cfg1)


def _radio(draft: Draft) -> Iterator[PlanHazard]:
    chip = draft.chip
    for name, (one_way, text) in _NEVER_BACK.items():
        if not _becomes(draft, name, one_way):
            continue
        page = chip.fields[name].page
        pages = (page,)
        if name == "REG_LOCK_NFC":
            pages = tuple(page for area in chip.register_lock_pages for page in area)
        elif name == "NFC_DIS_SEC1":
            pages = tuple(page for page in image_pages(chip) if page // SECTOR == 1)
        elif name == "TRANSFER_DIR":
            pages = image_pages(chip)
        undo = "Over I²C, as long as that side is not locked; by radio nothing that is known to work."
        yield PlanHazard("H22", f"{name}: {text}", True, pages, undo, page)


def _becomes(draft: Draft, name: str, wanted: Callable[[int], bool]) -> bool:
    """Whether a field gets a value that it ``wanted``, and has another now."""
    place = draft.chip.fields.get(name)
    if place is None or place.page not in draft.changes:
        return False
    held = draft.base.pages.get(place.page)
    return wanted(place.value(draft.changes[place.page])) and (held is None or not wanted(place.value(held)))


def _value(draft: Draft, name: str) -> int:
    place = draft.chip.fields.get(name)
    page = None if place is None else draft.page(place.page)
    return 0 if place is None or page is None else place.value(page)


def _field_pages(chip: Chip) -> frozenset[int]:
    return frozenset(field.page for field in chip.fields.values())


def _existing(chip: Chip, pages: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(page for page in pages if any(page in area for area in chip.areas)))


def _pages(pages: Iterable[int]) -> str:
    return sentence(pages_text(pages))
