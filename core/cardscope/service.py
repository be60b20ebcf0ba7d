"""The asyncio façade of CardScope: readers and cards from every source, as events and sessions."""

import asyncio
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from cardscope.errors import NoCardError, ReaderError, ReaderNotFoundError
from cardscope.events import (
    CardInserted,
    CardRemoved,
    Event,
    Exchanged,
    Identified,
    Origin,
    ReaderAdded,
    ReaderChanged,
    ReaderRemoved,
    ServiceChanged,
    ServiceState,
)
from cardscope.readers.protocol import (
    Reader,
    ReaderAppeared,
    ReaderState,
    ReaderStatus,
    ReaderVanished,
    ServiceReport,
    SourceReport,
    Sources,
    StatusChanged,
)
from cardscope.worker import Worker

if TYPE_CHECKING:
    from cardscope.guard import GuardRefusal, Knowledge
    from cardscope.identify.identification import Identification, IdentificationStage
    from cardscope.session import CardSession
    from cardscope.tags.catalogue import Chip

_UID_ATTEMPTS: Final = 3


@dataclass(slots=True)
class Identifying:
    """How cards are identified as they come. May be changed at any time; it counts for the next card."""

    families: dict[str, str] = field(default_factory=dict[str, str])
    """The reader family that the user chose, by the reader's name; without an entry it is found out."""
    probe_applications: bool = False
    """Whether well-known applications are looked for on cards that speak APDUs."""


