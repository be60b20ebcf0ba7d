"""Identification from the card on the reader to the whole result, through every reader model."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardscope.errors import UsageError
from cardscope.identify.chip_identity import Certainty
from cardscope.identify.identification import Stage
from cardscope.readers.families import families
from cardscope.tags.catalogue import Command, chips
from cardscope.tags.image import image_pages
from cardscope.virtual.answers import NAK_ARGUMENT, Answer
from cardscope.virtual.card import VirtualCard
from cardscope.virtual.reader_models import StorageCardReader, reader_model, reader_models
from cardscope.virtual.ready_cards import ready_card, ready_cards
from cardscope.virtual.type2 import SiliconChoices, Type2Tag
from support.inserted import Airtap, inserted

NATIVE = [key for key in reader_models() if key in families()]
WITH_VERSION = [key for key, chip in chips().items() if chip.version is not None]
UID = bytes.fromhex("04216216C01680")

KEYS = {
    "uid", "uid_problems", "chip", "signature", "counters", "memory", "locks", "cc", "config", "ndef", "applications",
    "summary",
}  # fmt: skip


def tag(
    key: str,
    changes: dict[int, str] | None = None,
    *,
    counters: dict[int, int] | None = None,
    choices: SiliconChoices | None = None,
) -> Type2Tag:
    """Factory-fresh but for ``changes``: page numbers of sector 0 to hex."""
    chip = chips()[key]
    image = bytearray(Type2Tag.factory_fresh(chip, UID).image)
    for page, content in (changes or {}).items():
        start = 4 * image_pages(chip).index(page)
        image[start : start + 4] = bytes.fromhex(content)
    return Type2Tag(chip, bytes(image), counters=counters, choices=choices)


def on(model: str, picc: Type2Tag | Airtap) -> VirtualCard:
    return reader_model(model).front(picc)


# ---- Exchanges -------------------------------------------------------------------------------------------------------


async def test_ntag216_through_an_acr122u_in_eight_exchanges() -> None:
    async with inserted(ready_card("ntag216").make(reader_model("acr122u"))) as card:
        found = await card.identify()
    assert found.complete
    assert found.family is families()["acr122u"]
    assert [command.hex().upper() for command in card.wire.commands] == [
        "FFCA000000",
        "FF00480000",  # the reader's name says nothing, so it is asked for its firmware
        "FF00000003D44260",
        "FF00000004D4423C00",
        "FF00000004D4423902",  # the counter refuses: it is off
        "FF00000004D44A0100",  # selects the tag again
        "FF00000005D4423A0007",
        "FF00000004D44230E2",
    ]
    assert found.exchanges == len(card.wire.commands) - 1


@pytest.mark.parametrize(
    ("model", "exchanges"),
    # The UID, GET_VERSION, READ_SIG, READ_CNT and the UID again after its refusal, FAST_READ, READ; sessions that must
    # be opened, anew after a reset, and closed come on top. An ACR1252U does not tell a refusal from a failure, so that
    # READ_CNT is sent twice. Without native commands: the UID and three reads.
    [("acr122u", 7), ("acr1252u", 9), ("transparent", 12), ("omnikey5321", 10), ("identiv4700", 7), ("generic", 4)],
)
async def test_exchanges_by_reader_where_its_family_is_known(model: str, exchanges: int) -> None:
    async with inserted(ready_card("ntag216").make(reader_model(model))) as card:
        found = await card.identify(model)
    assert found.complete
    assert len(card.wire.commands) == exchanges


async def test_family_by_the_readers_name_asks_nothing() -> None:
    card_on_reader = ready_card("ntag216").make(reader_model("acr122u"))
    async with inserted(card_on_reader, "ACS ACR122U PICC Interface 00 00") as card:
        await card.identify()
    assert bytes.fromhex("FF00480000") not in card.wire.commands


# ---- Which chip ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", NATIVE)
@pytest.mark.parametrize("key", WITH_VERSION)
async def test_every_chip_with_get_version(key: str, model: str) -> None:
    async with inserted(on(model, tag(key))) as card:
        found = await card.identify(model)
    assert found.complete
    chip = next(one.identification.chip for one in card.stages if one.stage is Stage.CHIP)
    assert chip is not None
    assert (chip.chip, chip.certainty) == (chips()[key], Certainty.CERTAIN)
    assert found.chip is not None
    # None of these has a signature.
    signed = Command.READ_SIG in chips()[key].commands
    assert found.chip.certainty is (Certainty.LIKELY if signed else Certainty.CERTAIN)
    assert found.version_field is not None
    names = [field.name for field in found.version_field.walk()]
    assert "GET_VERSION" in names
    assert found.version_field.span == (0, len(found.version_response))


@pytest.mark.parametrize("model", NATIVE)
@pytest.mark.parametrize(("key", "certainty"), [("mf0icu1", Certainty.LIKELY), ("mf0icu2", Certainty.CERTAIN)])
async def test_chips_without_get_version(key: str, certainty: Certainty, model: str) -> None:
    async with inserted(on(model, tag(key))) as card:
        found = await card.identify(model)
    assert found.complete
    assert found.chip is not None
    assert (found.chip.chip, found.chip.certainty) == (chips()[key], certainty)
    assert found.state is not None
    assert found.state.uid_problems == ()


class Ntag203:
    """What is known of the NTAG203: 42 pages, the last one a counter, and neither GET_VERSION nor AUTHENTICATE."""

    uid = UID

    def __init__(self) -> None:
        image = Type2Tag.factory_fresh(chips()["ntag213"], UID).image[: 4 * 40]
        self._memory = image + bytes.fromhex("00000000 05000000")
        self._active = False

    def power_up(self) -> None:
        pass

    def power_down(self) -> None:
        self._active = False

    def select(self) -> bytes | None:
        self._active = True
        return self.uid

    def exchange(self, frame: bytes) -> Answer:
        if not self._active:
            return None
        if len(frame) != 2 or frame[0] != Command.READ or frame[1] > 41:
            self._active = False
            return NAK_ARGUMENT
        return (self._memory + self._memory)[4 * frame[1] :][:16]


@pytest.mark.parametrize("model", ["generic", *NATIVE])
async def test_ntag203(model: str) -> None:
    async with inserted(reader_model(model).front(Ntag203())) as card:
        found = await card.identify(model if model in families() else None)
    assert found.complete
    assert found.chip is not None
    assert (found.chip.name, found.chip.certainty, found.chip.chip) == ("NTAG203", Certainty.LIKELY, None)
    assert "Pages 3 to 15 can be locked, nothing is locked yet." in found.summary
    assert not any("password" in sentence for sentence in found.summary)  # it has none


@pytest.mark.parametrize(
    ("key", "told", "certainty"),
    [
        ("mf0icu1", "mf0icu1", "likely"),
        ("mf0icu2", "mf0icu2", "likely"),
        ("mf0ul11", "mf0ul11", "likely"),
        ("mf0ul21", "mf0ul21", "likely"),
        ("ntag210", "ntag210", "guess"),  # MF0UL11 and Ultralight can be formatted so
        ("ntag212", "ntag212", "guess"),
        ("ntag213", "ntag213", "likely"),
        ("ntag213f", "ntag213", "likely"),
        ("ntag215", "ntag215", "likely"),
        ("ntag216", "ntag216", "likely"),
        ("ntag216f", "ntag216", "likely"),
        ("nt3h1101", "nt3h1101", "guess"),
        ("nt3h1201", "nt3h1201", "guess"),
    ],
)
async def test_storage_card_commands_alone(key: str, told: str, certainty: str) -> None:
    async with inserted(on("generic", tag(key))) as card:
        found = await card.identify()
    assert found.complete
    assert found.family is None
    assert found.chip is not None
    assert found.chip.chip is chips()[told]
    assert found.chip.certainty.value == certainty
    assert found.chip.reasons[0].startswith("This reader passes on no GET_VERSION")


@pytest.mark.parametrize("model", ["generic", "acr122u"])
async def test_chip_of_another_maker_is_not_called_nxps(model: str) -> None:
    silicon = Type2Tag.factory_fresh(chips()["mf0icu1"], bytes.fromhex("05216216C01680"))
    async with inserted(on(model, silicon)) as card:
        found = await card.identify(model if model in families() else None)
    assert found.chip is not None
    assert (found.chip.vendor, found.chip.certainty) == ("Infineon Technologies (DE)", Certainty.GUESS)
    assert found.chip.name == "MIFARE Ultralight-compatible chip"


async def test_ntag213_protected_from_its_access_page_on_is_not_taken_for_an_ntag203() -> None:
    # Reading begins anew after page 41 there too.
    async with inserted(on("generic", tag("ntag213", {0x29: "0400002A", 0x2A: "80050000"}))) as card:
        found = await card.identify()
    assert found.chip is not None
    assert found.chip.chip is chips()["ntag213"]
    assert "Reading from page 42 on needs the password, so what lies there is not known." in found.summary


async def test_formatted_ultralight_c_is_not_taken_for_an_ntag213() -> None:
    async with inserted(on("generic", tag("mf0icu2", {3: "E1101200"}))) as card:
        found = await card.identify()
    assert found.chip is not None
    assert found.chip.chip is chips()["mf0icu2"]


async def test_a_reader_that_does_not_know_the_chosen_envelope() -> None:
    async with inserted(ready_card("ntag216").make(reader_model("generic"))) as card:
        found = await card.identify("omnikey5321")
    assert found.complete
    assert found.family is None
    assert found.chip is not None
    assert (found.chip.chip, found.chip.certainty) == (chips()["ntag216"], Certainty.LIKELY)


async def test_the_users_choice_must_exist() -> None:
    async with inserted(ready_card("ntag216").make()) as card:
        with pytest.raises(UsageError):
            await card.identify("acr")


# ---- What is done to the tag -----------------------------------------------------------------------------------------

HARMLESS = {
    Command.GET_VERSION,
    Command.READ,
    Command.FAST_READ,
    Command.READ_SIG,
    Command.READ_CNT,
    Command.AUTHENTICATE,
}


@pytest.mark.parametrize("model", ["generic", *NATIVE])
@pytest.mark.parametrize("key", chips())
async def test_nothing_but_reading_goes_to_the_tag(key: str, model: str) -> None:
    silicon = tag(key)
    before, air = silicon.image, Airtap(silicon)
    async with inserted(on(model, air)) as card:
        await card.identify(model if model in families() else None)
    assert {frame[0] for frame in air.frames} <= HARMLESS
    assert all(len(frame) == 2 for frame in air.frames if frame[0] == Command.AUTHENTICATE)
    assert silicon.image == before


# ---- The NFC counter -------------------------------------------------------------------------------------------------

READING = {Command.READ, Command.FAST_READ}
COUNTS_IT_UP = "this one too, counts it up by one"


@pytest.mark.parametrize("model", NATIVE)
async def test_memory_of_a_tag_that_counts_is_left_alone(model: str) -> None:
    silicon = tag("ntag216", {0xE4: "10050000"}, counters={2: 41})
    air = Airtap(silicon)
    async with inserted(on(model, air)) as card:
        found = await card.identify(model)
    assert not READING & {frame[0] for frame in air.frames}
    assert silicon.counters == {2: 41}
    assert found.complete
    assert found.chip is not None
    assert found.chip.name == "NTAG216"
    assert found.state is not None
    assert found.state.counters == {2: 41}
    assert found.state.originality is not None
    assert found.withheld == found.summary[1]
    for part in ("it stands at 41", "up by one, for ever", "“Identify again, and let it count”", "--count"):
        assert part in found.withheld
    out = found.to_json()
    assert (out["config"], out["locks"], out["counters"]) == (None, {}, {"2": 41})


@pytest.mark.parametrize("model", NATIVE)
@pytest.mark.parametrize("access", ["10", "50", "90"], ids=["open", "frozen", "behind the password"])
async def test_reading_all_the_same_counts_once_and_that_is_told(model: str, access: str) -> None:
    silicon = tag("ntag216", {0xE3: "04000005", 0xE4: f"{access}050000"}, counters={2: 41})
    async with inserted(on(model, silicon)) as card:
        found = await card.identify(model, may_count=True)
    assert silicon.counters == {2: 42}
    assert found.state is not None
    assert found.state.counters == {2: 42}, "the value as it is now"
    assert not found.withheld
    assert found.readout is not None
    assert {0, 1, 2, 3, 4} <= found.readout.pages.keys()
    assert any(COUNTS_IT_UP in sentence for sentence in found.summary)


async def test_ntag216_that_may_count_takes_eight_exchanges() -> None:
    async with inserted(on("acr122u", tag("ntag216", {0xE4: "10050000"}))) as card:
        found = await card.identify(may_count=True)
    assert found.state is not None
    assert found.state.config is not None
    assert len(card.wire.commands) == 8


@pytest.mark.parametrize("model", NATIVE)
async def test_counter_behind_the_password_cannot_be_told_from_one_that_is_off(model: str) -> None:
    silicon = tag("ntag216", {0xE4: "18050000"}, counters={2: 41})
    async with inserted(on(model, silicon)) as card:
        found = await card.identify(model)
    assert silicon.counters == {2: 42}
    assert any(COUNTS_IT_UP in sentence for sentence in found.summary)
    assert any("asking for the counter needs the password" in sentence for sentence in found.summary)


async def test_a_reader_without_native_commands_cannot_ask_before() -> None:
    silicon = tag("ntag216", {0xE4: "10050000"}, counters={2: 41})
    async with inserted(on("generic", silicon)) as card:
        found = await card.identify()
    assert silicon.counters == {2: 42}
    assert any(COUNTS_IT_UP in sentence for sentence in found.summary)


@pytest.mark.parametrize("model", ["generic", "acr122u"])
async def test_not_knowing_whether_it_has_counted_is_told(model: str) -> None:
    silicon = tag("ntag216", {0xE3: "04000005", 0xE4: "98050000"})
    async with inserted(on(model, silicon)) as card:
        found = await card.identify()
    assert any("could not be found out" in sentence for sentence in found.summary)
    assert not any(COUNTS_IT_UP in sentence for sentence in found.summary)


class Disturbed(Airtap):
    """The answer to the first command of that code is lost."""

    def __init__(self, picc: Type2Tag, code: Command) -> None:
        super().__init__(picc)
        self._code: Command | None = code

    def exchange(self, frame: bytes) -> Answer:
        answer = super().exchange(frame)
        if frame[0] != self._code:
            return answer
        self._code = None
        return None


@pytest.mark.parametrize("code", [Command.GET_VERSION, Command.READ_CNT])
@pytest.mark.parametrize("model", NATIVE)
async def test_an_answer_lost_on_the_way_is_no_reason_to_count(model: str, code: Command) -> None:
    silicon = tag("ntag216", {0xE4: "10050000"}, counters={2: 41})
    async with inserted(on(model, Disturbed(silicon, code))) as card:
        found = await card.identify(model)
    assert found.withheld
    assert silicon.counters == {2: 41}


async def test_an_unknown_chip_that_has_a_counter_is_not_read_either() -> None:
    class Unknown(Airtap):
        def exchange(self, frame: bytes) -> Answer:
            answer = super().exchange(frame)
            return bytes.fromhex("0004040204000F03") if frame[0] == Command.GET_VERSION else answer

    silicon = tag("ntag213", {0x2A: "10050000"}, counters={2: 41})
    async with inserted(on("acr122u", Unknown(silicon))) as card:
        found = await card.identify()
        assert silicon.counters == {2: 41}
        assert found.chip is not None
        assert (found.chip.name, found.chip.chip) == ("NTAG223 DNA", None)
        assert found.withheld
        read = await card.identify(may_count=True)
    assert read.readout is not None
    assert 0 in read.readout.pages


@settings(max_examples=150, deadline=None)
@given(
    model=st.sampled_from(NATIVE),
    key=st.sampled_from(list(chips())),
    cfg0=st.binary(min_size=4, max_size=4),
    auth0=st.one_of(st.integers(0, 12), st.integers(0, 255)),
    access=st.integers(0, 255),
    count=st.one_of(st.integers(0, 3), st.sampled_from([0xFFFFFE, 0xFFFFFF])),
    may_count=st.booleans(),
    answers_when_off=st.booleans(),
)
async def test_identification_never_moves_a_counter_unless_it_may(
    *,
    model: str,
    key: str,
    cfg0: bytes,
    auth0: int,
    access: int,
    count: int,
    may_count: bool,
    answers_when_off: bool,
) -> None:
    chip = chips()[key]
    changes: dict[int, str] = {}
    if chip.cfg0 is not None and chip.cfg1 is not None:
        first = bytes((auth0,)) if key == "mf0icu2" else cfg0[:1]
        changes = {chip.cfg0: (first + cfg0[1:3] + bytes((auth0,))).hex(), chip.cfg1: f"{access:02X}050000"}
    silicon = tag(
        key,
        changes,
        counters=dict.fromkeys(chip.counters, min(count, chip.counter_max)),
        choices=SiliconChoices(counter_answers_when_disabled=answers_when_off),
    )
    before = dict(silicon.counters)
    async with inserted(on(model, silicon)) as card:
        found = await card.identify(model, may_count=may_count)
    assert found.complete
    counts = chip.nfc_counter is not None and bool(access & 0x10)
    behind_the_password = bool(access & 0x08)
    if not counts or not (may_count or behind_the_password):
        assert silicon.counters == before
        return
    assert chip.nfc_counter is not None
    moved = silicon.counters[chip.nfc_counter] - before[chip.nfc_counter]
    assert moved in (0, 1), "never more than once"
    if moved:
        assert any(COUNTS_IT_UP in said or "could not be found out" in said for said in found.summary)


@pytest.mark.parametrize("model", reader_models())
@pytest.mark.parametrize("name", ready_cards())
async def test_identification_of_a_ready_card_leaves_it_as_it_was(name: str, model: str) -> None:
    card = ready_cards()[name]
    if card.recipe is None:
        return
    silicon = card.make_tag()
    before, counters, failures = silicon.image, dict(silicon.counters), silicon.auth_failures
    async with inserted(on(model, silicon)) as where:
        found = await where.identify()
    assert found.complete
    assert (silicon.image, dict(silicon.counters), silicon.auth_failures) == (before, counters, failures)


@pytest.mark.parametrize("model", ["generic", "acr122u", "transparent", "omnikey5321"])
@pytest.mark.parametrize("key", ["ntag213", "mf0ul11", "mf0icu2"])
@pytest.mark.parametrize("auth0", range(48))
async def test_read_protection_never_passes_rolled_over_pages_off_as_others(key: str, model: str, auth0: int) -> None:
    chip = chips()[key]
    assert chip.cfg0 is not None
    assert chip.cfg1 is not None
    changes = {4: "A1A2A3A4", 5: "B1B2B3B4", 6: "C1C2C3C4", 7: "D1D2D3D4"}
    if key == "mf0icu2":
        changes |= {chip.cfg0: f"{auth0:02X}000000", chip.cfg1: "00000000"}
    else:
        changes |= {chip.cfg0: f"040000{auth0:02X}", chip.cfg1: "80050000"}
    silicon = tag(key, changes)
    held = dict(zip(image_pages(chip), (silicon.image[at : at + 4] for at in range(0, 4 * chip.pages, 4)), strict=True))
    async with inserted(on(model, silicon)) as card:
        found = await card.identify(model if model in families() else None)
    assert found.complete
    assert found.readout is not None
    hidden = frozenset(page for area in chip.unreadable for page in area)
    for page, content in found.readout.pages.items():
        if page not in hidden:
            assert content == held[page], page
    if found.chip is not None and found.chip.chip is chip:
        readable = {page for page in (0, 1, 2, 3, 4, 5, 6, 7) if page < auth0}
        assert readable <= found.readout.pages.keys()
    assert found.summary


async def test_read_protection_is_told() -> None:
    async with inserted(ready_card("ntag213-password").make(reader_model("acr122u"))) as card:
        found = await card.identify()
    assert found.readout is not None
    assert found.readout.read_protected_from == 4
    assert "Reading from page 4 on needs the password, so what lies there is not known." in found.summary
    assert found.to_json()["config"] is None
    assert found.state is not None
    assert found.state.protected_from == 4
    (reading,) = (at for at, said in enumerate(found.summary) if said.startswith("Reading from page 4"))
    (counting,) = (at for at, said in enumerate(found.summary) if "NFC counter" in said)
    assert "How many wrong passwords are allowed could not be read" in found.summary[reading + 1]
    assert reading < counting


@pytest.mark.parametrize("auth0", [*range(4, 14), *range(0xDE, 0xE4)])
async def test_where_read_protection_begins_on_an_ntag216_is_settled(auth0: int) -> None:
    silicon = tag("ntag216", {0xE3: f"040000{auth0:02X}", 0xE4: "80050000"})
    async with inserted(on("acr122u", silicon)) as card:
        found = await card.identify()
    assert found.state is not None
    settled = not 12 <= auth0 <= 0xDF
    assert found.state.protected_from == (auth0 if settled else None)
    assert any("between 12 and 223" in sentence for sentence in found.summary) is not settled


async def test_a_tag_that_loses_the_field_is_not_read_again_to_settle_it() -> None:
    silicon = tag("ntag216", {0xE3: "04000040", 0xE4: "98050000"}, counters={2: 41})
    async with inserted(on("transparent", silicon)) as card:
        found = await card.identify("transparent")
    assert silicon.counters == {2: 42}
    assert any("between 8 and 226" in sentence for sentence in found.summary)


async def test_a_page_that_was_only_disturbed_is_read_after_all() -> None:
    class Once(Airtap):
        lost = False

        def exchange(self, frame: bytes) -> Answer:
            answer = super().exchange(frame)
            if frame == bytes((Command.READ, 0xE2)) and not self.lost:
                self.lost = True
                return None
            return answer

    async with inserted(on("acr122u", Once(tag("ntag216")))) as card:
        found = await card.identify()
    assert found.state is not None
    assert found.state.config is not None
    assert not found.state.unreadable


async def test_locks_in_another_sector_are_said_to_be_unchecked() -> None:
    async with inserted(on("acr122u", tag("nt3h1201"))) as card:
        found = await card.identify()
    assert "Locks of the later pages (sector 1) were not checked." in found.summary


# ---- Cards that go ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(2, 9))
async def test_pulled_half_way(number: int) -> None:
    async with inserted(ready_card("ntag216").make(reader_model("acr122u"))) as card:
        card.wire.at[number] = card.reader.remove
        found = await card.identify()
    assert not found.complete
    assert "was taken" in found.interrupted
    assert found.summary[0] == f"Not all could be read. {found.interrupted}"
    assert found.uid == UID
    assert (found.chip is not None) is (number > 3)
    if number > 7:
        assert found.state is not None
        assert found.state.static is not None
        assert found.state.config is None
        assert "Pages 3 to 15 can be locked, nothing is locked yet." in found.summary
    assert card.stages[-1].identification is found


@pytest.mark.parametrize("model", NATIVE)
async def test_swapped_for_another_while_it_is_selected_anew(model: str) -> None:
    front = on(model, tag("mf0icu1"))
    assert isinstance(front, StorageCardReader)
    other = Type2Tag.factory_fresh(chips()["mf0icu1"], bytes.fromhex("04999999999980"))
    async with inserted(front) as card:
        # GET_VERSION is refused, and the reset that follows finds the other tag, or InListPassiveTarget does.
        power_on, exchange = front.power_on, front.exchange

        def swapped() -> bytes:
            front.picc = other
            return power_on()

        def refused(frame: bytes) -> Answer:
            answer = exchange(frame)
            front.picc = other
            other.power_up()
            return answer

        front.power_on, front.exchange = swapped, refused
        found = await card.identify(model)
    assert not found.complete
    assert "Another card" in found.interrupted
    assert found.state is None


# ---- What is told ----------------------------------------------------------------------------------------------------


async def test_stages_in_their_order() -> None:
    async with inserted(ready_card("ntag216").make(reader_model("acr122u"))) as card:
        found = await card.identify()
    assert [stage.stage for stage in card.stages] == [Stage.UID, Stage.CHIP, Stage.STATE]
    uid, chip, state = (stage.identification for stage in card.stages)
    assert (uid.uid, uid.chip) == (UID, None)
    assert chip.chip is not None
    assert chip.state is None
    assert state is found


async def test_virtual_signature_is_called_a_test() -> None:
    async with inserted(ready_card("ntag216-implant").make(reader_model("acr122u"))) as card:
        found = await card.identify()
    assert any("test signature" in sentence for sentence in found.summary)
    assert any("It is healthy." in sentence for sentence in found.summary)
    assert found.permanent


async def test_clone() -> None:
    async with inserted(ready_card("ntag213-clone").make(reader_model("acr122u"))) as card:
        found = await card.identify()
    out = found.to_json()
    assert out["signature"] == {"present": True, "valid": False, "key": None}
    assert out["chip"]["certainty"] == "likely"
    assert found.chip is not None
    assert found.chip.reasons[-1] == "But GET_VERSION can be copied, and its signature is of no known key."
    assert found.summary[0].startswith("Answers as an original would, but may be a copy")


async def test_half_locked() -> None:
    async with inserted(ready_card("ntag215-half-locked").make(reader_model("transparent"))) as card:
        found = await card.identify()
    assert any(sentence.startswith("Only half locked") for sentence in found.summary)


async def test_json() -> None:
    async with inserted(ready_card("ntag216-implant").make(reader_model("acr122u"))) as card:
        out = (await card.identify()).to_json()
    assert out.keys() == KEYS
    assert out["chip"] == {
        "name": "NTAG216", "vendor": "NXP", "version": "0004040201001303", "certainty": "certain",
    }  # fmt: skip
    assert out["memory"] == {"pages": 231, "user_bytes": 888}
    assert out["locks"]["static"] == [3]
    assert out["locks"]["frozen"] == list(range(3, 226))
    assert out["cc"]["size"] == 872
    assert out["config"]["auth0"] == 0xE3


@settings(max_examples=60, deadline=None)
@given(
    answers=st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=8),
    family=st.sampled_from([*families(), None]),
)
async def test_a_reader_that_answers_anything_breaks_nothing(answers: list[bytes], family: str | None) -> None:
    class Anything:
        atr = bytes.fromhex("3B8F8001804F0CA0000003060300030000000068")
        count = 0

        def power_on(self) -> bytes:
            return self.atr

        def power_off(self) -> None:
            pass

        def transmit(self, command: bytes) -> bytes:
            if command[:2] == b"\xff\xca":
                return UID + b"\x90\x00"
            self.count += 1
            return answers[self.count % len(answers)]

    async with inserted(Anything()) as card:
        found = await card.identify(family)
    assert found.complete
    found.to_json()
