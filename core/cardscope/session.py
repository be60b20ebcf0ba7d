"""One card, from its insertion to its removal. Every command to a card, whoever wants it, goes through here."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext, suppress
from functools import partial
from typing import Any, Final

from cardscope.decode.atr import decode_atr
from cardscope.decode.status_words import split_response
from cardscope.errors import CardRemovedError, ReaderError, Sent, TransmitError
from cardscope.events import Event, Exchanged, Origin, UidRead
from cardscope.guard import GuardRefusal, Knowledge, PlanApproval, Verdict, approval_digest, judge
from cardscope.readers.protocol import CardProtocol, Channel, Reader
from cardscope.tags.catalogue import Chip

GET_UID: Final = bytes.fromhex("FFCA000000")
"""The reader command for a contactless card's UID (PC/SC Part 3, 3.2.2.1.3)."""

_REMOVAL_DELAY: Final = 0.6
"""How long (s) a failed command waits for the news that the card was removed: pcscd asks most readers every 0.4 s."""


class CardSession:
    """The conversation with one inserted card.

    The connection opens with a command and, once the user has sent one, stays: what a command selects or unlocks holds
    for the next. :meth:`release` ends it for the benefit of other programs.
    """

    def __init__(self, reader: Reader, atr: bytes, insertion: int, publish: Callable[[Event], None]) -> None:
        self._reader = reader
        self.atr = atr
        self.insertion = insertion
        self.uid: bytes | None = None
        """Once read, 4, 7 or 10 bytes (type A) or 8 (ISO 15693, FeliCa); ``None`` before, and for cards without one."""
        self._publish = publish
        decoded = decode_atr(atr)
        self._storage_card = decoded.storage
        # FF is no valid class on the card interface, and a contact reader might pass GET_UID on to the card.
        self.contactless = decoded.contactless
        """Whether the card is a contactless one, by its ATR: only those have a UID, and are talked to unasked."""
        self.chip: Chip | None = None
        """The tag's chip while it is known for certain, for the guard: on another chip a page has another meaning."""
        self.known = Knowledge()
        """What the commands so far tell the guard about the next."""
        self._used = False
        self._channel: Channel | None = None
        self._lock = asyncio.Lock()
        self._owner: asyncio.Task[Any] | None = None
        self._held: Channel | None = None
        self._removed = asyncio.Event()

    @property
    def reader(self) -> str:
        """The reader's name."""
        return self._reader.name

    @property
    def protocol(self) -> CardProtocol | None:
        """The protocol of the open connection, ``None`` while there is none."""
        return self._channel.protocol if self._channel is not None else None

    @property
    def ended(self) -> bool:
        """Whether the card is gone."""
        return self._removed.is_set()

    async def send(
        self, command: bytes, *, origin: Origin = Origin.USER, approval: str | PlanApproval | None = None
    ) -> Exchanged:
        """Sends exactly ``command`` and returns what came back; listeners get the same.

        ``approval`` is the digest of an earlier refusal, which the user has agreed to, or that of a whole plan.
        Raises :class:`GuardRefusal` before anything is sent when the command could change the card for ever or cannot
        be understood, and :class:`~cardscope.errors.ReaderError` when the card or its reader fails.
        """
        while True:
            verdict = await self.check(command, approval)
            self._used = self._used or origin is Origin.USER
            async with self.turn():
                if self._judge(command) == verdict:
                    by_plan = isinstance(approval, PlanApproval) and self._has_held_on
                    return await self._exchange(command, origin, checks_card=verdict.needs_approval and not by_plan)
            # While this one waited for its turn, another task's command gave it another meaning.

    async def check(
        self, command: bytes, approval: str | PlanApproval | None = None, known: Knowledge | None = None
    ) -> Verdict:
        """The guard's verdict on ``command``, if that may be sent: because it needs no approval, or because
        ``approval`` is the one for exactly this command on exactly this card. Raises :class:`GuardRefusal` otherwise.

        ``known`` is what will be known by the time of the command; ``None`` means what is known now. The UID of a
        contactless card is read when an approval is needed, if it has not been yet.
        """
        verdict = self._judge(command, known)
        if not verdict.needs_approval:
            return verdict
        if self.uid is None and self.contactless:
            await self.read_uid()  # the approval is to hold for this very card, not for all of its kind
            if self.ended:
                raise self._removed_error(Sent.NO)
        digest = approval_digest(command, verdict, self.uid or self.atr)
        approved = approval.covers(command, self.uid) if isinstance(approval, PlanApproval) else approval == digest
        if not approved:
            raise GuardRefusal(verdict, digest)
        return verdict

    def _judge(self, command: bytes, known: Knowledge | None = None) -> Verdict:
        return judge(command, self.chip, self._storage_card, known or self.known)

    async def _exchange(self, command: bytes, origin: Origin, *, checks_card: bool) -> Exchanged:
        """Sends ``command``, whose turn it is. ``checks_card``: only after making sure that the card is the one that
        the approval is for, since another may have been put on the reader before the news of the removal came.

        A plan's approval goes without that as long as its card is held: who carries a plan out has the card alone, and
        checks the UID and the old content at the points that it counts on.
        """
        start = time.perf_counter()
        try:
            channel = await self._open_channel()
            start = time.perf_counter()
            transmit = partial(self._transmit_to_this_card, channel) if checks_card else channel.transmit
            response = await transmit(command)
        except asyncio.CancelledError:
            self.known.note(command, None)
            text = "Cancelled; whether the card carried the command out is not known."
            self._publish(self._exchanged(origin, command, None, start, text))
            raise
        except ReaderError as error:
            if error.sent is not Sent.NO:
                self.known.note(command, None)
            failure = await self._after_failure(error)
            self._publish(self._exchanged(origin, command, None, start, str(failure)))
            raise failure from failure.__cause__
        self.known.note(command, response)
        exchanged = self._exchanged(origin, command, response, start)
        self._publish(exchanged)
        return exchanged

    async def _transmit_to_this_card(self, channel: Channel, command: bytes) -> bytes:
        async with channel.transaction():
            if self.uid is not None:
                start = time.perf_counter()
                answer = await channel.transmit(GET_UID)
                self.known.note(GET_UID, answer)
                self._publish(self._exchanged(Origin.APPLICATION, GET_UID, answer, start))
                if split_response(answer) != (self.uid, 0x9000):
                    raise self._removed_error(Sent.NO)
            return await channel.transmit(command)

    async def read_uid(self) -> UidRead:
        """Asks the reader for the UID of a contactless card; publishes and returns it or the reason for its lack."""
        reason = ""
        if not self.contactless:
            reason = "Cards with contacts have no UID."
        else:
            try:
                exchanged = await self.send(GET_UID, origin=Origin.APPLICATION)
                data, sw = split_response(exchanged.response or b"")
                if sw == 0x9000 and data:
                    self.uid = data
                else:
                    reason = "The reader does not tell the UID."
            except ReaderError as error:
                reason = str(error)
        await self.release_unless_used()
        read = UidRead(self.reader, self.insertion, self.uid, time.monotonic(), reason)
        if not self.ended:
            self._publish(read)
        return read

    def _exchanged(
        self, origin: Origin, command: bytes, response: bytes | None, start: float, error: str = ""
    ) -> Exchanged:
        ms = (time.perf_counter() - start) * 1000
        return Exchanged(self.reader, self.insertion, origin, command, response, ms, time.monotonic(), error)

    async def reset(self) -> bytes:
        """Takes the card's power away and gives it back: whatever was selected or unlocked is lost. Returns the ATR."""
        async with self.turn():
            channel = await self._open_channel()
            try:
                atr = await channel.reset()
            except ReaderError as error:
                failure = await self._after_failure(error)
                raise failure from failure.__cause__
            self.known.power_cycled()
            return atr

    async def release(self) -> None:
        """Ends the connection, so that other programs can have the card; the next command opens it again."""
        async with self.turn():
            await self._close_channel()

    async def release_unless_used(self) -> None:
        """Ends the connection when only the application has talked to the card: the user's other programs come first.
        Within :meth:`alone` the end of that does it."""
        if not self._used and self._owner is None:
            await self.release()

    @asynccontextmanager
    async def alone(self) -> AsyncGenerator[None, None]:
        """While entered, nobody else's command reaches the card: not another program's (PC/SC: a transaction), not
        that of another task here. For operations of several commands. Raises as :meth:`send` does."""
        try:
            async with self._lock, AsyncExitStack() as ends:
                try:
                    channel = await self._open_channel()
                    await ends.enter_async_context(channel.transaction())
                except ReaderError as error:
                    failure = await self._after_failure(error)
                    raise failure from failure.__cause__
                self._owner, self._held = asyncio.current_task(), channel
                try:
                    yield
                finally:
                    self._owner = self._held = None
        finally:
            await self.release_unless_used()

    @property
    def _has_held_on(self) -> bool:
        """Whether this task has the card alone, and by the connection with which that began: after a failure there is
        another, maybe to another card."""
        return self._owner is asyncio.current_task() and self._held is not None and self._channel is self._held

    def turn(self) -> AbstractAsyncContextManager[object]:
        """While entered, no other task's command reaches the card. A task that has the card alone has its turn."""
        return nullcontext() if self._owner is asyncio.current_task() else self._lock

    def card_left(self) -> None:
        """The card is gone: from now on commands fail, those under way say that it was removed."""
        self._removed.set()

    async def end(self) -> None:
        """Ends the connection without waiting for a command under way."""
        self._removed.set()
        await self._close_channel()

    async def _open_channel(self) -> Channel:
        if self._removed.is_set():
            raise self._removed_error(Sent.NO)
        if self._channel is None:
            channel = await self._reader.connect()
            if self._removed.is_set():  # the card changed meanwhile: this connection may be the next one's
                await channel.disconnect()
                raise self._removed_error(Sent.NO)
            self._channel = channel
        return self._channel

    async def _close_channel(self) -> None:
        channel, self._channel = self._channel, None
        if channel is not None:
            self.known.let_go()
            await channel.disconnect()

    async def _after_failure(self, error: ReaderError) -> ReaderError:
        """Ends the broken connection; the error to tell, which names the removal when that was the cause."""
        await self._close_channel()
        if isinstance(error, TransmitError):
            with suppress(TimeoutError):
                async with asyncio.timeout(_REMOVAL_DELAY):
                    await self._removed.wait()
            if self._removed.is_set():
                removal = self._removed_error(error.sent)
                removal.__cause__ = error
                return removal
        return error

    def _removed_error(self, sent: Sent) -> CardRemovedError:
        when = "before the command was sent" if sent is Sent.NO else "in the middle of a command"
        consequence = "" if sent is Sent.NO else " Whether the card carried it out is not known."
        return CardRemovedError(
            f"The card was taken from “{self.reader}” {when}.{consequence}",
            reader=self.reader,
            remedy="Put the card back.",
            sent=sent,
        )
