"""What every test of the window has."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication


@pytest.fixture(autouse=True)
def windows_of_its_own() -> Iterator[None]:
    """A window that a test leaves open, such as one that its console opened, would lie above those of the next tests
    and get what their mouse does."""
    yield
    for window in QApplication.topLevelWidgets():
        window.hide()
