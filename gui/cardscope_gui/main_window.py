"""The window: sidebar, identity header, main area and console, kept in step with the service's events."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from cardscope.errors import CardScopeError
from cardscope.events import (
    CardInserted,
    CardRemoved,
    Exchanged,
    Identified,
    ReaderAdded,
    ReaderChanged,
    ReaderRemoved,
    ServiceChanged,
    ServiceState,
    UidRead,
)
from cardscope.readers.protocol import ReaderKind, ReaderState, ReaderStatus
from cardscope_gui import geometry, panes, theme
from cardscope_gui.actions import Actions
from cardscope_gui.bridge import Bridge
from cardscope_gui.card.identity_actions import IdentityActions
from cardscope_gui.card.page import CardPage
from cardscope_gui.doctor.examination import Examination, pcsc_view
from cardscope_gui.doctor.opener import DoctorOpener
from cardscope_gui.empty.page import Page, choose_page
from cardscope_gui.empty.panel import EmptyPanel
from cardscope_gui.files.actions import FileActions
from cardscope_gui.files.desk import FileDesk
from cardscope_gui.files.page import FilePage
from cardscope_gui.header.panel import HeaderPanel
from cardscope_gui.memory.actions import MemoryActions
from cardscope_gui.readers.loan import Loan
from cardscope_gui.readers.model import ReaderModel
from cardscope_gui.readers.panel import Sidebar
from cardscope_gui.readers.shown_reader import ShownReader
from cardscope_gui.readers.slot_actions import SlotActions
from cardscope_gui.readers.virtual_slot import VirtualSlot
from cardscope_gui.recent.model import RecentModel
from cardscope_gui.scripts.opener import ScriptOpener
from cardscope_gui.settings import Settings, SizeClass
from cardscope_gui.widgets.main_area import MainArea
from cardscope_gui.widgets.notice import NoticeBar
from cardscope_gui.widgets.workspace import Workspace

if TYPE_CHECKING:
    from cardscope.session import CardSession
    from cardscope.store.database import Database
    from cardscope_gui.console.panel import ConsolePanel

_MINIMUM = (1024, 640)


class MainWindow(QMainWindow):
    """CardScope's one window. ``settings`` says where it remembers things."""

    closing = Signal()

    def __init__(self, bridge: Bridge, settings: Settings) -> None:
        super().__init__()
        theme.notifier().install(settings.appearance)
        self._bridge = bridge
        self.settings = settings
        self._size_class: SizeClass | None = None
        self._store: Database | None = None
        self._rest = QTimer(self, singleShot=True, interval=0)
        self._rest.timeout.connect(self._refresh)

        self.model = ReaderModel(self)
        self.model.replace(bridge.service.readers)
        self._shown = ShownReader(self.model)
        self.recent = RecentModel(self)
        self.sidebar = Sidebar(self.model, self.recent)
        self.header = HeaderPanel()
        self.notice = NoticeBar()
        self.examination = Examination(self)
        self.doctor = DoctorOpener(bridge, self.examination, self)
        self.slot = VirtualSlot(bridge, settings, self)
        self.slot_actions = SlotActions(self.slot, settings, self)
        self.identity = IdentityActions(bridge, settings, self)
        memory = MemoryActions(self)
        file_actions = FileActions(memory, self)
        self.actions_ = Actions(self, self.slot_actions, self.identity, memory, file_actions)
        self.scripts = ScriptOpener(bridge, lambda: self._shown.name, self, self.closing)
        self.empty = EmptyPanel(self.slot_actions.model_menu)
        self._pages = QStackedWidget()
        self.card = CardPage(bridge, settings, self._pages, self.identity, memory, slot=self.slot)
        self.files = FileDesk(bridge, self.slot, self.card, file_actions, self)
        self._file_page = FilePage(self.files, self.sidebar, self.header, self._pages, self.card)
        self._area = MainArea(self._pages, self._make_console, settings)
        self._lay_out()
        self._connect()
        geometry.restore(self, settings)
        service = bridge.service
        self.sidebar.service.show_state(service.service_state, service.service_detail)
        self._readers_changed()

    @property
    def shown_session(self) -> "CardSession | None":
        """The session of the card that the window shows."""
        return self._bridge.service.session(self._shown.name) if self._shown.name is not None else None

    @property
    def console(self) -> "ConsolePanel":
        return self._area.console

    @property
    def page(self) -> Page:
        """What the main area shows."""
        return choose_page(
            self.model.status(self._shown.name),
            has_session=self.shown_session is not None or self.card.left(self._shown.name) is not None,
            service=self._bridge.service.service_state,
            lent=self.slot.loan is Loan.LENT,
        )

    def _make_console(self) -> "ConsolePanel":
        from cardscope_gui.console.panel import ConsolePanel  # noqa: PLC0415 not needed for the first picture

        return ConsolePanel(self._bridge)

    def _console_built(self) -> None:
        composer = self.console.composer
        composer.set_form_shown(self.settings.command_form)
        composer.form_toggled.connect(partial(setattr, self.settings, "command_form"))
        self.console.remember_in(self.settings)
        self.console.history.failed.connect(self.notice.say)
        if self._store is not None:
            self.console.history.keep_in(self._store)
        self._refresh()
        # The first card finds its page ready. In a turn of its own: both would hold the event loop for too long.
        QTimer.singleShot(0, self, self.card.load)

    def keep_history_in(self, store: "Database") -> None:
        """Where the commands sent are kept; before, and without it, they last as long as the window."""
        self._store = store
        self.card.keep_in(store)
        self.files.keep_backups_in(store)
        self.scripts.keep_in(store)
        if self._area.has_console:
            self.console.history.keep_in(store)

    def _lay_out(self) -> None:
        self.setWindowTitle("CardScope")
        self.setMinimumSize(*_MINIMUM)
        self._pages.addWidget(self.empty)
        main = QFrame()
        main.setProperty("surface", "surface")
        column = self._column = QVBoxLayout(main)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notice)
        column.addWidget(self.header)
        column.addWidget(self._area, 1)
        self.workspace = Workspace(self.sidebar, main)
        self.setCentralWidget(self.workspace)

    def _connect(self) -> None:
        self._bridge.published.connect(self._on_event)
        self._bridge.failed.connect(self._say_failure)
        self.sidebar.readers.selected.connect(self.show_reader)
        self.sidebar.readers.opened.connect(self._user_opened)
        self.sidebar.readers.insert_chosen.connect(self.slot.insert)
        self.sidebar.readers.image_wanted.connect(self.slot_actions.open_image)
        self.sidebar.readers.remove_chosen.connect(self.slot.remove)
        self.sidebar.readers.take_back_chosen.connect(self.slot.take_back)
        self.sidebar.readers.slot_menu_wanted.connect(self.slot_actions.open_menu)
        self.slot.changed.connect(self._slot_changed)
        self.slot.shown.connect(self._show_slot)
        self.slot.failed.connect(self._say_slot_trouble)
        self.sidebar.doctor_wanted.connect(self.doctor.open)
        self.empty.insert_wanted.connect(self.slot.insert)
        self.empty.image_wanted.connect(self.slot_actions.open_image)
        self.empty.file_wanted.connect(self.files.ask_to_open)
        self.empty.take_back_wanted.connect(self.slot.take_back)
        self.empty.doctor_wanted.connect(self.doctor.open)
        self.empty.cause_wanted.connect(lambda: self.examination.start(pcsc_view(self._bridge.service)))
        self.examination.finished.connect(self.empty.show_findings)
        self.card.changed.connect(self._refresh)
        self.files.changed.connect(self._file_changed)
        self.files.failed.connect(self.notice.say)
        self._area.console_built.connect(self._console_built)
        self._area.console_folded.connect(self._update_actions)
        self.workspace.overlay_closed.connect(self._update_actions)
        actions = self.actions_
        actions.quit.triggered.connect(lambda: self._asks_first() or self.close())
        actions.copy_uid.triggered.connect(self.header.uid.copy_button.copy)
        actions.copy_atr.triggered.connect(self.header.atr.copy_button.copy)
        actions.reset_card.triggered.connect(partial(self._with_card, lambda session: session.reset()))
        actions.release_card.triggered.connect(partial(self._with_card, lambda session: session.release()))
        actions.sidebar.triggered.connect(self._toggle_sidebar)
        actions.console.triggered.connect(self._area.toggle_console)
        actions.composer.triggered.connect(lambda: self.console.focus_composer())  # noqa: PLW0108 built late
        actions.library.triggered.connect(lambda: self.console.library.open())  # noqa: PLW0108
        actions.scripts.triggered.connect(self.scripts.open)
        actions.next_pane.triggered.connect(lambda: panes.go(self._panes(), 1))
        actions.previous_pane.triggered.connect(lambda: panes.go(self._panes(), -1))
        actions.remember_appearance(self.settings)
        actions.doctor.triggered.connect(self.doctor.open)
        actions.shortcuts.triggered.connect(self._open_shortcuts)
        actions.about.triggered.connect(self._open_about)
        QShortcut(QKeySequence("F10"), self).activated.connect(lambda: panes.open_menus(self.menuBar()))

    def _slot_changed(self) -> None:
        self.model.set_loan(self.slot.loan)
        self._refresh()

    def _show_slot(self) -> None:
        self.sidebar.notice.hide()
        if self.slot.reader is not None:
            self.show_reader(self.slot.reader.name)
            self.sidebar.readers.select(self._shown.name)

    def _say_slot_trouble(self, text: str) -> None:
        # The rail has no room for words.
        (self.notice if self.sidebar.rail else self.sidebar.notice).say(text)

    def _on_event(self, event: object) -> None:
        self.card.on_event(event)
        match event:
            case ServiceChanged(state=state, detail=detail):
                self.sidebar.service.show_state(state, detail)
                self.model.set_service_stopped(state is ServiceState.STOPPED)
                self._refresh()
            case ReaderChanged(reader=reader) if self._card_to_come(reader):
                # CardInserted follows at once: no page is built for the moment between.
                self.model.put(reader)
            case ReaderAdded(reader=reader) | ReaderChanged(reader=reader):
                self.model.put(reader)
                self._readers_changed()
            case ReaderRemoved(name=name):
                self.model.remove(name)
                self._readers_changed()
            case CardInserted(reader=name):
                # The transcript begins with the first command to the first card.
                _ = self.console
                self._shown.card_inserted(name)
                self._readers_changed()
            case CardRemoved():
                self._refresh()
            case Identified(reader=name, identification=known):
                if known.chip is not None and not known.interrupted:
                    self.model.name_card(name, known.chip.name)
                self._show_identity()
                # The page below in a turn of its own: both would hold the event loop for too long.
                self._rest.start()
            case UidRead():
                self._refresh()
            case Exchanged(reader=name) if name == self._shown.name:
                self._show_identity()
            case _:
                pass

    def _card_to_come(self, reader: ReaderStatus) -> bool:
        return reader.state is ReaderState.PRESENT and self._bridge.service.session(reader.name) is None

    def _readers_changed(self) -> None:
        self._shown.settle()
        self.sidebar.readers.select(self._shown.name)
        self._refresh()

    def show_reader(self, name: str) -> None:
        """Shows the reader of that name, as the user wants it."""
        self._shown.choose(name)
        self.files.show(None)
        self._refresh()

    def _file_changed(self) -> None:
        file = self.files.shown
        self._shown.away = file is not None
        self._file_page.select(file)
        self.sidebar.readers.select(self._shown.name)
        self._refresh()

    def _user_opened(self, name: str) -> None:
        self.show_reader(name)
        self.workspace.close_overlay()
        panes.focus_first(self._main_pane)

    def _refresh(self) -> None:
        """Shows what is the case now. Cheap when nothing changed."""
        page, session = self.page, self.shown_session
        file = self.files.shown
        self.header.setVisible(page is Page.CARD or session is not None)
        self._show_identity()
        self._file_page.leave()
        if file is not None:
            self._file_page.show(file, self._column)
        elif page is Page.CARD:
            self.card.show(session, self._shown.name)
        else:
            detail = self._bridge.service.service_detail if page is Page.SERVICE_STOPPED else ""
            self.empty.show_page(page, self._shown.name or "", detail)
            self._pages.setCurrentWidget(self.empty)
        self._area.set_card_shown(file is None and page is Page.CARD)
        if self._area.has_console:
            self.console.show_session(session, self._shown.name)
        self._update_actions()

    def _show_identity(self) -> None:
        session, reader = self.shown_session, self.model.status(self._shown.name)
        if session is None or reader is None:
            return
        self.header.show_session(session, reader, self._bridge.service.identification(reader.name))
        if session.uid is None and (reason := self.card.reason(session)):
            self.header.show_uid(None, reason)

    def _with_card(self, work: "Callable[[CardSession], Coroutine[Any, Any, Any]]") -> None:
        if (session := self.shown_session) is not None:
            self._bridge.spawn(self._reporting(work(session)))

    async def _reporting(self, work: Coroutine[Any, Any, Any]) -> None:
        try:
            await work
        except CardScopeError as error:
            self.notice.say(f"{error} {error.remedy}".rstrip())
        self._refresh()

    def _say_failure(self, text: str) -> None:
        self.notice.say(self.tr("Something went wrong that should not have: {error}").format(error=text))

    def _update_actions(self) -> None:
        actions, session = self.actions_, self.shown_session
        file = self.files.shown is not None and self.files.shown.known is not None
        self.files.update_actions()
        self.identity.update(session, self.model.status(self._shown.name), of_file=file)
        actions.copy_uid.setEnabled(file or (session is not None and session.uid is not None))
        actions.copy_atr.setEnabled(session is not None)
        virtual = (status for status in self.model.readers if status.kind is ReaderKind.VIRTUAL)
        self.slot_actions.update(next(virtual, None))
        usable = session is not None and self.page is Page.CARD
        actions.reset_card.setEnabled(usable)
        actions.release_card.setEnabled(usable)
        actions.sidebar.setChecked(not self.sidebar.rail)
        actions.console.setChecked(not self._area.folded)

    def _open_shortcuts(self) -> None:
        from cardscope_gui.widgets.help_dialogs import shortcuts_dialog  # noqa: PLC0415 not for the first window

        shortcuts_dialog(self.actions_.all(), self).open()

    def _open_about(self) -> None:
        from cardscope_gui.widgets.help_dialogs import about_dialog  # noqa: PLC0415 not for the first window

        about_dialog(self).open()

    @property
    def _main_pane(self) -> QWidget:
        return self._pages.currentWidget() or self.empty

    def _panes(self) -> list[QWidget]:
        console: list[QWidget] = [self.console] if self.console.folded else [self.console.view, self.console.composer]
        return [self.sidebar, self.header, *self._file_page.panes(self._main_pane), *console]

    def _toggle_sidebar(self) -> None:
        if self._size_class is not None and self._size_class.narrow:
            if self.workspace.overlay:
                self.workspace.close_overlay()
            else:
                self.workspace.open_overlay()
                self.sidebar.readers.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            rail = not self.sidebar.rail
            self.workspace.set_rail(rail)
            if self._size_class is not None:
                self.settings.set_sidebar_rail(self._size_class, rail)
        self._update_actions()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        scale = theme.notifier().scale
        size_class = SizeClass.of(round(self.width() / scale), round(self.height() / scale))
        if size_class is not self._size_class:
            self._size_class = size_class
            rail = self.settings.sidebar_rail(size_class)
            self.workspace.set_rail(size_class.narrow if rail is None else rail)
            self._area.set_size_class(size_class)
            self._update_actions()

    def _asks_first(self) -> bool:
        """Whether the user is asked about changes that are kept nowhere; then he closes the window with the answer."""
        ask_again = self.scripts.asks_before_leaving
        return self.files.asks_before_leaving(lambda: ask_again(self.close) or self.close()) or ask_again(self.close)

    def closeEvent(self, event: QCloseEvent) -> None:
        if event.spontaneous() and self._asks_first():
            event.ignore()
            return
        self.settings.geometry = self.saveGeometry()
        self.settings.save()
        self.workspace.close_overlay()
        self.examination.finish()
        self.closing.emit()
        super().closeEvent(event)
