"""What is offered first: by the reader's family, the kind of card, its chip, protocol and applications."""

import pytest

from cardscope.library import CardKind, Context, Entry, built_in, context_of, why_not
from cardscope.readers.families import family
from cardscope.tags.catalogue import chips

# reference §2 and §7
ULTRALIGHT = bytes.fromhex("3B8F8001804F0CA0000003060300030000000068")
CLASSIC = bytes.fromhex("3B8F8001804F0CA000000306030001000000006A")
FELICA = bytes.fromhex("3B8F8001804F0CA00000030611003B0000000042")
DESFIRE = bytes.fromhex("3B8180018080")
CONTACT = bytes.fromhex("3BA70040188065A208010152")


def entry(group: str, name: str) -> Entry:
    (found,) = [one for one in built_in() if one.group.startswith(group) and one.name == name]
    return found


def names(context: Context, group: str = "") -> set[str]:
    return {one.name for one in built_in() if one.group.startswith(group) and not why_not(one, context)}


@pytest.mark.parametrize(
    ("atr", "kind"),
    [
        (ULTRALIGHT, CardKind.TYPE2),
        (CLASSIC, CardKind.CLASSIC),
        (FELICA, CardKind.STORAGE),
        (DESFIRE, CardKind.ISO_DEP),
        (CONTACT, CardKind.CONTACT),
        (None, None),
    ],
)
def test_the_kind_of_card_by_its_atr(atr: bytes | None, kind: CardKind | None) -> None:
    assert context_of(atr).card is kind


def test_a_known_chip_makes_a_type_2_tag_of_what_its_reader_calls_otherwise() -> None:
    assert context_of(FELICA, chip=chips()["ntag216"]).card is CardKind.TYPE2


def test_readers_commands_go_with_their_family() -> None:
    assert "Firmware version" in names(context_of(ULTRALIGHT, family=family("acr122u")), "ACS")
    assert not names(context_of(ULTRALIGHT, family=family("identiv4700")), "ACS")
    reason = why_not(entry("ACS", "Firmware version"), context_of(ULTRALIGHT))
    assert reason == "It is for readers of the family ACS ACR122U, which this reader is not known to be."


def test_cards_commands_go_with_their_kind() -> None:
    tag = context_of(ULTRALIGHT, family=family("acr122u"))
    assert {"Get UID", "Read pages", "GET_VERSION", "Write a page"} <= names(tag)
    assert not names(tag, "Smart cards")
    assert "Load a key" not in names(tag)
    assert {"Load a key", "Read pages"} <= names(context_of(CLASSIC), "Storage")
    smart = context_of(DESFIRE, family=family("acr122u"))
    assert "Get historical bytes" in names(smart)
    assert "SELECT by name" in names(smart)
    assert "Read pages" not in names(smart)
    contact = context_of(CONTACT)
    assert "Get UID" not in names(contact)
    reason = why_not(entry("Contactless", "Get UID"), contact)
    assert reason.endswith("this is a card with contacts.")
    assert names(contact, "MIFARE DESFire") == set()


def test_native_commands_go_with_the_chip() -> None:
    def of(key: str) -> set[str]:
        return names(context_of(ULTRALIGHT, family=family("acr122u"), chip=chips()[key]), "Type 2 tag")

    # reference §1.5, command sets
    assert {"GET_VERSION", "READ", "FAST_READ", "READ_CNT", "READ_SIG", "PWD_AUTH", "WRITE"} == of("ntag216")
    assert {"INCR_CNT", "CHECK_TEARING_EVENT"} <= of("mf0ul11")
    assert of("mf0icu2") == {"READ", "WRITE", "AUTHENTICATE, first part"}
    assert "SECTOR_SELECT, first part" in of("nt3h2111")
    reason = why_not(entry("Type 2 tag", "INCR_CNT"), context_of(ULTRALIGHT, chip=chips()["ntag216"]))
    assert reason == "NTAG216 has no INCR_CNT."


def test_native_commands_need_a_route() -> None:
    version = entry("Type 2 tag", "GET_VERSION")
    assert why_not(version, context_of(ULTRALIGHT)) == "How this reader carries a tag's own commands is not known."
    assert why_not(version, context_of(None)) == ""


def test_extended_lengths_need_t1() -> None:
    extended = entry("Smart cards", "READ BINARY, extended length")
    assert why_not(extended, context_of(CONTACT, protocol="T=0")) == "It needs T=1; this card speaks T=0."
    assert why_not(extended, context_of(CONTACT, protocol="T=1")) == ""
    assert why_not(extended, context_of(CONTACT)) == ""


def test_an_application_that_was_looked_for_in_vain() -> None:
    piv = bytes.fromhex("A000000308000010000100")
    objects = entry("Identity", "GET DATA")
    assert why_not(objects, context_of(DESFIRE)) == ""
    assert why_not(objects, context_of(DESFIRE, applications=[piv])) == ""
    assert "has none" in why_not(objects, context_of(DESFIRE, applications=[]))
    assert why_not(entry("Identity", "SELECT PIV"), context_of(DESFIRE, applications=[])) == ""


def test_without_a_card_and_a_reader_only_readers_of_one_kind_are_asked_for() -> None:
    assert {bool(one.families) for one in built_in() if why_not(one, Context())} == {True}
