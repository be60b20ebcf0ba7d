"""Between the Protection menu and the tag in the Memory tab: opens the forms, tries what the user gives, and stages
what the forms come to."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from cardscope.decode.hex import format_hex
from cardscope.errors import CardScopeError
from cardscope.events import CardRemoved, ReaderRemoved
from cardscope.tags.image import PAGE_SIZE
from cardscope_gui.bridge import Bridge
from cardscope_gui.memory.protection.actions import ProtectionActions
from cardscope_gui.memory.protection.flow import Flow
from cardscope_gui.memory.protection.opened import Opened
from cardscope_gui.memory.words import tr
from cardscope_gui.widgets.marks import Mark

if TYPE_CHECKING:
    from cardscope.identify.identification import Identification
    from cardscope.memory.credentials import Credentials
    from cardscope.memory.draft import Draft
    from cardscope.session import CardSession
    from cardscope_gui.memory.document import MemoryDocument
    from cardscope_gui.memory.protection.dialog import FlowDialog, PlanDialog
    from cardscope_gui.memory.protection.unlock import UnlockDialog
    from cardscope_gui.memory.tab import MemoryTab


class Protection(QObject):
    """Serves ``tab``, whose tags ``opened`` knows the passwords of."""

    def __init__(self, bridge: Bridge, tab: "MemoryTab", actions: ProtectionActions, opened: Opened) -> None:
        super().__init__(tab)
        self._bridge = bridge
        self._tab = tab
        self._actions = actions
        self._opened = opened
        self._kept: set[bytes] = set()
        """The tags whose password was put into the keyring, or taken from it, in this run."""
        self.dialog: FlowDialog | None = None
        """The form that is open."""
        actions.menu.aboutToShow.connect(self.update_menu)
        actions.wanted.connect(self.open)
        opened.renewed.connect(self._renewed)
        bridge.published.connect(self._on_event)

    def update_menu(self) -> None:
        """Says in the menu what there is for the tag in the tab, and what is impossible now."""
        from cardscope_gui.memory.protection.offers import offers  # noqa: PLC0415 not for the first picture

        known, document = self._tab.known, self._tab.document
        chip = known.chip.chip if known is not None and known.chip is not None else None
        if known is None or chip is None:
            self._actions.show_offers({})
            return
        draft = document.draft if document is not None and self._tab.present else None
        opened = self._opened.get(self._tab.session) is not None
        self._actions.show_offers(offers(chip, draft, opened=opened, passes=known.family is not None))

    def open(self, flow: Flow) -> None:
        """Opens the form for ``flow``."""
        session, known = self._tab.session, self._tab.known
        if self.dialog is not None or session is None or known is None:
            return
        if flow is Flow.UNLOCK:
            self._show(self._unlock_dialog(session, known))
        elif (document := self._tab.document) is not None and self._tab.present:
            dialog = self._plan_dialog(flow, document.draft, opened=self._opened.get(session) is not None)
            dialog.planned.connect(partial(self._stage, document, dialog.windowTitle()))
            self._show(dialog)

    def _show(self, dialog: "FlowDialog") -> None:
        self.dialog = dialog
        dialog.finished.connect(self._closed)
        dialog.open()

    def _closed(self) -> None:
        self.dialog = None
        self._tab.table.setFocus()

    def _plan_dialog(self, flow: Flow, draft: "Draft", *, opened: bool) -> "PlanDialog":
        from cardscope_gui.memory.protection import locking, password, protect  # noqa: PLC0415

        match flow:
            case Flow.SET | Flow.CHANGE:
                return password.PasswordDialog(draft, self._tab, change=flow is Flow.CHANGE, opened=opened)
            case Flow.PROTECT:
                return protect.ProtectDialog(draft, self._tab, opened=opened)
            case Flow.REMOVE:
                return protect.RemoveDialog(draft, self._tab, opened=opened)
            case Flow.LOCK_PAGES:
                return locking.LockDialog(draft, self._tab)
            case Flow.FREEZE_LOCKS:
                return locking.FreezeLocksDialog(draft, self._tab)
            case _:
                return locking.FreezeConfigurationDialog(draft, self._tab)

    def _stage(self, document: "MemoryDocument", text: str, draft: "Draft") -> None:
        """Stages what ``draft`` changes, as one step to undo, and asks for the review."""
        before = document.draft.changes
        values = {
            PAGE_SIZE * place + offset: byte
            for page, content in draft.changes.items()
            if before.get(page) != content and (place := document.place(page)) is not None
            for offset, byte in enumerate(content)
        }
        values |= {
            PAGE_SIZE * place + offset: byte
            for page in before.keys() - draft.changes.keys()
            if (held := document.base.pages.get(page)) is not None and (place := document.place(page)) is not None
            for offset, byte in enumerate(held)
        }
        document.write(values, text)
        self._tab.review_wanted.emit(document.draft)

    # ---- Unlocking ---------------------------------------------------------------------------------------------------

    def _unlock_dialog(self, session: "CardSession", known: "Identification") -> "UnlockDialog":
        from cardscope.memory.unlocking import Tries, tries  # noqa: PLC0415
        from cardscope_gui.memory.protection.unlock import UnlockDialog  # noqa: PLC0415

        assert known.chip is not None
        assert known.chip.chip is not None
        chip, document = known.chip.chip, self._tab.document
        if document is not None and self._tab.present:
            allowed = tries(document.base)
        else:
            allowed = Tries(None if "AUTHLIM" in chip.fields else 0, None)
        uid = session.uid or b""
        name = f"{chip.name} · {format_hex(uid, ' ')}"
        dialog = UnlockDialog(chip, name, allowed, self._opened.get(session), self._tab)

        def try_once(given: "Credentials") -> None:
            self._bridge.spawn(self._try(dialog, session, known, given))

        dialog.try_wanted.connect(try_once)
        dialog.close_wanted.connect(lambda: self._lock(session))
        dialog.forget_wanted.connect(lambda: self._bridge.spawn(self._forget(dialog, uid)))
        self._bridge.spawn(self._look_up(dialog, uid))
        return dialog

    async def _try(
        self, dialog: "UnlockDialog", session: "CardSession", known: "Identification", given: "Credentials"
    ) -> None:
        from cardscope.errors import CardError  # noqa: PLC0415
        from cardscope.memory.unlocking import unlock  # noqa: PLC0415

        try:
            proven = await unlock(session, known, given)
        except CardScopeError as error:
            if self.dialog is dialog:
                dialog.show_failure(f"{error} {error.remedy}".rstrip(), counted=type(error) is CardError)
            return
        self._opened.put(session, proven)
        text = tr("Unlocked until the tag is taken away.")
        if proven.pack is not None:
            text += " " + tr("It answered PACK {0}.").format(format_hex(proven.pack, " "))
        mark = Mark.NOTE
        if self.dialog is dialog:
            if dialog.keeps and session.uid is not None:
                from cardscope.memory.keeping import keep  # noqa: PLC0415

                try:
                    await keep(session.uid, proven)
                    self._kept.add(session.uid)
                    text += " " + tr("It is in the keyring now.")
                except CardScopeError as error:
                    text, mark = f"{text} {error}", Mark.CAUTION
            dialog.accept()
        if self._tab.session is session:
            self._tab.read_opened()
            self._tab.hint.say(text, mark)

    def _lock(self, session: "CardSession") -> None:
        """Forgets what opened the tag, and takes its power away, so that it is closed to everyone."""
        self._opened.put(session, None)
        self._bridge.spawn(self._release(session))

    async def _release(self, session: "CardSession") -> None:
        try:
            await session.reset()
        except CardScopeError as error:
            self._tab.hint.say(f"{error} {error.remedy}".rstrip(), Mark.CAUTION)
        else:
            self._tab.hint.say(tr("The tag is closed again, and its password is not remembered any more."))

    # ---- The keyring -------------------------------------------------------------------------------------------------

    async def _look_up(self, dialog: "UnlockDialog", uid: bytes) -> None:
        from cardscope.memory.keeping import keeps, kept  # noqa: PLC0415

        found, possible, problem = None, False, ""
        try:
            possible = bool(uid) and await keeps()
            found = await kept(uid) if possible else None
        except CardScopeError as error:
            possible, problem = False, str(error)
        if found is not None:
            self._kept.add(uid)
        if self.dialog in (None, dialog):
            dialog.show_kept(found, possible=possible, problem=problem)

    async def _forget(self, dialog: "UnlockDialog", uid: bytes) -> None:
        from cardscope.memory.keeping import forget  # noqa: PLC0415

        try:
            await forget(uid)
        except CardScopeError as error:
            self._tab.hint.say(f"{error} {error.remedy}".rstrip(), Mark.CAUTION)
            return
        self._kept.discard(uid)
        if self.dialog is dialog:
            dialog.show_kept(None, possible=True)

    def _renewed(self, uid: bytes, credentials: "Credentials") -> None:
        """What is kept would be a wrong password from now on."""
        if uid in self._kept:
            self._bridge.spawn(self._keep_new(uid, credentials))

    async def _keep_new(self, uid: bytes, credentials: "Credentials") -> None:
        from cardscope.memory.keeping import keep  # noqa: PLC0415

        try:
            await keep(uid, credentials)
        except CardScopeError as error:
            self._tab.hint.say(tr("The keyring still has the old password. {0}").format(error), Mark.CAUTION)

    def _on_event(self, event: object) -> None:
        match event:
            case CardRemoved(reader=name) | ReaderRemoved(name=name):
                session = self._tab.session
                if self.dialog is not None and (session is None or session.reader == name):
                    self.dialog.reject()
            case _:
                pass
