"""What a read-out says of a tag's state: the dumps of the reference (§6), and the sentences made of them."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardscope.decode.tag_config import MirrorMode
from cardscope.fields import Field
from cardscope.identify.chip_identity import Certainty, ChipIdentity, identify_version
from cardscope.identify.readout import TagReadout
from cardscope.identify.state import TagState, describe
from cardscope.identify.summary import page_ranges, permanent_sentences, summarise
from cardscope.tags.catalogue import chips

CheckSpans = Callable[[Field], None]

NTAG213, NTAG215, NTAG216 = "0004040201000F03", "0004040201001103", "0004040201001303"
HEALTHY = (
    "This is how Dangerous Things delivers its NTAG216 implants: locks frozen on purpose, user memory writable, "
    "configuration behind a password. It is healthy."
)
CONDITIONAL = (
    "If it is an NTAG216, this is how Dangerous Things delivers its NTAG216 implants: locks frozen on purpose, user "
    "memory writable, configuration behind a password. Then it is healthy."
)

BLANK_216 = {0: "045869BD", 1: "D29C3980", 2: "F7480000", 3: "E1106D00", 4: "0300FE00"}
BLANK_216_SIGNATURE = "1FA9FE479435E4B60280F7A2B44293DF9127471B3251BC8942F0941AD71A1755"
IMPLANT = {
    0: "0485929B", 1: "8AA06181", 2: "CA480F00", 3: "E1106D00",
    0xE2: "00007FBD", 0xE3: "040000E2", 0xE4: "00050000",
}  # fmt: skip
IMPLANT_SIGNATURE = "1B84EB70BD4CBD1B1DE4980B1858BD7C7285B4E47B388E96CF886BEEA343AD90"
AFTER_APP = {
    0: "0458E135", 1: "320A5481", 2: "ED480F00", 3: "E1126D00",
    0xE2: "00007FBD", 0xE3: "040000E2", 0xE4: "00050000",
}  # fmt: skip
MIKRON = {
    0: "34BFABA8", 1: "B1AE73D6", 2: "BA007008", 3: "FFFFFFFC",
    0x24: "000000BD", 0x25: "000000FF", 0x26: "00050000",
}  # fmt: skip
FRESH_CONFIG_216 = {0xE2: "000000BD", 0xE3: "040000FF", 0xE4: "00050000"}


def readout(version: str, pages: dict[int, str], *, signature: str = "") -> TagReadout:
    raw = {page: bytes.fromhex(content) for page, content in pages.items()}
    return TagReadout(
        uid=raw[0][:3] + raw[1],
        identity=identify_version(bytes.fromhex(version)),
        pages=raw,
        signature=bytes.fromhex(signature) if signature else None,
    )


def told(version: str, pages: dict[int, str], signature: str = "") -> tuple[TagState, tuple[str, ...]]:
    read = readout(version, pages, signature=signature)
    state = describe(read)
    return state, summarise(read, state)


def test_blank_ntag216() -> None:
    state, summary = told(NTAG216, BLANK_216 | FRESH_CONFIG_216, signature=BLANK_216_SIGNATURE)
    assert "Pages 3 to 15 can be locked by anyone, nothing is locked yet." in summary
    assert "Pages 16 to 225 can be locked by anyone, nothing is locked yet." in summary
    assert "No password is needed for anything." in summary
    assert state.uid_problems == ()
    assert state.manufacturer == "NXP Semiconductors (DE)"
    assert state.originality is not None
    assert (state.originality.valid, state.originality.test) == (True, False)
    assert state.ndef_bytes is None  # pages 5 to 7 were not read
    assert state.locks_json() == {"static": [], "dynamic": [], "frozen": []}
    assert permanent_sentences(state) == ()


@pytest.mark.parametrize("pages", [IMPLANT, AFTER_APP, IMPLANT | {0xE3: "040000E3"}])
def test_implant_is_healthy(pages: dict[int, str]) -> None:
    state, summary = told(NTAG216, pages, IMPLANT_SIGNATURE)
    assert (CONDITIONAL if pages is AFTER_APP else HEALTHY) in summary
    assert state.locks_json() == {"static": [3], "dynamic": [], "frozen": list(range(3, 226))}
    assert "Pages 4 to 15 are not locked and can never be." in summary
    assert "Pages 16 to 225 are not locked and can never be." in summary
    assert not any("can be locked" in sentence for sentence in summary)


def test_implant_with_nxps_signature() -> None:
    state, _ = told(NTAG216, IMPLANT, signature=IMPLANT_SIGNATURE)
    assert state.originality is not None
    assert state.originality.valid


def test_implants_container_of_the_app() -> None:
    _, summary = told(NTAG216, AFTER_APP)
    assert "Its capability container is E1 12 6D 00, as the Dangerous NFC app leaves it." in summary


def test_burnt_bit_in_the_container() -> None:
    state, summary = told(NTAG216, IMPLANT | {3: "E1106F00"}, IMPLANT_SIGNATURE)
    assert HEALTHY in summary
    assert any("6F instead of 6D" in sentence for sentence in summary)
    assert state.cc_problems == ()  # 888 bytes are there


@pytest.mark.parametrize(
    ("pages", "word"),
    [
        ({0xE3: "040000FF"}, "not behind a password"),
        ({0xE3: "04000004"}, "user memory too, from page 4 on"),
        ({0xE4: "40050000"}, "frozen for ever"),
        ({0xE4: "80050000"}, "reading the protected pages"),
        ({0xE4: "03050000"}, "only 3 wrong passwords"),
        ({0xE4: "10050000"}, "NFC counter is on"),
        ({3: "00000000"}, "is 00 00 00 00: no NFC device sees an NDEF tag, and page 3 is locked, so it stays so"),
        ({3: "E1106D0F"}, "that the tag is read-only, and page 3 is locked"),
        ({3: "E1107F00"}, "announces 1016 bytes where there are 888"),
        ({4: "03FFFFFF", 5: "00000000", 6: "00000000", 7: "00000000"}, "claims 65535 bytes, more than"),
    ],
)
def test_implant_with_another_configuration_is_not_called_healthy(pages: dict[int, str], word: str) -> None:
    _, summary = told(NTAG216, IMPLANT | pages, IMPLANT_SIGNATURE)
    assert not any("healthy" in sentence for sentence in summary)
    assert any(word in sentence and sentence.startswith("Its locks are as Dangerous Things") for sentence in summary)


def test_implant_whose_chip_is_not_certain() -> None:
    _, summary = told(NTAG216, IMPLANT)  # it does not tell its signature
    assert CONDITIONAL in summary
    assert HEALTHY not in summary


def test_nobody_is_led_to_try_an_implants_password() -> None:
    for pages in (IMPLANT, IMPLANT | {0xE4: "03050000"}, IMPLANT | {0xE2: "000000BD"}):
        _, summary = told(NTAG216, pages)
        (sentence,) = (one for one in summary if "DNGR" in one)
        for part in ("FFFFFFFF", "NExT", "disputed", "do not guess", "lock or protect functions"):
            assert part in sentence


def test_an_implant_without_a_message_is_healthy_and_that_is_said() -> None:
    empty = dict.fromkeys(range(4, 8), "00000000")
    _, summary = told(NTAG216, IMPLANT | empty, IMPLANT_SIGNATURE)
    assert HEALTHY in summary
    assert "No NDEF message was found at the beginning of user memory. One can be written anew." in summary
    _, fresh = told(NTAG216, IMPLANT | empty | {4: "0300FE00"}, IMPLANT_SIGNATURE)
    assert not any("No NDEF" in sentence for sentence in fresh)
    state, without = told(NTAG216, IMPLANT | empty | {3: "00000000"}, IMPLANT_SIGNATURE)
    assert not state.ndef_missing
    assert not any("No NDEF" in sentence for sentence in without)


@pytest.mark.parametrize(("length", "fits"), [("0364", True), ("0365", False), ("FFFF", False)])
def test_a_message_longer_than_its_room(length: str, *, fits: bool) -> None:
    # E1106D00: 872 bytes, 4 of which are the tag and its long length
    message = {4: f"03FF{length}", 5: "D1010055", 6: "00000000", 7: "00000000"}
    state, summary = told(NTAG216, BLANK_216 | FRESH_CONFIG_216 | message, BLANK_216_SIGNATURE)
    assert (state.ndef_problems == ()) is fits
    assert state.ndef_room == 868
    wrong = [one for one in summary if "room for 868: NFC devices cannot read it. It can be written anew." in one]
    assert bool(wrong) is not fits


def test_all_of_it_locked_comes_first() -> None:
    pages = BLANK_216 | {2: "F748FFFF", 0xE2: "FF3F7FBD", 0xE3: "040000E3", 0xE4: "00050000"}
    _, summary = told(NTAG216, pages, BLANK_216_SIGNATURE)
    assert summary[1] == "Everything on this tag is read-only for ever."
    assert not any("User memory needs no password" in sentence for sentence in summary)
    assert "The configuration is behind a password (writing pages 227 to 230 needs it)." in summary
    _, half = told(NTAG216, pages | {0xE2: "FF0F7FBD"}, BLANK_216_SIGNATURE)
    assert not any(sentence.startswith("Everything") for sentence in half)


@pytest.mark.parametrize(
    ("access", "sentence"),
    [
        ("00", "Writing pages 2 to 230 needs the password; reading does not."),
        ("80", "Reading pages 0 to 230 needs the password, and so does writing pages 2 to 230."),
    ],
)
def test_pages_of_the_uid_are_never_called_writable(access: str, sentence: str) -> None:
    _, summary = told(NTAG216, BLANK_216 | {0xE2: "000000BD", 0xE3: "04000000", 0xE4: f"{access}050000"})
    assert sentence in summary


def test_interrupted_run_of_the_app() -> None:
    _, summary = told(NTAG216, IMPLANT | {0xE2: "000000BD"})
    assert any("this is half of how Dangerous Things" in sentence for sentence in summary)
    assert "Pages 16 to 225 can be locked by anyone, nothing is locked yet." not in summary[:2]


def test_other_chips_are_no_implants() -> None:
    pages = {0: "0485929B", 1: "8AA06181", 2: "CA480F00", 3: "E1103E00", 0x82: "00000FBD"}
    _, summary = told(NTAG215, pages)
    assert not any("Dangerous Things" in sentence for sentence in summary)


def test_half_locked() -> None:
    pages = {
        0: "0485929B",
        1: "8AA06181",
        2: "CA48FFFF",
        3: "E1103E0F",
        0x82: "000000BD",
        0x83: "040000FF",
        0x84: "00050000",
    }
    state, summary = told(NTAG215, pages)
    assert any(sentence.startswith("Only half locked: pages 3 to 15") for sentence in summary)
    assert state.locks_json()["static"] == list(range(3, 16))
    assert state.locks_json()["dynamic"] == []


def test_mikron_clone() -> None:
    state, summary = told("0034210101000E03", MIKRON, signature="00" * 32)
    assert state.static is not None
    assert sorted(state.static.locked) == [4, 5, 6, 11]  # reference §6, 8
    assert "Pages 4 to 6 and 11 are read-only for ever." in summary
    assert state.cc is None
    assert state.originality is not None
    assert not state.originality.present
    assert state.manufacturer == "Mikron (RU)"
    assert any("another maker" in sentence for sentence in summary)


def test_container_that_reaches_into_the_lock_bytes() -> None:
    # reference H4: 6D | 12 = 7F
    state, summary = told(NTAG216, BLANK_216 | FRESH_CONFIG_216 | {3: "E1107F00"})
    assert len(state.cc_problems) == 1
    assert state.cc_problems[0] in summary


def test_password_for_writing() -> None:
    _, summary = told(NTAG216, BLANK_216 | FRESH_CONFIG_216 | {0xE3: "04000004"})
    assert "Writing pages 4 to 230 needs the password; reading does not." in summary
    assert "Pages 3 to 15 can be locked by anyone, nothing is locked yet." in summary
    assert "Pages 16 to 225 can be locked by whoever has the password, nothing is locked yet." in summary


def test_password_that_anyone_can_switch_off() -> None:
    _, summary = told(NTAG216, BLANK_216 | FRESH_CONFIG_216 | {0xE3: "040000E5"})
    assert "Writing pages 229 to 230 needs the password; reading does not." in summary
    assert any("anyone can switch it off" in sentence for sentence in summary)
    assert not any("configuration is behind" in sentence for sentence in summary)
    _, behind = told(NTAG216, BLANK_216 | FRESH_CONFIG_216 | {0xE3: "040000E3"})
    assert not any("switch it off" in sentence for sentence in behind)


def test_dynamic_lock_bytes_of_an_ntag_i2c_plus_need_no_password() -> None:
    # reference §1.2: that page is left out of the protection
    pages = {
        0: "04421201", 1: "D0128400", 2: "44000000", 3: "E1106D00",
        0xE2: "00000000", 0xE3: "00000004", 0xE4: "00000000",
    }  # fmt: skip
    _, summary = told("0004040502021303", pages)
    assert "Writing pages 4 to 225 and 227 to 233 needs the password; reading does not." in summary
    assert "Pages 16 to 225 can be locked by anyone, nothing is locked yet." in summary


def test_locks_of_an_ntag_i2c_are_for_ever_by_nfc_alone() -> None:
    # reference §1.1: irreversible only from RF
    pages = {0: "04421201", 1: "D0128400", 2: "44000800", 3: "E1106D00"}
    _, summary = told("0004040502011303", pages)
    assert any("I²C contacts" in sentence for sentence in summary)
    _, other = told(NTAG216, IMPLANT)
    assert not any("I²C" in sentence for sentence in other)


def test_who_may_lock_is_not_told_while_the_configuration_is_not_known() -> None:
    _, summary = told(NTAG216, BLANK_216)
    assert "Pages 3 to 15 can be locked, nothing is locked yet." in summary


def test_a_configuration_out_of_reach_is_not_blamed_on_a_password_alone() -> None:
    # readers-and-dumps §1: a reader that answers 6A82 above page 0F
    read = readout(NTAG216, BLANK_216)
    read = replace(read, unreadable={0xE2: "Page 226 could not be read: the reader answered 6A82."})
    summary = summarise(read, describe(read))
    assert any("or the reader does not reach that far" in sentence for sentence in summary)


@pytest.mark.parametrize("signature", ["00" * 32, "01" * 32])
def test_a_signature_that_speaks_against_the_version(signature: str) -> None:
    _, summary = told(NTAG216, BLANK_216 | FRESH_CONFIG_216, signature)
    assert summary[0].startswith("Answers as an original would, but may be a copy: NTAG216")


def test_a_uid_that_is_not_nxps() -> None:
    # reference §6, 8: the UID of the Mikron clone, with NXP's answer to GET_VERSION
    _, summary = told("0004030101000E03", MIKRON)
    assert summary[0].startswith("Answers as an original would, but may be a copy")
    assert any("34, the number of Mikron (RU)" in sentence for sentence in summary)
    _, own = told("0034210101000E03", MIKRON)
    assert not any("begins with 34" in sentence for sentence in own)


def test_a_signature_that_is_not_told() -> None:
    _, summary = told(NTAG216, BLANK_216 | FRESH_CONFIG_216)
    assert any("does not answer READ_SIG" in sentence for sentence in summary)
    _, original = told(NTAG216, BLANK_216 | FRESH_CONFIG_216, BLANK_216_SIGNATURE)
    assert original[0] == "NTAG216 by NXP, 888 bytes of user memory."


def test_password_page_itself_open() -> None:
    _, summary = told(NTAG216, BLANK_216 | FRESH_CONFIG_216 | {0xE3: "040000E6"})
    assert any("anyone can set another password" in sentence for sentence in summary)  # reference H11


def test_frozen_without_protection() -> None:
    _, summary = told(NTAG216, BLANK_216 | FRESH_CONFIG_216 | {0xE4: "40050000"})
    assert any("can never protect anything, and yet anyone can change it" in sentence for sentence in summary)  # H9


def test_counted_failures() -> None:
    state, summary = told(NTAG216, BLANK_216 | FRESH_CONFIG_216 | {0xE3: "04000004", 0xE4: "05050000"})
    assert state.config is not None
    assert state.config.authlim == 5
    assert any("after 5 in a row" in sentence for sentence in summary)


def test_mirror_of_the_data_sheets_example() -> None:
    pages = {
        0: "04E1412C", 1: "124C2880", 2: "F6480000", 3: "E1101200", 4: "0103A00C", 5: "340300FE", 6: "00000000",
        7: "00000000", 0x28: "000000BD", 0x29: "D4000CFF", 0x2A: "10050000",
    }  # fmt: skip
    state, summary = told(NTAG213, pages)
    assert state.config is not None
    assert (state.config.mirror, state.config.nfc_counter) == (MirrorMode.UID_AND_COUNTER, True)
    assert "Reading shows UID and counter as text in user memory, from page 12 on." in summary
    assert state.ndef_bytes == 0


def test_json_of_the_settings() -> None:
    state, _ = told(NTAG216, IMPLANT)
    assert state.config_json() == {
        "auth0": 0xE2,
        "prot": False,
        "cfglck": False,
        "authlim": 0,
        "mirror": {"mode": "none", "page": 0, "byte": 0},
        "nfc_counter": False,
    }


def test_regions_come_in_the_order_of_the_pages_with_the_bytes_that_they_explain() -> None:
    state, _ = told(NTAG216, IMPLANT)
    assert [region.page for region in state.regions] == [0, 2, 3, 0xE2, 0xE3, 0xE4]
    for region in state.regions:
        assert region.field.span[1] <= len(region.data)


@given(pages=st.dictionaries(st.integers(0, 255), st.binary(min_size=4, max_size=4), max_size=40))
@pytest.mark.parametrize("key", [None, *chips()])
def test_any_part_of_a_memory(check_spans: CheckSpans, key: str | None, pages: dict[int, bytes]) -> None:
    chip = chips()[key] if key is not None else None
    read = TagReadout(b"", ChipIdentity("Any", "", Certainty.LIKELY, (), chip=chip), pages)
    state = describe(read)
    for sentence in (*summarise(read, state), *permanent_sentences(state)):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
    for region in state.regions:
        check_spans(region.field)
        assert region.field.span[1] <= len(region.data)
    for locks in (state.static, state.dynamic):
        if locks is not None:  # each page is in exactly one state
            assert not locks.lockable & (locks.locked | locks.frozen)
            assert locks.never_lockable.isdisjoint(locks.locked)


@pytest.mark.parametrize(("pages", "text"), [([3], "3"), ([3, 4, 5], "3 to 5"), ([9, 3, 5, 6, 7], "3, 5 to 7 and 9")])
def test_page_ranges(pages: list[int], text: str) -> None:
    assert page_ranges(pages) == text
