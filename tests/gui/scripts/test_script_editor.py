"""The editor of scripts: its colours, and text of any length."""

import pytest
from PySide6.QtGui import QGuiApplication, QTextCursor
from pytestqt.qtbot import QtBot

from cardscope_gui import theme
from cardscope_gui.scripts.colours import coloured
from cardscope_gui.scripts.editor import ScriptEditor

LONG = "FF CA 00 00 00\nexpect 90 00\n" * 2_500


@pytest.fixture
def editor(qtbot: QtBot) -> ScriptEditor:
    made = ScriptEditor()
    qtbot.addWidget(made)
    made.resize(600, 300)
    made.show()
    qtbot.waitExposed(made)
    return made


def shown(editor: ScriptEditor, line: int) -> list[tuple[int, int]]:
    """The coloured parts of a line, as they are on the screen."""
    return [(each.start, each.length) for each in editor.document().findBlockByNumber(line - 1).layout().formats()]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("FF CA 00 00 00", []),
        ("expect data 04 $uid[0] *  # ok", ["expect", "data", "$uid[0]", "# ok"]),
        ('pause "a # b" # c', ["pause", '"a # b"', "# c"]),
        ("# expect", ["# expect"]),
    ],
)
def test_the_parts_of_a_line(text: str, parts: list[str]) -> None:
    assert [text[start : start + length] for start, length, _ in coloured(text)] == parts


def test_what_is_typed_has_its_colours(editor: ScriptEditor) -> None:
    editor.insertPlainText("expect 90 00\nreset")
    assert shown(editor, 1) == [(0, 6)]
    assert shown(editor, 2) == [(0, 5)]


def test_lines_are_coloured_once_they_come_into_view(editor: ScriptEditor) -> None:
    editor.setPlainText(LONG)
    assert shown(editor, 2) == [(0, 6)]
    assert shown(editor, 3_000) == []
    editor.go_to(3_000)
    assert shown(editor, 3_000) == [(0, 6)]
    assert editor.viewport().updatesEnabled()
    assert not editor.document().isModified()


def test_a_paste_is_one_step_to_undo_and_leaves_the_cursor_in_view(editor: ScriptEditor) -> None:
    QGuiApplication.clipboard().setText(LONG)
    editor.paste()
    assert editor.toPlainText() == LONG
    assert editor.viewport().rect().contains(editor.cursorRect())
    assert shown(editor, 5_000) == [(0, 6)]
    editor.undo()
    assert editor.toPlainText() == ""


def test_another_appearance_has_other_colours(editor: ScriptEditor) -> None:
    editor.setPlainText("expect 90 00")
    before = theme.notifier().appearance
    try:
        for appearance in (theme.Appearance.DARK, theme.Appearance.LIGHT):
            theme.notifier().set_appearance(appearance)
            (form,) = editor.document().firstBlock().layout().formats()
            assert form.format.foreground().color() == theme.color("accent")
    finally:
        theme.notifier().set_appearance(before)


def test_a_part_that_is_replaced_takes_its_colour_along(editor: ScriptEditor) -> None:
    editor.setPlainText("expect 90 00")
    editor.moveCursor(QTextCursor.MoveOperation.NextWord, QTextCursor.MoveMode.KeepAnchor)
    editor.insertPlainText("")
    assert shown(editor, 1) == []
