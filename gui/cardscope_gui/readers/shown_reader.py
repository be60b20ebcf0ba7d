"""Which reader the window shows: the user's choice, and without one what makes sense."""

from cardscope.readers.protocol import ReaderKind, ReaderState, ReaderStatus
from cardscope_gui.readers.model import ReaderModel


class ShownReader:
    """Follows the readers of ``model``. A card that comes never takes the view from another card."""

    def __init__(self, model: ReaderModel) -> None:
        self._model = model
        self._name: str | None = None
        self.away = False
        """Whether the user looks at something else than a reader, and comes back to it later."""

    @property
    def name(self) -> str | None:
        """The reader that is shown."""
        return None if self.away else self._name

    def choose(self, name: str) -> None:
        """The user's choice."""
        self._name = name

    def card_inserted(self, reader: str) -> None:
        shown, candidate = self._model.status(self._name), self._model.status(reader)
        if (shown is None or not _usable(shown)) and candidate is not None and _usable(candidate):
            self._name = reader

    def settle(self) -> None:
        """To be called when readers came or went: stays where possible, else moves to a card, else to a PC/SC reader.

        An empty virtual reader is never chosen: without any hardware the page for starters says more.
        """
        if self._model.status(self._name) is not None:
            return
        readers = self._model.readers
        with_card = next((reader for reader in readers if _usable(reader)), None)
        real = next((reader for reader in readers if reader.kind is ReaderKind.PCSC), None)
        chosen = with_card or real
        self._name = chosen.name if chosen is not None else None


def _usable(reader: ReaderStatus) -> bool:
    """Whether there is a card to look at: one that another program holds for itself is none."""
    return reader.state.has_card and reader.state is not ReaderState.EXCLUSIVE
