"""A slot of the app's own reader, and the connections to the card in it. See :mod:`cardscope.virtual.reader`."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from enum import Enum, auto
from functools import cache

from cardscope.errors import (
    CardMuteError,
    CardRemovedError,
    CardResetError,
    ReaderError,
    ReaderGoneError,
    Sent,
    ServiceStoppedError,
)
from cardscope.readers.protocol import CardProtocol, ReaderKind, ReaderState, ReaderStatus
from cardscope.virtual.card import VirtualCard


class Absence(Enum):
    """Why a reader cannot be used."""

    UNPLUGGED = auto()
    SERVICE_STOPPED = auto()


class Slot:
    """What the reader and its channels share."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.card: VirtualCard | None = None
        self.atr = b""
        self.serial = 0
        self.resets = 0
        self.absence: Absence | None = None
        self.absences = 0
        # asyncio.Lock wakes its waiters in the order in which they came.
        self.turn = asyncio.Lock()
        self.changed: Callable[[], None] = lambda: None

    @property
    def status(self) -> ReaderStatus:
        state = ReaderState.EMPTY
        if self.absence is not None:
            state = ReaderState.UNAVAILABLE
        elif self.card is not None:
            state = ReaderState.PRESENT if self.atr else ReaderState.MUTE
        return ReaderStatus(self.name, ReaderKind.VIRTUAL, state, self.atr or None, self.serial)

    def power_on(self) -> None:
        """Powers the card, if there is one and the reader can."""
        self.atr = self.card.power_on() if self.card is not None and self.absence is None else b""

    def announce(self) -> None:
        """Says that the status changed; nobody follows the status of a reader that is not there."""
        if self.absence is None:
            self.changed()

    def gone_error(self, sent: Sent) -> ReaderError:
        """What a command meets once the reader was gone, even if it is back. ``sent`` as in the error."""
        after = " The command may have taken effect." if sent is Sent.UNKNOWN else ""
        if self.absence is Absence.SERVICE_STOPPED:
            remedy = f"Start the service again.{after}"
            return ServiceStoppedError("The PC/SC service stopped.", reader=self.name, remedy=remedy, sent=sent)
        remedy = f"Plug the reader in again.{after}"
        return ReaderGoneError(f"The reader “{self.name}” is gone.", reader=self.name, remedy=remedy, sent=sent)

    def mute_error(self) -> CardMuteError:
        return CardMuteError(f"The card in {self.name} does not answer.", reader=self.name)


class SlotChannel:
    """A connection to the card that was in the slot when it was made."""

    def __init__(self, slot: Slot) -> None:
        self._slot = slot
        self._serial = slot.serial
        self._resets = slot.resets
        self._absences = slot.absences
        self._atr = slot.atr
        self._transactions = 0
        self._open = True

    @property
    def protocol(self) -> CardProtocol:
        return _protocol(self._atr)

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
        if slot.absences != self._absences:
            raise slot.gone_error(Sent.NO)
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
        if slot.absences != self._absences:
            raise slot.gone_error(Sent.UNKNOWN)
        if slot.serial != self._serial:
            raise CardRemovedError(
                f"The card was taken out of {slot.name} in the middle of a command.",
                reader=slot.name,
                remedy="Put the same card back and read it again: the command may have taken effect.",
                sent=Sent.UNKNOWN,
            )


@cache
def _protocol(atr: bytes) -> CardProtocol:
    """As pcsc-lite chooses when both will do: T=1 if the card offers it (pcsc-lite, prothandler.c)."""
    from cardscope.decode.atr import decode_atr  # noqa: PLC0415 - the decoders would hold up the first window

    return CardProtocol.T1 if 1 in decode_atr(atr).protocols else CardProtocol.T0
