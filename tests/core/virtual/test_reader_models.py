"""Reader models: the registry, what they keep and forget, and what no bytes may do to them.

The exact exchanges are in test_reader_models_cases.py.
"""

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cardscope.decode.native import unwrap
from cardscope.errors import UsageError
from cardscope.tags.catalogue import chips
from cardscope.virtual.answers import Answer
from cardscope.virtual.card import VirtualCard
from cardscope.virtual.reader_models import IsoDepReader, StorageCardReader, reader_model, reader_models
from cardscope.virtual.type2 import Type2Tag

UID = bytes.fromhex("04E141124C2880")
GET_UID = bytes.fromhex("FFCA000000")
MODELS = ("generic", "acr122u", "acr1252u", "transparent", "omnikey5321", "identiv4700")

ENVELOPES: dict[str, tuple[tuple[str, ...], Callable[[bytes], bytes]]] = {
    "acr122u through": ((), lambda frame: short("FF000000", b"\xd4\x42" + frame)),
    "acr122u exchange": ((), lambda frame: short("FF000000", b"\xd4\x40\x01" + frame)),
    "acr1252u": ((), lambda frame: short("FF000000", frame)),
    "transparent": (("FFC20000028100",), lambda frame: short("FFC20001", bytes((0x95, len(frame))) + frame)),
    "omnikey5321": (("FFA0000703010001",), lambda frame: short("FFA00005", bytes.fromhex("0100F3000064") + frame)),
    "identiv4700": ((), lambda frame: short("FFEF0100", frame)),
}
"""By the model and the command: what opens the way, and the envelope of a native command."""


def short(header: str, data: bytes) -> bytes:
    return bytes.fromhex(header) + bytes((len(data),)) + data


class Overheard:
    """A tag whose frames are written down."""

    def __init__(self, tag: Type2Tag) -> None:
        self.tag = tag
        self.frames: list[bytes] = []

    @property
    def uid(self) -> bytes:
        return self.tag.uid

    def power_up(self) -> None:
        self.tag.power_up()

    def power_down(self) -> None:
        self.tag.power_down()

    def select(self) -> bytes | None:
        return self.tag.select()

    def exchange(self, frame: bytes) -> Answer:
        self.frames.append(frame)
        return self.tag.exchange(frame)


class Absent(Overheard):
    """A tag out of the field."""

    def select(self) -> bytes | None:
        return None


class IsoDepCard:
    """An ISO-DEP card that is silent but for 9000, and tells how often it was powered."""

    uid = bytes.fromhex("04010203")

    def __init__(self, historical: bytes = b"") -> None:
        self.historical = historical
        self.commands: list[bytes] = []
        self.powered = False
        self.power_ups = 0

    def power_up(self) -> None:
        self.power_ups += not self.powered
        self.powered = True

    def power_down(self) -> None:
        self.powered = False

    def transmit(self, command: bytes) -> bytes:
        self.commands.append(command)
        return b"\x90\x00"


def ntag(uid: bytes = UID) -> Overheard:
    return Overheard(Type2Tag.factory_fresh(chips()["ntag213"], uid))


def powered(card: VirtualCard) -> VirtualCard:
    card.power_on()
    return card


# The registry


def test_the_models_in_their_order() -> None:
    assert tuple(reader_models()) == MODELS
    for key, model in reader_models().items():
        assert model.key == key
        assert model.name
        assert model.description.endswith(".")
        assert model.source


def test_a_model_is_found_in_any_case_and_an_unknown_one_lists_the_others() -> None:
    assert reader_model("ACR122U") is reader_models()["acr122u"]
    with pytest.raises(UsageError, match="'acr123'") as caught:
        reader_model("acr123")
    assert all(key in caught.value.remedy for key in MODELS)


@pytest.mark.parametrize(
    ("wanted", "suggested"),
    [("ACR122", "acr122u"), ("omnikey", "omnikey5321"), ("transparant", "transparent"), ("nonsense", "")],
)
def test_an_unknown_model_suggests_what_comes_near(wanted: str, suggested: str) -> None:
    with pytest.raises(UsageError) as caught:
        reader_model(wanted)
    assert caught.value.remedy.startswith(f"Did you mean {suggested}? " if suggested else "There are: generic")


@pytest.mark.parametrize("key", MODELS)
def test_each_front_has_a_reader_of_its_own(key: str) -> None:
    first, second = reader_model(key).front(ntag()), reader_model(key).front(ntag(bytes.fromhex("04C5A102B36F80")))
    powered(first).transmit(bytes.fromhex("FFC20000028100"))
    powered(first).transmit(bytes.fromhex("FF00510000"))
    assert powered(second).transmit(GET_UID) == bytes.fromhex("04C5A102B36F809000")
    assert second.transmit(bytes.fromhex("FF00500000")) in (b"\x90\xff", b"\x6d\x00", b"\x6a\x81")


# Power


@pytest.mark.parametrize("key", MODELS)
def test_without_power_every_command_fails_and_nothing_is_written(key: str) -> None:
    tag = ntag()
    reader = powered(reader_model(key).front(tag))
    before = tag.tag.image
    reader.power_off()
    answers = [reader.transmit(bytes.fromhex(c)) for c in ("FFCA000000", "FFB0000410", "FFD600050401020304")]
    assert answers == [b"\x63\x00"] * 3
    assert tag.tag.image == before


@pytest.mark.parametrize("key", MODELS)
def test_a_tag_that_does_not_answer_is_mute(key: str) -> None:
    reader = reader_model(key).front(Absent(ntag().tag))
    assert reader.power_on() == b""
    assert reader.transmit(GET_UID) == b"\x63\x00"


