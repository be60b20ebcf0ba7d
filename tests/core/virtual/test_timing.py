"""Link time against sums done by hand. fc is 13.56 MHz, so 1/fc is 73.746 ns and a bit of 128/fc is 9.4395 µs."""

import tomllib
from collections.abc import Sequence

import pytest

from cardscope.errors import UsageError
from cardscope.tags.catalogue import Command, chips
from cardscope.virtual import timing
from cardscope.virtual.answers import ACK, NAK_ARGUMENT, Answer, Damaged
from cardscope.virtual.clock import VirtualClock
from cardscope.virtual.reader_models import StorageCardReader, reader_model, reader_models
from cardscope.virtual.timing import ReaderOverhead, TimedCard, TimedPicc, reader_overhead, rf_timing
from cardscope.virtual.type2 import Type2Tag
from cardscope_resources import resource

UID = bytes.fromhex("04E141124C2880")
NTAG = rf_timing(chips()["ntag216"])
READ = bytes.fromhex("3004")
WRITE = bytes.fromhex("A204DEADBEEF")

# In the vectors of exchanges below, in 1/fc:
#   reader's frame up to its last data bit   (1 + 9 * (bytes + 2 CRC)) * 128; the end of communication runs inside
#                                            the frame delay
#   frame delay, there and back              1172 each
#   tag's frame up to its last data bit      (1 + 9 * (bytes + 2 CRC)) * 128, or (1 + 4) * 128 for ACK and NAK

# 1 + 36 bits: 4736; 1172; 1 + 162 bits: 20864; 1172. 27944/fc = 2 060 766.96 ns
READ_NS = 2_060_767
# 1 + 36 bits: 4736; 1172; 1 + 4 bits: 640; 1172. 7720/fc = 569 321.53 ns
READ_REFUSED_NS = 569_322
# 4736 and 5 ms = 67800. 72536/fc = 5 349 262.54 ns
READ_SILENT_NS = 5_349_263
# 1 + 72 bits: 9344. 4110 µs are 55731.6/fc; the next of n * 128 + 20 is 436 * 128 + 20 = 55828. ACK 640; 1172.
# 66984/fc = 4 939 823.01 ns
WRITE_NS = 4_939_823
# 9344; 1172; 640; 1172. 12328/fc = 909 144.54 ns: nothing is programmed
WRITE_REFUSED_NS = 909_145
# 9344 and 10 ms = 135600. 144944/fc = 10 689 085.55 ns
WRITE_SILENT_NS = 10_689_086
# 3 + 2 bytes, 1 + 45 bits: 5888; 1172; 240 + 2 bytes, 1 + 2178 bits: 278912; 1172. 287144/fc = 21 175 811.21 ns
FAST_READ_60_PAGES_NS = 21_175_811
# WUPA, 7 bits: 1024, ATQA 2 bytes without CRC, 1 + 18 bits: 2432. With both delays 5800.
# 93 20, 1 + 18 bits: 2432, four bytes and BCC, 1 + 45 bits: 5888. With both delays 10664.
# 93 70 with those five and CRC, 1 + 81 bits: 10496, SAK and CRC, 1 + 27 bits: 3584. With both delays 16424.
# Two cascade levels: 5800 + 2 * (10664 + 16424) = 59976/fc = 4 423 008.85 ns
SELECT_NS = 4_423_009
# 1024 and 5 ms = 67800. 68824/fc = 5 075 516.22 ns
SELECT_SILENT_NS = 5_075_516
POWER_CYCLE_NS = 10_100_000  # 5.1 ms off, 5 ms until the first command


@pytest.mark.parametrize(
    ("periods", "us"),
    [
        # The data sheets' figures, rounded to 1 µs, with start and end of communication (NTAG213F/216F rev. 3.1,
        # figures 15, 17 and 18; MF0ICU2 rev. 3.3, 8.2).
        (timing.reader_frame(timing.standard_frame_bits(2)), 368),  # READ
        (timing.tag_frame(timing.standard_frame_bits(16)), 1548),  # its data
        (timing.reader_frame(timing.standard_frame_bits(6)), 708),  # WRITE
        (timing.reader_frame(timing.standard_frame_bits(16)), 1558),  # data of COMPAT_WRITE
        (timing.tag_frame(timing.NIBBLE_BITS), 57),  # ACK and NAK
        (timing.FRAME_DELAY, 86),  # n = 9; the text of MF0ICU2 rounds it up to 87
    ],
)
def test_frames_last_as_long_as_the_data_sheets_say(periods: int, us: int) -> None:
    assert round(timing.nanoseconds(periods) / 1000) == us


