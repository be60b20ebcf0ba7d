"""A service with one virtual reader to run scripts on, and everything written down that goes to its card."""

import asyncio

from cardscope.events import CardInserted
from cardscope.scripts import Progress, ScriptRun, StepResult, Waiting, parse_script
from cardscope.service import CardService
from cardscope.virtual.card import VirtualCard
from cardscope.virtual.reader import VirtualSource
from cardscope.virtual.ready_cards import ready_card
from support.cards import TYPE2_ATR
from support.events import TIMEOUT, Recorder
from support.inserted import Wiretap

UID = "04 21 62 16 C0 16 80"
"""Of the ready card ntag216."""
LOCK_PAGE_3 = "FF D6 00 02 04 00 00 08 00"
"""L3 is bit 3 of byte 2 of page 2 (reference §1.1)."""


class Bench:
    """Where scripts are run."""

    def __init__(self, service: CardService, source: VirtualSource, recorder: Recorder) -> None:
        self.service = service
        self.source = source
        self.reader = source.readers[0]
        self.recorder = recorder
        self.steps: list[StepResult] = []
        """The steps that the listener has been told of."""
        self._waiting: asyncio.Queue[Waiting] = asyncio.Queue()

    def insert(self, card: VirtualCard | str) -> Wiretap:
        wire = Wiretap(ready_card(card).make() if isinstance(card, str) else card)
        self.reader.insert(wire)
        return wire

    async def put(self, card: VirtualCard | str) -> Wiretap:
        """Inserts it, and waits until the service has its session."""
        wire = self.insert(card)
        await self.recorder.wait_for(CardInserted, after=len(self.recorder.events))
        return wire

    def script(self, text: str, *approvals: str, reader: str | None = None) -> ScriptRun:
        return ScriptRun(self.service, parse_script(text), reader=reader, approvals=approvals, listener=self._told)

    async def waiting(self) -> Waiting:
        """The next thing that the listener is told is waited for."""
        async with asyncio.timeout(TIMEOUT):
            return await self._waiting.get()

    @property
    def never_waited(self) -> bool:
        """Whether nothing more was waited for."""
        return self._waiting.empty()

    def _told(self, progress: Progress) -> None:
        if isinstance(progress, Waiting):
            self._waiting.put_nowait(progress)
        else:
            self.steps.append(progress)

    @property
    def in_use(self) -> bool:
        """Whether the session still has its connection to the card."""
        session = self.service.session(self.reader.name)
        return session is not None and session.protocol is not None


class Answering:
    """A card that gives ``answers`` to whatever it is asked, the last one for ever; no answer takes the card away."""

    atr = TYPE2_ATR

    def __init__(self, bench: Bench, *answers: str) -> None:
        self._bench = bench
        self._answers = [bytes.fromhex(answer) for answer in answers]

    def power_on(self) -> bytes:
        return self.atr

    def power_off(self) -> None:
        pass

    def transmit(self, _command: bytes) -> bytes:
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if not answer:
            self._bench.reader.remove()
        return answer


def sent(command: str) -> bytes:
    return bytes.fromhex(command)
