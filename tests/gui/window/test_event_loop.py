"""What becomes of the program when something else ends Qt's loop."""

import os
import subprocess
import sys

import pytest

from support.events import TIMEOUT
from support.screen import Screen, ScreenUnavailable

PROGRAM = """
import asyncio, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from cardscope_gui.event_loop import run

application = QApplication([])

async def main():
    try:
        {body}
        await asyncio.Event().wait()
    finally:
        print("tidied up", flush=True)

sys.exit(run(main()))
"""


def result(body: str, **environment: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-c", PROGRAM.format(body=body)]
    return subprocess.run(
        program, env={**os.environ, **environment}, capture_output=True, text=True, timeout=TIMEOUT, check=False
    )


def test_a_loop_that_something_else_quits_ends_in_order_with_status_1():
    done = result("QTimer.singleShot(0, application.quit)")
    assert (done.returncode, done.stdout, done.stderr) == (1, "tidied up\n", "")


def test_the_programs_own_errors_are_still_told():
    done = result("raise RuntimeError('my own')")
    assert done.returncode == 1
    assert "RuntimeError: my own" in done.stderr


def test_without_its_display_it_ends_with_status_1_and_no_traceback():
    try:
        screen = Screen()
    except ScreenUnavailable as reason:
        pytest.skip(str(reason))
    with screen:
        body = "print('running', flush=True)"
        program = subprocess.Popen(
            [sys.executable, "-c", PROGRAM.format(body=body)],
            env={**os.environ, "DISPLAY": screen.name, "QT_QPA_PLATFORM": "xcb"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert program.stdout is not None
        assert program.stdout.readline() == "running\n"
    _, errors = program.communicate(timeout=TIMEOUT)
    assert program.returncode == 1
    assert "Traceback" not in errors
