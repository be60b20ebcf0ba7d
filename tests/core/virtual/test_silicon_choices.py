"""Every choice about what the data sheets leave open, in both of its positions."""

import re
from dataclasses import fields, replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardscope.tags.catalogue import Command, chips
from cardscope.tags.image import factory_pages, image_pages
from cardscope.virtual.type2 import ACK, Answer, Nibble, SiliconChoices, State, Type2Tag

UID = bytes.fromhex("04E141124C2880")
NAK = Nibble(0)
DEFAULT = SiliconChoices()
WAKE, SELECT, SECTOR_1 = "WAKE", "SELECT", "SECTOR 1"


def make_tag(chip_key: str, choices: SiliconChoices, pages: dict[int, str], counters: dict[int, int]) -> Type2Tag:
    chip = chips()[chip_key]
    content = factory_pages(chip, UID) | {page: bytes.fromhex(text) for page, text in pages.items()}
    image = b"".join(content[page] for page in image_pages(chip))
    return Type2Tag(chip, image, counters=counters, choices=choices)


def do(tag: Type2Tag, step: str) -> Answer:
    if step == WAKE:
        tag.power_down()
        tag.power_up()
    if step in (WAKE, SELECT):
        return tag.select()
    if step == SECTOR_1:
        tag.exchange(bytes.fromhex("C2FF"))
        return tag.exchange(bytes.fromhex("01000000"))
    return tag.exchange(bytes.fromhex(step))


def last_answer(
    chip: str,
    choices: SiliconChoices,
    *steps: str,
    pages: dict[int, str] | None = None,
    counters: dict[int, int] | None = None,
) -> Answer:
    """What the last of ``steps`` gives on a tag at delivery but for ``pages`` and ``counters``."""
    tag = make_tag(chip, choices, pages or {}, counters or {})
    do(tag, WAKE)
    return [do(tag, step) for step in steps][-1]


def choosing(**change: object) -> SiliconChoices:
    return replace(DEFAULT, **change)  # pyright: ignore[reportArgumentType] - the names are checked by replace


@pytest.mark.parametrize("chip", ["mf0icu1", "mf0ul21", "ntag213", "nt3h1101", "nt3h2111"])
def test_refusal_of_a_locked_page(chip: str) -> None:
    steps = ("A20200001000", WAKE, "A20401020304")
    assert last_answer(chip, DEFAULT, *steps) == NAK
    assert last_answer(chip, choosing(refusal=Nibble(6)), *steps) == Nibble(6)


@pytest.mark.parametrize(("chip", "cfg0", "page"), [("mf0ul11", 0x10, "05"), ("ntag216", 0xE3, "05")])
def test_refusal_of_a_protected_page(chip: str, cfg0: int, page: str) -> None:
    pages = {cfg0: "04000004"}
    assert last_answer(chip, DEFAULT, f"A2{page}01020304", pages=pages) == NAK
    assert last_answer(chip, choosing(refusal=Nibble(9)), f"A2{page}01020304", pages=pages) == Nibble(9)


def test_wrong_password() -> None:
    four = choosing(wrong_password=Nibble(4))
    assert last_answer("ntag213", DEFAULT, "1B00000000") == NAK
    assert last_answer("ntag213", four, "1B00000000") == Nibble(4)
    assert last_answer("nt3h2111", four, "1B00000000") == NAK, "tabulated in DSI2C+ table 17"


def test_authentication_limit() -> None:
    steps = ("1B00000000", SELECT, "1BFFFFFFFF")
    six = choosing(authentication_limit=Nibble(6))
    assert last_answer("mf0ul11", DEFAULT, *steps, pages={0x11: "01050000"}) == Nibble(4)
    assert last_answer("mf0ul11", six, *steps, pages={0x11: "01050000"}) == Nibble(6)
    assert last_answer("ntag213", six, *steps, pages={0x2A: "01050000"}) == Nibble(4), "tabulated in DS21x table 23"


@pytest.mark.parametrize(
    ("chip", "frame"), [("mf0icu1", "60"), ("mf0icu2", "3A0000"), ("ntag213", "A50001000000"), ("nt3h1101", "A004")]
)
def test_unknown_command(chip: str, frame: str) -> None:
    assert last_answer(chip, DEFAULT, frame) == NAK
    assert last_answer(chip, choosing(unknown_command=None), frame) is None
    assert last_answer(chip, choosing(unknown_command=None), frame, "3000") is None, "IDLE all the same"


@pytest.mark.parametrize("steps", [("A200FFFFFFFF",), ("A001", "FF" * 16)])
def test_a_write_to_the_serial_number_can_be_taken_but_changes_nothing(steps: tuple[str, ...]) -> None:
    taken = choosing(serial_number_write=ACK)
    assert last_answer("ntag213f", DEFAULT, steps[0]) == NAK
    assert last_answer("ntag213f", taken, *steps) == ACK
    unchanged = bytes.fromhex("04E1412C 124C2880 F6480000 E1101200")
    assert last_answer("ntag213f", taken, *steps, "3000") == unchanged