@pytest.mark.parametrize(
    ("frame", "answer", "ns"),
    [
        (READ, bytes(16), READ_NS),
        (READ, Damaged(bytes(16)), READ_NS),
        (READ, NAK_ARGUMENT, READ_REFUSED_NS),
        (READ, None, READ_SILENT_NS),
        (WRITE, ACK, WRITE_NS),
        (WRITE, NAK_ARGUMENT, WRITE_REFUSED_NS),
        (WRITE, None, WRITE_SILENT_NS),
        (bytes.fromhex("3A003B"), bytes(240), FAST_READ_60_PAGES_NS),
        # 1 byte: 1 + 27 bits: 3584; 8 bytes: 1 + 90 bits: 11648; 2344. 17576/fc = 1 296 165.19 ns
        (b"\x60", bytes(8), 1_296_165),
        # INCR_CNT, 6 bytes, programs as WRITE does.
        (bytes.fromhex("A50001000000"), ACK, WRITE_NS),
        # FAST_WRITE of 64 bytes to SRAM, with address and CRC 1 + 9 * 69 bits: 79616; 640; 2344.
        # 82600/fc = 6 091 445.43 ns
        (bytes.fromhex("A6F0FF") + bytes(64), ACK, 6_091_445),
    ],
)
def test_an_exchange(frame: bytes, answer: Answer, ns: int) -> None:
    assert NTAG.exchange(frame, answer) == ns


def test_the_second_parts_of_commands() -> None:
    # COMPAT_WRITE, data of 16 bytes: 1 + 162 bits: 20864; programming 55828; 640; 1172. 78504/fc = 5 789 380.53 ns
    data = WRITE[2:] + bytes(12)
    assert NTAG.exchange(data, ACK, second_part_of=Command.COMPAT_WRITE) == 5_789_381
    # SECTOR_SELECT, 4 bytes: 1 + 54 bits: 7040; consent by 1 ms of silence: 13560. 20600/fc = 1 519 174.04 ns
    assert NTAG.exchange(bytes(4), None, second_part_of=Command.SECTOR_SELECT) == 1_519_174


def test_selecting() -> None:
    assert NTAG.select() == SELECT_NS
    assert NTAG.select_without_answer() == SELECT_SILENT_NS


@pytest.mark.parametrize(("chip", "ms"), [("ntag213", 10), ("mf0icu2", 10), ("mf0ul11", 5), ("nt3h2111", 5)])
def test_families_wait_for_writes_as_the_reference_says(chip: str, ms: int) -> None:
    assert rf_timing(chips()[chip]).write_timeout_us == 1000 * ms


def test_every_family_in_the_data_exists_and_every_table_names_its_source() -> None:
    data = tomllib.loads(resource("timing.toml").read_text("utf-8"))
    assert data["family"].keys() <= {chip.family for chip in chips().values()}
    for table in (data["tag"], *data["family"].values(), *data["reader"].values()):
        assert table["source"]
    assert all(reader["assumption"] for reader in data["reader"].values())


def test_every_reader_model_has_its_overhead() -> None:
    data = tomllib.loads(resource("timing.toml").read_text("utf-8"))
    assert list(data["reader"]) == list(reader_models())
    assert reader_overhead("acr122u") == ReaderOverhead(2000, 3000)
    assert reader_overhead("acr122u").ns == 5_000_000
    with pytest.raises(UsageError, match="acr999") as caught:
        reader_overhead("acr999")
    assert "acr122u" in caught.value.remedy


def test_the_clock_counts_and_does_not_go_back() -> None:
    clock = VirtualClock()
    assert clock.now == 0
    clock.advance(5)
    clock.advance(0)
    assert clock.now == 5
    with pytest.raises(ValueError, match="-1"):
        clock.advance(-1)
    assert clock.now == 5


