import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from cardscope.decode.atr import decode_atr
from cardscope.fields import Field
from cardscope_gui import theme
from cardscope_gui.fields.field_model import Column, FieldModel
from cardscope_gui.fields.fields_view import FieldsView

DATA = bytes.fromhex("3B8F800102")
ROOT = Field(
    "ATR",
    (0, 5),
    "",
    children=(
        Field("TS", (0, 1), "3B", "Direct convention"),
        Field(
            "T0",
            (1, 2),
            "8F",
            children=(Field("Y1", (1, 2), "8", bits=(7, 4)), Field("K", (1, 2), "15", bits=(3, 0))),
        ),
        Field(
            "Body",
            (2, 5),
            "3 bytes",
            children=(Field("A", (2, 4), "8001"), Field("TCK", (4, 5), "02", problems=("Wrong.",))),
        ),
    ),
)
STORAGE_CARD = bytes.fromhex("3B8F8001804F0CA0000003060300030000000068")


@pytest.fixture
def view(qtbot: QtBot) -> FieldsView:
    made = FieldsView()
    qtbot.addWidget(made)
    made.resize(700, 500)
    made.show_fields(DATA, ROOT)
    made.show()
    qtbot.waitExposed(made)
    return made


def find(model: FieldModel, *path: int) -> QModelIndex:
    index = QModelIndex()
    for row in path:
        index = model.index(row, 0, index)
    return index


def name(view: FieldsView, index: QModelIndex) -> str | None:
    found = view.model.field_of(index)
    return found.name if found else None


def test_the_model_keeps_qts_rules(qtbot: QtBot):
    model = FieldModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for root in (ROOT, None, decode_atr(STORAGE_CARD).field):
        model.set_root(root)
    assert model.rowCount() == len(decode_atr(STORAGE_CARD).field.children)
    assert tester.model() is model


def test_the_columns_show_the_field(qtbot: QtBot):
    model = FieldModel()
    model.set_root(ROOT)
    tck = find(model, 2, 1)
    assert [tck.siblingAtColumn(column).data() for column in Column] == ["TCK", "02", "Wrong."]
    assert tck.data(Qt.ItemDataRole.AccessibleTextRole) == "TCK, byte 4, problem"
    assert find(model, 2).data(Qt.ItemDataRole.AccessibleTextRole) == "Body, bytes 2 to 4"


@pytest.mark.parametrize(("offset", "expected"), [(0, "TS"), (1, "T0"), (3, "A"), (4, "TCK"), (5, None)])
def test_a_byte_belongs_to_its_innermost_field_of_whole_bytes(view: FieldsView, offset: int, expected: str | None):
    assert name(view, view.model.index_at(offset)) == expected


def test_pointing_at_a_byte_marks_its_field_and_all_its_bytes(qtbot: QtBot, view: FieldsView):
    qtbot.mouseMove(view.bytes, view.bytes.cell_rect(2).center())
    assert name(view, view.tree.marked) == "A"
    assert view.bytes.hover_span == (2, 4)
    qtbot.mouseMove(view.bytes, QPoint(view.bytes.width() - 1, 1))
    assert not view.tree.marked.isValid()
    assert view.bytes.hover_span == (0, 0)


def test_pointing_at_a_field_marks_its_bytes(qtbot: QtBot, view: FieldsView):
    rect = view.tree.visualRect(find(view.model, 2, 0))
    qtbot.mouseMove(view.tree.viewport(), rect.center() + QPoint(0, -1))
    qtbot.mouseMove(view.tree.viewport(), rect.center())
    assert view.bytes.hover_span == (2, 4)


def test_moving_through_the_bytes_moves_through_the_fields(qtbot: QtBot, view: FieldsView):
    view.bytes.setFocus()
    qtbot.keyClick(view.bytes, Qt.Key.Key_Right)
    assert name(view, view.tree.currentIndex()) == "T0"
    qtbot.keyClick(view.bytes, Qt.Key.Key_End)
    assert name(view, view.tree.currentIndex()) == "TCK"
    assert view.bytes.current == 4
    assert view.bytes.current_span == (4, 5)
    for part in ("Byte 4 of 5", "02 hex", "TCK", "Wrong."):
        assert part in view.bytes.accessibleName()


