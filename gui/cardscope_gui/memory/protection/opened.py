"""The passwords and keys that opened the tags on the readers. In memory only, and gone with the tag."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cardscope.events import CardRemoved, ReaderRemoved
from cardscope_gui.bridge import Bridge

if TYPE_CHECKING:
    from cardscope.memory.credentials import Credentials
    from cardscope.memory.outcome import Outcome
    from cardscope.memory.plan import Plan
    from cardscope.session import CardSession


class Opened(QObject):
    """By insertion, not by number: a virtual twin has the number of its tag and is another card."""

    changed = Signal()
    """A tag was opened, or is not open any more."""
    renewed = Signal(object, object)
    """The UID and the new Credentials of a tag that was opened and has got another password or key by a plan."""

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._held: dict[str, tuple[int, Credentials]] = {}
        bridge.published.connect(self._on_event)

    def get(self, session: "CardSession | None") -> "Credentials | None":
        """What opened the card of ``session`` since it was put on."""
        if session is None:
            return None
        insertion, credentials = self._held.get(session.reader, (0, None))
        return credentials if insertion == session.insertion else None

    def put(self, session: "CardSession | None", credentials: "Credentials | None") -> None:
        """Remembers what opened the card of ``session``; ``None``: nothing does any more. A card that is gone is not
        remembered."""
        if session is None or self.get(session) == credentials:
            return
        if credentials is None:
            del self._held[session.reader]
        elif not session.ended:
            self._held[session.reader] = session.insertion, credentials
        self.changed.emit()

    def settle(self, session: "CardSession", plan: "Plan", outcome: "Outcome | None") -> None:
        """After ``plan`` was carried out on the card of ``session``, with ``outcome``; ``None``: nobody knows how far.
        A password that was written and tested takes the place of the one before. Where it is not known what the tag
        holds nothing is remembered: what is remembered is tried again whenever the tag is read."""
        from cardscope.memory.outcome import PageOutcome  # noqa: PLC0415 not needed for the first picture
        from cardscope.memory.plan import StepKind  # noqa: PLC0415
        from cardscope.memory.schedule import secret_pages  # noqa: PLC0415

        chip, held = plan.base.chip, self.get(session)
        pages = {step.page for step in plan.writes} & secret_pages(chip)
        found = {outcome.pages[page] for page in pages} if outcome is not None else {PageOutcome.UNKNOWN}
        if not pages or found == {PageOutcome.NOT_WRITTEN}:
            return
        if found != {PageOutcome.VERIFIED}:
            self.put(session, None)
            return
        proven = [step.credentials for step in plan.steps if step.kind is StepKind.AUTHENTICATE and step.credentials]
        if pages != {chip.pack}:
            self.put(session, proven[-1])
        elif held is not None:
            self.put(session, replace(held, pack=None))
        if held is not None and (now := self.get(session)) is not None:
            self.renewed.emit(plan.base.uid, now)

    def _on_event(self, event: object) -> None:
        match event:
            case CardRemoved(reader=name) | ReaderRemoved(name=name) if name in self._held:
                del self._held[name]
                self.changed.emit()
            case _:
                pass