class Laps:
    """The time since it was last asked."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._last = clock.now

    @property
    def lap(self) -> int:
        passed, self._last = self._clock.now - self._last, self._clock.now
        return passed


def timed_tag() -> tuple[TimedPicc, Laps, VirtualClock]:
    clock = VirtualClock()
    return TimedPicc(Type2Tag.factory_fresh(chips()["ntag213"], UID), clock, NTAG), Laps(clock), clock


def test_a_tag_takes_its_time() -> None:
    tag, laps, _ = timed_tag()
    assert tag.uid == UID
    assert tag.select() is None
    assert laps.lap == SELECT_SILENT_NS
    tag.power_up()
    assert laps.lap == POWER_CYCLE_NS
    tag.power_up()
    assert laps.lap == 0, "it is powered already"
    assert tag.exchange(READ) is None, "nobody selected it"
    assert laps.lap == READ_SILENT_NS
    assert tag.select() == UID
    assert laps.lap == SELECT_NS
    assert tag.exchange(READ) == bytes.fromhex("0103A00C340300FE") + bytes(8)
    assert laps.lap == READ_NS
    assert tag.exchange(WRITE) == ACK
    assert laps.lap == WRITE_NS
    tag.power_down()
    assert laps.lap == 0
    tag.power_up()
    assert laps.lap == POWER_CYCLE_NS


def test_a_tag_takes_its_time_for_commands_of_two_frames() -> None:
    tag, laps, _ = timed_tag()
    tag.power_up()
    tag.select()
    assert laps.lap
    assert tag.exchange(bytes.fromhex("A004")) == ACK
    assert laps.lap == READ_REFUSED_NS, "as long as an ACK to READ: nothing is programmed yet"
    assert tag.exchange(WRITE[2:] + bytes(12)) == ACK
    assert laps.lap == 5_789_381
    assert tag.exchange(READ) == WRITE[2:] + bytes.fromhex("340300FE") + bytes(8)
    assert laps.lap == READ_NS

    tag.exchange(bytes.fromhex("A004"))
    tag.select()
    assert laps.lap
    assert tag.exchange(bytes.fromhex("A004")) == ACK
    assert laps.lap == READ_REFUSED_NS, "selecting the tag ended the COMPAT_WRITE"


def test_a_refused_first_part_has_no_second() -> None:
    tag, laps, _ = timed_tag()
    tag.power_up()
    tag.select()
    assert laps.lap
    assert tag.exchange(bytes.fromhex("A0FF")) == NAK_ARGUMENT
    assert laps.lap == READ_REFUSED_NS
    assert tag.exchange(bytes(16)) is None, "it is IDLE"
    # 1 + 162 bits: 20864; 5 ms: 67800. 88664/fc = 6 538 643.07 ns
    assert laps.lap == 6_538_643


def transmit_all(card: TimedCard, commands: Sequence[str]) -> list[bytes]:
    return [card.transmit(bytes.fromhex(command)) for command in commands]


def test_a_reader_adds_its_own_time_to_each_command() -> None:
    picc, laps, clock = timed_tag()
    card = TimedCard(StorageCardReader(picc), clock, ReaderOverhead(2000, 1000))
    assert card.power_on() == card.atr
    assert laps.lap == 3_000_000 + POWER_CYCLE_NS + SELECT_NS
    assert transmit_all(card, ["FFCA000000"]) == [UID + b"\x90\x00"]
    assert laps.lap == 3_000_000, "the reader knows the UID without asking"
    assert transmit_all(card, ["FFB0000410"])[0][-2:] == b"\x90\x00"
    assert laps.lap == 3_000_000 + READ_NS
    assert transmit_all(card, ["FFD6000404DEADBEEF"]) == [b"\x90\x00"]
    assert laps.lap == 3_000_000 + WRITE_NS
    card.power_off()
    assert laps.lap == 0


def test_a_whole_read_out_has_a_closed_form_and_reaches_the_floor() -> None:
    """NTAG216, 231 pages, through an ACR122U: four FAST_READs, of 60, 60, 60 and 51 pages."""
    clock = VirtualClock()
    tag = Type2Tag.factory_fresh(chips()["ntag216"], UID)
    overhead = reader_overhead("acr122u")
    card = TimedCard(reader_model("acr122u").front(TimedPicc(tag, clock, NTAG)), clock, overhead)
    card.power_on()
    start = clock.now
    ranges = [(0, 59), (60, 119), (120, 179), (180, 230)]
    answers = transmit_all(card, [f"FF00000005D4423A{first:02X}{last:02X}" for first, last in ranges])
    image = b"".join(answer[3:-2] for answer in answers)
    assert len(image) == 231 * 4
    # 51 pages are 204 bytes: 5888; 1 + 9 * 206 bits: 237440; 2344. 245672/fc = 18 117 404.13 ns
    assert clock.now - start == 4 * 5_000_000 + 3 * FAST_READ_60_PAGES_NS + 18_117_404
    frames = [(bytes((0x3A, first, last)), bytes(4 * (last - first + 1))) for first, last in ranges]
    assert timing.link_floor(frames, NTAG, overhead) == clock.now - start


def test_the_floor_knows_commands_of_two_frames() -> None:
    frames: list[tuple[bytes, Answer]] = [(bytes.fromhex("A004"), ACK), (WRITE[2:] + bytes(12), ACK), (READ, bytes(16))]
    assert timing.link_floor(frames, NTAG, ReaderOverhead(1, 2)) == READ_REFUSED_NS + 5_789_381 + READ_NS + 3 * 3000
    assert timing.link_floor([], NTAG, ReaderOverhead(1, 2)) == 0
