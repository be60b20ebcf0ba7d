"""The selected page's bits in words: both views in step, and what cannot be undone."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from cardscope_gui.memory.bit_list import read_number
from cardscope_gui.memory.bit_model import BitModel
from cardscope_gui.memory.document import MemoryDocument
from cardscope_gui.memory.inspector import Inspector

from .conftest import tag

Key = Qt.Key


class Shown:
    def __init__(self, snapshot, page):
        self.document = MemoryDocument(snapshot)
        self.inspector = Inspector()
        self.inspector.set_document(self.document)
        self.inspector.show_page(page)
        self.refused = []
        self.inspector.refused.connect(self.refused.append)

    def bit(self, name):
        return next(bit for bit in self.inspector.bits if bit.name == name)

    def press(self, name, key=Key.Key_Space):
        for each in self.inspector.lists:
            for row, bit in enumerate(each.model.bits):
                if bit.name == name:
                    each.list.setCurrentIndex(each.model.index(row))
                    QTest.keyClick(each.list, key)
                    return


@pytest.fixture
def shown(qtbot):
    def show(page, **tag_options):
        made = Shown(tag(**tag_options), page)
        qtbot.addWidget(made.inspector)
        made.inspector.resize(344, 600)
        made.inspector.show()
        qtbot.waitExposed(made.inspector)
        qtbot.waitUntil(lambda: f"Page {page}" in made.inspector.title.text())
        return made

    return show


def static_lock(content):
    return {2: tag().pages[2][:2].hex() + content}


def test_a_lock_bit_can_be_set_and_taken_back_until_it_is_written(shown, qtbot):
    shown = shown(2)
    shown.press("L 7")
    assert shown.document.wanted(2)[2:] == (0x80, 0)
    qtbot.waitUntil(lambda: shown.bit("L 7").wanted == 1)
    assert shown.bit("L 7").pages == (7,)
    shown.press("L 7")
    assert not shown.document.staged


def test_a_bit_that_is_set_on_the_tag_stays_set(shown):
    shown = shown(2, pages=static_lock("8000"))
    shown.press("L 7")
    assert not shown.document.staged
    assert "nothing clears it" in shown.refused[0]


def test_a_frozen_bit_stays_open(shown):
    # Bit 1 of byte 2 freezes the lock bits of pages 4 to 9.
    shown = shown(2, pages=static_lock("0200"))
    assert shown.bit("L 5").frozen
    shown.press("L 5")
    assert not shown.document.staged
    assert "frozen" in shown.refused[0]


def test_what_is_typed_into_the_table_shows_at_once(shown, qtbot):
    shown = shown(0x2A)
    assert shown.bit("AUTHLIM").wanted == 0
    shown.document.write({4 * shown.document.place(0x2A): 0x83}, "typing")
    qtbot.waitUntil(lambda: shown.bit("AUTHLIM").wanted == 3)
    assert shown.bit("PROT").wanted == 1


def test_a_flag_of_the_configuration_goes_both_ways(shown, qtbot):
    shown = shown(0x2A, pages={0x2A: "80050000"})
    assert shown.bit("PROT").now == 1
    shown.press("PROT")
    assert shown.document.draft.changes == {0x2A: bytes.fromhex("00050000")}


def test_a_value_is_typed_in_decimal_or_hex(shown):
    shown = shown(0x29)
    for each in shown.inspector.lists:
        for row, bit in enumerate(each.model.bits):
            if bit.name == "AUTH0":
                each.model.setData(each.model.index(row), 4, Qt.ItemDataRole.EditRole)
                return_to = each
    assert return_to.offset == 3
    assert shown.document.draft.changes == {0x29: bytes.fromhex("04000004")}


@pytest.mark.parametrize(
    ("text", "value"), [("16", 16), ("0x10", 16), ("10h", 16), (" FFh ", 255), ("x", None), ("", None), ("0b1", None)]
)
def test_numbers_are_read_in_both_bases(text, value):
    assert read_number(text) == value


def test_up_and_down_go_through_the_bits_in_byte_order(shown):
    shown = shown(2)
    first, second = (each for each in shown.inspector.lists if not each.isHidden())
    first.list.enter(1)
    for _ in range(8):
        QTest.keyClick(first.list, Key.Key_Down)
    assert second.list.currentIndex().row() == 0
    QTest.keyClick(second.list, Key.Key_Up)
    assert first.list.currentIndex().row() == 7


def test_a_bit_is_named_with_all_that_is_known_of_it(shown):
    shown = shown(2, pages=static_lock("8000"))
    model = next(each.model for each in shown.inspector.lists if each.offset == 2)
    spoken = model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith("L 7, Page 7, set")
    assert model.index(1).data(Qt.ItemDataRole.AccessibleTextRole).startswith("L 6, Page 6, not set, one-way")
    assert model.index(0).data(BitModel.BitRole).name == "L 7"


def test_a_page_of_data_shows_its_bytes(shown):
    shown = shown(6, pages={6: "410A0000"})
    assert shown.inspector.bits == ()
    assert shown.inspector.values.text().splitlines()[0].split() == ["0", "41", "65", "0100", "0001", "A"]


def test_a_page_that_was_not_read_says_why(shown):
    shown = shown(6, unreadable={6: "Reading it needs the password."})
    assert "needs the password" in shown.inspector.words.accessibleName()