@pytest.mark.parametrize("chip", ["mf0icu1", "ntag213", "nt3h1101"])
def test_locks_can_wait_for_the_power_up_where_the_data_sheet_is_silent(chip: str) -> None:
    late = choosing(locks_at_once=False)
    assert last_answer(chip, DEFAULT, "A20200001000", "A20401020304") == NAK
    assert last_answer(chip, late, "A20200001000", SELECT, "A20401020304") == ACK
    assert last_answer(chip, late, "A20200001000", WAKE, "A20401020304") == NAK


@pytest.mark.parametrize("late", [False, True])
def test_locks_where_the_data_sheet_speaks(late: bool) -> None:
    choices = choosing(locks_at_once=not late)
    assert last_answer("mf0ul11", choices, "A20200001000", "A20401020304") == NAK, "EV1: at once"
    assert last_answer("mf0icu2", choices, "A20200001000", "A20401020304") == ACK, "Ultralight C: not yet"
    assert last_answer("mf0icu2", choices, "A20200001000", SELECT, "A20401020304") == NAK, "from the next WUPA"


@pytest.mark.parametrize(
    ("chip", "auth0"), [("ntag213", "A22904000004"), ("mf0icu2", "A22A04000000"), ("nt3h2111", "A2E300000004")]
)
def test_configuration_can_wait_for_the_power_up(chip: str, auth0: str) -> None:
    late = choosing(config_at_once=False)
    assert last_answer(chip, DEFAULT, auth0, "A20401020304") == NAK
    assert last_answer(chip, late, auth0, SELECT, "A20401020304") == ACK
    assert last_answer(chip, late, auth0, WAKE, "A20401020304") == NAK


def test_the_password_can_wait_for_the_power_up() -> None:
    late = choosing(password_at_once=False)
    steps = ("A22B01020304", "A22CA1A20000")
    assert last_answer("ntag213", DEFAULT, *steps, "1B01020304") == bytes.fromhex("A1A2")
    assert last_answer("ntag213", late, *steps, "1BFFFFFFFF") == bytes(2)
    assert last_answer("ntag213", late, *steps, WAKE, "1B01020304") == bytes.fromhex("A1A2")


def test_cfglck_before_the_power_up() -> None:
    assert last_answer("ntag213", DEFAULT, "A22A40050000", "A22A00050000", WAKE, "A22A00050000") == ACK
    stays = choosing(cfglck_can_be_taken_back=False)
    assert last_answer("ntag213", stays, "A22A40050000", "A22A00050000", WAKE, "A22A00050000") == NAK
    assert last_answer("ntag213", stays, "A22A40050000", "A22A00050000", "A22904000010") == ACK, "not locked yet"


def test_the_counter_of_ultralight_c_can_show_at_once() -> None:
    assert last_answer("mf0icu2", DEFAULT, "A22905000000", "3029") == bytes.fromhex(
        "00000000 30000000 00000000 04E1412C"
    )
    at_once = choosing(page_counter_at_once=True)
    assert last_answer("mf0icu2", at_once, "A22905000000", "3029") == bytes.fromhex(
        "05000000 30000000 00000000 04E1412C"
    )


def test_rfui_lock_bits() -> None:
    assert last_answer("ntag213", DEFAULT, "A22800FF0000", "3A2828") == bytes.fromhex("000F00BD")
    assert last_answer("ntag213", choosing(rfui_lock_bits_stick=True), "A22800FF0000", "3A2828") == bytes.fromhex(
        "00FF00BD"
    )


def test_rfui_configuration_bits() -> None:
    drop = choosing(rfui_config_bits_stick=False)
    assert last_answer("ntag213", DEFAULT, "A22A200A0B0C", "3A2A2A") == bytes.fromhex("200A0B0C")
    assert last_answer("ntag213", drop, "A22A270A0B0C", "3A2A2A") == bytes.fromhex("07050000")
    assert last_answer("mf0ul11", drop, "A211270A0B0C", "3A1111") == bytes.fromhex("070A0000"), "VCTID has a meaning"


