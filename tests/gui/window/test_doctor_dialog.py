"""The doctor on the screen."""

import threading

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from cardscope.doctor import Finding, PcscView
from cardscope_gui.doctor.dialog import DoctorDialog
from cardscope_gui.doctor.examination import Examination
from cardscope_gui.widgets.command_block import CommandBlock
from cardscope_gui.widgets.labels import paragraph

FINDINGS = [
    Finding("readers", "ok", "PC/SC lists 1 reader"),
    Finding(
        "service-stopped", "problem", "The service is stopped", "It was never started.", "sudo start it", "Then wait."
    ),
    Finding("usb", "note", "USB cannot be seen"),
]


@pytest.fixture
def dialog(qtbot):
    examination = Examination()
    made = DoctorDialog(examination, lambda: PcscView(False))
    qtbot.addWidget(made)
    made.show()
    yield made
    examination.finish()


def test_an_examination_runs_beside_the_user_interface_and_ends(qtbot):
    examination = Examination()
    with qtbot.waitSignal(examination.finished) as done:
        examination.start(PcscView(False))
        assert "doctor" in [thread.name for thread in threading.enumerate()] or done.signal_triggered
    examination.finish()
    assert not examination.running
    assert all(isinstance(finding, Finding) for finding in done.args[0])
    assert done.args[0]


def test_problems_come_first_with_shape_word_and_cure(dialog):
    dialog._show(FINDINGS)
    texts = [label.text() or label.accessibleName() for label in dialog.findChildren(QLabel)]
    levels = [text for text in texts if text in ("Problem", "Note", "All right")]
    assert levels == ["Problem", "Note", "All right"]
    assert "1 problem found" in texts
    (block,) = dialog.findChildren(CommandBlock)
    block.copy_button.click()
    assert QGuiApplication.clipboard().text() == "sudo start it"
    assert block.copy_button.accessibleName() == "Copied"


def test_the_report_is_copied_whole(dialog):
    dialog._show(FINDINGS)
    dialog._copy.click()
    assert dialog._copy.text() == "Copied"
    for finding in FINDINGS:
        assert finding.title in QGuiApplication.clipboard().text()


def test_running_again_replaces_the_findings(qtbot, dialog):
    dialog._show(FINDINGS)
    with qtbot.waitSignal(dialog._examination.finished):
        dialog.examine()
        assert not dialog._again.isEnabled()
    assert dialog._again.isEnabled()
    assert "The service is stopped" not in [finding.title for finding in dialog._findings]


@pytest.mark.parametrize(("count", "words"), [(0, "No problem found"), (1, "1 problem found"), (3, "3 problems found")])
def test_problems_are_counted_in_whole_words(dialog, count, words):
    dialog._show([Finding("service-stopped", "problem", "The service is stopped")] * count)
    assert dialog._summary.text() == words


def test_a_commands_option_is_never_torn_apart(qtbot):
    """UAX #14: a line may end behind U+002D, not behind U+2011."""
    option = paragraph("as with --device /dev/bus/usb, -v or well-known --read-only", "secondary")
    qtbot.addWidget(option)
    nb = "\u2011"
    assert f"with {nb}{nb}device /dev/bus/usb, {nb}v or well-known {nb}{nb}read{nb}only<" in option.text()
    assert "--device" in option.accessibleName()