@pytest.mark.parametrize("key", MODELS)
def test_another_tag_may_take_the_place_between_power_cycles(key: str) -> None:
    reader = reader_model(key).front(ntag())
    assert isinstance(reader, StorageCardReader)
    reader.power_on()
    reader.power_off()
    reader.picc = ntag(bytes.fromhex("04C5A102B36F80"))
    reader.power_on()
    assert reader.transmit(GET_UID) == bytes.fromhex("04C5A102B36F809000")


# ISO-DEP cards


@pytest.mark.parametrize("key", MODELS)
def test_apdus_reach_an_iso_dep_card_unchanged(key: str) -> None:
    card = IsoDepCard()
    reader = powered(reader_model(key).front_iso_dep(card))
    commands = [bytes.fromhex(c) for c in ("00A4040000", "80CA9F7F00", "60", "00A40400", "0084000000010000", "FE")]
    assert [reader.transmit(command) for command in commands] == [b"\x90\x00"] * len(commands)
    assert card.commands == commands


@pytest.mark.parametrize(
    ("historical", "atr"),
    [
        ("", "3B80800101"),
        ("80", "3B8180018080"),
        ("067577810280", "3B86800106757781028000"),
        ("80738421E055697800008083079000", "3B8F800180738421E05569780000808307900068"),
    ],
)
def test_the_atr_of_an_iso_dep_card(historical: str, atr: str) -> None:
    reader = IsoDepReader(IsoDepCard(bytes.fromhex(historical)))
    assert reader.power_on() == reader.atr == bytes.fromhex(atr)


def test_each_power_on_starts_an_iso_dep_card_anew() -> None:
    card = IsoDepCard()
    reader = IsoDepReader(card)
    reader.power_on()
    reader.power_on()
    assert card.power_ups == 2
    reader.power_off()
    assert not card.powered
    assert reader.transmit(GET_UID) == b"\x63\x00"


# Any bytes

heads = st.sampled_from(
    [
        *("FFCA0000", "FFB000", "FFD600", "FF00", "FF000000", "FF00000003D442", "FF00000008D442A2", "FF0000000AD44001"),
        *("FFC20000", "FFC20000028100", "FFC20001", "FFC2000108950", "FFC20002048F020003", "FFA0000703010001"),
        *("FFA00005", "FFA000050C0100F3000064A2", "FFEF0100", "FFEF010006A2", "FF", "00A404"),
    ]
).map(lambda head: bytes.fromhex(head if len(head) % 2 == 0 else head + "5"))
apdus = st.binary(max_size=300) | st.tuples(heads, st.binary(max_size=30)).map(b"".join)
writes = st.binary(min_size=5, max_size=5).map(lambda page_and_data: b"\xa2" + page_and_data)


def could_have_come_from(frame: bytes, command: bytes) -> bool:
    """Whether the tag can have got ``frame`` because of ``command``, without bytes that nobody sent."""
    if command[:2] == b"\xff\xb0":
        return frame == b"\x30" + command[3:4]
    if command[:2] == b"\xff\xd6":
        return frame == b"\xa2" + command[3:4] + command[5:]
    return frame in command


@given(st.sampled_from(MODELS), st.lists(apdus, max_size=15))
def test_no_bytes_are_too_strange(key: str, commands: list[bytes]) -> None:
    tag = ntag()
    reader = powered(reader_model(key).front(tag))
    for command in commands:
        before = tag.tag.image
        tag.frames.clear()
        assert reader.transmit(command)
        assert all(could_have_come_from(frame, command) for frame in tag.frames)
        assert tag.tag.image == before or tag.frames


@given(st.sampled_from(MODELS), st.lists(apdus, max_size=15))
def test_no_bytes_are_too_strange_for_an_iso_dep_card(key: str, commands: list[bytes]) -> None:
    card = IsoDepCard(b"\x80")
    reader = powered(reader_model(key).front_iso_dep(card))
    for command in commands:
        card.commands.clear()
        assert reader.transmit(command)
        assert all(sent in command for sent in card.commands)


@pytest.mark.parametrize("envelope", ENVELOPES)
@given(frame=st.binary(min_size=1, max_size=40) | writes)
@example(frame=bytes.fromhex("60"))
@example(frame=bytes.fromhex("A20411223344"))
def test_the_frame_that_the_guard_sees_is_the_one_that_the_tag_gets(envelope: str, frame: bytes) -> None:
    opening, wrap = ENVELOPES[envelope]
    if envelope == "acr122u exchange" and frame[0] in (0x60, 0x61, 0xA0):
        return  # the PN532 makes something else of these
    if envelope == "acr1252u" and frame[0] == 0xD4:
        return  # would be a PN532's frame to the guard, which cannot know the reader
    tag = ntag()
    reader = powered(reader_model(envelope.split(maxsplit=1)[0]).front(tag))
    for command in opening:
        reader.transmit(bytes.fromhex(command))
    command = wrap(frame)
    reader.transmit(command)
    assert tag.frames == [unwrap(command)] == [frame]


@given(st.sampled_from(MODELS), st.integers(0, 255), st.binary(min_size=4, max_size=4))
def test_a_page_written_is_the_page_asked_for(key: str, page: int, data: bytes) -> None:
    tag = ntag()
    reader = powered(reader_model(key).front(tag))
    before = tag.tag.image
    answer = reader.transmit(bytes((0xFF, 0xD6, 0x00, page, 0x04)) + data)
    assert tag.frames == [bytes((0xA2, page)) + data]
    start = 4 * page
    assert tag.tag.image[:start] + tag.tag.image[start + 4 :] == before[:start] + before[start + 4 :]
    assert answer == (b"\x90\x00" if 2 <= page < 0x2D else b"\x63\x00")
