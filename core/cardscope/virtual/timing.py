"""How long the link takes: radio at 106 kbit/s, EEPROM programming, and the reader's own time, on a virtual clock.

The units of the radio are periods of the carrier, 1/fc (ISO/IEC 14443-3 gives all times in them). Each exchange is
rounded to a whole nanosecond on its own, so a sum of n exchanges is exact to n/2 ns.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from cardscope.errors import UsageError
from cardscope.tags.catalogue import Chip, Command
from cardscope.virtual.answers import Answer, Damaged, Nibble
from cardscope.virtual.card import VirtualCard
from cardscope.virtual.clock import VirtualClock
from cardscope.virtual.picc import Picc
from cardscope.virtual.two_part import opened_command, starts_programming
from cardscope_resources import resource

CARRIER_HZ: Final = 13_560_000
"""fc (ISO/IEC 14443-2)."""
BIT: Final = 128
"""One elementary time unit, 1/fc: 106 kbit/s (ISO/IEC 14443-3, 6.1)."""
FRAME_DELAY: Final = 1172
"""1/fc. The earliest answer of a tag, counted from the end of the last data bit of the reader: n = 9 in n * 128 + 20.
After a last bit of 1 the standard counts 1236, from the pause inside that bit, which comes 64 earlier. It is the least
time between a tag's answer and the reader's next frame too (ISO/IEC 14443-3, 6.2.1). The length of the pause itself,
some 2.5 µs, is left out."""
FIELD_OFF_NS: Final = 5_100_000
"""The field stays off for at least 5.1 ms so that a tag loses its power (NFC Forum Digital Protocol, t_FIELD_OFF; from
memory)."""
GUARD_TIME_NS: Final = 5_000_000
"""A tag is ready for its first command 5 ms after the field came on (ISO/IEC 14443-3, 5.2)."""

_CRC_BYTES: Final = 2
_BITS_A_BYTE: Final = 9  # with parity
_READER_END: Final = 2 * BIT  # a logic 0 and a bit without modulation
_TAG_END: Final = BIT  # a bit without subcarrier
_DELAY_OFFSET: Final = 20  # answers come on the grid n * 128 + 20

WUPA_BITS: Final = 7
NIBBLE_BITS: Final = 4


def reader_frame(bits: int) -> int:
    """1/fc that a reader's frame of ``bits`` bits is on the air, from its start bit to the end of communication
    (MF0ICU2 data sheet, rev. 3.3, 8.2). Parity counts as a bit."""
    return (1 + bits) * BIT + _READER_END


def tag_frame(bits: int) -> int:
    """1/fc that a tag's frame of ``bits`` bits is on the air (same source)."""
    return (1 + bits) * BIT + _TAG_END


def standard_frame_bits(length: int, *, crc: bool = True) -> int:
    """The bits of a frame of ``length`` bytes: each with its parity, and two more for the CRC."""
    return _BITS_A_BYTE * (length + _CRC_BYTES * crc)


