"""Dumps saved from the window: what a format loses is said first, nothing is written over unasked, nothing is lost."""

import stat
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMessageBox

from cardscope.dumps import formats, load, save
from cardscope_gui.card.tabs import Tab
from cardscope_gui.files.dialogs import UnsavedDialog
from cardscope_gui.files.open_file import FileState
from cardscope_gui.files.save_dialog import SaveDialog
from support.dump_files import ready_tag

CHANGED = b"\x01\x02\x03\x04"


def dialog_of(bench) -> SaveDialog:
    dialog = bench.desk.dialog
    assert isinstance(dialog, SaveDialog)
    return dialog


def save_as(bench, format: str, path: Path) -> None:  # noqa: A002
    """What the user does in both dialogs."""
    dialog = dialog_of(bench)
    dialog.format.setCurrentIndex([*formats()].index(format))
    dialog.save_button.click()
    files = dialog.file_dialog
    assert isinstance(files, QFileDialog)
    assert files.acceptMode() is QFileDialog.AcceptMode.AcceptSave
    assert not files.testOption(QFileDialog.Option.DontConfirmOverwrite)
    files.fileSelected.emit(str(path))
    files.close()


@pytest.mark.parametrize("format", [*formats()])
def test_each_format_says_what_it_does_not_hold(bench, dump, format):  # noqa: A002
    bench.open(dump("link.json", "cardscope"))
    bench.desk.actions.save.trigger()
    dialog = dialog_of(bench)
    dialog.format.setCurrentIndex([*formats()].index(format))
    assert dialog.losses == save(ready_tag(), format).losses
    shown = dialog._losses.accessibleName()
    assert all(loss in shown for loss in dialog.losses)
    assert dialog._losses.isHidden() is not bool(dialog.losses)
    dialog.reject()


def test_a_file_is_saved_with_its_changes(bench, dump, tmp_path):
    file = bench.open(dump("link.nfc", "flipper"))
    file.document.write_page(5, CHANGED, "typing")
    assert file.unsaved
    bench.desk.actions.save.trigger()
    assert dialog_of(bench).format.currentText().startswith("Flipper"), "the format that it has"
    out = tmp_path / "new.json"
    save_as(bench, "cardscope", out)
    found = load(out.read_bytes(), out.name).snapshot
    assert found.pages[5] == CHANGED
    assert found.pages[4] == ready_tag().pages[4]
    assert not file.unsaved
    assert file.path == out
    assert file.words == "NTAG216 · CardScope"
    assert load((tmp_path / "link.nfc").read_bytes()).snapshot.pages[5] != CHANGED, "the other file is as it was"
    assert stat.S_IMODE(out.stat().st_mode) & stat.S_IRUSR


def test_changes_in_the_ndef_tab_and_the_memory_tab_are_the_same_file(bench, dump):
    file = bench.open(dump("link.nfc", "flipper"))
    panel = bench.window.card.build()
    panel.tabs.choose(Tab.MEMORY)
    file.document.write_page(5, CHANGED, "typing")
    bar = bench.window.card.memory.bar
    QTest.qWait(0)
    assert bar.review.text() == "Save dump…"
    assert bar.review.isEnabled()
    assert not bar.permanent.isVisible()
    bar.review.click()
    assert dialog_of(bench)


def test_a_file_that_was_there_when_nobody_agreed_is_not_written_over(bench, dump, tmp_path):
    bench.open(dump("link.nfc", "flipper"))
    told = []
    bench.desk.failed.connect(told.append)
    out = tmp_path / "there.nfc"
    out.write_bytes(b"mine")
    bench.run(bench.desk._write(out, ready_tag(), "flipper", None, replace=False, then_close=False))
    assert out.read_bytes() == b"mine"
    assert "there.nfc cannot be written" in told[0]
    assert bench.window.notice.isVisible()


