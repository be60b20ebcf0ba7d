"""A virtual card apart from any reader."""

from collections.abc import Callable
from dataclasses import dataclass

from cardscope.virtual.card import VirtualCard
from cardscope.virtual.picc import IsoDepPicc
from cardscope.virtual.reader_models import ReaderModel, reader_model
from cardscope.virtual.type2 import Type2Tag


@dataclass(frozen=True, slots=True)
class LooseCard:
    """A card to put on one reader after another. Its memory goes with it."""

    title: str
    """What it is, for people."""
    tag: Type2Tag | None
    """The silicon, where it is a Type 2 tag."""
    _front: Callable[[ReaderModel], VirtualCard]

    @classmethod
    def type2(cls, title: str, tag: Type2Tag) -> "LooseCard":
        return cls(title, tag, lambda model: model.front(tag))

    @classmethod
    def iso_dep(cls, title: str, picc: IsoDepPicc) -> "LooseCard":
        return cls(title, None, lambda model: model.front_iso_dep(picc))

    @classmethod
    def contact(cls, title: str, card: VirtualCard) -> "LooseCard":
        """Readers of cards with contacts pass everything on, so the model makes no difference."""
        return cls(title, None, lambda _model: card)

    def on(self, model: ReaderModel | None = None) -> VirtualCard:
        """The card as ``model`` presents it (by default the plain storage-card reader), without power.

        Only one of these at a time may have power: they share the card.
        """
        return self._front(model or reader_model("generic"))
