"""The app's own reader: a slot in this process for virtual cards, behind the same protocols as PC/SC readers.

Everything lives on the event loop: no threads, and no waiting but for other channels' commands.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import partial

from cardscope.errors import (
    CardMuteError,
    CardRemovedError,
    CardResetError,
    NoCardError,
    ReaderError,
    Sent,
)
from cardscope.readers.protocol import (
    CardProtocol,
    Channel,
    ReaderAppeared,
    ReaderKind,
    ReaderState,
    ReaderStatus,
    SourceReport,
    StatusChanged,
)
from cardscope.virtual.card import VirtualCard

DEFAULT_NAME = "Virtual reader"


class _Slot:
    """What the reader and its channels share."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.card: VirtualCard | None = None
        self.atr = b""
        self.serial = 0
        self.resets = 0
        # asyncio.Lock wakes its waiters in the order in which they came.
        self.turn = asyncio.Lock()
        self.changed: Callable[[], None] = lambda: None

    @property
    def status(self) -> ReaderStatus:
        state = ReaderState.EMPTY
        if self.card is not None:
            state = ReaderState.PRESENT if self.atr else ReaderState.MUTE
        return ReaderStatus(self.name, ReaderKind.VIRTUAL, state, self.atr or None, self.serial)

    def mute_error(self) -> CardMuteError:
        return CardMuteError(f"The card in {self.name} does not answer.", reader=self.name)


class VirtualReader:
    """One virtual slot. ``insert`` and ``remove`` may be called at any time, also while a command is under way."""

    def __init__(self, name: str = DEFAULT_NAME) -> None:
        self._slot = _Slot(name)

    @property
    def name(self) -> str:
        return self._slot.name

    @property
    def kind(self) -> ReaderKind:
        return ReaderKind.VIRTUAL

    @property
    def card(self) -> VirtualCard | None:
        """The card in the slot."""
        return self._slot.card

    @property
    def status(self) -> ReaderStatus:
        """The slot as it is now; ``card_serial`` counts up at every insertion and at every removal."""
        return self._slot.status

    def insert(self, card: VirtualCard) -> None:
        """Puts ``card`` into the slot and powers it; a card that is there already comes out first."""
        self.remove()
        slot = self._slot
        slot.card = card
        slot.serial += 1
        slot.atr = card.power_on()
        slot.changed()

    def remove(self) -> None:
        """Takes the card out; harmless when the slot is empty. A command under way fails, its outcome unknown."""
        slot = self._slot
        if slot.card is None:
            return
        slot.card.power_off()
        slot.card = None
        slot.serial += 1
        slot.atr = b""
        slot.changed()

    async def connect(self) -> Channel:
        """Connects to the card, at once. Raises NoCardError or CardMuteError."""
        slot = self._slot
        if slot.card is None:
            raise NoCardError(f"There is no card in {slot.name}.", reader=slot.name, remedy="Insert a virtual card.")
        if not slot.atr:
            raise slot.mute_error()
        return _VirtualChannel(slot)

    def on_change(self, listener: Callable[[], None]) -> None:
        """Makes ``listener`` the one that is called, synchronously, whenever ``status`` has changed."""
        self._slot.changed = listener


class _VirtualChannel:
    """A connection to the card that was in the slot when it was made."""

    def __init__(self, slot: _Slot) -> None:
        self._slot = slot
        self._serial = slot.serial
        self._resets = slot.resets
        self._transactions = 0
        self._open = True

    @property
    def protocol(self) -> CardProtocol:
        return CardProtocol.T1  # what PC/SC reports for every contactless card

    async def transmit(self, command: bytes) -> bytes:
        """The card acts at once; its answer comes one round of the event loop later, or is lost with the card."""
        async with self._my_turn():
            card = self._usable_card()
            answer = card.transmit(command)
            await asyncio.sleep(0)
            self._check_still_there()
            return answer

    async def reset(self) -> bytes:
        """Powers the card off and on. Other channels get CardResetError from then on."""
        slot = self._slot
        async with self._my_turn():
            card = self._usable_card(even_after_reset=True)
            before = slot.atr
            card.power_off()
            slot.atr = card.power_on()
            slot.resets += 1
            self._resets = slot.resets
            if slot.atr != before:
                slot.changed()
            await asyncio.sleep(0)
            self._check_still_there()
            if not slot.atr:
                raise slot.mute_error()
            return slot.atr

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[None, None]:
        """Waits for its turn in the order of asking. May be nested, as in PC/SC."""
        if not self._transactions:
            await self._slot.turn.acquire()
        self._transactions += 1
        try:
            self._usable_card()
            yield
        finally:
            if self._transactions:  # 0 after a disconnect, which ends the transaction itself
                self._transactions -= 1
                if not self._transactions:
                    self._slot.turn.release()

    async def disconnect(self) -> None:
        self._open = False
        if self._transactions:
            self._transactions = 0
            self._slot.turn.release()

    def _my_turn(self) -> AbstractAsyncContextManager[None]:
        return nullcontext() if self._transactions else self._slot.turn

    def _usable_card(self, *, even_after_reset: bool = False) -> VirtualCard:
        slot = self._slot
        if not self._open:
            raise ReaderError(f"The connection to {slot.name} is closed.", reader=slot.name)
        if slot.card is None or slot.serial != self._serial:
            raise CardRemovedError(f"The card was taken out of {slot.name}.", reader=slot.name, sent=Sent.NO)
        if slot.resets != self._resets and not even_after_reset:
            raise CardResetError(
                f"Another program reset the card in {slot.name}.",
                reader=slot.name,
                remedy="Connect again.",
                sent=Sent.NO,
            )
        return slot.card

    def _check_still_there(self) -> None:
        slot = self._slot
        if slot.serial != self._serial:
            raise CardRemovedError(
                f"The card was taken out of {slot.name} in the middle of a command.",
                reader=slot.name,
                remedy="Put the same card back and read it again: the command may have taken effect.",
                sent=Sent.UNKNOWN,
            )


class VirtualSource:
    """The virtual readers of this process; they are there from ``start`` to ``close``.

    Reports never come from within ``start``, ``insert`` or ``remove`` but from the next round of the event loop
    (``call_soon``), in order; ``t`` and the status are those of the moment of the change. There is no ServiceReport:
    virtual readers need no service.
    """

    def __init__(self, *readers: VirtualReader) -> None:
        self._readers = readers or (VirtualReader(),)
        self._report: Callable[[SourceReport], None] | None = None

    @property
    def readers(self) -> Sequence[VirtualReader]:
        """The readers, at least one."""
        return self._readers

    def start(self, report: Callable[[SourceReport], None]) -> None:
        loop = asyncio.get_running_loop()
        self._report = report
        for reader in self._readers:
            loop.call_soon(self._deliver, ReaderAppeared(reader, reader.status, time.monotonic()))
            reader.on_change(partial(self._changed, loop, reader))

    async def refresh(self) -> None:
        """Every change is reported as it happens, so there is nothing to look for."""

    async def close(self) -> None:
        self._report = None

    def _changed(self, loop: asyncio.AbstractEventLoop, reader: VirtualReader) -> None:
        if self._report is not None:
            loop.call_soon(self._deliver, StatusChanged(reader.status, time.monotonic()))

    def _deliver(self, report: SourceReport) -> None:
        if self._report is not None:
            self._report(report)
