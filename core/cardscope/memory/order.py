"""The order of steps: whatever is interrupted leaves the least behind.

Data first, then the secret and its test, then what it protects, and at the end what can never be taken back.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from cardscope.memory.credentials import PACK_SIZE, Credentials
from cardscope.memory.draft import Draft
from cardscope.memory.mirror import mirrored
from cardscope.memory.page_access import Access, TagAccess, lock_bytes
from cardscope.memory.page_area import CC_PAGE, Area, page_area
from cardscope.memory.plan_parts import Step, StepKind
from cardscope.memory.refusals import needs_secret, secret_is_staged
from cardscope.ndef.area import data_area
from cardscope.tags.catalogue import Chip
from cardscope.tags.image import PAGE_SIZE
from cardscope.tags.locks import LockBytes

_WHY = {
    Area.USER: "User memory.",
    Area.PASSWORD: "The password, before anything needs it.",
    Area.PACK: "What the tag answers to the password.",
    Area.KEY: "The key, before anything needs it.",
    Area.REGISTER: "What the registers begin with at power-up.",
}
_CFG0 = "Settings, with the page from which on the {} is needed: after all that it could close."
_CFG1 = "Settings, before CFG0 puts them in force."
_CFGLCK = "CFGLCK on its own, when all settings that it freezes are in place."
_CC = "Page 3, whose bits are never cleared: near the end."
_LOCK = "Lock bits, which are never cleared: at the very end."
_EMPTIED = "The length of the NDEF message becomes 0 first, so that nobody reads half of a new one."
_LENGTH = "The length of the NDEF message, when all of it is there."
_RETURNED = "As it was: the length of the old message, which is no length in the new one."
_SEVERAL = 2


def ordered_steps(
    draft: Draft, before: TagAccess, after: TagAccess, credentials: Credentials | None
) -> tuple[Step, ...]:
    """The steps that make the changes of ``draft``, which nothing refuses."""
    chip, changes = draft.chip, draft.changes
    areas = {page: page_area(chip, page) for page in changes}
    staged = secret_is_staged(draft)
    steps: list[Step] = []
    if credentials is not None and credentials.opens(chip) and (why := _why_opened(draft, before, after)):
        steps.append(_authentication(chip, credentials, why))
    steps += _data(draft, [page for page, area in areas.items() if area is Area.USER], before)
    steps += _secret(draft, areas, credentials, staged=staged)
    steps += _settings(draft, areas)
    if CC_PAGE in changes:
        steps.append(_write(draft, CC_PAGE, _CC))
    steps += [_lock_write(draft, lock) for lock in reversed(lock_bytes(chip)) if lock.page in changes]
    return tuple(steps)


def _why_opened(draft: Draft, before: TagAccess, after: TagAccess) -> str:
    """Why the tag has to be opened before anything else; empty: it has not."""
    protected = before.protected or frozenset[int]()
    if not protected.isdisjoint(draft.changes):
        return "Protected pages are written."
    if draft.changes and before.prot and not before.exhausted and not protected.isdisjoint(draft.base.pages):
        return "Pages are compared that cannot be read without."
    if needs_secret(draft, before, after) and not secret_is_staged(draft):
        return "To prove it before it protects anything."
    return ""


def _data(draft: Draft, pages: list[int], before: TagAccess) -> Iterator[Step]:
    """User memory; where more than one page of an NDEF message changes, in the order that NFC Forum Type 2 Tag §2.4
    asks for: the length is 0 meanwhile and set last, so that no interruption leaves the length of a message that is not
    there."""
    old, new = _message(draft.chip, draft.base.pages), _message(draft.chip, {**draft.base.pages, **draft.changes})
    if new is None or len(new.pages.intersection(pages)) < _SEVERAL:
        yield from (_write(draft, page, _WHY[Area.USER]) for page in pages)
        return
    emptied: dict[int, bytes] = {}
    shown_otherwise = mirrored(draft.base)
    for one in (old, new):
        if one is None:
            continue
        page = one.length_page
        # A page that is staged can be written, or it would have been refused.
        writable = before.page(page).access is Access.WRITABLE and page not in shown_otherwise
        if page in pages or writable:
            held = emptied.get(page) or draft.base.pages.get(page)
            if held is not None and held[one.length_byte]:
                emptied[page] = held[: one.length_byte] + b"\0" + held[one.length_byte + 1 :]
    yield from (_writing(draft, page, held, _EMPTIED) for page, held in emptied.items())
    yield from (_write(draft, page, _WHY[Area.USER]) for page in pages if page != new.length_page)
    for page in emptied.keys() - {new.length_page, *pages}:
        yield _writing(draft, page, draft.base.pages[page], _RETURNED)
    content = draft.page(new.length_page)
    if content is not None and (new.length_page in pages or new.length_page in emptied):
        yield _writing(draft, new.length_page, content, _LENGTH)


@dataclass(frozen=True, slots=True)
class _Message:
    """Where the NDEF message is."""

    pages: frozenset[int]
    length_page: int
    length_byte: int
    """That of the first byte of the length field."""


def _message(chip: Chip, pages: Mapping[int, bytes]) -> _Message | None:
    area = data_area(chip, pages)
    if (block := area.ndef) is None or block.cut:
        return None
    places = (block.start, block.length_start, *block.places)
    return _Message(
        frozenset(area.address(place) // PAGE_SIZE for place in places),
        *divmod(area.address(block.length_start), PAGE_SIZE),
    )


def _write(draft: Draft, page: int, why: str) -> Step:
    return _writing(draft, page, draft.changes[page], why)


def _writing(draft: Draft, page: int, content: bytes, why: str) -> Step:
    """A write of ``content``, which need not be the last one of ``page``."""
    return Step(page, _shown(draft, page), content, why, result=content)


def _shown(draft: Draft, page: int) -> bytes | None:
    """What READ showed; of PWD, PACK and keys it shows nothing."""
    hidden = any(page in area for area in draft.chip.unreadable)
    return None if hidden else draft.base.pages.get(page)


def _authentication(chip: Chip, credentials: Credentials, why: str) -> Step:
    page = chip.pwd if chip.key_pages is None else chip.key_pages[0]
    assert page is not None
    return Step(page, None, b"", why, StepKind.AUTHENTICATE, credentials=credentials)


def _secret(draft: Draft, areas: dict[int, Area], credentials: Credentials | None, *, staged: bool) -> Iterator[Step]:
    """Password before acknowledge, or the key; then the proof that the tag has it, from a fresh start: no data sheet
    of NTAG21x says when a new password is in force, and that of MF0ICU2 says not before the next activation."""
    pages = [page for page, area in areas.items() if area in (Area.PASSWORD, Area.PACK, Area.KEY)]
    yield from (_write(draft, page, _WHY[areas[page]]) for page in pages)
    if staged:
        test = _authentication(draft.chip, _new_credentials(draft, credentials), "The test of what was just written.")
        yield replace(
            test, kind=StepKind.POWER_CYCLE, why="So that what was just written is in force.", credentials=None
        )
        yield test


def _new_credentials(draft: Draft, credentials: Credentials | None) -> Credentials:
    chip, changes = draft.chip, draft.changes
    if chip.key_pages is not None:
        return Credentials(key=b"".join(changes[page] for page in chip.key_pages))
    assert chip.pwd is not None
    pack = None if credentials is None else credentials.pack
    if chip.pack is not None and chip.pack in changes:
        pack = changes[chip.pack][:PACK_SIZE]
    return Credentials(changes[chip.pwd], pack)


def _settings(draft: Draft, areas: dict[int, Area]) -> Iterator[Step]:
    """CFG1 before CFG0, as AUTH0 in CFG0 puts the rest in force; CFGLCK and REG_LOCK after what they freeze."""
    chip, changes = draft.chip, draft.changes
    others = [page for page, area in areas.items() if area is Area.CONFIGURATION and page not in (chip.cfg0, chip.cfg1)]
    yield from (_write(draft, page, _CFG1) for page in others)
    freeze: Step | None = None
    if chip.cfg1 is not None and chip.cfg1 in changes:
        step = _write(draft, chip.cfg1, _CFG1)
        unfrozen = _without_cfglck(chip, step)
        if unfrozen is None:
            yield step
        else:
            freeze = replace(step, why=_CFGLCK)
            if unfrozen.new != step.old:
                yield unfrozen
    if chip.cfg0 is not None and chip.cfg0 in changes:
        yield _write(draft, chip.cfg0, _CFG0.format("password" if chip.key_pages is None else "key"))
    yield from (_write(draft, page, _WHY[area]) for page, area in areas.items() if area is Area.REGISTER)
    if freeze is not None:
        yield freeze


def _without_cfglck(chip: Chip, step: Step) -> Step | None:
    """The write of CFG1 without the bit that freezes it; ``None`` where that bit is not set anew."""
    cfglck = chip.fields.get("CFGLCK")
    if cfglck is None or not cfglck.value(step.new):
        return None
    content = bytearray(step.new)
    content[cfglck.byte] &= ~cfglck.mask
    return replace(step, new=bytes(content), result=bytes(content))


def _lock_write(draft: Draft, lock: LockBytes) -> Step:
    """RFUI bits and the fixed bytes go out as 0. In page 2, the end of the serial number goes out as it is: genuine
    chips ignore it, and a copy that takes it would never answer again."""
    wanted = draft.changes[lock.page]
    end = lock.offset + lock.size
    bits = bytes(byte & ~mask for byte, mask in zip(wanted[lock.offset : end], lock.rfui, strict=True))
    new = wanted[: lock.offset] + bits + bytes(len(wanted) - end)
    return Step(lock.page, _shown(draft, lock.page), new, _LOCK, result=wanted)
