"""A tag's state in sentences for a person. Pure."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from cardscope.decode.tag_config import ULTRALIGHT_C, MirrorMode
from cardscope.identify.chip_identity import Certainty, ChipIdentity
from cardscope.identify.implants import implant_sentences
from cardscope.identify.readout import TagReadout
from cardscope.identify.state import PageLocks, TagState

_MIRRORED = {
    MirrorMode.UID: "the UID",
    MirrorMode.COUNTER: "the counter",
    MirrorMode.UID_AND_COUNTER: "UID and counter",
}


def summarise(readout: TagReadout, state: TagState) -> tuple[str, ...]:
    """What there is to say about the tag, the most important first."""
    return (
        *identity_sentences(readout.identity),
        *implant_sentences(state),
        *state.uid_problems,
        *((state.originality.text,) if state.originality is not None else ()),
        *_lock_sentences(state),
        *_password_sentences(state),
        *state.cc_problems,
        *_extras(readout, state),
        *_gaps(readout, state),
    )


def permanent_sentences(state: TagState) -> tuple[str, ...]:
    """What of the state can never be undone."""
    sentences: list[str] = []
    for locks in (state.static, state.dynamic):
        if locks is not None and locks.locked:
            sentences.append(f"{_pages(locks.locked)} read-only.")
        if locks is not None and locks.frozen:
            sentences.append(f"The lock bits of {_pages_lower(locks.frozen)} are frozen.")
    if state.config is not None and state.config.cfglck:
        sentences.append("The configuration pages are frozen.")
    sentences += [
        f"Counter {address} has counted to {count}; it cannot go back."
        for address, count in state.counters.items()
        if count
    ]
    return tuple(sentences)


def identity_sentences(identity: ChipIdentity) -> tuple[str, ...]:
    """What the chip is, and where that is not certain, why."""
    size = f", {identity.chip.user_bytes} bytes of user memory" if identity.chip is not None else ""
    maker = f" by {identity.vendor}" if identity.vendor else ""
    match identity.certainty:
        case Certainty.CERTAIN:
            return (f"{identity.name}{maker}{size}.",)
        case Certainty.LIKELY:
            return (f"Probably: {identity.name}{maker}{size}.", *identity.reasons)
        case Certainty.GUESS:
            return (f"Perhaps: {identity.name}{maker}{size}.", *identity.reasons)


def _lock_sentences(state: TagState) -> Iterator[str]:
    static, dynamic = state.static, state.dynamic
    if static is not None and dynamic is not None and _only_half(static, dynamic):
        yield (
            f"Only half locked: {_pages_lower(static.locked)} read-only for ever, but "
            f"{_pages_lower(dynamic.all_pages)} can still be written."
        )
    for locks in (static, dynamic):
        if locks is not None:
            yield from _one_set(locks, _who(state, locks))


def _only_half(static: PageLocks, dynamic: PageLocks) -> bool:
    return static.locked >= frozenset(range(4, 16)) and not dynamic.locked


def _who(state: TagState, locks: PageLocks) -> str:
    protects = state.config.protects if state.config is not None else None
    return "whoever has the password" if protects is not None and locks.page in protects else "anyone"


def _one_set(locks: PageLocks, who: str) -> Iterator[str]:
    if not locks.locked and not locks.frozen:
        yield f"{_pages(locks.lockable)} can be locked by {who}, nothing is locked yet."
        return
    if locks.locked:
        yield f"{_pages(locks.locked)} {_are(locks.locked)} read-only for ever."
    if locks.never_lockable:
        yield f"{_pages(locks.never_lockable)} {_are(locks.never_lockable)} not locked and can never be."
    if locks.lockable:
        yield f"{_pages(locks.lockable)} can still be locked by {who}."


def _password_sentences(state: TagState) -> Iterator[str]:
    chip, config = state.chip, state.config
    if chip is None or config is None:
        return
    secret = "key" if chip.family == ULTRALIGHT_C else "password"
    protects = config.protects
    if protects is None:
        yield f"No {secret} is needed for anything."
    else:
        pages = _pages_lower(protects)
        if config.prot:
            yield f"Reading and writing {pages} needs the {secret}."
        elif protects.start > chip.user_last:
            yield f"User memory needs no {secret}; the configuration is behind one (writing {pages} needs it)."
        else:
            yield f"Writing {pages} needs the {secret}; reading does not."
        if chip.pwd is not None and protects.start > chip.pwd:
            yield "The password page itself is not protected: anyone can set another password."
    if config.cfglck:
        yield "The configuration is frozen for ever."
        if protects is None:
            yield "So the password can never protect anything, and yet anyone can change it."
    if config.authlim:
        yield (
            f"Wrong passwords are counted: after {config.authlim} of them none is taken any more, and what needs the "
            "password is lost."
        )


def _extras(readout: TagReadout, state: TagState) -> Iterator[str]:
    config = state.config
    if config is not None and (shown := _MIRRORED.get(config.mirror)) is not None:
        yield f"Reading shows {shown} as text in user memory, from page {config.mirror_page} on."
    if readout.counted_by_reading:
        yield "The NFC counter is on: the first read after each power-up, this one too, counts it up by one."
    if state.cc is not None and not state.cc.writable:
        yield "The capability container tells NFC devices that the tag is read-only."


def _gaps(readout: TagReadout, state: TagState) -> Iterator[str]:
    protected, chip = readout.read_protected_from, state.chip
    if protected is not None:
        yield f"Reading from page {protected} on needs the password, so what lies there is not known."
    elif chip is not None and state.config is None and chip.cfg0 in _with_neighbours(state.unreadable):
        known = max(readout.pages, default=-1)
        yield (
            f"The configuration could not be read: reading needs the password from some page on, between {known + 1} "
            f"and {min(state.unreadable)}."
        )
        return
    yield from (why for page, why in state.unreadable.items() if protected is None or page < protected)


def _with_neighbours(pages: Iterable[int]) -> set[int]:
    """The pages that one READ brings, for each where it began."""
    return {page + more for page in pages for more in range(4)}


def page_ranges(pages: Iterable[int]) -> str:
    """Page numbers as a person lists them, for example ``3, 5 to 7 and 9``. At least one page."""
    ordered = sorted(pages)
    starts = [ordered[0], *(after for before, after in pairwise(ordered) if after != before + 1)]
    ends = [*(before for before, after in pairwise(ordered) if after != before + 1), ordered[-1]]
    parts = [str(a) if a == b else f"{a} to {b}" for a, b in zip(starts, ends, strict=True)]
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]


def _pages_lower(pages: Iterable[int]) -> str:
    listed = list(pages)
    return f"page{'s' if len(listed) > 1 else ''} {page_ranges(listed)}"


def _pages(pages: Iterable[int]) -> str:
    return _pages_lower(pages).capitalize()


def _are(pages: frozenset[int]) -> str:
    return "are" if len(pages) > 1 else "is"
