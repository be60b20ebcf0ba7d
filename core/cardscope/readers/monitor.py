"""The watch thread: one blocking SCardGetStatusChange on all readers, through the service's death and return."""

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from cardscope.readers import pcsc
from cardscope.readers.protocol import ReaderState
from cardscope.readers.service_wait import ServiceWait

_SETTLE_PAUSES_MS: Final = (100, 300, 1000)
"""After the list of readers changed, it is read again this much later: pcsc-lite before 2.3 reports a change only
against the list at the start of the wait, so of two readers plugged in together the second could go unseen."""

_GONE_PAUSE: Final = 0.02
"""How long (s) the watch rests after a reader went."""

_WITHOUT_PNP_MS: Final = 1000
"""How often the list of readers is read where the service does not know the plug-and-play pseudo reader."""

_NO_READERS_ON_WINDOWS: Final = frozenset({pcsc.Code.NO_SERVICE, pcsc.Code.SERVICE_STOPPED})
"""Windows stops its service with the last reader and starts it with the next, which is no fault to tell of."""

_CANCEL_PAUSE: Final = 0.005
"""SCardCancel is lost when it comes just before the wait begins, so it is repeated this often (s) until it took."""


@dataclass(frozen=True, slots=True)
class Running:
    """The service answers; all its readers follow in the same batch."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The service does not answer, so its readers are gone. ``code`` is the PC/SC result, see :class:`pcsc.Code`."""

    code: int
    message: str


@dataclass(frozen=True, slots=True)
class Slot:
    """A reader's slot is in this state now. ``serial`` changes with every insertion and removal."""

    name: str
    state: ReaderState
    atr: bytes | None
    serial: int


@dataclass(frozen=True, slots=True)
class Gone:
    """A reader is no longer there."""

    name: str


Change = Running | Stopped | Slot | Gone


@dataclass(slots=True)
class _Known:
    """What the watch knows of one reader."""

    raw: int = pcsc.STATE_UNAWARE
    present: bool = False
    counter: int = 0
    serial: int = 0
    reported: Slot | None = None

    def update(self, now: pcsc.SlotState) -> Slot | None:
        """Takes over what the service said; the slot to report, or ``None`` when it is as reported before."""
        if now.present != self.present or (now.present and now.counter != self.counter):
            self.serial += 1
        self.raw, self.present, self.counter = now.raw, now.present, now.counter
        slot = Slot(now.name, now.state, now.atr or None, self.serial)
        if slot == self.reported:
            return None
        self.reported = slot
        return slot


