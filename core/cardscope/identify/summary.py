"""A tag's state in sentences for a person. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from cardscope.decode.tag_config import MirrorMode, TagConfig
from cardscope.decode.tag_parts import NXP
from cardscope.identify.chip_identity import Certainty, ChipIdentity
from cardscope.identify.implants import implant_sentences
from cardscope.identify.readout import TagReadout
from cardscope.identify.state import PageLocks, TagState
from cardscope.tags.catalogue import Chip, Command
from cardscope.tags.image import UID_SIZE

_NEVER_WRITABLE = frozenset((0, 1))
"""The pages of the UID, whatever protects them."""

_WITH_I2C = "NTAG I²C"
"""What the names of families that also have I²C contacts begin with."""

_MIRRORED = {
    MirrorMode.UID: "the UID",
    MirrorMode.COUNTER: "the counter",
    MirrorMode.UID_AND_COUNTER: "UID and counter",
}


def summarise(readout: TagReadout, state: TagState) -> tuple[str, ...]:
    """What there is to say about the tag, the most important first."""
    certain = weighed_identity(readout, state).certainty is Certainty.CERTAIN
    return (
        *identity_sentences(readout.identity, doubted=bool(_doubts(readout, state))),
        *(("Everything on this tag is read-only for ever.",) if _all_locked(state) else ()),
        *((readout.withheld,) if readout.withheld else ()),
        *implant_sentences(state, certain=certain),
        *state.uid_problems,
        *_maker_sentences(readout, state),
        *_signature_sentences(readout, state),
        *_lock_sentences(readout, state),
        *_password_sentences(state),
        *_unknown_protection(readout, state),
        *state.cc_problems,
        *_message_sentences(state),
        *_extras(readout, state),
        *_gaps(state),
    )


def permanent_sentences(state: TagState) -> tuple[str, ...]:
    """What of the state can never be undone."""
    sentences: list[str] = []
    for locks in (state.static, state.dynamic):
        if locks is not None and locks.locked:
            sentences.append(f"{_pages(locks.locked)} {_are(locks.locked)} read-only.")
        if locks is not None and locks.frozen:
            sentences.append(f"The lock bits of {_pages_lower(locks.frozen)} are frozen.")
    sentences += _other_way(state)
    if state.config is not None and state.config.cfglck:
        sentences.append("The configuration pages are frozen.")
    if state.cc is not None and not state.cc.writable:
        sentences.append("The capability container tells NFC devices that the tag is read-only.")
    sentences += [
        f"Counter {address} has counted to {count}; it cannot go back."
        for address, count in state.counters.items()
        if count
    ]
    return tuple(sentences)


def identity_sentences(identity: ChipIdentity, *, doubted: bool = False) -> tuple[str, ...]:
    """What the chip is, and where that is not certain, why. ``doubted``: what it answers may be copied."""
    size = f", {identity.chip.user_bytes} bytes of user memory" if identity.chip is not None else ""
    maker = f" by {identity.vendor}" if identity.vendor else ""
    match identity.certainty:
        case Certainty.CERTAIN if doubted:
            return (f"Answers as an original would, but may be a copy: {identity.name}{maker}{size}.",)
        case Certainty.CERTAIN:
            return (f"{identity.name}{maker}{size}.",)
        case Certainty.LIKELY:
            return (f"Probably: {identity.name}{maker}{size}.", *identity.reasons)
        case Certainty.GUESS:
            return (f"Perhaps: {identity.name}{maker}{size}.", *identity.reasons)


def weighed_identity(readout: TagReadout, state: TagState) -> ChipIdentity:
    """What the chip is when UID and signature are weighed too: a copy can answer GET_VERSION as the original does."""
    identity, doubts = readout.identity, _doubts(readout, state)
    if identity.certainty is not Certainty.CERTAIN or not doubts:
        return identity
    reason = f"But GET_VERSION can be copied, and {' and '.join(doubts)}."
    return replace(identity, certainty=Certainty.LIKELY, reasons=(*identity.reasons, reason))


def _doubts(readout: TagReadout, state: TagState) -> list[str]:
    """What of UID and signature speaks against what GET_VERSION says."""
    doubts: list[str] = []
    if _has_foreign_uid(readout, state):
        doubts.append("its UID is not one of NXP's")
    originality = state.originality
    if originality is None:
        if _lacks_signature(readout):
            doubts.append("it does not answer READ_SIG")
    elif not originality.present:
        doubts.append("it has no signature")
    elif originality.valid is None:
        doubts.append("its signature cannot be checked")
    elif not originality.valid:
        doubts.append("its signature is of no known key")
    return doubts


def _has_foreign_uid(readout: TagReadout, state: TagState) -> bool:
    """Whether GET_VERSION names NXP, and the UID another maker or none."""
    version = readout.identity.version or b""
    return len(state.uid) == UID_SIZE and version[1:2] == bytes((NXP,)) and state.uid[0] != NXP


def _maker_sentences(readout: TagReadout, state: TagState) -> Iterator[str]:
    if _has_foreign_uid(readout, state):
        maker = f"the number of {state.manufacturer}" if state.manufacturer else "no registered maker"
        yield f"Its UID begins with {state.uid[0]:02X}, {maker}, and not with the 04 of NXP: a copy, or a changed UID."


def _lacks_signature(readout: TagReadout) -> bool:
    """Whether a chip that has a signature did not tell it. It is asked for before any page is read."""
    chip, identity = readout.chip, readout.identity
    asked = readout.signature_asked and identity.version is not None and bool(readout.pages)
    return chip is not None and Command.READ_SIG in chip.commands and asked and readout.signature is None


def _signature_sentences(readout: TagReadout, state: TagState) -> Iterator[str]:
    originality = state.originality
    if originality is not None and originality.valid is False:
        yield "Its signature is of no known key: a clone, or a chip of a maker whose key is not known."
    elif originality is not None:
        yield originality.text
    elif _lacks_signature(readout):
        yield "It does not answer READ_SIG, by which chips of this type tell their signature: perhaps it is a copy."


def _lock_sentences(readout: TagReadout, state: TagState) -> Iterator[str]:
    static, dynamic = state.static, state.dynamic
    if static is not None and dynamic is not None and _only_half(static, dynamic):
        yield (
            f"Only half locked: {_pages_lower(static.locked)} {_are(static.locked)} read-only for ever, and "
            f"{_pages_lower(dynamic.all_pages)} are not."
        )
    for locks in (static, dynamic):
        if locks is not None:
            yield from _one_set(locks, _by_whom(readout, state, locks))
    yield from _other_way(state)


def _all_locked(state: TagState) -> bool:
    """Whether the whole user memory is read-only."""
    locked = frozenset[int]().union(*(locks.locked for locks in (state.static, state.dynamic) if locks is not None))
    return state.chip is not None and all(locked.issuperset(area) for area in state.chip.user_areas)


def _other_way(state: TagState) -> Iterator[str]:
    """NTAG I²C data sheets: only by NFC are lock bits one-way."""
    used = any(locks is not None and (locks.locked or locks.frozen) for locks in (state.static, state.dynamic))
    if used and state.chip is not None and state.chip.family.startswith(_WITH_I2C):
        yield "For ever means by NFC: through its I²C contacts the lock bits of this chip can be cleared."


def _only_half(static: PageLocks, dynamic: PageLocks) -> bool:
    return static.locked >= frozenset(range(4, 16)) and not dynamic.locked


def _by_whom(readout: TagReadout, state: TagState, locks: PageLocks) -> str:
    """Who may write the lock bytes; empty where that is not known."""
    chip, config = state.chip, state.config
    if chip is None:
        return ""
    if config is not None:
        return f" by whoever has the {_secret(chip)}" if locks.page in _protected(chip, config) else " by anyone"
    # What can be read although reading needs the password lies before AUTH0.
    return " by anyone" if chip.cfg0 is None or readout.read_protected_from is not None else ""


def _one_set(locks: PageLocks, by: str) -> Iterator[str]:
    if not locks.locked and not locks.frozen:
        yield f"{_pages(locks.lockable)} can be locked{by}, nothing is locked yet."
        return
    if locks.locked:
        yield f"{_pages(locks.locked)} {_are(locks.locked)} read-only for ever."
    if locks.never_lockable:
        yield f"{_pages(locks.never_lockable)} {_are(locks.never_lockable)} not locked and can never be."
    if locks.lockable:
        yield f"{_pages(locks.lockable)} can still be locked{by}."


def _secret(chip: Chip) -> str:
    return "key" if chip.key_pages is not None else "password"


def _protected(chip: Chip, config: TagConfig) -> frozenset[int]:
    """The existing pages of sector 0 that need the password."""
    protects = config.protects or range(0)
    existing = frozenset(page for area in chip.areas for page in area if page in protects)
    return existing.difference(*chip.never_protected)


def _password_sentences(state: TagState) -> Iterator[str]:
    chip, config = state.chip, state.config
    if chip is None or config is None or chip.cfg0 is None:
        return
    secret, protects = _secret(chip), config.protects
    if protects is None:
        yield f"No {secret} is needed for anything."
    else:
        protected = _protected(chip, config)
        pages = _pages_lower(protected - _NEVER_WRITABLE)
        if config.prot and protected & _NEVER_WRITABLE:
            yield f"Reading {_pages_lower(protected)} needs the {secret}, and so does writing {pages}."
        elif config.prot:
            yield f"Reading and writing {pages} needs the {secret}."
        elif chip.user_last < protects.start <= chip.cfg0:
            if _all_locked(state):
                yield f"The configuration is behind a {secret} (writing {pages} needs it)."
            else:
                yield f"User memory needs no {secret}; the configuration is behind one (writing {pages} needs it)."
        else:
            yield f"Writing {pages} needs the {secret}; reading does not."
        if protects.start > chip.cfg0 and not config.cfglck:
            yield f"Where the protection begins can be changed without the {secret}: anyone can switch it off."
        if chip.pwd is not None and protects.start > chip.pwd:
            yield "The password page itself is not protected: anyone can set another password."
    if config.cfglck:
        yield "The configuration is frozen for ever; only the password itself can still be changed."
        if protects is None:
            yield "So the password can never protect anything, and yet anyone can change it."
    if config.authlim:
        yield (
            f"Wrong passwords are counted: after {config.authlim} in a row the tag takes none any more, not even the "
            "right one, and what needs the password is lost for ever. How many there have been cannot be read."
        )


def _unknown_protection(readout: TagReadout, state: TagState) -> Iterator[str]:
    """What the password protects where the configuration itself could not be read."""
    chip, protected = state.chip, state.protected_from
    if chip is None:
        return
    if protected is not None:
        yield f"Reading from page {protected} on needs the {_secret(chip)}, so what lies there is not known."
    elif _is_unexplained(state):
        known = max(readout.pages, default=-1)
        yield (
            f"The configuration could not be read. Either reading needs the {_secret(chip)} from some page on, between "
            f"{known + 1} and {min(state.unreadable)}, or the reader does not reach that far."
        )
    else:
        return
    if state.config is None and "AUTHLIM" in chip.fields:
        yield (
            "How many wrong passwords are allowed could not be read: do not guess, a few wrong ones may close the tag "
            "for ever."
        )


def _is_unexplained(state: TagState) -> bool:
    """Whether the configuration could not be read, and nothing tells why."""
    chip = state.chip
    unknown = state.config is None and state.protected_from is None
    return unknown and chip is not None and chip.cfg0 in _with_neighbours(state.unreadable)


def _message_sentences(state: TagState) -> Iterator[str]:
    """What is wrong with the NDEF message. Without a capability container in order, that is the first thing wrong."""
    again = " It can be written anew." if _is_open(state) else ""
    for problem in state.ndef_problems:
        yield problem + again
    if state.ndef_missing and not state.cc_problems:
        yield f"No NDEF message was found at the beginning of user memory.{again.replace('It', 'One')}"


def _is_open(state: TagState) -> bool:
    """Whether it is known that anyone may write where the NDEF message begins."""
    chip, config, cc = state.chip, state.config, state.cc
    if chip is None or state.static is None or cc is None or not cc.writable:
        return False
    if state.static.locked.intersection(range(chip.user_first, chip.user_first + 4)):
        return False
    if config is None:
        return chip.cfg0 is None
    return config.protects is None or config.protects.start > chip.user_last


def _extras(readout: TagReadout, state: TagState) -> Iterator[str]:
    config = state.config
    if config is not None and (shown := _MIRRORED.get(config.mirror)) is not None:
        yield f"Reading shows {shown} as text in user memory, from page {config.mirror_page} on."
    if readout.counted_by_reading:
        yield "The NFC counter is on: the first read after each power-up, this one too, counts it up by one."
        if config is not None and config.counter_protected:
            yield "That cannot be found out without reading: asking for the counter needs the password."
    elif readout.counted_by_reading is None:
        yield (
            "Whether the tag counts how often it is read could not be found out. If it does, this reading has counted "
            "its NFC counter up by one."
        )
    if state.cc is not None and not state.cc.writable:
        yield (
            "The capability container tells NFC devices that the tag is read-only, and can never be set back. The tag "
            "itself does not enforce it."
        )


def _gaps(state: TagState) -> Iterator[str]:
    if _is_unexplained(state):
        return
    protected = state.protected_from if state.chip is not None else None
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