def carrier_periods(us: int) -> int:
    """1/fc in ``us`` microseconds, rounded up."""
    return -(-us * CARRIER_HZ // 1_000_000)


def nanoseconds(periods: int) -> int:
    """``periods`` 1/fc, rounded to the nearest nanosecond."""
    return (periods * 2_000_000_000 + CARRIER_HZ) // (2 * CARRIER_HZ)


@dataclass(frozen=True, slots=True)
class RfTiming:
    """The times of one tag at 106 kbit/s; see :func:`rf_timing`. Microseconds, as in the data sheets."""

    timeout_us: int
    write_timeout_us: int
    passive_ack_us: int
    programming_us: int

    def exchange(self, frame: bytes, answer: Answer, *, second_part_of: Command | None = None) -> int:
        """Nanoseconds from the start of ``frame`` until the reader may send again: 87 µs after ``answer``, or at the
        end of the time-out when there is none. An ACK to a write comes after the programming time."""
        programming = starts_programming(frame, second_part_of)
        sent = reader_frame(standard_frame_bits(len(frame))) - _READER_END
        if answer is None:
            return nanoseconds(sent + carrier_periods(self._patience_us(second_part_of, programming=programming)))
        if isinstance(answer, Damaged):
            answer = answer.sent
        if isinstance(answer, Nibble):
            bits = NIBBLE_BITS
            delay = self._programming_delay() if programming and answer.is_ack else FRAME_DELAY
        else:
            bits, delay = standard_frame_bits(len(answer)), FRAME_DELAY
        return nanoseconds(sent + delay + tag_frame(bits) - _TAG_END + FRAME_DELAY)

    def select(self, uid_length: int = 7) -> int:
        """Nanoseconds of WUPA, and of anticollision and SELECT at each cascade level, when one tag is there."""
        levels = {4: 1, 7: 2, 10: 3}[uid_length]
        wake_up = _turn(WUPA_BITS, standard_frame_bits(2, crc=False))
        anticollision = _turn(standard_frame_bits(2, crc=False), standard_frame_bits(5, crc=False))
        select = _turn(standard_frame_bits(7), standard_frame_bits(1))
        return nanoseconds(wake_up + levels * (anticollision + select))

    def select_without_answer(self) -> int:
        """Nanoseconds of a WUPA that nothing answers."""
        return nanoseconds(reader_frame(WUPA_BITS) - _READER_END + carrier_periods(self.timeout_us))

    def power_cycle(self) -> int:
        """Nanoseconds from taking the field away to the first command."""
        return FIELD_OFF_NS + GUARD_TIME_NS

    def _patience_us(self, second_part_of: Command | None, *, programming: bool) -> int:
        if second_part_of is Command.SECTOR_SELECT:
            return self.passive_ack_us
        return self.write_timeout_us if programming else self.timeout_us

    def _programming_delay(self) -> int:
        n = -(-(carrier_periods(self.programming_us) - _DELAY_OFFSET) // BIT)
        return max(FRAME_DELAY, n * BIT + _DELAY_OFFSET)


def _turn(reader_bits: int, tag_bits: int) -> int:
    sent, answered = reader_frame(reader_bits) - _READER_END, tag_frame(tag_bits) - _TAG_END
    return sent + FRAME_DELAY + answered + FRAME_DELAY


@dataclass(frozen=True, slots=True)
class ReaderOverhead:
    """What a reader adds to each exchange with the computer. Microseconds; see :func:`reader_overhead`."""

    usb_us: int
    firmware_us: int

    @property
    def ns(self) -> int:
        """Nanoseconds an exchange."""
        return (self.usb_us + self.firmware_us) * 1000


def rf_timing(chip: Chip) -> RfTiming:
    """The times of ``chip``, from ``timing.toml``, which names sources and assumptions."""
    return _rf_timing_of_family(chip.family)


def reader_overhead(key: str) -> ReaderOverhead:
    """The overhead of the reader model ``key``, from ``timing.toml``: an assumption, stated there. Raises UsageError
    for a model that has none."""
    readers = _data()["reader"]
    if key not in readers:
        raise UsageError(f"No timing is known for a reader model “{key}”.", remedy=f"There are: {', '.join(readers)}.")
    return ReaderOverhead(readers[key]["usb_us"], readers[key]["firmware_us"])


def link_floor(exchanges: Iterable[tuple[bytes, Answer]], rf: RfTiming, overhead: ReaderOverhead) -> int:
    """Nanoseconds that these frames and answers need when each travels in an exchange of its own and nothing else does:
    what a program's link time is measured against."""
    total, opened = 0, None
    for frame, answer in exchanges:
        total += overhead.ns + rf.exchange(frame, answer, second_part_of=opened)
        opened = opened_command(frame, opened, answer)
    return total


class TimedPicc:
    """A tag whose frames take time on ``clock`` (a :class:`~cardscope.virtual.picc.Picc`). It goes around all other
    wrappers of the tag."""

    def __init__(self, picc: Picc, clock: VirtualClock, timing: RfTiming) -> None:
        self._picc = picc
        self._clock = clock
        self._timing = timing
        self._opened: Command | None = None
        self._powered = False

    @property
    def uid(self) -> bytes:
        return self._picc.uid

    def power_up(self) -> None:
        if not self._powered:
            self._powered = True
            self._clock.advance(self._timing.power_cycle())
        self._picc.power_up()

    def power_down(self) -> None:
        """Takes no time itself: the next power-up counts how long the field was off at least."""
        self._powered = False
        self._opened = None
        self._picc.power_down()

    def select(self) -> bytes | None:
        self._opened = None
        uid = self._picc.select()
        self._clock.advance(self._timing.select_without_answer() if uid is None else self._timing.select(len(uid)))
        return uid

    def exchange(self, frame: bytes) -> Answer:
        answer = self._picc.exchange(frame)
        self._clock.advance(self._timing.exchange(frame, answer, second_part_of=self._opened))
        self._opened = opened_command(frame, self._opened, answer)
        return answer


class TimedCard:
    """A card whose reader takes time on ``clock`` (a :class:`~cardscope.virtual.card.VirtualCard`): for each command,
    and for each power-up. Wraps a reader model whose tag is a :class:`TimedPicc`."""

    def __init__(self, card: VirtualCard, clock: VirtualClock, overhead: ReaderOverhead) -> None:
        self._card = card
        self._clock = clock
        self._overhead = overhead

    @property
    def atr(self) -> bytes:
        return self._card.atr

    def power_on(self) -> bytes:
        self._clock.advance(self._overhead.ns)
        return self._card.power_on()

    def power_off(self) -> None:
        """Takes no time: nobody waits for it."""
        self._card.power_off()

    def transmit(self, command: bytes) -> bytes:
        self._clock.advance(self._overhead.ns)
        return self._card.transmit(command)


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(resource("timing.toml").read_text("utf-8"))


@cache
def _rf_timing_of_family(family: str) -> RfTiming:
    data = _data()
    table: dict[str, Any] = data["tag"] | data["family"].get(family, {})
    return RfTiming(table["timeout_us"], table["write_timeout_us"], table["passive_ack_us"], table["programming_us"])