def test_a_byte_inside_a_longer_field_stays_current(qtbot: QtBot, view: FieldsView):
    view.bytes.setFocus()
    for _ in range(3):
        qtbot.keyClick(view.bytes, Qt.Key.Key_Right)
    assert view.bytes.current == 3
    assert view.bytes.current_span == (2, 4)


def test_moving_through_the_fields_moves_through_the_bytes(qtbot: QtBot, view: FieldsView):
    view.tree.setCurrentIndex(find(view.model, 1, 1))
    assert view.bytes.current_span == (1, 2)
    view.tree.setCurrentIndex(find(view.model, 2))
    assert view.bytes.current_span == (2, 5)
    assert view.bytes.current == 2


def test_the_grid_wraps_with_the_width_and_arrows_follow(qtbot: QtBot, view: FieldsView):
    view.show_fields(bytes(range(33)), None)
    assert view.bytes.bytes_per_row(2000) == 32
    assert view.bytes.bytes_per_row(300) == 8
    per_row = view.bytes.bytes_per_row()
    view.bytes.setFocus()
    qtbot.keyClick(view.bytes, Qt.Key.Key_Down)
    assert view.bytes.current == per_row
    qtbot.keyClick(view.bytes, Qt.Key.Key_Up)
    qtbot.keyClick(view.bytes, Qt.Key.Key_Up)
    assert view.bytes.current == 0
    assert view.bytes.heightForWidth(300) > view.bytes.heightForWidth(2000)


def test_showing_other_bytes_forgets_the_marks(qtbot: QtBot, view: FieldsView):
    view.tree.setCurrentIndex(find(view.model, 2))
    view.show_fields(b"", None)
    assert view.bytes.current_span == (0, 0)
    assert view.model.rowCount() == 0
    view.grab()
    assert view.bytes.accessibleName() == "No bytes"


def test_a_long_meaning_wraps(qtbot: QtBot, view: FieldsView):
    long = Field("X", (0, 1), "00", "word " * 200)
    view.show_fields(b"\0\0", Field("R", (0, 2), "", children=(long, Field("Y", (1, 2), "00", "word"))))
    heights = [view.tree.visualRect(find(view.model, row)).height() for row in (0, 1)]
    assert heights[0] > 3 * heights[1]


def test_the_bytes_of_a_value_are_spaced_and_numbers_are_not(qtbot: QtBot):
    model = FieldModel()
    root = decode_atr(STORAGE_CARD).field
    model.set_root(root)
    rows = {model.index(row, 0).data(): model.index(row, Column.VALUE) for row in range(model.rowCount())}
    whole = rows["Historical bytes"]
    assert whole.data() == "80 4F 0C A0 00 00 03 06 03 00 03 00 00 00 00"
    assert whole.data(Qt.ItemDataRole.ToolTipRole) == whole.data()
    assert model.index(0, Column.VALUE, model.index(1, 0)).data() == "1000"


def test_a_long_value_is_shown_whole_where_there_is_room(qtbot: QtBot, view: FieldsView):
    view.show_fields(STORAGE_CARD, decode_atr(STORAGE_CARD).field)
    narrow = view.tree.columnWidth(Column.VALUE)
    view.resize(1300, 500)
    wide = view.tree.columnWidth(Column.VALUE)
    assert wide > narrow
    assert wide >= QFontMetrics(theme.mono_font(13)).horizontalAdvance("00 " * 15)
    assert view.tree.columnWidth(Column.MEANING) >= 400


def test_the_line_of_a_field_that_goes_on_in_the_next_row_keeps_in_line(qtbot: QtBot, view: FieldsView):
    root = Field("R", (0, 20), "", children=(Field("A", (0, 20), ""),))
    view.show_fields(bytes(20), root)
    assert view.bytes.bytes_per_row() == 16
    qtbot.waitUntil(lambda: view.bytes.height() >= 2 * view.bytes.cell_rect(0).height())
    view.bytes.clearFocus()
    image = view.bytes.grab().toImage()
    lines = (theme.color("control"), theme.color("accent"))
    starts = []
    for offset in (0, 16):
        rect = view.bytes.cell_rect(offset)
        y = rect.bottom() - 3
        starts.append(next(x for x in range(rect.left(), rect.right()) if image.pixelColor(x, y) in lines))
    assert starts[0] == starts[1]
