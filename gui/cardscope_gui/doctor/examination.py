"""The doctor's examination off the user interface's thread."""

from threading import Thread
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cardscope.events import ServiceState
from cardscope.readers.protocol import ReaderKind
from cardscope_gui.bridge import ServiceView

if TYPE_CHECKING:
    from cardscope.doctor import PcscView


def pcsc_view(service: ServiceView) -> "PcscView":
    """What the reader engine sees of PC/SC at this moment, for the doctor."""
    from cardscope.doctor import PcscView  # noqa: PLC0415 not needed for the first window

    readers = tuple(reader.name for reader in service.readers if reader.kind is ReaderKind.PCSC)
    running = service.service_state is not ServiceState.STOPPED
    return PcscView(running, service.service_detail, service.service.code, readers)


class Examination(QObject):
    """Runs one examination at a time. ``finished`` carries the list of findings."""

    finished = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: Thread | None = None

    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self, view: "PcscView") -> None:
        """Begins, unless an examination is under way."""
        if not self.running:
            self._thread = Thread(target=self._examine, args=(view,), name="doctor")
            self._thread.start()

    def finish(self) -> None:
        """Waits for the thread, some 200 ms at most. For the end of the window only."""
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _examine(self, view: "PcscView") -> None:
        from cardscope.doctor import diagnose  # noqa: PLC0415 imported here, in the thread

        self.finished.emit(diagnose(view))
