"""What the user does with the app's virtual reader: cards in and out, its model, and the loan to the PC/SC service.

Qt's side of :mod:`cardscope.virtual`; no widgets.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from cardscope.errors import CardScopeError
from cardscope_gui.bridge import Bridge
from cardscope_gui.readers.loan import Loan
from cardscope_gui.settings import Settings

if TYPE_CHECKING:
    import asyncio

    from cardscope.dumps import Candidate
    from cardscope.tags.snapshot import TagSnapshot
    from cardscope.virtual.card import VirtualCard
    from cardscope.virtual.loose_card import LooseCard
    from cardscope.virtual.reader import VirtualReader
    from cardscope.virtual.reader_models import ReaderModel
    from cardscope.virtual.ready_cards import ReadyCard

T = TypeVar("T")


class VirtualSlot(QObject):
    """The app's one virtual reader and the card that belongs to it, wherever that card is."""

    changed = Signal()
    """The loan began or ended, or another reader model was chosen."""
    shown = Signal()
    """The user did something after which the virtual reader is what the window should show."""
    failed = Signal(str)
    """What went wrong and what to do, in words for the user."""
    chip_wanted = Signal(str, bytes, list)
    """A file's name, its content, and the several candidates of what it can be."""
    replace_wanted = Signal(str, object)
    """Another card is to come in the place of one whose memory was changed and is kept nowhere: the title of that one,
    and the function without arguments that lets the other in. Until it is called, nothing happens."""

    def __init__(self, bridge: Bridge, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.loan = Loan.HOME
        self.model_key = settings.reader_model
        self._bridge = bridge
        self._settings = settings
        self._card: LooseCard | None = None
        self._kept = b""
        """The memory of the card as it was put in, or saved last."""
        self._lending: asyncio.Task[object] | None = None
        self._electronics: tuple[str, VirtualCard | None] | None = None

    @property
    def reader(self) -> "VirtualReader | None":
        """The reader, once it is there."""
        return self._bridge.virtual_reader

    @property
    def card(self) -> "LooseCard | None":
        """The card in the reader or lent from it."""
        reader = self.reader
        there = reader is not None and (reader.card is not None or self.loan is Loan.LENT)
        return self._card if there else None

    def insert(self, name: str) -> None:
        """Puts the ready card ``name`` in, in the place of the card that is there."""
        from cardscope.virtual.ready_cards import ready_card  # noqa: PLC0415 not needed for the first window

        self.insert_ready(ready_card(name))

    def insert_ready(self, card: "ReadyCard") -> None:
        try:
            self._put(card.make_loose())
        except CardScopeError as error:
            self._say(error)

    def insert_loose(self, card: "LooseCard", before: Callable[[], object]) -> None:
        """Puts ``card`` in, in the place of the card that is there. ``before`` is called just before; never, if the
        user wants to keep that card."""
        self._put(card, before)

    def remove(self) -> None:
        """Takes the card out, also before it has been lent."""
        self.take_back()
        if self.reader is not None:
            self.reader.remove()

    def choose_model(self, key: str) -> None:
        """From now on the reader is of this model. A card that is in is taken out and put in again."""
        self.model_key = key
        self._settings.reader_model = key
        if self.reader is not None and self.reader.card is not None and self._card is not None:
            self.take_back()
            self._place(self._card)
        self.changed.emit()

    def lend(self) -> None:
        """Moves the card to the PC/SC service's virtual reader until :meth:`take_back`."""
        if self._lending is None and self.reader is not None and self.reader.card is not None:
            self._bridge.spawn(self._lend(self.reader))

    def take_back(self) -> None:
        """Ends the loan, or the attempt."""
        if self._lending is not None:
            self._lending.cancel()

    def open_image(self, path: str) -> None:
        """Reads a dump file and puts a card as the tag in it in; asks by ``chip_wanted`` where it can be several."""
        self._bridge.spawn(self._open_image(Path(path)))

    def insert_image(self, name: str, image: bytes, candidate: "Candidate") -> None:
        """Puts in a card as the tag in ``image``, the content of the file ``name``, which is a ``candidate``."""
        self._bridge.spawn(self._insert_image(name, image, candidate))

    def insert_snapshot(self, name: str, snapshot: "TagSnapshot") -> None:
        """Puts in a card as the tag in ``snapshot``, which people call ``name``."""
        self._bridge.spawn(self._insert_snapshot(name, snapshot))

    def save_image(self, path: str, then: Callable[[], object] | None = None) -> None:
        """Writes the memory of the tag as it is now into the file at ``path``. ``then`` is called once it is there."""
        if self.card is not None and self.card.tag is not None:
            self._bridge.spawn(self._save_image(Path(path), self.card, self.card.tag.image, then))

    def electronics(self) -> "VirtualCard | None":
        """What takes the commands to the reader itself, see :class:`~cardscope.virtual.reader.VirtualReader`."""
        if self._electronics is None or self._electronics[0] != self.model_key:
            self._electronics = self.model_key, self._model().without_card()
        return self._electronics[1]

    def _model(self) -> "ReaderModel":
        from cardscope.virtual.reader_models import reader_model, reader_models  # noqa: PLC0415

        return reader_model(self.model_key if self.model_key in reader_models() else "generic")

    def _put(self, card: "LooseCard", before: Callable[[], object] | None = None) -> None:
        there = self.card
        if there is not None and there.tag is not None and there.tag.image != self._kept:
            self.replace_wanted.emit(there.title, partial(self._place, card, before))
        else:
            self._place(card, before)

    def _place(self, card: "LooseCard", before: Callable[[], object] | None = None) -> None:
        if self.reader is not None:
            fronted = card.on(self._model())
            self.take_back()
            if before is not None:
                before()
            if card is not self._card:
                self._kept = card.tag.image if card.tag is not None else b""
            self._card = card
            self.shown.emit()
            self.reader.insert(fronted)

    async def _lend(self, reader: "VirtualReader") -> None:
        import asyncio  # noqa: PLC0415 the bridge says why

        from cardscope.virtual.lending import lend  # noqa: PLC0415

        self._lending = asyncio.current_task()
        self._set_loan(Loan.ASKING)
        lent = False

        def leaves() -> None:
            nonlocal lent
            lent = True
            self._set_loan(Loan.LENT)

        try:
            await lend(reader, port=self._settings.vpcd_port, lent=leaves)
        except CardScopeError as error:
            self._say(error)
        finally:
            self._lending = None
            if lent:
                self.shown.emit()
            self._set_loan(Loan.HOME)

    async def _open_image(self, path: Path) -> None:
        from cardscope.dumps import read_file  # noqa: PLC0415

        try:
            image = await _aside(lambda: read_file(path))
        except OSError as error:
            self.failed.emit(self.tr("{path} cannot be read: {why}.").format(path=path, why=error.strerror or error))
            return
        await self._insert_image(path.name, image, None)

    async def _insert_image(self, name: str, image: bytes, candidate: "Candidate | None") -> None:
        from cardscope.dumps import AmbiguousDumpError, load  # noqa: PLC0415
        from cardscope.virtual.loose_card import LooseCard  # noqa: PLC0415
        from cardscope.virtual.tag_recipe import card_from_snapshot  # noqa: PLC0415

        chosen = (None, None) if candidate is None else (candidate.format, candidate.chip)
        try:
            tag = await _aside(lambda: card_from_snapshot(load(image, name, format=chosen[0], chip=chosen[1]).snapshot))
        except AmbiguousDumpError as error:
            self.chip_wanted.emit(name, image, list(error.candidates))
        except CardScopeError as error:
            self.failed.emit(f"{name}: {error} {error.remedy}".rstrip())
        else:
            self._put(LooseCard.type2(f"{tag.chip.name}, {name}", tag))

    async def _insert_snapshot(self, name: str, snapshot: "TagSnapshot") -> None:
        from cardscope.virtual.loose_card import LooseCard  # noqa: PLC0415
        from cardscope.virtual.tag_recipe import card_from_snapshot  # noqa: PLC0415

        try:
            tag = await _aside(lambda: card_from_snapshot(snapshot))
        except CardScopeError as error:
            self.failed.emit(f"{name}: {error} {error.remedy}".rstrip())
        else:
            self._put(LooseCard.type2(f"{tag.chip.name}, {name}", tag))

    async def _save_image(self, path: Path, card: "LooseCard", image: bytes, then: Callable[[], object] | None) -> None:
        try:
            await _aside(lambda: path.write_bytes(image))
        except OSError as error:
            self.failed.emit(self.tr("{path} cannot be written: {why}.").format(path=path, why=error.strerror or error))
            return
        if card is self._card:
            self._kept = image
        if then is not None:
            then()

    def _set_loan(self, loan: Loan) -> None:
        self.loan = loan
        self.changed.emit()

    def _say(self, error: CardScopeError) -> None:
        self.failed.emit(f"{error} {error.remedy}".rstrip())


async def _aside(function: Callable[[], T]) -> T:
    """The result of ``function``, which takes longer than a window may stand still, from a thread of its own."""
    from cardscope.worker import Worker  # noqa: PLC0415

    worker = Worker("virtual card")
    try:
        return await worker.call(function)
    finally:
        worker.stop()
