"""Whether a command of the library is of use with the reader and the card that are there."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from cardscope.decode.atr import decode_atr
from cardscope.decode.native import native_summary
from cardscope.library.entry import CardKind, Entry
from cardscope.readers.families import Family, families
from cardscope.tags.catalogue import Chip, Command

_TYPE2: Final = frozenset((0x0003, 0x003A, 0x003D))
_CLASSIC: Final = frozenset((0x0001, 0x0002, 0x0026, 0x0036, 0x0037, 0x0038, 0x0039))
"""Card names of PC/SC Part 3: MIFARE Classic 1K and 4K, Mini, and Plus at security levels 1 and 2."""
_WORDS: Final = {
    CardKind.TYPE2: "a Type 2 tag",
    CardKind.CLASSIC: "a MIFARE Classic",
    CardKind.STORAGE: "a storage card",
    CardKind.ISO_DEP: "a contactless card that speaks APDUs",
    CardKind.CONTACT: "a card with contacts",
}
_NATIVE_CARDS: Final = frozenset((CardKind.TYPE2,))


@dataclass(frozen=True, slots=True)
class Context:
    """The reader and the card. What is not known, or not there, is ``None``, and speaks against nothing."""

    family: Family | None = None
    card: CardKind | None = None
    chip: Chip | None = None
    protocol: str | None = None
    """``T=0`` or ``T=1``."""
    applications: frozenset[bytes] | None = None
    """The AIDs that were found; ``None``: they have not been looked for."""


def context_of(
    atr: bytes | None,
    *,
    family: Family | None = None,
    chip: Chip | None = None,
    protocol: str | None = None,
    applications: Collection[bytes] | None = None,
) -> Context:
    """The context of a card with ``atr`` (``None``: no card is there) on a reader of ``family``."""
    card = _kind(atr, chip) if atr is not None else None
    found = frozenset(applications) if applications is not None else None
    return Context(family, card, chip, protocol, found)


def _kind(atr: bytes, chip: Chip | None) -> CardKind:
    decoded = decode_atr(atr)
    if chip is not None:
        return CardKind.TYPE2
    if decoded.storage is not None:
        nn = decoded.storage.nn
        return CardKind.TYPE2 if nn in _TYPE2 else CardKind.CLASSIC if nn in _CLASSIC else CardKind.STORAGE
    return CardKind.ISO_DEP if decoded.contactless else CardKind.CONTACT


def why_not(entry: Entry, context: Context) -> str:
    """Why ``entry`` does not fit ``context``, a sentence; empty when it fits, as far as is known."""
    wanted = _NATIVE_CARDS if entry.native else entry.cards
    if wanted and context.card is not None and context.card not in wanted:
        return (
            f"It is for {_either(_WORDS[kind] for kind in CardKind if kind in wanted)}; this is {_WORDS[context.card]}."
        )
    if entry.families and (context.family is None or context.family.key not in entry.families):
        names = _either(families()[key].name for key in entry.families)
        return f"It is for readers of the family {names}, which this reader is not known to be."
    if entry.native and context.card is not None:
        if context.chip is not None and not _has(context.chip, entry.template.first):
            name = native_summary(bytes((entry.template.first or 0,)))
            return f"{context.chip.name} has no {name.split(':')[0]}."
        if context.family is None:
            return "How this reader carries a tag's own commands is not known."
    if entry.protocols and context.protocol is not None and context.protocol not in entry.protocols:
        return f"It needs {_either(entry.protocols)}; this card speaks {context.protocol}."
    if entry.application and context.applications is not None:
        known = any(
            aid.startswith(entry.application) or entry.application.startswith(aid) for aid in context.applications
        )
        if not known:
            return "The card was asked for this application, and has none."
    return ""


def _has(chip: Chip, command: int | None) -> bool:
    return any(int(one) == command for one in chip.commands) or command not in set(map(int, Command))


def _either(words: Iterable[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last
