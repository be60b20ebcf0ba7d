"""The cards that a person can insert by name."""

import subprocess
import sys
import tomllib

import pytest

from cardscope.errors import CardScopeError, UsageError
from cardscope.tags.catalogue import Command, chips
from cardscope.tags.image import image_pages
from cardscope.tags.originality import verify_originality
from cardscope.tags.snapshot import TagSnapshot
from cardscope.virtual.reader_models import reader_model, reader_models
from cardscope.virtual.ready_cards import practice_card, ready_card, ready_cards
from cardscope.virtual.signing import sign
from cardscope.virtual.tag_recipe import card_from_image, card_from_snapshot
from cardscope.virtual.type2 import ACK, Type2Tag
from cardscope_resources import resource

TYPE2 = [name for name, card in ready_cards().items() if card.chip is not None]
SMART_CARDS = ("teaching", "teaching-t0", "teaching-contactless")
PREPARED = (
    "ntag216-url",
    "ntag215-url",
    "ntag213-url",
    "ntag216-implant",
    "ntag213-password",
    "ntag215-locked",
    "ntag215-half-locked",
    "ntag213-clone",
)
UID = bytes.fromhex("04A1B2C3D4E5F6")


def powered(name: str) -> Type2Tag:
    tag = ready_card(name).make_tag()
    tag.power_up()
    assert tag.select() == tag.uid
    return tag


def page(tag: Type2Tag, number: int) -> str:
    place = 4 * image_pages(tag.chip).index(number)
    return tag.image[place : place + 4].hex().upper()


def test_the_names_are_every_chip_and_the_prepared_ones() -> None:
    assert set(ready_cards()) == {*chips(), *PREPARED, *SMART_CARDS}
    assert all(name == card.name == name.lower() for name, card in ready_cards().items())


@pytest.mark.parametrize("name", ready_cards())
def test_a_card_is_described_and_answers_behind_every_reader(name: str) -> None:
    card = ready_card(name)
    assert card.title
    assert card.label
    assert card.description.endswith(".")
    for model in (None, *reader_models().values()):
        made = card.make(model)
        atr = made.power_on()
        assert atr == made.atr
        assert atr[0] in (0x3B, 0x3F)
        made.power_off()


def test_groups_stay_together() -> None:
    groups = [card.group for card in ready_cards().values()]
    changes = [after for before, after in zip(["", *groups], groups, strict=False) if before != after]
    assert len(changes) == len(set(changes)) == 5


def test_uids_are_distinct_and_of_nxp() -> None:
    uids = [ready_card(name).make_tag().uid for name in TYPE2]
    assert len(set(uids)) == len(uids)
    assert all(len(uid) == 7 and uid[0] == 0x04 for uid in uids)
    assert all(uid[3] != 0x88 for uid in uids), "ISO/IEC 14443-3: 88 is the cascade tag"


@pytest.mark.parametrize("name", TYPE2)
def test_signatures_are_test_signatures_where_there_is_read_sig(name: str) -> None:
    tag = powered(name)
    has_signature = Command.READ_SIG in tag.chip.commands
    answer = tag.exchange(bytes.fromhex("3C00"))
    assert (isinstance(answer, bytes) and len(answer) == 32) is has_signature
    found = verify_originality(tag.uid, tag.signature)
    assert found.present is has_signature
    if name == "ntag213-clone":
        assert found.valid is False
    elif has_signature:
        assert (found.valid, found.test) == (True, True)
        assert tag.signature == sign(tag.uid), "the file holds what the key makes"


def test_the_signature_of_the_clone_is_one_of_another_uid() -> None:
    assert ready_card("ntag213-clone").make_tag().signature == sign(bytes.fromhex("04194EA7D38B82"))


