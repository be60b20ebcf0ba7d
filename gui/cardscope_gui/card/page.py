"""The card page of the window: built when it is first needed, and what it has to know beside the session."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QStackedWidget

from cardscope.events import CardInserted, Exchanged, Identified, ReaderRemoved, UidRead
from cardscope_gui.bridge import Bridge
from cardscope_gui.card.identity_actions import IdentityActions

if TYPE_CHECKING:
    from cardscope.identify.identification import Identification
    from cardscope.session import CardSession
    from cardscope_gui.card.panel import CardPanel


class CardPage(QObject):
    """Keeps the reasons for missing UIDs, and what was learned of cards that were pulled while it was being learned."""

    def __init__(self, bridge: Bridge, pages: QStackedWidget, actions: IdentityActions) -> None:
        super().__init__(pages)
        self._bridge = bridge
        self._pages = pages
        self._actions = actions
        self._panel: CardPanel | None = None
        self._reasons: dict[str, tuple[int, str]] = {}
        self._left: dict[str, Identification] = {}

    def build(self) -> "CardPanel":
        """The page's widget; made at the first call."""
        if self._panel is None:
            from cardscope_gui.card.panel import CardPanel  # noqa: PLC0415 not needed for the first picture

            self._panel = CardPanel()
            self._pages.addWidget(self._panel)
            self._actions.attach(self._panel)
        return self._panel

    def on_event(self, event: object) -> None:
        """To be called with every event, before the page is shown."""
        match event:
            case CardInserted(reader=name) | ReaderRemoved(name=name):
                self._left.pop(name, None)
                self._reasons.pop(name, None)
            case UidRead(reader=name, insertion=insertion, uid=uid, reason=reason):
                self._reasons[name] = (insertion, "" if uid is not None else reason or self.tr("Not available"))
            case Identified(reader=name, identification=known) if self._bridge.service.session(name) is None:
                self._left[name] = known
            case Exchanged() if self._panel is not None:
                # The first command opens the connection.
                self._panel.show_connection()
            case _:
                pass

    def left(self, reader: str | None) -> "Identification | None":
        """What was learned of a card that was pulled from ``reader`` before all was, until the next one comes."""
        return self._left.get(reader) if reader is not None else None

    def reason(self, session: "CardSession") -> str:
        """Why the card of ``session`` has no UID; empty when it has one, or is still being asked."""
        insertion, reason = self._reasons.get(session.reader, (0, ""))
        return reason if insertion == session.insertion else ""

    def show(self, session: "CardSession | None", reader: str | None) -> None:
        """Makes it the page in front, with the card of ``session`` or with what was left in ``reader``."""
        panel = self.build()
        if session is not None:
            panel.show_session(session)
            panel.show_uid(session.uid, self.reason(session))
            panel.show_identification(self._bridge.service.identification(session.reader))
        elif (left := self.left(reader)) is not None:
            panel.show_left(left)
        self._pages.setCurrentWidget(panel)