def test_saving_over_the_same_file_replaces_it_whole(bench, dump, tmp_path):
    file = bench.open(dump("link.nfc", "flipper"))
    file.document.write_page(5, CHANGED, "typing")
    bench.desk.actions.save.trigger()
    save_as(bench, "flipper", file.path)
    assert load(file.path.read_bytes()).snapshot.pages[5] == CHANGED
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["link.nfc"], "nothing else is left"


def test_a_folder_that_takes_no_files_is_told_and_the_changes_stay(bench, dump, tmp_path):
    file = bench.open(dump("link.nfc", "flipper"))
    file.document.write_page(5, CHANGED, "typing")
    bench.desk.actions.save.trigger()
    save_as(bench, "flipper", tmp_path / "no" / "such" / "folder.nfc")
    assert file.unsaved
    assert file.name == "link.nfc"
    assert "cannot be written" in bench.window.notice.accessibleName()


def test_the_reading_of_a_tag_is_saved_without_what_is_staged(bench, tmp_path):
    bench.insert("ntag216-url")
    assert not bench.desk.actions.save.isEnabled(), "nothing was read yet"
    bench.window.card.build().tabs.choose(Tab.MEMORY)
    document = bench.window.card.memory.document
    document.write_page(5, CHANGED, "typing")
    bench.window._refresh()
    bench.desk.actions.save.trigger()
    out = tmp_path / "tag.json"
    save_as(bench, "cardscope", out)
    found = load(out.read_bytes(), out.name).snapshot
    assert found == document.base
    assert found.pages[5] != CHANGED
    assert document.staged == {5}


def test_a_file_with_changes_asks_before_it_is_closed(bench, dump, tmp_path):
    file = bench.open(dump("link.nfc", "flipper"))
    file.document.write_page(5, CHANGED, "typing")
    bench.desk.close()
    dialog = bench.desk.dialog
    assert isinstance(dialog, UnsavedDialog)
    assert bench.desk.model.files == [file]
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert bench.desk.model.files == [file], "Escape keeps it"
    bench.desk.close()
    bench.desk.dialog.save_button.click()
    save_as(bench, "flipper", tmp_path / "link.nfc")
    assert bench.desk.model.files == []
    assert load((tmp_path / "link.nfc").read_bytes()).snapshot.pages[5] == CHANGED


def test_the_user_can_give_the_changes_up(bench, dump):
    file = bench.open(dump("link.nfc", "flipper"))
    file.document.write_page(5, CHANGED, "typing")
    bench.desk.close()
    bench.desk.dialog.discard_button.click()
    assert bench.desk.model.files == []
    assert load(file.path.read_bytes()).snapshot.pages[5] != CHANGED


def test_the_window_asks_before_changes_of_a_file_are_lost(bench, dump):
    file = bench.open(dump("link.nfc", "flipper"))
    file.document.write_page(5, CHANGED, "typing")
    bench.window.actions_.quit.trigger()
    box = bench.window.findChild(QMessageBox)
    assert bench.window.isVisible()
    assert "link.nfc" in box.informativeText()
    assert "not saved in their files" in box.text()
    next(button for button in box.buttons() if button.text() == "Stay").click()
    assert bench.window.isVisible()
    file.document.discard("discard")
    closed = []
    bench.window.closing.connect(lambda: closed.append(True))
    bench.window.actions_.quit.trigger()
    assert closed


def test_what_was_typed_while_it_was_saved_is_not_lost(bench, dump, tmp_path):
    file = bench.open(dump("link.nfc", "flipper"))
    file.document.write_page(5, CHANGED, "typing")
    bench.desk.actions.save.trigger()
    bench.bridge.held = []
    save_as(bench, "cardscope", tmp_path / "new.json")
    file.document.write_page(6, CHANGED, "typing")
    bench.bridge.release()
    assert file.document.base.pages[5] == CHANGED
    assert file.document.staged == {6}
    assert file.state is FileState.OPEN
