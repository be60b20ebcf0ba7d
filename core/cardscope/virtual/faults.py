"""What goes wrong at the worst moment: tags pulled away or swapped, answers lost or damaged, readers or services gone.

A :class:`FaultPlan` says what goes wrong when, and every accident in it can be repeated from the plan alone. A
:class:`FaultyPicc` is the place on the antenna where the tag lies: it lets the plan happen there, and tells a
:class:`Stage` what the reader or the service would notice.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Final, Protocol

from cardscope.tags.catalogue import Command
from cardscope.virtual.answers import Answer, Damaged, Nibble
from cardscope.virtual.picc import Picc
from cardscope.virtual.reader import VirtualReader, VirtualSource
from cardscope.virtual.two_part import opened_command, starts_programming

NAK_PARITY_OR_CRC: Final = Nibble(0x1)
"""A tag's answer to a command that reached it damaged (NTAG213/215/216 data sheet, table of ACK and NAK)."""
_GARBLED: Final = b""
"""No command of any tag: hearing it, a tag refuses and is IDLE."""


class _Named(Enum):
    """Shows itself as it is written in a program."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self.name}"


class FaultKind(_Named):
    """What goes wrong."""

    REMOVED = "removed"
    """The tag is taken away."""
    SWAPPED = "swapped"
    """The tag is taken away and another is put in its place."""
    SWAPPED_FOR_TWIN = "swapped_for_twin"
    """The same with a tag of the same UID."""
    NAK = "nak"
    """The command reaches the tag damaged. The tag refuses it (NAK 1) and is IDLE; nothing is written."""
    CORRUPTED = "corrupted"
    """The answer reaches the reader damaged."""
    TIMEOUT = "timeout"
    """The reader hears no answer: the command was lost on its way (BEFORE), or the answer was (AFTER)."""
    UNPLUGGED = "unplugged"
    """The reader is unplugged, and the tag loses its power."""
    SERVICE_KILLED = "service_killed"
    """The PC/SC service ends. The tag is reset when the service is back."""


class Moment(_Named):
    """Where in the exchange it goes wrong."""

    BEFORE = "before"
    """Before the tag got the command."""
    INSIDE = "inside"
    """While the tag carries the command out: what it was writing is torn. There is no answer."""
    AFTER = "after"
    """After the tag has answered."""


class Count(_Named):
    """What ``Fault.at`` counts, from 1: all frames that reached the place where the tag lies, selecting not counted, or
    only those that would make a tag program its EEPROM."""

    EXCHANGE = "exchange"
    WRITE = "write"


_PHYSICAL: Final = (Moment.BEFORE, Moment.INSIDE, Moment.AFTER)
MOMENTS: Final = {
    FaultKind.REMOVED: _PHYSICAL,
    FaultKind.SWAPPED: _PHYSICAL,
    FaultKind.SWAPPED_FOR_TWIN: _PHYSICAL,
    FaultKind.NAK: (Moment.BEFORE,),
    FaultKind.CORRUPTED: (Moment.AFTER,),
    FaultKind.TIMEOUT: (Moment.BEFORE, Moment.AFTER),
    FaultKind.UNPLUGGED: _PHYSICAL,
    FaultKind.SERVICE_KILLED: (Moment.BEFORE, Moment.AFTER),
}
"""The moments at which each kind can happen."""
MAY_PASS_UNNOTICED: Final = frozenset(
    {FaultKind.REMOVED, FaultKind.SWAPPED, FaultKind.SWAPPED_FOR_TWIN, FaultKind.CORRUPTED}
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One accident, at the ``at``-th exchange or write.

    ``noticed`` is true for most. A removal or a swap that is not noticed is not reported by the reader, which finds
    only silence until it selects whatever lies there (readers look for their card a few times a second, no more
    often). A damaged answer that is noticed has a wrong CRC: the reader says so or drops it, as its model does. One
    that is not noticed arrives with some bits flipped, as from a faulty reader; an ACK or NAK has no CRC, so that this
    can happen to it with any reader.

    Raises ValueError for what cannot be.
    """

    kind: FaultKind
    moment: Moment
    at: int
    count: Count = Count.EXCHANGE
    noticed: bool = True

    def __post_init__(self) -> None:
        if self.moment not in MOMENTS[self.kind]:
            raise ValueError(f"{self.kind} does not happen at {self.moment}")
        if self.at < 1:
            raise ValueError(f"there is no {self.count} number {self.at}")
        if not self.noticed and self.kind not in MAY_PASS_UNNOTICED:
            raise ValueError(f"{self.kind} is always noticed")


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """The accidents of one run. What is left to chance in them (torn bits, flipped bits) comes from ``seed``.

    Each fault happens once. When two fall on the same exchange, only the one that stands first does.
    """

    seed: int
    faults: tuple[Fault, ...] = ()

    @classmethod
    def random(
        cls, seed: int, *, exchanges: int, writes: int = 0, kinds: Sequence[FaultKind] = tuple(FaultKind)
    ) -> "FaultPlan":
        """A plan with one fault of one of ``kinds``, within a run of so many exchanges (at least 1), of which so many
        are writes. The same arguments make the same plan, always."""
        chance = Random(seed)
        kind = chance.choice(kinds)
        moment = chance.choice(MOMENTS[kind])
        count = chance.choice((Count.EXCHANGE, Count.WRITE)) if writes else Count.EXCHANGE
        at = chance.randint(1, writes if count is Count.WRITE else exchanges)
        noticed = kind not in MAY_PASS_UNNOTICED or chance.random() < 0.5
        return cls(seed, (Fault(kind, moment, at, count, noticed),))

    def chance(self, fault: Fault) -> Random:
        """The source of what is left to chance in ``fault``: the same at every call, and independent of the others."""
        return Random(f"{self.seed} {fault!r}")


