"""The way to the doctor's dialog."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from cardscope_gui.bridge import Bridge
from cardscope_gui.doctor.examination import Examination, pcsc_view

if TYPE_CHECKING:
    from cardscope_gui.doctor.dialog import DoctorDialog


class DoctorOpener(QObject):
    """Makes the dialog when it is first wanted."""

    def __init__(self, bridge: Bridge, examination: Examination, window: QWidget) -> None:
        super().__init__(window)
        self._bridge = bridge
        self._examination = examination
        self._window = window
        self._dialog: DoctorDialog | None = None

    def open(self) -> None:
        """Shows the dialog and has it look."""
        if self._dialog is None:
            from cardscope_gui.doctor.dialog import DoctorDialog  # noqa: PLC0415 not needed for the first window

            self._dialog = DoctorDialog(self._examination, lambda: pcsc_view(self._bridge.service), self._window)
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()
        self._dialog.examine()