@pytest.mark.parametrize(
    ("chip", "cfg1", "allowed"), [("ntag213", 0x2A, 2), ("mf0ul11", 0x11, 2), ("nt3h2111", 0xE4, 4)]
)
def test_failures_beyond_authlim(chip: str, cfg1: int, allowed: int) -> None:
    wrong = ("1B00000000", SELECT)
    pages = {cfg1: "02050000"}
    assert last_answer(chip, DEFAULT, *wrong * (allowed - 1), "1BFFFFFFFF", pages=pages) == bytes(2)
    assert last_answer(chip, DEFAULT, *wrong * allowed, "1BFFFFFFFF", pages=pages) == Nibble(4)
    one_more = choosing(failures_beyond_authlim=1)
    assert last_answer(chip, one_more, *wrong * allowed, "1BFFFFFFFF", pages=pages) == bytes(2)
    assert last_answer(chip, one_more, *wrong * (allowed + 1), "1BFFFFFFFF", pages=pages) == Nibble(4)


def test_a_disabled_counter() -> None:
    answers = choosing(counter_answers_when_disabled=True)
    assert last_answer("ntag213", DEFAULT, "3902", counters={2: 9}) == NAK
    assert last_answer("ntag213", answers, "3902", counters={2: 9}) == bytes.fromhex("090000")
    pages = {0x29: "840004FF"}
    assert last_answer("ntag213", DEFAULT, "3A0405", counters={2: 9}, pages=pages) == bytes.fromhex("0103A00C340300FE")
    assert last_answer("ntag213", answers, "3A0405", counters={2: 9}, pages=pages) == b"000009\x00\xfe"


def test_a_mirror_up_to_the_last_byte() -> None:
    pages = {0x29: "640024FF"}
    assert last_answer("ntag213", DEFAULT, "3A2427", pages=pages) == bytes(16)
    reaching = choosing(mirror_may_reach_the_end=True)
    assert last_answer("ntag213", reaching, "3A2427", pages=pages) == b"\0\x0004E141124C2880"


def test_the_uid_mirror_of_ntag210() -> None:
    needs = choosing(uid_mirror_needs_conf=True)
    shown = b"04E141124C2880\0\0"
    assert last_answer("ntag210", DEFAULT, "3008", pages={0x10: "040008FF"}) == shown
    assert last_answer("ntag210", needs, "3008", pages={0x10: "040008FF"}) == bytes(16)
    assert last_answer("ntag210", needs, "3008", pages={0x10: "440008FF"}) == shown


def test_a_torn_counter() -> None:
    for flag in (0x00, 0x5A):
        tag = make_tag("mf0ul11", choosing(torn_counter_flag=flag), {}, {})
        do(tag, WAKE)
        assert do(tag, "3E01") == b"\xbd"
        tag.tear(bytes.fromhex("A50101000000"), Random(0))
        do(tag, WAKE)
        assert do(tag, "3E01") == bytes((flag,))
        assert do(tag, "3E00") == b"\xbd"
        assert do(tag, "A50101000000") == ACK
        assert do(tag, "3E01") == b"\xbd"


@pytest.mark.parametrize(("chip", "pages"), [("nt3h2111", {}), ("nt3h2211", {0xE4: "20000000"})])
def test_a_sector_that_cannot_be_reached(chip: str, pages: dict[int, str]) -> None:
    assert last_answer(chip, DEFAULT, SECTOR_1, pages=pages) == NAK
    selectable = choosing(missing_sector_selectable=True)
    assert last_answer(chip, selectable, SECTOR_1, pages=pages) is None
    assert last_answer(chip, selectable, SECTOR_1, "60", pages=pages) == chips()[chip].version
    assert last_answer(chip, selectable, SECTOR_1, "3000", pages=pages) == NAK
    assert last_answer(chip, selectable, SECTOR_1, "A20001020304", pages=pages) == NAK


def test_the_sector_after_a_selection() -> None:
    pages = {0x110: "10101010"}
    assert last_answer("nt3h2211", DEFAULT, SECTOR_1, SELECT, "3A1010", pages=pages) == bytes(4)
    survives = choosing(sector_survives_selection=True)
    assert last_answer("nt3h2211", survives, SECTOR_1, SELECT, "3A1010", pages=pages) == bytes.fromhex("10101010")
    assert last_answer("nt3h2211", survives, SECTOR_1, WAKE, "3A1010", pages=pages) == bytes(4)


def test_protected_pages_after_open_ones() -> None:
    pages = {7: "07070707", 8: "08080808", 0xE3: "00000008", 0xE4: "80000000"}
    shown = bytes.fromhex("07070707") + bytes(12)
    refused = choosing(protected_pages_read_00=False)
    for frame in ("3007", "3A070A"):
        assert last_answer("nt3h2111", DEFAULT, frame, pages=pages) == shown
        assert last_answer("nt3h2111", refused, frame, pages=pages) == NAK
    assert last_answer("nt3h2111", refused, "3004", pages=pages) == bytes(12) + bytes.fromhex("07070707")
    assert last_answer("nt3h2111", refused, "30EC", pages=pages) != NAK, "pages that do not exist still read 00"