@pytest.mark.parametrize("key", chips())
def test_factory_fresh(key: str) -> None:
    chip, tag = chips()[key], ready_card(key).make_tag()
    assert tag.chip is chip
    assert page(tag, 3) == chip.cc.hex().upper()
    assert bytes.fromhex("".join(page(tag, 4 + n) for n in range(len(chip.initial) // 4))) == chip.initial
    assert page(tag, 2)[4:] == "0000"
    if chip.pwd is not None and chip.pack is not None:
        assert page(tag, chip.pwd) == "FFFFFFFF"
        assert page(tag, chip.pack) == "00000000"
    if chip.bcc:
        uid = tag.uid
        assert page(tag, 0) == (uid[:3] + bytes((0x88 ^ uid[0] ^ uid[1] ^ uid[2],))).hex().upper()
        assert page(tag, 2)[:2] == f"{uid[3] ^ uid[4] ^ uid[5] ^ uid[6]:02X}"


@pytest.mark.parametrize("key", ["ntag213", "ntag215", "ntag216"])
def test_a_url_card_holds_one_valid_uri_record(key: str) -> None:
    image = ready_card(f"{key}-url").make_tag().image
    area = image[16 : 16 + 8 * image[14]]
    if area[0] == 0x01:
        assert area[:5] == chips()[key].initial[:5]
        area = area[5:]
    assert area[0] == 0x03
    record, terminator = area[2 : 2 + area[1]], area[2 + area[1]]
    assert terminator == 0xFE
    # MB, ME, SR and the well-known type; one byte of type; the payload's length; type U; 04 for https://
    assert record[:5] == bytes((0xD1, 0x01, len(record) - 4)) + b"U\x04"
    assert record[5:].decode("ascii").startswith("example.com/")


def test_the_implant_is_as_its_maker_delivers_it() -> None:
    """Reference §5.1 and the vectors 3 and 9 of §6, before an app changed AUTH0; PWD from hf_ntag_dt.lua."""
    tag = powered("ntag216-implant")
    assert page(tag, 2)[2:] == "480F00"
    assert {number: page(tag, number) for number in (3, 4, 0xE1, 0xE2, 0xE3, 0xE4, 0xE5)} == {
        3: "E1106D00",
        4: "0300FE00",
        0xE1: "4E457854",
        0xE2: "00007FBD",
        0xE3: "040000E3",
        0xE4: "00050000",
        0xE5: "444E4752",
    }
    assert tag.exchange(bytes.fromhex("A204CAFEBABE")) == ACK, "user memory is the owner's"
    assert tag.exchange(bytes.fromhex("A202 0000F0FF")) == ACK
    assert page(tag, 2)[4:] == "0F00", "nothing can be locked any more"
    assert tag.exchange(bytes.fromhex("A2E3 040000FF")) != ACK
    tag.select()
    assert tag.exchange(b"\x1bDNGR") == bytes(2)
    assert tag.exchange(bytes.fromhex("A2E3 040000FF")) == ACK


def test_the_password_opens_the_tag_that_has_one() -> None:
    tag = powered("ntag213-password")
    assert not isinstance(tag.exchange(bytes.fromhex("3004")), bytes)
    tag.select()
    assert tag.exchange(bytes.fromhex("A20400000000")) != ACK
    tag.select()
    assert tag.exchange(b"\x1bCARD") == b"OK"
    read = tag.exchange(bytes.fromhex("3004"))
    assert isinstance(read, bytes)
    assert read[:5] == chips()["ntag213"].initial[:5]
    assert tag.exchange(bytes.fromhex("A22700000000")) == ACK


@pytest.mark.parametrize(("name", "beyond_0f"), [("ntag215-locked", False), ("ntag215-half-locked", True)])
def test_locked_tags_refuse_what_they_say(name: str, beyond_0f: bool) -> None:
    tag = powered(name)
    before = tag.image
    for number, writable in ((3, False), (4, False), (0x0F, False), (0x10, beyond_0f), (0x81, beyond_0f)):
        tag.select()
        assert (tag.exchange(bytes((0xA2, number, 1, 2, 3, 4))) == ACK) is writable, f"page {number:02X}"
    assert (tag.image != before) is beyond_0f
    assert page(tag, 3) == "E1103E0F", "NFC Forum: read-only"


def test_each_make_is_a_new_card() -> None:
    first, second = ready_card("ntag216").make(), ready_card("ntag216").make()
    first.power_on()
    second.power_on()
    assert first.transmit(bytes.fromhex("FFD6000A04DEADBEEF")) == bytes.fromhex("9000")
    assert second.transmit(bytes.fromhex("FFB0000A04")) == bytes.fromhex("000000009000")


def test_a_loose_card_takes_its_memory_from_reader_to_reader() -> None:
    card = ready_card("ntag216").make_loose()
    first = card.on()
    first.power_on()
    first.transmit(bytes.fromhex("FFD6000A04DEADBEEF"))
    first.power_off()
    second = card.on(reader_model("acr122u"))
    second.power_on()
    # InCommunicateThru, GET_VERSION: only a reader with a PN532 takes it (readers and dumps §1).
    version = second.transmit(bytes.fromhex("FF00000003D44260"))
    assert version == bytes.fromhex("D54300") + bytes.fromhex("0004040201001303") + bytes.fromhex("9000")
    assert second.transmit(bytes.fromhex("FFB0000A04")) == bytes.fromhex("DEADBEEF9000")


def test_a_contact_card_is_the_same_on_every_reader() -> None:
    card = ready_card("teaching").make_loose()
    assert card.tag is None
    assert card.on(reader_model("acr122u")) is card.on()


def test_the_teaching_cards_tell_their_protocol() -> None:
    """TD1 says which protocol a contact card begins with (ISO/IEC 7816-3); without it, T=0."""

    def first_protocol(name: str) -> int:
        atr = ready_card(name).make().power_on()
        present = atr[1] >> 4
        if not present & 8:
            return 0
        return atr[1 + bin(present).count("1")] & 0x0F

    assert first_protocol("teaching") == 1
    assert first_protocol("teaching-t0") == 0
    contactless = ready_card("teaching-contactless").make()
    contactless.power_on()
    uid = contactless.transmit(bytes.fromhex("FFCA000000"))
    assert uid[-2:] == b"\x90\x00"


def test_a_snapshot_holds_all_of_a_tag() -> None:
    tag = ready_card("ntag213-password").make_tag()
    snapshot = tag.snapshot()
    assert snapshot.uid == tag.uid
    assert b"".join(snapshot.pages.values()) == tag.image
    assert snapshot.signature == tag.signature


@pytest.mark.parametrize("key", chips())
def test_an_image_makes_the_same_card_again(key: str) -> None:
    original = ready_card(key).make_tag()
    again = card_from_image(chips()[key], original.image)
    assert (again.image, again.uid, again.signature) == (original.image, original.uid, original.signature)


@pytest.mark.parametrize("key", chips())
def test_another_uid_changes_the_uid_its_check_bytes_and_the_signature(key: str) -> None:
    card = ready_card(key)
    tag, before = card.make_tag(uid=UID), card.make_tag().image
    assert tag.uid == UID
    assert card_from_image(tag.chip, tag.image).uid == UID, "its check bytes are right"
    changed = [index for index, (old, new) in enumerate(zip(before, tag.image, strict=True)) if old != new]
    assert set(changed) <= set(range(9 if tag.chip.bcc else 7))
    if Command.READ_SIG in tag.chip.commands:
        assert verify_originality(UID, tag.signature).test


def test_the_uid_replaces_that_of_an_image() -> None:
    image = ready_card("ntag213-url").make_tag().image
    tag = card_from_image(chips()["ntag213"], image, uid=UID)
    assert tag.uid == UID
    assert tag.image[9:] == image[9:]


@pytest.mark.parametrize("key", chips())
def test_a_snapshot_makes_the_same_card_again(key: str) -> None:
    original = ready_card(key).make_tag()
    again = card_from_snapshot(original.snapshot())
    assert (again.image, again.uid, again.signature) == (original.image, original.uid, original.signature)
    assert again.snapshot() == original.snapshot()
    assert card_from_snapshot(original.snapshot(), uid=UID).uid == UID


def test_what_a_snapshot_does_not_know_is_as_at_delivery() -> None:
    original = ready_card("ntag213-password").make_tag()
    known = original.snapshot()
    pages = {page: content for page, content in known.pages.items() if page not in (0x2B, 0x2C)}
    again = card_from_snapshot(TagSnapshot(known.chip, pages))
    assert again.image[: 4 * 0x2B] == original.image[: 4 * 0x2B]
    assert again.image[4 * 0x2B :] == bytes.fromhex("FFFFFFFF 00000000")
    assert verify_originality(again.uid, again.signature).test


def test_a_clone_stays_one_whatever_its_uid() -> None:
    tag = ready_card("ntag213-clone").make_tag(uid=UID)
    assert verify_originality(UID, tag.signature).valid is False


@pytest.mark.parametrize("size", [0, 176, 179, 181, 540])
def test_an_image_of_the_wrong_size_is_refused(size: int) -> None:
    with pytest.raises(CardScopeError, match=f"180 bytes.*{size} bytes"):
        card_from_image(chips()["ntag213"], bytes(size))


@pytest.mark.parametrize(("place", "name"), [(3, "BCC0"), (8, "BCC1")])
def test_an_image_with_a_wrong_check_byte_is_refused(place: int, name: str) -> None:
    image = bytearray(ready_card("ntag213").make_tag().image)
    image[place] ^= 0x01
    for uid in (None, UID):
        with pytest.raises(CardScopeError, match=name):
            card_from_image(chips()["ntag213"], bytes(image), uid=uid)


@pytest.mark.parametrize(
    ("uid", "why"),
    [
        ("04", "7 bytes"),
        ("04A1B2C3D4E5F607", "7 bytes"),
        ("04A1B288D4E5F6", "fourth byte is 88"),
        ("88A1B2C3D4E5F6", "first byte is 88"),
    ],
)
def test_a_uid_that_no_tag_can_have_is_refused(uid: str, why: str) -> None:
    with pytest.raises(CardScopeError, match=why):
        ready_card("ntag213").make_tag(uid=bytes.fromhex(uid))


@pytest.mark.parametrize("name", SMART_CARDS)
def test_a_card_that_is_no_type_2_tag_has_no_silicon(name: str) -> None:
    with pytest.raises(UsageError, match="no Type 2 tag"):
        ready_card(name).make_tag()


@pytest.mark.parametrize(
    ("wanted", "suggested"),
    [
        ("ntag216-implnt", "Did you mean ntag216-implant? "),
        ("Implant", "Did you mean ntag216-implant? "),
        ("ntga215", "Did you mean ntag215"),
        ("url", "Did you mean ntag216-url, ntag215-url or ntag213-url? "),
        ("nonsense", ""),
        ("", ""),
    ],
)
def test_an_unknown_name_suggests_what_comes_near_and_the_list(wanted: str, suggested: str) -> None:
    with pytest.raises(CardScopeError, match=f"'{wanted}'") as caught:
        ready_card(wanted)
    assert caught.value.remedy.startswith(suggested)
    assert caught.value.remedy.endswith("cardscope virtual --list prints all names.")
    assert ("Did you mean" in caught.value.remedy) is bool(suggested)


@pytest.mark.parametrize("name", ready_cards())
def test_a_card_tells_the_uid_that_it_answers_with(name: str) -> None:
    card = ready_card(name)
    made = card.make()
    made.power_on()
    answer = made.transmit(bytes.fromhex("FFCA000000"))
    if card.uid is None:
        assert name in ("teaching", "teaching-t0")
        assert answer[-2:] != bytes.fromhex("9000")
    else:
        assert answer == card.uid + bytes.fromhex("9000")


@pytest.mark.parametrize("name", SMART_CARDS)
def test_a_teaching_card_tells_its_pins_and_puks(name: str) -> None:
    pins = tomllib.loads(resource("teaching_card.toml").read_text("utf-8"))["pin"]
    told = ready_card(name).description
    for pin in pins:
        if "value" in pin:
            assert f"PIN {pin['reference']:02X} is {pin['value']}" in told
        if "puk" in pin:
            assert f"PUK {pin['puk']}" in told


def test_names_are_found_in_any_case_and_a_chip_alone_is_practised_on_with_an_address() -> None:
    assert ready_card("NTAG216").name == "ntag216"
    assert practice_card("NTAG216").name == "ntag216-url"
    assert practice_card("ntag210").name == "ntag210"
    assert practice_card("ntag213-url").name == "ntag213-url"


def test_nothing_loads_the_cryptography_before_a_signature_has_to_be_made() -> None:
    code = (
        "import sys; from cardscope.virtual.ready_cards import ready_cards\n"
        "for name in ('ntag216', 'ntag213-clone', 'mf0ul11'): ready_cards()[name].make().power_on()\n"
        "print('ecdsa' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