class Stage(Protocol):
    """What happens above the radio. Called in the middle of an exchange, whose answer must get lost by it."""

    def remove(self) -> None:
        """The reader notices that its card is gone."""
        ...

    def swap(self) -> None:
        """The reader notices that its card is gone and that a card is there again."""
        ...

    def unplug(self) -> None:
        """The reader is unplugged."""
        ...

    def kill_service(self) -> None:
        """The PC/SC service ends."""
        ...


class VirtualStage:
    """The :class:`Stage` of a reader in this process.

    It acts as soon as the exchange that is under way has ended, before its answer gets through: a reader model does not
    lose its card while it is busy with it.
    """

    def __init__(self, source: VirtualSource, reader: VirtualReader) -> None:
        self._source = source
        self._reader = reader

    def remove(self) -> None:
        asyncio.get_running_loop().call_soon(self._reader.remove)

    def swap(self) -> None:
        asyncio.get_running_loop().call_soon(self._swap)

    def unplug(self) -> None:
        asyncio.get_running_loop().call_soon(self._source.unplug, self._reader)

    def kill_service(self) -> None:
        asyncio.get_running_loop().call_soon(self._source.stop_service)

    def _swap(self) -> None:
        card = self._reader.card
        if card is not None:
            self._reader.insert(card)  # which takes it out first; the tag below is another one already


class TearablePicc(Picc, Protocol):
    """A tag that can lose its power in the middle of a write."""

    def tear(self, frame: bytes, chance: Random, /) -> None:
        """The power fails while the EEPROM write that ``frame`` starts is running; the tag is off afterwards. A frame
        that writes nothing just loses power."""
        ...