def test_sector_1_behind_the_password_without_auth0() -> None:
    pages = {0xE7: "08000000"}
    write = (SECTOR_1, "A20001020304")
    assert last_answer("nt3h2211", DEFAULT, *write, pages=pages) == NAK
    needs = choosing(sector_1_protection_needs_auth0=True)
    assert last_answer("nt3h2211", needs, *write, pages=pages) == ACK
    assert last_answer("nt3h2211", needs, *write, pages=pages | {0xE3: "000000E0"}) == NAK


@pytest.mark.parametrize("page", ["03", "04", "05"])
def test_the_delivered_ndef_pages_of_ntag_i2c(page: str) -> None:
    read_only = choosing(delivered_ndef_read_only=True)
    for chip in ("nt3h1101", "nt3h1201"):
        assert last_answer(chip, DEFAULT, f"A2{page}0000000F") == ACK
        assert last_answer(chip, read_only, f"A2{page}0000000F") == NAK
        assert last_answer(chip, read_only, "A2060000000F") == ACK
    assert last_answer("nt3h2111", read_only, f"A2{page}0000000F") == ACK
    assert last_answer("ntag213", read_only, f"A2{page}0000000F") == ACK


def test_transfer_dir_against_writing() -> None:
    steps = ("A2E80000F848", "A20401020304", WAKE, "A20405060708")
    assert last_answer("nt3h1101", DEFAULT, *steps[:2]) == ACK, "registers count from the next power-up"
    assert last_answer("nt3h1101", DEFAULT, *steps) == NAK
    assert last_answer("nt3h1101", choosing(transfer_dir_blocks_writes=False), *steps) == ACK


def test_pass_through() -> None:
    content = bytes(range(64))
    fast_write = "A6F0FF" + content.hex()
    on = choosing(pass_through=True)
    assert last_answer("nt3h2111", DEFAULT, fast_write) == NAK
    assert last_answer("nt3h2111", DEFAULT, "30F0") == NAK
    assert last_answer("nt3h2111", on, fast_write) == ACK
    assert last_answer("nt3h2111", on, fast_write, "3AF0FF") == content
    assert last_answer("nt3h2111", on, "A2F101020304", "3AF0F1") == bytes(4) + bytes.fromhex("01020304")
    assert last_answer("nt3h2111", on, "3AECEC") == bytes.fromhex("4100F848"), "PTHRU_ON_OFF in NC_REG"
    assert last_answer("nt3h2111", on, "A6F0FE" + content.hex()) == NAK
    assert last_answer("nt3h1101", on, fast_write) == NAK, "the older chips have no FAST_WRITE"
    pages = {0xE3: "000000E0", 0xE7: "04000000"}
    assert last_answer("nt3h2111", on, fast_write, pages=pages) == NAK, "SRAM_PROT"
    assert last_answer("nt3h2111", on, "1BFFFFFFFF", fast_write, pages=pages) == ACK


def test_ns_reg() -> None:
    assert last_answer("nt3h2111", DEFAULT, "3AEDED") == bytes.fromhex("08010100")
    assert last_answer("nt3h2111", choosing(ns_reg=0x21), "3AEDED") == bytes.fromhex("08012100")


nibbles = st.integers(0, 15).map(Nibble)
any_choices = st.builds(
    SiliconChoices,
    **{
        field.name: st.booleans() if isinstance(field.default, bool) else st.integers(0, 255)
        for field in fields(SiliconChoices)
        if not isinstance(field.default, Nibble)
    },
    refusal=nibbles.filter(lambda nibble: not nibble.is_ack),
    unknown_command=st.none() | nibbles.filter(lambda nibble: not nibble.is_ack),
    serial_number_write=nibbles,
)
first_bytes = st.sampled_from([*map(int, Command), 0xAF, 0x50, 0x00]).map(lambda code: bytes((code,)))
strange_frames = st.binary(max_size=70) | st.builds(bytes.__add__, first_bytes, st.binary(max_size=7))


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(list(chips())), any_choices, st.lists(strange_frames, max_size=30))
def test_no_frame_is_too_strange(chip: str, choices: SiliconChoices, frames: list[bytes]) -> None:
    tag = make_tag(chip, choices, {}, {})
    for frame in frames:
        do(tag, SELECT if tag.state is State.IDLE else WAKE)
        answer = tag.exchange(frame)
        assert answer is None or isinstance(answer, bytes | Nibble)
        refused = isinstance(answer, Nibble) and not answer.is_ack
        assert not refused or tag.state is State.IDLE
    assert tag.snapshot().uid == UID


def test_every_choice_is_tested_above() -> None:
    tested = re.findall(r"choosing\((\w+)=", Path(__file__).read_text("utf-8"))
    assert set(tested) == {field.name for field in fields(SiliconChoices)}
