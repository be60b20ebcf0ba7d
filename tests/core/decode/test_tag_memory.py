"""Tag memory as fields: against the delivery values and dumps of the reference (§1, §6)."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardscope.decode.tag_cc import capability_container, decode_cc
from cardscope.decode.tag_config import MirrorMode, decode_cfg0, decode_cfg1, tag_config
from cardscope.decode.tag_locks import decode_lock_bytes
from cardscope.decode.tag_signature import decode_signature
from cardscope.decode.tag_uid import decode_uid, decode_uid_pages
from cardscope.decode.tag_version import decode_version, decode_version_response, storage_range
from cardscope.fields import Field
from cardscope.tags.catalogue import Chip, chips

CheckSpans = Callable[[Field], None]
PAGE = st.binary(min_size=4, max_size=4)
CONFIGURED = [chip for chip in chips().values() if chip.cfg0 is not None]


def named(field: Field, name: str) -> Field:
    return next(one for one in field.walk() if one.name == name)


def hexed(text: str) -> bytes:
    return bytes.fromhex(text)


# ---- GET_VERSION -----------------------------------------------------------------------------------------------------


def test_version_as_the_guide_draws_it(check_spans: CheckSpans) -> None:
    # guide: D5 43 00 | 00 04 | 04 | 02 | 01 00 | 13 | 03 90 00
    response, version = hexed("D5430000040402010013039000"), hexed("0004040201001303")
    tree = decode_version_response(response, version, family="acr122u")
    check_spans(tree)
    parts = {field.name: field.span for field in tree.walk()}
    assert parts["Reader's wrapping"] == (0, 2)
    assert parts["Status"] == (2, 3)
    assert (parts["Vendor"], parts["Type"], parts["Subtype"]) == ((4, 5), (5, 6), (6, 7))
    assert (parts["Version"], parts["Storage size"]) == ((7, 9), (9, 10))
    assert parts["SW1-SW2"] == (11, 13)
    assert named(tree, "Vendor").meaning == "NXP Semiconductors (DE)."


@pytest.mark.parametrize(
    ("code", "sizes"), [(0x0B, (32, 64)), (0x0E, (128, 128)), (0x0F, (128, 256)), (0x13, (512, 1024))]
)
def test_storage_byte(code: int, sizes: tuple[int, int]) -> None:
    assert storage_range(code) == sizes


@given(version=st.binary(max_size=12), before=st.binary(max_size=20), after=st.binary(max_size=4))
def test_any_version_in_any_wrapping(check_spans: CheckSpans, version: bytes, before: bytes, after: bytes) -> None:
    check_spans(decode_version(version))
    for family in ("", "acr122u", "transparent", "omnikey5321"):
        check_spans(decode_version_response(before + version + after, version, family=family))


# ---- UID -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pages",
    [
        "045869BDD29C3980F7480000",  # reference §6, 1
        "04D965300A325E80E6480000",  # 2
        "0485929B8AA06181CA480F00",  # 3
        "34BFABA8B1AE73D6BA007008",  # 8
        "0458E135320A5481ED480F00",  # 9
    ],
)
def test_check_bytes_of_real_tags(check_spans: CheckSpans, pages: str) -> None:
    data = hexed(pages)
    tree = decode_uid_pages(data[:10], uid=data[:3] + data[4:8])
    check_spans(tree)
    assert tree.all_problems() == []


def test_wrong_check_byte_and_another_uid() -> None:
    tree = decode_uid_pages(hexed("045869BCD29C3980F748"), uid=hexed("04586900000000"))
    assert named(tree, "BCC0").problems == ("BCC0 is BC; BD expected.",)
    assert tree.problems == ("The reader says 04586900000000, and the memory says 045869D29C3980.",)


def test_ntag_i2c_holds_no_check_bytes() -> None:
    tree = decode_uid_pages(hexed("04421201D01284004400"), bcc=False, uid=hexed("04421201D01284"))
    assert tree.all_problems() == []
    assert "BCC0" not in {field.name for field in tree.walk()}


@given(uid=st.binary(max_size=12))
def test_any_uid(check_spans: CheckSpans, uid: bytes) -> None:
    check_spans(decode_uid(uid))


# ---- Lock bytes ------------------------------------------------------------------------------------------------------


def test_static_lock_bytes_of_an_implant() -> None:
    tree = decode_lock_bytes(chips()["ntag216"].static_lock, hexed("CA480F00"))
    assert named(tree, "L 3").meaning == "Page 3 is read-only for ever."
    assert named(tree, "L 4").meaning == "Page 4 is not locked, and can never be."
    assert named(tree, "BL 10-15").value == "1"
    assert named(tree, "L 3").bits == (3, 3)
    assert named(tree, "L 3").span == (2, 3)


def test_reserved_lock_bits_that_are_set() -> None:
    tree = decode_lock_bytes(chips()["ntag215"].dynamic_lock or chips()["ntag215"].static_lock, hexed("0001F0BD"))
    assert len(tree.all_problems()) == 2


@given(page=PAGE)
@pytest.mark.parametrize("chip", chips().values(), ids=lambda chip: chip.key)
def test_any_lock_bytes(check_spans: CheckSpans, chip: Chip, page: bytes) -> None:
    for lock in (chip.static_lock, chip.dynamic_lock):
        if lock is not None:
            tree = decode_lock_bytes(lock, page)
            check_spans(tree)
            assert tree.span[0] == lock.offset


# ---- Capability container --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chip", "page", "size"), [("ntag213", "E1101200", 144), ("ntag215", "E1103E00", 496), ("ntag216", "E1106D00", 872)]
)
def test_container_at_delivery(check_spans: CheckSpans, chip: str, page: str, size: int) -> None:
    container = capability_container(hexed(page))
    assert container is not None
    assert (container.size, container.version, container.writable) == (size, (1, 0), True)
    tree = decode_cc(hexed(page), user_bytes=chips()[chip].user_bytes)
    check_spans(tree)
    assert tree.all_problems() == []


@pytest.mark.parametrize(
    ("chip", "most"),
    [("ntag213", 0x12), ("ntag215", 0x3F), ("ntag216", 0x6F)],  # reference H4
)
def test_container_that_announces_too_much(chip: str, most: int) -> None:
    room = chips()[chip].user_bytes
    assert decode_cc(bytes((0xE1, 0x10, most, 0)), user_bytes=room).all_problems() == []
    assert len(decode_cc(bytes((0xE1, 0x10, most + 1, 0)), user_bytes=room).all_problems()) == 1


def test_a_container_that_no_longer_can_be_one() -> None:
    assert "never will" in decode_cc(hexed("E3106D00"), formatted=True).problems[0]
    assert "never" not in decode_cc(hexed("A1106D00"), formatted=True).problems[0]  # bits that are still to be set
    assert decode_cc(hexed("00000000"), formatted=True).problems == ()
    assert decode_cc(hexed("FFFFFFFC")).problems == ()  # one-time bits of an Ultralight


@given(page=PAGE)
def test_any_container(check_spans: CheckSpans, page: bytes) -> None:
    check_spans(decode_cc(page, user_bytes=144, formatted=True))


# ---- Signature -------------------------------------------------------------------------------------------------------


def test_signature_in_its_two_numbers() -> None:
    signature = bytes(range(32))
    tree = decode_signature(signature)
    assert [(field.name, field.span) for field in tree.children] == [("r", (0, 16)), ("s", (16, 32))]
    assert tree.all_problems() == []
    assert "copied together" in tree.meaning
    assert len(decode_signature(signature[:20]).all_problems()) == 1


@given(signature=st.binary(max_size=40))
def test_any_signature(check_spans: CheckSpans, signature: bytes) -> None:
    check_spans(decode_signature(signature))


# ---- Configuration ---------------------------------------------------------------------------------------------------


def test_configuration_at_delivery() -> None:
    chip = chips()["ntag216"]
    config = tag_config(chip, hexed("040000FF"), hexed("00050000"))
    assert config.protects is None
    assert (config.prot, config.cfglck, config.authlim, config.nfc_counter) == (False, False, 0, False)
    assert config.mirror is MirrorMode.NONE


def test_mirror_of_the_data_sheets_example() -> None:
    # reference §6, 6: CFG0 byte 0 D4, page 0C
    config = tag_config(chips()["ntag213"], hexed("D4000CFF"), hexed("00050000"))
    assert (config.mirror, config.mirror_page, config.mirror_byte) == (MirrorMode.UID_AND_COUNTER, 12, 1)


def test_no_mirror_is_called_so() -> None:
    tree = decode_cfg0(chips()["ntag216"], hexed("040000FF"))
    assert named(tree, "MIRROR_CONF").meaning == "No mirror."
    assert named(tree, "MIRROR_BYTE").meaning.startswith("No mirror")
    assert named(tree, "MIRROR_PAGE").meaning.startswith("No mirror")


def test_mirror_that_does_not_fit_shows_nothing() -> None:
    # reference §1.3: 21 characters end at the latest in page 27h of an NTAG213
    assert tag_config(chips()["ntag213"], hexed("C40022FF"), bytes(4)).mirror is MirrorMode.UID_AND_COUNTER
    assert tag_config(chips()["ntag213"], hexed("C40023FF"), bytes(4)).mirror is MirrorMode.NONE
    assert "would not fit" in named(decode_cfg0(chips()["ntag213"], hexed("C40023FF")), "MIRROR_PAGE").meaning


def test_bits_of_the_access_byte() -> None:
    # reference §1.3: NTAG210/212 and MF0ULx1 have no counter bits, NTAG I²C plus no CFGLCK
    def bits(key: str) -> list[tuple[str, tuple[int, int] | None]]:
        access = named(decode_cfg1(chips()[key], bytes(4)), "ACCESS")
        return [(field.name, field.bits) for field in access.children]

    assert bits("ntag216") == [
        ("PROT", (7, 7)), ("CFGLCK", (6, 6)), ("RFUI", (5, 5)), ("NFC_CNT_EN", (4, 4)), ("NFC_CNT_PWD_PROT", (3, 3)),
        ("AUTHLIM", (2, 0)),
    ]  # fmt: skip
    for key in ("ntag210", "ntag212", "mf0ul11"):
        assert bits(key) == [("PROT", (7, 7)), ("CFGLCK", (6, 6)), ("RFUI", (5, 3)), ("AUTHLIM", (2, 0))]
    assert bits("nt3h2111") == [
        ("NFC_PROT", (7, 7)), ("RFUI", (6, 6)), ("NFC_DIS_SEC1", (5, 5)), ("RFUI", (4, 3)), ("AUTHLIM", (2, 0)),
    ]  # fmt: skip


def test_the_configuration_that_bricked_an_implant() -> None:
    # reference §5: E4 was meant as AUTHLIM 111, and set PROT and CFGLCK
    config = tag_config(chips()["ntag216"], hexed("040000E3"), hexed("E4050000"))
    assert (config.prot, config.cfglck, config.authlim) == (True, True, 4)
    assert config.protects == range(0xE3, 0xE7)


def test_ntag_i2c_plus_counts_failures_in_powers_of_two() -> None:
    config = tag_config(chips()["nt3h2111"], hexed("00000004"), hexed("43000000"))
    assert (config.authlim, config.cfglck) == (8, False)  # b6 is RFU there
    assert config.protects == range(0x04, 0xEC)


def test_ultralight_c() -> None:
    config = tag_config(chips()["mf0icu2"], hexed("04000000"), hexed("00000000"))
    assert (config.auth0, config.prot) == (4, True)
    assert tag_config(chips()["mf0icu2"], hexed("30000000"), hexed("01000000")).protects is None


@given(cfg0=PAGE, cfg1=PAGE)
@pytest.mark.parametrize("chip", CONFIGURED, ids=lambda chip: chip.key)
def test_any_configuration(check_spans: CheckSpans, chip: Chip, cfg0: bytes, cfg1: bytes) -> None:
    check_spans(decode_cfg0(chip, cfg0))
    check_spans(decode_cfg1(chip, cfg1))
    config = tag_config(chip, cfg0, cfg1)
    assert config.protects is None or config.auth0 in config.protects
