"""The app's own reader: a slot in this process for virtual cards, behind the same protocols as PC/SC readers.

Everything lives on the event loop: no threads, and no waiting but for other channels' commands.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from functools import partial

from cardscope.errors import EscapeRefusedError, NoCardError, Sent
from cardscope.readers.protocol import (
    Channel,
    ReaderAppeared,
    ReaderKind,
    ReaderStatus,
    ReaderVanished,
    ServiceReport,
    SourceReport,
    StatusChanged,
)
from cardscope.virtual.card import VirtualCard
from cardscope.virtual.slot import Absence, Slot, SlotChannel

DEFAULT_NAME = "Virtual reader"


class VirtualReader:
    """One virtual slot. ``insert`` and ``remove`` may be called at any time, also while a command is under way."""

    def __init__(self, name: str = DEFAULT_NAME) -> None:
        self._slot = Slot(name)
        self.electronics: Callable[[], VirtualCard | None] = lambda: None
        """Tells what takes the commands to the reader itself: a reader model without a card. ``None``: nothing does.
        Asked when there is such a command, because models take a while to load."""

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

    @property
    def absence(self) -> Absence | None:
        """Why the reader cannot be used; ``None`` when it can."""
        return self._slot.absence

    def insert(self, card: VirtualCard) -> None:
        """Puts ``card`` into the slot and powers it; a card that is there already comes out first."""
        self.remove()
        slot = self._slot
        slot.card = card
        slot.serial += 1
        slot.power_on()
        slot.announce()

    def remove(self) -> None:
        """Takes the card out; harmless when the slot is empty. A command under way fails, its outcome unknown."""
        slot = self._slot
        if slot.card is None:
            return
        slot.card.power_off()
        slot.card = None
        slot.serial += 1
        slot.atr = b""
        slot.announce()

    def leave(self, absence: Absence) -> None:
        """Ends every connection; a command under way fails, its outcome unknown. The card stays, without power."""
        slot = self._slot
        slot.absence = absence
        slot.absences += 1
        slot.atr = b""
        if slot.card is not None:
            slot.card.power_off()

    def come_back(self) -> None:
        """Powers the card that is in the slot. Connections from before stay ended."""
        slot = self._slot
        slot.absence = None
        if slot.card is not None:
            slot.serial += 1
        slot.power_on()

    async def connect(self) -> Channel:
        """Connects to the card, at once. Raises NoCardError, CardMuteError, ReaderGoneError or ServiceStoppedError."""
        slot = self._slot
        if slot.absence is not None:
            raise slot.gone_error(Sent.NO)
        if slot.card is None:
            raise NoCardError(f"There is no card in {slot.name}.", reader=slot.name, remedy="Insert a virtual card.")
        if not slot.atr:
            raise slot.mute_error()
        return SlotChannel(slot)

    async def send_escape(self, command: bytes) -> bytes:
        """The answer of :attr:`electronics`, which have no card in their field. Raises EscapeRefusedError without them,
        ReaderGoneError or ServiceStoppedError."""
        slot = self._slot
        if slot.absence is not None:
            raise slot.gone_error(Sent.NO)
        electronics = self.electronics()
        if electronics is None:
            raise EscapeRefusedError(
                f"{slot.name} takes no commands for itself.",
                reader=slot.name,
                remedy="Choose a reader model that does, such as the ACS ACR122U.",
            )
        async with slot.turn:
            absences = slot.absences
            answer = electronics.transmit(command)
            await asyncio.sleep(0)
            if slot.absences != absences:
                raise slot.gone_error(Sent.UNKNOWN)
            return answer

    def on_change(self, listener: Callable[[], None]) -> None:
        """Makes ``listener`` the one that is called, synchronously, whenever ``status`` has changed."""
        self._slot.changed = listener


class VirtualSource:
    """The virtual readers of this process.

    Reports never come from within a call here or of a reader but from the next round of the event loop (``call_soon``),
    in order; ``t`` and the status are those of the moment of the change. Virtual readers need no service, so there is
    a ServiceReport only when one's death is played: :meth:`stop_service`.
    """

    def __init__(self, *readers: VirtualReader) -> None:
        self._readers = readers or (VirtualReader(),)
        self._unplugged: set[VirtualReader] = set()
        self._stopped = False
        self._report: Callable[[SourceReport], None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def readers(self) -> Sequence[VirtualReader]:
        """The readers, at least one, the unplugged ones too."""
        return self._readers

    def start(self, report: Callable[[SourceReport], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._report = report
        for reader in self._readers:
            if reader.absence is None:
                self._appeared(reader)
            reader.on_change(partial(self._changed, reader))

    async def refresh(self) -> None:
        """Every change is reported as it happens, so there is nothing to look for."""

    async def close(self) -> None:
        self._report = None

    def unplug(self, reader: VirtualReader) -> None:
        """Takes the whole reader away, with the card in it; harmless when it is away. Commands under way fail with
        ReaderGoneError, their outcome unknown; so does, unsent, everything that is asked of it from then on."""
        if reader in self._unplugged:
            return
        self._unplugged.add(reader)
        if not self._stopped:
            self._leave(reader, Absence.UNPLUGGED)

    def plug(self, reader: VirtualReader) -> None:
        """Brings the reader back; harmless when it is there. Connections from before stay ended."""
        if reader not in self._unplugged:
            return
        self._unplugged.remove(reader)
        if self._stopped:
            reader.leave(Absence.SERVICE_STOPPED)
        else:
            self._come_back(reader)

    def stop_service(self) -> None:
        """What the death of the PC/SC service looks like: all readers vanish. Commands under way fail with
        ServiceStoppedError, their outcome unknown; so does, unsent, everything that is asked while it is stopped."""
        if self._stopped:
            return
        self._stopped = True
        for reader in self._readers:
            if reader not in self._unplugged:
                self._leave(reader, Absence.SERVICE_STOPPED)
        self._soon(ServiceReport(running=False, t=time.monotonic(), detail="The PC/SC service is not running."))

    def start_service(self) -> None:
        """Brings the service back and with it the readers that are plugged in, their cards powered anew."""
        if not self._stopped:
            return
        self._stopped = False
        self._soon(ServiceReport(running=True, t=time.monotonic()))
        for reader in self._readers:
            if reader in self._unplugged:
                reader.leave(Absence.UNPLUGGED)
            else:
                self._come_back(reader)

    def _leave(self, reader: VirtualReader, absence: Absence) -> None:
        reader.leave(absence)
        self._soon(ReaderVanished(reader.name, time.monotonic()))

    def _come_back(self, reader: VirtualReader) -> None:
        reader.come_back()
        self._appeared(reader)

    def _appeared(self, reader: VirtualReader) -> None:
        self._soon(ReaderAppeared(reader, reader.status, time.monotonic()))

    def _changed(self, reader: VirtualReader) -> None:
        self._soon(StatusChanged(reader.status, time.monotonic()))

    def _soon(self, report: SourceReport) -> None:
        if self._report is not None and self._loop is not None:
            self._loop.call_soon(self._deliver, report)

    def _deliver(self, report: SourceReport) -> None:
        if self._report is not None:
            self._report(report)