class Monitor:
    """Watches the PC/SC service, its readers and their slots.

    ``report(changes, t)`` is called on the watch thread, with ``t`` the ``time.monotonic()`` of the PC/SC call's
    return. The first batch after a start or a return of the service holds :class:`Running` and every reader.
    """

    def __init__(self, report: Callable[[Sequence[Change], float], None]) -> None:
        self._report = report
        self._context: pcsc.Context | None = None
        self._wait = ServiceWait()
        self._stopping = threading.Event()
        self._refresh = threading.Event()
        self._known: dict[str, _Known] = {}
        self._away_code: int | None = None
        self._was_running = False
        self._thread = threading.Thread(target=self._run, name="cardscope-watch", daemon=True)

    def start(self) -> None:
        """Begins to watch; :meth:`stop` ends it."""
        self._thread.start()

    def refresh(self, timeout: float) -> None:
        """Makes the watch read every slot anew, for what pcsc-lite does not report by itself: that another program
        began to use a card. Blocks for a round trip to the service, or ``timeout`` seconds when that hangs."""
        self._refresh.set()
        deadline = time.monotonic() + timeout
        while self._refresh.is_set() and time.monotonic() < deadline and self._cancel():
            time.sleep(_CANCEL_PAUSE)

    def stop(self, timeout: float) -> bool:
        """Ends the watch, waiting up to ``timeout`` seconds; whether the thread has ended. Blocks."""
        self._stopping.set()
        self._wait.cancel()
        deadline = time.monotonic() + timeout
        while self._thread.is_alive() and time.monotonic() < deadline:
            self._cancel()
            self._thread.join(_CANCEL_PAUSE)
        return not self._thread.is_alive()

    def _cancel(self) -> bool:
        context = self._context
        if context is None:
            return False
        context.cancel()
        return True

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                pcsc.load()
                context = pcsc.Context()
                self._context = context
                try:
                    self._watch(context)
                finally:
                    self._context = None
                    context.release()
            except pcsc.PcscCallError as error:
                if self._was_running and sys.platform == "win32" and error.code in _NO_READERS_ON_WINDOWS:
                    self._report([Gone(name) for name in self._known], time.monotonic())
                    self._known = {}
                elif error.code != self._away_code:
                    self._was_running = False
                    self._away_code = error.code
                    self._report([Stopped(error.code, str(error))], time.monotonic())
                self._wait.wait(may_be_endless=error.code == pcsc.Code.NO_SERVICE)
        self._wait.close()

    def _watch(self, context: pcsc.Context) -> None:
        """Reports changes until the watch is stopped. Raises PcscCallError when the service goes away."""
        self._known = {}
        pending: list[Change] = [Running()]
        t = time.monotonic()
        pnp: int | None = pcsc.STATE_UNAWARE
        pnp_answered = False
        pauses: Iterator[int] = iter(())
        while not self._stopping.is_set():
            if refreshing := self._refresh.is_set():
                for known in self._known.values():
                    known.raw = pcsc.STATE_UNAWARE
            list_changed, gone = self._follow_list(context.readers())
            pending += gone
            if list_changed:
                pauses = iter(_SETTLE_PAUSES_MS)
            unaware = any(known.raw == pcsc.STATE_UNAWARE for known in self._known.values())
            if pending and not unaware:
                self._publish(pending, t)
                pending = []
            if not self._known:
                self._refresh.clear()  # no reader to look at anew
            states = [(name, known.raw) for name, known in self._known.items()]
            if pnp is not None:
                states.append((pcsc.PNP_NOTIFICATION, pnp))
            elif not states:
                self._stopping.wait(_WITHOUT_PNP_MS / 1000)
                continue
            # A reader of unknown state makes the call return at once, so it needs no time-out.
            timeout = None if unaware else next(pauses, None if pnp is not None else _WITHOUT_PNP_MS)
            try:
                answer = context.wait(states, timeout)
            except pcsc.PcscCallError as error:
                if error.code == pcsc.Code.UNKNOWN_READER:
                    # A reader went just now, unless the pseudo reader is what the service does not know (macOS).
                    if not pnp_answered and sorted(context.readers()) == sorted(self._known):
                        pnp = None
                elif error.code == pcsc.Code.NO_READERS_AVAILABLE:
                    self._stopping.wait(_WITHOUT_PNP_MS / 1000)  # Windows, which does not wait for the first reader
                elif error.code not in (pcsc.Code.CANCELLED, pcsc.Code.TIMEOUT):
                    raise
                continue
            t = time.monotonic()
            self._wait.reset()
            for slot in answer:
                if slot.name == pcsc.PNP_NOTIFICATION:
                    # pcsc-lite 2.3 and Windows count reader events here; handed back, none between two waits is lost.
                    pnp = slot.raw
                    pnp_answered = True
                elif slot.gone:
                    # Told here, since it may be back before the list is read; and no faster than a service that lists
                    # what it does not know could make us go round.
                    del self._known[slot.name]
                    pending.append(Gone(slot.name))
                    self._stopping.wait(_GONE_PAUSE)
                elif (change := self._known[slot.name].update(slot)) is not None:
                    pending.append(change)
            if pending:
                self._publish(pending, t)
                pending = []
            if refreshing:
                self._refresh.clear()  # only now: whoever waits for it expects what it brought

    def _publish(self, changes: Sequence[Change], t: float) -> None:
        self._away_code = None
        self._was_running = True
        self._report(changes, t)

    def _follow_list(self, names: Sequence[str]) -> tuple[bool, list[Change]]:
        """Takes over the list of readers; whether it changed, and the readers that are gone."""
        gone = [name for name in self._known if name not in names]
        added = [name for name in names if name not in self._known]
        for name in gone:
            del self._known[name]
        for name in added:
            self._known[name] = _Known()
        return bool(gone or added), [Gone(name) for name in gone]