class CardService:
    """What the window, the command line and scripts talk to. Use it as an async context manager.

    All methods are for the event loop's thread; listeners are called there too.
    """

    def __init__(self, sources: Sources, *, read_uids: bool = True, identifying: Identifying | None = None) -> None:
        """``read_uids``: ask each contactless card for its UID as it comes. ``identifying``: identify each card after
        that. Nothing else is sent to a card unasked, but for the UID again around a command that needs the user's
        approval, see :meth:`CardSession.check`."""
        self._sources = sources
        self._read_uids = read_uids
        self.identifying = identifying
        self._listeners: list[Callable[[Event], None]] = []
        self._readers: dict[str, _Slot] = {}
        self._insertions = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._reported = asyncio.Event()
        self._closing = False
        self.service = ServiceChanged(ServiceState.STARTING, 0.0)
        """The latest news of the PC/SC service."""

    async def __aenter__(self) -> Self:
        for source in self._sources:
            source.start(self._report)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends all sessions and threads, within 300 ms even when a card call is stuck."""
        if self._closing:
            return
        self._closing = True
        for task in self._tasks:
            task.cancel()
        for slot in self._readers.values():
            if slot.session is not None:
                await slot.session.end()
        await asyncio.gather(*(source.close() for source in self._sources))
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def refresh(self) -> None:
        """Looks at every reader anew. Needed only for what a service does not report: pcsc-lite does not tell that
        another program began to use a card."""
        await asyncio.gather(*(source.refresh() for source in self._sources))

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Calls ``listener`` with every event from now on; the returned function ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def settled(self) -> None:
        """Waits until the PC/SC service has answered (and its readers are known) or turned out to be stopped."""
        await self._reported.wait()

    @property
    def service_state(self) -> ServiceState:
        return self.service.state

    @property
    def service_detail(self) -> str:
        """Why the service is stopped: a sentence, or empty."""
        return self.service.detail

    @property
    def readers(self) -> tuple[ReaderStatus, ...]:
        """All readers, in the order in which they appeared."""
        return tuple(slot.status for slot in self._readers.values())

    def session(self, reader: str) -> "CardSession | None":
        """The session of the card in the reader of that exact name, or ``None``."""
        slot = self._readers.get(reader)
        return slot.session if slot is not None else None

    def identification(self, reader: str) -> "Identification | None":
        """What is known so far of the card in the reader of that exact name, or ``None``."""
        slot = self._readers.get(reader)
        return slot.identification if slot is not None else None

    async def identify(
        self,
        session: "CardSession",
        *,
        family: str | None = None,
        probe_applications: bool = False,
        may_count: bool = False,
    ) -> "Identification":
        """Identifies the card of ``session``, from the start, and has it alone meanwhile; listeners get each stage. A
        card with contacts is left alone unless applications are to be looked for. ``may_count`` allows that reading
        counts a tag's NFC counter up by one, see :func:`cardscope.identify.identify.identify`. Never raises for a card
        or a reader that fails: what was learned is returned, with ``interrupted``."""
        await _loaded("cardscope.identify.identify")
        from cardscope.identify.identification import Identification  # noqa: PLC0415 - loaded with the first card
        from cardscope.identify.identify import identify  # noqa: PLC0415

        def publish(stage: "IdentificationStage") -> None:
            known = stage.identification
            if not known.complete and not known.interrupted:
                self._identified(session, known)

        try:
            # A card with contacts is not even connected to unasked.
            async with session.alone() if session.contactless or probe_applications else nullcontext():
                known = await identify(
                    session, family=family, probe_applications=probe_applications, may_count=may_count, publish=publish
                )
                session.known.authlim = _authlim(known)  # now, while nobody else can have written it
        except ReaderError as error:
            text = f"The card could not be reached. {error}"
            known = Identification(
                session.reader, session.insertion, session.atr, session.uid, summary=(text,), interrupted=str(error)
            )
        # The last news comes when the card is free for others again.
        self._identified(session, known)
        return known

    def find_session(self, wanted: str | None) -> "CardSession":
        """The session for a name that a person typed: a reader's whole name or a part that fits one only, in any case.
        ``None`` means the first reader that holds a card. Raises ReaderNotFoundError or NoCardError."""
        if wanted is None:
            session = next((slot.session for slot in self._readers.values() if slot.session is not None), None)
            if session is None:
                raise NoCardError("There is no card on any reader.", remedy="Put a card on a reader.")
            return session
        name = self.find_reader(wanted).name
        if (session := self.session(name)) is None:
            raise NoCardError(f"There is no card in “{name}”.", reader=name, remedy="Put a card on the reader.")
        return session

    def find_reader(self, wanted: str) -> ReaderStatus:
        """The reader for a name that a person typed, see :meth:`find_session`."""
        names = tuple(self._readers)
        fits = [name for name in names if wanted == name] or [n for n in names if wanted.casefold() in n.casefold()]
        if len(fits) == 1:
            return self._readers[fits[0]].status
        listed = "".join(f"\n  {name}" for name in fits or names)
        if fits:
            raise ReaderNotFoundError(
                f"“{wanted}” fits more than one reader:{listed}", existing=names, remedy="Give more of the name."
            )
        raise ReaderNotFoundError(
            f"No reader is named “{wanted}”. " + (f"There are:{listed}" if names else "There is no reader at all."),
            existing=names,
        )

    async def control(self, reader: str, command: bytes, *, approval: str | None = None) -> Exchanged:
        """Sends exactly ``command`` to the reader of that exact name itself, with or without a card on it, and returns
        what came back; listeners get the same, with the insertion 0.

        ``approval`` is the digest of an earlier refusal, which the user has agreed to. Raises
        :class:`~cardscope.guard.GuardRefusal` before anything is sent when the command could change the reader or a
        card in its field for good, :class:`~cardscope.errors.EscapeRefusedError` when the reader's driver does not
        take such commands, and :class:`~cardscope.errors.ReaderError` when the reader fails.
        """
        while True:
            await self.check_control(reader, command, approval)
            session = self.session(reader)
            async with session.turn() if session is not None else nullcontext():
                if self.session(reader) is session and self._control_refusal(reader, command, approval) is None:
                    return await self._control(self._slot(reader), command)
            # While this one waited for its turn, the card was changed, or a command gave this one another meaning.

    async def _control(self, slot: "_Slot", command: bytes) -> Exchanged:
        from cardscope.guard import Knowledge  # noqa: PLC0415 - as for the session

        known = slot.known = slot.known or Knowledge()
        start = time.perf_counter()
        response: bytes | None = None
        error = "Cancelled; whether the reader carried the command out is not known."
        try:
            response = await slot.reader.send_escape(command)
            error = ""
        except ReaderError as failure:
            error = str(failure)
            raise
        finally:
            known.note_escape(command, response)
            ms = (time.perf_counter() - start) * 1000
            exchanged = Exchanged(slot.status.name, 0, Origin.USER, command, response, ms, time.monotonic(), error)
            self._publish(exchanged)
        return exchanged

    async def check_control(self, reader: str, command: bytes, approval: str | None = None) -> None:
        """Raises :class:`~cardscope.guard.GuardRefusal` when ``command`` to the reader itself needs an approval, and
        ``approval`` is not the one for exactly this command to this reader with the card that is on it. The UID of a
        contactless card is read then, if it has not been yet."""
        refusal = self._control_refusal(reader, command, approval)
        if refusal is None:
            return
        session = self.session(reader)
        if session is not None and session.contactless and session.uid is None:
            await session.read_uid()  # the approval is to hold for this very card, not for all of its kind
            refusal = self._control_refusal(reader, command, approval)
        if refusal is not None:
            raise refusal

    def _control_refusal(self, reader: str, command: bytes, approval: str | None) -> "GuardRefusal | None":
        from cardscope.guard import GuardRefusal, approval_digest, judge_escape  # noqa: PLC0415 - as for the session

        session = self.session(reader)
        verdict = judge_escape(command, session.known if session is not None else None)
        if not verdict.needs_approval:
            return None
        card = b"" if session is None else session.uid or session.atr
        digest = approval_digest(command, verdict, reader.encode() + b"\0" + card)
        return None if approval == digest else GuardRefusal(verdict, digest)

    def _slot(self, name: str) -> "_Slot":
        if (slot := self._readers.get(name)) is None:
            raise ReaderNotFoundError(
                f"The reader “{name}” is not there.", existing=tuple(self._readers), remedy="Plug the reader in."
            )
        return slot

    def _report(self, report: SourceReport) -> None:
        if self._closing:
            return
        match report:
            case ServiceReport():
                state = ServiceState.RUNNING if report.running else ServiceState.STOPPED
                news = ServiceChanged(state, report.t, report.detail, report.code)
                told = self.service
                self.service = news
                self._reported.set()
                if (told.state, told.detail) != (news.state, news.detail):
                    self._publish(news)
            case ReaderAppeared(reader, status, t):
                slot = self._readers[status.name] = _Slot(reader, status)
                self._publish(ReaderAdded(status, t))
                self._follow_card(slot, t)
            case ReaderVanished(name, t):
                slot = self._readers.pop(name)
                self._card_left(slot, t)
                self._publish(ReaderRemoved(name, t))
            case StatusChanged(status, t):
                slot = self._readers[status.name]
                before, slot.status = slot.status, status
                if slot.session is not None and (status.card_serial != before.card_serial or not status.state.has_card):
                    self._card_left(slot, t)
                self._publish(ReaderChanged(status, t))
                self._follow_card(slot, t)
                same_card = status.card_serial == before.card_serial
                freed = before.state is ReaderState.EXCLUSIVE and status.state is not ReaderState.EXCLUSIVE
                if same_card and freed and slot.session is not None and slot.session.uid is None:
                    self._read_uid(slot)

    def _follow_card(self, slot: "_Slot", t: float) -> None:
        status = slot.status
        if slot.session is not None or not status.state.has_card or status.atr is None:
            return
        from cardscope.session import CardSession  # noqa: PLC0415 - its decoders would hold up the first window

        self._insertions += 1
        slot.session = CardSession(slot.reader, status.atr, self._insertions, self._publish)
        if slot.known is not None:
            slot.session.known.framing_changed = slot.known.framing_changed
        slot.known = slot.session.known
        self._publish(CardInserted(status.name, status.atr, self._insertions, t))
        slot.uid_attempts = 0
        self._read_uid(slot)

    def _read_uid(self, slot: "_Slot") -> None:
        # Tried again when a card that another program held is freed, but not for ever: PC/SC may be wrong about it.
        if self._read_uids and slot.session is not None and slot.uid_attempts < _UID_ATTEMPTS:
            slot.uid_attempts += 1
            self._spawn(self._get_to_know(slot.session))

    async def _get_to_know(self, session: "CardSession") -> None:
        await session.read_uid()  # which publishes what came of it
        if (wishes := self.identifying) is not None and not session.ended:
            await self.identify(
                session,
                family=wishes.families.get(session.reader),
                probe_applications=wishes.probe_applications,
            )

    def _identified(self, session: "CardSession", identification: "Identification") -> None:
        session.chip = _exact_chip(identification)
        slot = self._readers.get(session.reader)
        if slot is not None and slot.session is session:
            slot.identification = identification
        elif not identification.interrupted:
            return  # stale, but for what was learned of a card that was pulled half-way
        self._publish(Identified(session.reader, session.insertion, identification, time.monotonic()))

    def _card_left(self, slot: "_Slot", t: float) -> None:
        session, slot.session = slot.session, None
        slot.identification = None
        if session is not None:
            session.card_left()
            self._spawn(session.end())
            self._publish(CardRemoved(session.reader, session.insertion, t))

    def _publish(self, event: Event) -> None:
        for listener in tuple(self._listeners):
            listener(event)

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _exact_chip(known: "Identification") -> "Chip | None":
    """The catalogue's chip that the tag is for certain, by its answer to GET_VERSION."""
    identity = known.chip
    if identity is None or (chip := identity.chip) is None or identity.version is None:
        return None
    exact = identity.version in (chip.version, *chip.other_versions)
    return chip if exact and identity.certainty == "certain" else None


def _authlim(known: "Identification") -> int | None:
    """How many wrong passwords the tag allows, 0 for any number; ``None``: not known for certain."""
    config = known.state.config if known.state is not None else None
    return config.authlim if config is not None and _exact_chip(known) is not None else None


async def _loaded(module: str) -> None:
    """Loads ``module`` aside: this one takes 100 ms, which would hold up the window."""
    if module not in sys.modules:
        worker = Worker("CardScope loader")
        loaded = worker.call(partial(import_module, module))
        worker.stop()
        await loaded


class _Slot:
    """A reader as the service keeps it."""

    def __init__(self, reader: Reader, status: ReaderStatus) -> None:
        self.reader = reader
        self.status = status
        self.session: CardSession | None = None
        self.identification: Identification | None = None
        self.known: Knowledge | None = None
        """What the commands to the reader and to its last card tell the guard. The reader's chip stays as it was set
        when the card goes."""
        self.uid_attempts = 0
