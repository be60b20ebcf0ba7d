"""The Memory tab with its review, and a keyring that forgets at the end of the test."""

from collections.abc import Callable, Iterator
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend
from PySide6.QtTest import QTest

from cardscope.tags.catalogue import chips
from cardscope_gui.memory.protection.dialog import FlowDialog
from cardscope_gui.memory.protection.flow import Flow
from cardscope_gui.memory.protection.flows import Protection
from cardscope_gui.memory.review.dialog import ReviewDialog
from support.writing_desk import tag_of

from ..review.conftest import Bench, bench

__all__ = ["bench"]

CARD = {0x29: "04000004", 0x2A: "80050000", 0x2B: b"CARD".hex(), 0x2C: "4F4B0000"}
"""An NTAG213 of which nothing from page 4 on can be read without the password."""


class MemoryKeyring(KeyringBackend):
    priority = 5  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


class Protected:
    """A bench, and its Protection menu."""

    def __init__(self, made: Bench) -> None:
        self.bench = made
        self.protection: Protection = made.tab.protection
        self.silicon = made.desk.tag

    def menu(self) -> dict[str, str]:
        """The entries that can be seen, each with why it is impossible now."""
        actions = self.bench.actions.protection
        actions.menu.aboutToShow.emit()
        shown = [action for action in actions.actions.values() if action.isVisible()]
        assert all(action.isEnabled() == (not action.toolTip()) for action in shown if "\t" in action.text())
        return {words: why for words, _, why in (action.text().partition("\t") for action in shown)}

    def open(self, flow: Flow) -> Any:
        """The form, opened by its menu entry."""
        actions = self.bench.actions.protection
        actions.menu.aboutToShow.emit()
        actions.actions[flow].trigger()
        self.bench.settle()
        dialog = self.protection.dialog
        assert isinstance(dialog, FlowDialog)
        return dialog

    def unlock(self, password: str) -> Any:
        """Types it, agrees to the risk where there is one, and tries it once."""
        dialog = self.open(Flow.UNLOCK)
        dialog.risk.tick()
        dialog.secret.line.setText(password)
        dialog.yes.click()
        self.bench.settle()
        return dialog

    def plan(self, dialog: Any) -> ReviewDialog:
        """Goes on to the review."""
        assert dialog.yes.isEnabled(), dialog.problem.accessibleName()
        dialog.yes.click()
        QTest.qWait(1)
        self.bench.settle()
        return self.bench.dialog

    def agree(self, review: ReviewDialog) -> None:
        """Ticks every permanent effect and types the last pair of the number."""
        effects = review.side.effects
        assert effects is not None
        for box in effects.boxes:
            if box.tick is not None:
                box.tick.click()
        if effects.pair is not None:
            effects.pair.setText(f"{self.silicon.image[7]:02X}")

    def write(self, review: ReviewDialog) -> None:
        """Writes, and closes the review."""
        assert review.write.isEnabled(), review.status.text()
        review.write.click()
        self.bench.settle()
        assert review.review.outcome is not None, review.review.problem
        assert review.review.outcome.done, review.review.outcome.problem
        review.leave.click()


@pytest.fixture
def protected(bench: Callable[..., Bench]) -> Callable[..., Protected]:
    def make(chip: str = "ntag213", changes: dict[int, str] | None = None, **more: Any) -> Protected:
        return Protected(bench(tag=tag_of(chips()[chip], changes), **more))

    return make


@pytest.fixture(autouse=True)
def keys() -> Iterator[MemoryKeyring]:
    before = keyring.get_keyring()
    backend = MemoryKeyring()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)
