"""The catalogue against the figures of the data sheets, restated here chip by chip."""

import subprocess
import sys
from dataclasses import dataclass

import pytest

from cardscope.tags.catalogue import Chip, Command, chip_by_version, chips
from cardscope.tags.image import factory_pages, image_pages
from cardscope.tags.locks import LockBytes


@dataclass(frozen=True)
class Figures:
    version: str | None
    pages: int
    user_last: int
    user_bytes: int
    cc: str
    initial: str
    dynamic_page: int | None
    rfui: str | None
    config_pages: tuple[int, ...]


NO_CONFIG = ()
FIGURES = {
    "mf0icu1": Figures(None, 16, 0x0F, 48, "00000000", "", None, None, NO_CONFIG),
    "mf0icu2": Figures(None, 48, 0x27, 144, "00000000", "", 0x28, "0000", (0x2A, 0x2B)),
    "mf0ul11": Figures("0004030101000B03", 20, 0x0F, 48, "00000000", "", None, None, (0x10, 0x11, 0x12, 0x13)),
    "mf0ulh11": Figures("0004030201000B03", 20, 0x0F, 48, "00000000", "", None, None, (0x10, 0x11, 0x12, 0x13)),
    "mf0ul21": Figures("0004030101000E03", 41, 0x23, 128, "00000000", "", 0x24, "00FCE0", (0x25, 0x26, 0x27, 0x28)),
    "mf0ulh21": Figures("0004030201000E03", 41, 0x23, 128, "00000000", "", 0x24, "00FCE0", (0x25, 0x26, 0x27, 0x28)),
    "ntag210": Figures(
        "0004040101000B03", 20, 0x0F, 48, "E1100600", "0300FE0000000000", None, None, (0x10, 0x11, 0x12, 0x13)
    ),
    "ntag212": Figures(
        "0004040101000E03", 41, 0x23, 128, "E1101000", "0103900A340300FE", 0x24, "00FCE0", (0x25, 0x26, 0x27, 0x28)
    ),
    "ntag213": Figures(
        "0004040201000F03", 45, 0x27, 144, "E1101200", "0103A00C340300FE", 0x28, "00F0C0", (0x29, 0x2A, 0x2B, 0x2C)
    ),
    "ntag213f": Figures(
        "0004040401000F03", 45, 0x27, 144, "E1101200", "0103A00C340300FE", 0x28, "00F0C0", (0x29, 0x2A, 0x2B, 0x2C)
    ),
    "ntag215": Figures(
        "0004040201001103", 135, 0x81, 504, "E1103E00", "0300FE0000000000", 0x82, "00FFF0", (0x83, 0x84, 0x85, 0x86)
    ),
    "ntag216": Figures(
        "0004040201001303", 231, 0xE1, 888, "E1106D00", "0300FE0000000000", 0xE2, "00C080", (0xE3, 0xE4, 0xE5, 0xE6)
    ),
    "ntag216f": Figures(
        "0004040401001303", 231, 0xE1, 888, "E1106D00", "0300FE0000000000", 0xE2, "00C080", (0xE3, 0xE4, 0xE5, 0xE6)
    ),
    "nt3h1101": Figures("0004040502011303", 0xEA, 0xE1, 888, "E1106D00", "0300FE0000000000", 0xE2, "00C080", NO_CONFIG),
    "nt3h1201": Figures(
        "0004040502011503", 256, 0xFF, 1904, "E110EA00", "0300FE0000000000", 0x1E0, "008000", NO_CONFIG
    ),
    "nt3h2111": Figures("0004040502021303", 0xEE, 0xE1, 888, "00000000", "", 0xE2, "00C080", (0xE3, 0xE4, 0xE5, 0xE6)),
    "nt3h2211": Figures("0004040502021503", 0xEE, 0xE1, 1912, "00000000", "", 0xE2, "000000", (0xE3, 0xE4, 0xE5, 0xE6)),
}


def test_the_chips_are_those_of_the_table() -> None:
    assert list(chips()) == list(FIGURES)


