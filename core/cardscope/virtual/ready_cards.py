"""Virtual cards ready to use, by name.

Their UIDs are made up, and their originality signatures are CardScope's own test signatures: nothing here pretends to
be genuine.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from types import MappingProxyType
from typing import Any, Final

from cardscope.errors import UsageError
from cardscope.tags.catalogue import Chip, chips
from cardscope.virtual.card import VirtualCard
from cardscope.virtual.loose_card import LooseCard
from cardscope.virtual.near_names import did_you_mean
from cardscope.virtual.reader_models import ReaderModel
from cardscope.virtual.tag_recipe import TagRecipe
from cardscope.virtual.type2 import Type2Tag
from cardscope_resources import resource

PREPARED: Final = "Prepared tags"
SMART_CARDS: Final = "Smart cards"
TEACHING_UID: Final = bytes.fromhex("04914EC1A3D380")
"""Of the contactless teaching card; made up."""
_TEACHING_SECRETS: Final = "PIN 01 is 1234, its PUK 12345678; PIN 81 is 567890."
"""A test compares with ``teaching_card.toml``."""

_GROUPS: Final = ("NTAG, factory-fresh", "MIFARE Ultralight, factory-fresh", "NTAG I²C, factory-fresh")
"""NTAG first: they are what most people hold in their hands."""


@dataclass(frozen=True, slots=True)
class ReadyCard:
    """A card to insert. Everything that is made is made anew each time, in the state that ``description`` tells."""

    name: str
    title: str
    description: str
    group: str
    """The heading under which a list shows it, and there its name and, where the name does not say it, what it is."""
    label: str
    detail: str
    recipe: TagRecipe | None
    """How it is made, for a Type 2 tag."""
    _other: Callable[[], LooseCard] | None = None
    _other_uid: bytes | None = None

    @property
    def chip(self) -> Chip | None:
        """The chip of a Type 2 tag."""
        return self.recipe.chip if self.recipe is not None else None

    @property
    def uid(self) -> bytes | None:
        """The 7-byte UID that the card is made with; ``None`` for a card with contacts."""
        return self.recipe.uid if self.recipe is not None else self._other_uid

    def make(self, model: ReaderModel | None = None) -> VirtualCard:
        """The card as ``model`` presents it, by default the plain storage-card reader. Contact cards ignore it."""
        return self.make_loose().on(model)

    def make_loose(self) -> LooseCard:
        """The card apart from any reader."""
        if self._other is not None:
            return self._other()
        return LooseCard.type2(self.title, self.make_tag())

    def make_tag(self, *, uid: bytes | None = None) -> Type2Tag:
        """The silicon, with another 7-byte ``uid``, see :meth:`TagRecipe.tag`.

        Raises UsageError for a card that is no Type 2 tag.
        """
        if self.recipe is None:
            raise UsageError(
                f"{self.title} is no Type 2 tag: it has neither a memory image nor a UID of its own to be set.",
                remedy="Choose a card of an NTAG or MIFARE Ultralight chip.",
            )
        return self.recipe.tag(uid=uid)


@cache
def ready_cards() -> Mapping[str, ReadyCard]:
    """All ready cards by name, those of a group together, in the order in which a list should show them."""
    data = tomllib.loads(resource("ready_cards.toml").read_text(encoding="utf-8"))
    cards = [
        *(_prepared(name, table) for name, table in data["prepared"].items()),
        *sorted((_factory_fresh(key, data["factory_fresh"][key]) for key in chips()), key=_place),
        *_teaching_cards(),
    ]
    return MappingProxyType({card.name: card for card in cards})


def ready_card(name: str) -> ReadyCard:
    """The ready card ``name``, in any case. Raises UsageError, with the names that come near, when there is none."""
    try:
        return ready_cards()[name.lower()]
    except KeyError:
        raise UsageError(
            f"There is no virtual card {name!r}.",
            remedy=did_you_mean(name, ready_cards()) + "cardscope virtual --list prints all names.",
        ) from None


def practice_card(name: str) -> ReadyCard:
    """The card for ``--virtual name``: a chip's name alone gives it with a web address on it, where there is such a
    card, since a fresh tag has little to show. Raises as :func:`ready_card` does."""
    return ready_card(f"{name}-url" if f"{name.lower()}-url" in ready_cards() else name)


def _prepared(name: str, table: Mapping[str, Any]) -> ReadyCard:
    title, description = table["title"], table["description"]
    return ReadyCard(name, title, description, PREPARED, title, description, TagRecipe.from_table(table))


def _factory_fresh(key: str, table: Mapping[str, Any]) -> ReadyCard:
    chip = chips()[key]
    size = f"{chip.user_bytes} bytes"
    group = next(group for group in reversed(_GROUPS) if chip.family.startswith(group.split(",")[0]))
    return ReadyCard(
        name=key,
        title=f"{chip.name}, factory-fresh",
        description=f"{chip.family} as NXP delivers it: {size} of user memory, nothing locked.",
        group=group,
        label=chip.name,
        detail=size if group == _GROUPS[0] else f"{chip.family.removeprefix('MIFARE ')} · {size}",
        recipe=TagRecipe.from_table({"chip": key, **table}),
    )


def _place(card: ReadyCard) -> int:
    return _GROUPS.index(card.group)


def _teaching_cards() -> tuple[ReadyCard, ...]:
    def card(name: str, title: str, what: str, make: Callable[[], LooseCard], uid: bytes | None = None) -> ReadyCard:
        description = f"{what} {_TEACHING_SECRETS}"
        return ReadyCard(name, title, description, SMART_CARDS, title, description, None, make, uid)

    return (
        card(
            "teaching",
            "Teaching card, T=1",
            "Files, records and NDEF, for every status word of a course.",
            partial(_teaching_contact, "Teaching card, T=1", "T1"),
        ),
        card(
            "teaching-t0",
            "Teaching card, T=0",
            "Files, records and NDEF over T=0, with its 61xx and 6Cxx.",
            partial(_teaching_contact, "Teaching card, T=0", "T0"),
        ),
        card(
            "teaching-contactless",
            "Teaching card, contactless",
            "Files, records and NDEF: an NFC Forum Type 4 tag.",
            _teaching_contactless,
            TEACHING_UID,
        ),
    )


def _teaching_contact(title: str, protocol: str) -> LooseCard:
    from cardscope.virtual.iso7816 import Protocol, teaching_card_contact  # noqa: PLC0415 - few want it

    return LooseCard.contact(title, teaching_card_contact(Protocol[protocol]))


def _teaching_contactless() -> LooseCard:
    from cardscope.virtual.iso7816 import teaching_card_contactless  # noqa: PLC0415

    return LooseCard.iso_dep("Teaching card, contactless", teaching_card_contactless(TEACHING_UID))