class FaultyPicc:
    """The place on the antenna where a tag lies, with a plan of what goes wrong there (a
    :class:`~cardscope.virtual.picc.Picc`).

    ``other`` and ``twin`` are the tags that take its place; a plan with a swap needs them (ValueError). Afterwards
    :attr:`tag` is the one that lies there.
    """

    def __init__(
        self,
        tag: TearablePicc,
        plan: FaultPlan,
        stage: Stage,
        *,
        other: TearablePicc | None = None,
        twin: TearablePicc | None = None,
    ) -> None:
        self.tag = tag
        """The tag that lies there or, while none does, the one that lay there last."""
        self.present = True
        """Whether a tag lies there."""
        self.exchanges = 0
        """The exchanges so far, and of these :attr:`writes`."""
        self.writes = 0
        self.happened: list[Fault] = []
        """The faults that have happened, in order."""
        self._substitutes = {FaultKind.SWAPPED: other, FaultKind.SWAPPED_FOR_TWIN: twin}
        if any(self._substitutes.get(fault.kind, tag) is None for fault in plan.faults):
            raise ValueError("the plan swaps the tag for one that is not there")
        self._plan = plan
        self._stage = stage
        self._opened: Command | None = None
        self._field = False

    @property
    def uid(self) -> bytes:
        return self.tag.uid

    def place(self, tag: TearablePicc) -> None:
        """Puts ``tag`` there, in place of the one that may lie there. Without a word to the reader."""
        self._take_away()
        self.tag = tag
        self.present = True
        if self._field:
            tag.power_up()

    def power_up(self) -> None:
        self._field = True
        if self.present:
            self.tag.power_up()

    def power_down(self) -> None:
        self._field = False
        self._opened = None
        if self.present:
            self.tag.power_down()

    def select(self) -> bytes | None:
        self._opened = None
        return self.tag.select() if self.present else None

    def exchange(self, frame: bytes) -> Answer:
        if not self.present:
            return None
        opened = self._opened
        writing = starts_programming(frame, opened)
        self.exchanges += 1
        self.writes += writing
        fault = self._due(writing=writing)
        if fault is None:
            answer = self.tag.exchange(frame)
        else:
            self.happened.append(fault)
            answer = self._strike(fault, frame)
        self._opened = opened_command(frame, opened, answer)
        return answer

    def _due(self, *, writing: bool) -> Fault | None:
        for fault in self._plan.faults:
            now = self.exchanges if fault.count is Count.EXCHANGE else self.writes
            if fault.at == now and (writing or fault.count is Count.EXCHANGE):
                return fault
        return None

    def _strike(self, fault: Fault, frame: bytes) -> Answer:
        tag, answer = self.tag, None
        if fault.kind is FaultKind.NAK:
            tag.exchange(_GARBLED)
            return NAK_PARITY_OR_CRC
        if fault.moment is Moment.INSIDE:
            tag.tear(frame, self._plan.chance(fault))
        elif fault.moment is Moment.AFTER:
            answer = tag.exchange(frame)
        match fault.kind:
            case FaultKind.TIMEOUT:
                return None
            case FaultKind.CORRUPTED:
                return _damaged(answer, None if fault.noticed else self._plan.chance(fault))
            case FaultKind.REMOVED:
                self._take_away()
                if fault.noticed:
                    self._stage.remove()
            case FaultKind.UNPLUGGED:
                self.power_down()
                self._stage.unplug()
            case FaultKind.SERVICE_KILLED:
                self._stage.kill_service()
            case _:
                substitute = self._substitutes[fault.kind]
                assert substitute is not None
                self.place(substitute)
                if fault.noticed:
                    self._stage.swap()
        return answer

    def _take_away(self) -> None:
        if self.present:
            self.tag.power_down()
            self.present = False
        self._opened = None


def _damaged(answer: Answer, chance: Random | None) -> Answer:
    """``answer`` with one to four of its bits flipped or, without ``chance``, a damaged CRC. Silence stays silence."""
    if answer is None or answer == b"" or isinstance(answer, Damaged):
        return answer
    if chance is None:
        return Damaged(answer)
    bits = 4 if isinstance(answer, Nibble) else 8 * len(answer)
    flips = sum(1 << bit for bit in chance.sample(range(bits), chance.randint(1, 4)))
    if isinstance(answer, Nibble):
        return Nibble(answer.value ^ flips)
    return (int.from_bytes(answer, "big") ^ flips).to_bytes(len(answer), "big")