@pytest.mark.parametrize("key", FIGURES)
def test_figures_of_the_data_sheets(key: str) -> None:
    chip, figures = chips()[key], FIGURES[key]
    assert chip.key == key
    assert chip.version == (bytes.fromhex(figures.version) if figures.version else None)
    assert chip.pages == figures.pages
    assert chip.user_first == 4
    assert chip.user_last == figures.user_last
    assert chip.user_bytes == figures.user_bytes
    assert chip.cc == bytes.fromhex(figures.cc)
    assert chip.initial == bytes.fromhex(figures.initial)
    assert tuple(page for page in (chip.cfg0, chip.cfg1, chip.pwd, chip.pack) if page is not None) == (
        figures.config_pages
    )
    assert (chip.dynamic_lock.page if chip.dynamic_lock else None) == figures.dynamic_page
    assert (chip.dynamic_lock.rfui.hex().upper() if chip.dynamic_lock else None) == figures.rfui
    assert chip.source


@pytest.mark.parametrize("chip", chips().values(), ids=list(chips()))
def test_a_chip_is_consistent_in_itself(chip: Chip) -> None:
    existing = {page for area in chip.areas for page in area}
    assert all(area.start // 256 == (area.stop - 1) // 256 for area in chip.areas), "an area crosses a sector"
    assert {page for area in chip.user_areas for page in area} <= existing
    special = {page for page in (chip.cfg0, chip.cfg1, chip.pwd, chip.pack) if page is not None}
    assert special <= existing
    assert not special & {page for area in chip.user_areas for page in area}
    if chip.pwd is not None:
        assert len(chip.config) == 16
        assert set(chip.unreadable[0]) == {chip.pwd, chip.pack}
        assert Command.PWD_AUTH in chip.commands
    if chip.version is not None:
        assert len(chip.version) == 8
        assert Command.GET_VERSION in chip.commands
    if chip.bcc and chip.cc[0] == 0xE1:
        assert 8 * chip.cc[2] <= chip.user_bytes


@pytest.mark.parametrize("chip", chips().values(), ids=list(chips()))
def test_lock_bits_cover_all_user_pages_and_each_has_its_block_bit(chip: Chip) -> None:
    def pages(lock: LockBytes | None, *, block: bool) -> list[int]:
        return [page for bit in lock.bits if bit.block == block for page in bit.pages] if lock else []

    user = {page for area in chip.user_areas for page in area}
    locked = pages(chip.static_lock, block=False) + pages(chip.dynamic_lock, block=False)
    assert len(locked) == len(set(locked))
    assert user <= set(locked)
    blocked = pages(chip.static_lock, block=True) + pages(chip.dynamic_lock, block=True)
    assert set(locked) <= set(blocked)


# §1.2, a bit at each end and in the middle of every byte; (chip, byte, bit, first page, last page, block).
BITS = [
    ("mf0ul21", 0, 0, 16, 17, False),
    ("mf0ul21", 1, 1, 34, 35, False),
    ("mf0ul21", 2, 4, 32, 35, True),
    ("ntag212", 0, 7, 30, 31, False),
    ("ntag213", 1, 3, 38, 39, False),
    ("ntag213", 2, 5, 36, 39, True),
    ("ntag215", 0, 6, 112, 127, False),
    ("ntag215", 0, 7, 128, 129, False),
    ("ntag215", 2, 0, 16, 47, True),
    ("ntag215", 2, 3, 112, 129, True),
    ("ntag216", 0, 7, 128, 143, False),
    ("ntag216", 1, 5, 224, 225, False),
    ("ntag216", 2, 6, 208, 225, True),
    ("nt3h1201", 0, 7, 240, 271, False),
    ("nt3h1201", 1, 6, 464, 479, False),
    ("nt3h2211", 0, 7, 256, 271, False),
    ("nt3h2211", 0, 6, 208, 225, False),
    ("nt3h2211", 2, 7, 464, 511, True),
    ("mf0icu2", 0, 0, 16, 27, True),
    ("mf0icu2", 0, 7, 36, 39, False),
    ("mf0icu2", 1, 7, 44, 47, False),
]


@pytest.mark.parametrize("expected", BITS, ids=str)
def test_dynamic_lock_bits(expected: tuple[str, int, int, int, int, bool]) -> None:
    key, byte, bit, first, last, block = expected
    lock = chips()[key].dynamic_lock
    assert lock is not None
    (found,) = [each for each in lock.bits if (each.byte, each.bit) == (byte, bit)]
    assert (found.pages, found.block) == (range(first, last + 1), block)


@pytest.mark.parametrize(
    ("key", "fixed"), [("ntag213", "BD"), ("ntag216", "BD"), ("mf0ul21", "BD"), ("nt3h2111", "00"), ("mf0icu2", "00BD")]
)
def test_what_follows_the_dynamic_lock_bytes(key: str, fixed: str) -> None:
    lock = chips()[key].dynamic_lock
    assert lock is not None
    assert lock.fixed.hex().upper() == fixed


# §1.3: every field of the configuration with its page, byte, bits and value at delivery.
CONFIG_FIELDS = {
    "ntag213": {
        "MIRROR_CONF": (0x29, 0, 7, 6, 0), "MIRROR_BYTE": (0x29, 0, 5, 4, 0), "STRG_MOD_EN": (0x29, 0, 2, 2, 1),
        "MIRROR_PAGE": (0x29, 2, 7, 0, 0), "AUTH0": (0x29, 3, 7, 0, 0xFF), "PROT": (0x2A, 0, 7, 7, 0),
        "CFGLCK": (0x2A, 0, 6, 6, 0), "NFC_CNT_EN": (0x2A, 0, 4, 4, 0), "NFC_CNT_PWD_PROT": (0x2A, 0, 3, 3, 0),
        "AUTHLIM": (0x2A, 0, 2, 0, 0),
    },
    "ntag216f": {"SLEEP_EN": (0xE3, 0, 3, 3, 0), "FDP_CONF": (0xE3, 0, 1, 0, 0), "MIRROR_CONF": (0xE3, 0, 7, 6, 0)},
    "mf0ul21": {"STRG_MOD_EN": (0x25, 0, 2, 2, 0), "VCTID": (0x26, 1, 7, 0, 5), "AUTHLIM": (0x26, 0, 2, 0, 0)},
    "mf0ulh11": {"STRG_MOD_EN": (0x10, 0, 2, 2, 1), "AUTH0": (0x10, 3, 7, 0, 0xFF)},
    "mf0icu2": {"AUTH0": (0x2A, 0, 7, 0, 0x30), "AUTH1": (0x2B, 0, 0, 0, 0)},
    "nt3h2211": {
        "AUTH0": (0xE3, 3, 7, 0, 0xFF), "NFC_PROT": (0xE4, 0, 7, 7, 0), "NFC_DIS_SEC1": (0xE4, 0, 5, 5, 0),
        "AUTHLIM": (0xE4, 0, 2, 0, 0), "2K_PROT": (0xE7, 0, 3, 3, 0), "SRAM_PROT": (0xE7, 0, 2, 2, 0),
        "I2C_PROT": (0xE7, 0, 1, 0, 0), "TRANSFER_DIR": (0xE8, 0, 0, 0, 1), "REG_LOCK_I2C": (0xE9, 2, 1, 1, 0),
        "REG_LOCK_NFC": (0xE9, 2, 0, 0, 0),
    },
    "nt3h1201": {"REG_LOCK_NFC": (0x1E9, 2, 0, 0, 0), "TRANSFER_DIR": (0x1E8, 0, 0, 0, 1)},
}  # fmt: skip


@pytest.mark.parametrize(
    ("key", "name"), [(key, name) for key, names in CONFIG_FIELDS.items() for name in names], ids=str
)
def test_configuration_fields(key: str, name: str) -> None:
    chip, (page, byte, high, low, value) = chips()[key], CONFIG_FIELDS[key][name]
    field = chip.fields[name]
    assert (field.page, field.byte, field.high, field.low) == (page, byte, high, low)
    assert field.mask == sum(1 << bit for bit in range(low, high + 1))
    assert field.value(factory_pages(chip, bytes(7))[page]) == value


def test_fields_lie_in_pages_that_exist_and_do_not_overlap() -> None:
    for chip in chips().values():
        seen: dict[tuple[int, int], int] = {}
        for field in chip.fields.values():
            assert field.page in image_pages(chip)
            place = (field.page, field.byte)
            assert not seen.get(place, 0) & field.mask
            seen[place] = seen.get(place, 0) | field.mask


@pytest.mark.parametrize(
    ("key", "naks"),
    [
        ("mf0icu2", {"argument": 0, "parity": 1, "eeprom": 2}),
        ("mf0ul11", {"argument": 0, "parity": 1, "counter_overflow": 4, "eeprom": 5}),
        ("ntag216", {"argument": 0, "parity": 1, "authentication_limit": 4, "eeprom": 5}),
        ("nt3h1101", {"argument": 0, "parity": 1, "arbiter": 3, "eeprom": 7}),
        ("nt3h2111", {"argument": 0, "wrong_password": 0, "arbiter": 3, "authentication_limit": 4, "eeprom": 7}),
    ],
)
def test_tabulated_refusals(key: str, naks: dict[str, int]) -> None:
    assert naks.items() <= chips()[key].naks.items()


# §1.1, and §6 vectors 3 and 8: what stored lock bytes lock.
@pytest.mark.parametrize(
    ("stored", "locked"),
    [
        ("0000", set[int]()),
        ("0F00", {3}),
        ("7008", {4, 5, 6, 11}),
        ("08FF", {3, *range(8, 16)}),
        ("F880", {3, 4, 5, 6, 7, 15}),
    ],
)
def test_static_lock_bytes(stored: str, locked: set[int]) -> None:
    assert chips()["ntag216"].static_lock.locked_pages(bytes.fromhex(stored)) == locked


# §1.1: a block-lock bit keeps the lock bits of its group as they are.
@pytest.mark.parametrize(
    ("stored", "written", "after"),
    [
        ("0000", "0000", "0000"),
        ("0000", "FFFF", "FFFF"),
        ("0100", "0800", "0100"),
        ("0900", "0000", "0900"),
        ("0200", "FFFF", "0FFC"),
        ("0400", "FFFF", "FF03"),
        ("0700", "FFFF", "0700"),
        ("0F00", "FFFF", "0F00"),
        ("8001", "0102", "8103"),
    ],
)
def test_writing_static_lock_bytes(stored: str, written: str, after: str) -> None:
    lock = chips()["ntag216"].static_lock
    assert lock.after_write(bytes.fromhex(stored), bytes.fromhex(written)) == bytes.fromhex(after)


@pytest.mark.parametrize(
    ("key", "stored", "written", "after"),
    [
        ("ntag213", "000000", "FFFFFF", "FF0F3F"),
        ("ntag213", "000001", "FFFFFF", "FC0F3F"),
        ("ntag215", "000008", "FFFFFF", "3F000F"),
        ("ntag216", "00007F", "FFFFFF", "00007F"),
        ("ntag216", "000040", "FFFFFF", "FF0F7F"),
    ],
)
def test_writing_dynamic_lock_bytes(key: str, stored: str, written: str, after: str) -> None:
    lock = chips()[key].dynamic_lock
    assert lock is not None
    assert lock.after_write(bytes.fromhex(stored), bytes.fromhex(written)) == bytes.fromhex(after)


@pytest.mark.parametrize(
    ("version", "key"),
    [(figures.version, key) for key, figures in FIGURES.items() if figures.version]
    + [("0004040201000B03", "ntag210"), ("0004030100000B03", "mf0icu1"), ("0004040502001303", "nt3h1101")],
)
def test_a_version_names_one_chip(version: str, key: str) -> None:
    chip = chip_by_version(bytes.fromhex(version))
    assert chip is not None
    assert chip.key == key


# §1.0: clones have foreign vendor bytes, and the storage byte alone (here 11, as NTAG215) means nothing.
@pytest.mark.parametrize("version", ["0034210101000E03", "0053040201001103", "0004040201011103", "", "00040402010011"])
def test_an_unknown_version_names_none(version: str) -> None:
    assert chip_by_version(bytes.fromhex(version)) is None


def test_nothing_is_read_at_import() -> None:
    code = "import cardscope.tags.catalogue as c; raise SystemExit(c.chips.cache_info().currsize)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
