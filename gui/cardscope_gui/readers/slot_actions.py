"""What can be done with the app's virtual reader, as actions: in the menu bar and in the reader's own menu."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from cardscope.readers.protocol import ReaderStatus
from cardscope_gui.readers import image_dialogs
from cardscope_gui.readers.insert_menu import InsertMenu
from cardscope_gui.readers.loan import Loan
from cardscope_gui.readers.virtual_slot import VirtualSlot
from cardscope_gui.settings import Settings


class SlotActions(QObject):
    """Makes the actions and connects them to ``slot``. They are enabled only while they can work."""

    def __init__(self, slot: VirtualSlot, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._slot = slot
        self._settings = settings
        self._window = window
        self.insert_menu = InsertMenu(self.tr("&Insert virtual card"), window)
        self.insert_menu.chosen.connect(slot.insert)
        self.insert_menu.image_wanted.connect(self.open_image)
        self.remove = self._action(self.tr("Re&move virtual card"), "Ctrl+E")
        self.remove.triggered.connect(slot.remove)
        self.on_service = self._action(self.tr("&Lend virtual card to the PC/SC service"), "Ctrl+Shift+P")
        self.on_service.setCheckable(True)
        self.on_service.triggered.connect(self._switch_loan)
        self.port = self._action(self.tr("&Port of the PC/SC virtual reader…"), "")
        self.port.triggered.connect(self._ask_port)
        self.save_image = self._action(self.tr("Sa&ve the virtual card's memory…"), "")
        self.save_image.triggered.connect(self._save_image)
        self.model_menu = ModelMenu(self.tr("Mo&del of the virtual reader"), slot, window)
        slot.chip_wanted.connect(self._ask_chip)
        slot.replace_wanted.connect(self._ask_to_replace)

    def add_to(self, menu: QMenu) -> None:
        """Puts all of them into ``menu``."""
        menu.addMenu(self.insert_menu)
        menu.addAction(self.remove)
        menu.addSeparator()
        menu.addAction(self.on_service)
        menu.addAction(self.port)
        menu.addMenu(self.model_menu)
        menu.addAction(self.save_image)

    def open_menu(self, place: QPoint) -> None:
        """Offers all of them at ``place`` on the screen."""
        menu = QMenu(self._window)
        self.add_to(menu)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def update(self, reader: ReaderStatus | None) -> None:
        """To be called whenever the virtual ``reader`` or the loan may have changed."""
        slot = self._slot
        there, lent = reader is not None, slot.loan is Loan.LENT
        occupied = reader is not None and reader.state.has_card
        self.insert_menu.setEnabled(there and not lent)
        self.remove.setEnabled(occupied)
        self.on_service.setEnabled(occupied or lent)
        self.on_service.setChecked(slot.loan is not Loan.HOME)
        self.port.setEnabled(slot.loan is Loan.HOME)
        self.model_menu.setEnabled(there and not lent)
        self.save_image.setEnabled(slot.card is not None and slot.card.tag is not None)

    def open_image(self) -> None:
        image_dialogs.open_image(self._window, self._slot.open_image)

    def _switch_loan(self, wanted: bool) -> None:
        if wanted:
            self._slot.lend()
        else:
            self._slot.take_back()

    def _save_image(self) -> None:
        self._save_then(None)

    def _save_then(self, then: Callable[[], object] | None) -> None:
        card = self._slot.card
        if card is not None and card.tag is not None:
            name = f"{card.tag.chip.key}-{card.tag.uid.hex().upper()}.bin"
            image_dialogs.save_image(self._window, name, lambda path: self._slot.save_image(path, then))

    def _ask_to_replace(self, title: str, replace: Callable[[], object]) -> None:
        image_dialogs.ask_to_replace(self._window, title, lambda: self._save_then(replace), replace)

    def _ask_chip(self, name: str, image: bytes, candidates: list[object]) -> None:
        image_dialogs.ask_chip(self._window, name, image, candidates, self._slot.insert_image)

    def _ask_port(self) -> None:
        def chosen(port: int) -> None:
            self._settings.vpcd_port = port

        image_dialogs.ask_port(self._window, self._settings.vpcd_port, chosen)

    def _action(self, text: str, keys: str) -> QAction:
        action = QAction(text, self._window)
        action.setMenuRole(QAction.MenuRole.NoRole)
        if keys:
            action.setShortcut(keys)
        return action


class ModelMenu(QMenu):
    """The reader models, one of them chosen. Read when the menu opens for the first time."""

    def __init__(self, title: str, slot: VirtualSlot, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self._slot = slot
        self._group = QActionGroup(self)
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        from cardscope.virtual.reader_models import reader_models  # noqa: PLC0415 not needed for the first window

        if not self.actions():
            for key, model in reader_models().items():
                action = self.addAction(model.name)
                action.setCheckable(True)
                action.setData(key)
                action.setToolTip(model.description)
                self._group.addAction(action)
                action.triggered.connect(lambda _checked=False, key=key: self._slot.choose_model(key))
        for action in self.actions():
            action.setChecked(action.data() == self._slot.model_key)
