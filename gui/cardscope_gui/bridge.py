"""Between the core and the panels: the service's events as signals, coroutines from slots.

asyncio, and with it the service, takes a quarter as long to load as a bare Qt window. So the window comes up on a
bridge without a service, and nothing that is needed for its first picture imports asyncio.
"""

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, Signal

from cardscope.events import Exchanged, ServiceChanged, ServiceState
from cardscope.readers.protocol import ReaderStatus

if TYPE_CHECKING:
    from asyncio import Task

    from cardscope.identify.identification import Identification
    from cardscope.service import CardService, Identifying
    from cardscope.session import CardSession
    from cardscope.virtual.reader import VirtualReader


class ServiceView(Protocol):
    """What the window reads of the service; see :class:`~cardscope.service.CardService`."""

    @property
    def service(self) -> ServiceChanged: ...
    @property
    def service_state(self) -> ServiceState: ...
    @property
    def service_detail(self) -> str: ...
    @property
    def readers(self) -> tuple[ReaderStatus, ...]: ...
    @property
    def identifying(self) -> "Identifying | None": ...
    def session(self, reader: str) -> "CardSession | None": ...
    def identification(self, reader: str) -> "Identification | None": ...
    def identify(
        self,
        session: "CardSession",
        *,
        family: str | None = None,
        probe_applications: bool = False,
        may_count: bool = False,
    ) -> "Coroutine[Any, Any, Identification]": ...
    def control(
        self, reader: str, command: bytes, *, approval: str | None = None
    ) -> Coroutine[Any, Any, Exchanged]: ...


class _NoServiceYet:
    """What the window sees until the service is there."""

    service = ServiceChanged(ServiceState.STARTING, 0.0)
    service_state = ServiceState.STARTING
    service_detail = ""
    readers: tuple[ReaderStatus, ...] = ()

    identifying = None

    def session(self, reader: str) -> None:  # noqa: ARG002 - there are no readers
        return None

    def identification(self, reader: str) -> None:  # noqa: ARG002
        return None

    async def identify(
        self,
        session: "CardSession",
        *,
        family: str | None = None,
        probe_applications: bool = False,
        may_count: bool = False,
    ) -> "Identification":
        raise NotImplementedError  # there are no sessions

    async def control(self, reader: str, command: bytes, *, approval: str | None = None) -> Exchanged:
        raise NotImplementedError  # there are no readers


class Bridge(QObject):
    """What panels know of the core."""

    published = Signal(object)
    """A :data:`cardscope.events.Event`."""
    failed = Signal(str)
    """Something went wrong that nobody foresaw; a sentence. The traceback is in the log."""

    def __init__(self) -> None:
        super().__init__()
        self.service: ServiceView = _NoServiceYet()
        self.virtual_reader: VirtualReader | None = None
        """The app's own reader, once it is there."""
        self._tasks: set[Task[Any]] = set()

    def connect_service(self, service: "CardService", virtual_reader: "VirtualReader") -> None:
        """From now on passes on the events of ``service``, which has not been started yet."""
        self.service = service
        self.virtual_reader = virtual_reader
        service.subscribe(self.published.emit)

    def spawn(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Runs ``coroutine`` for a slot. It is kept until it ends; what it raises is reported, never lost."""
        import asyncio  # noqa: PLC0415

        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def report(self, error: BaseException) -> None:
        """The one place for errors that nobody foresaw."""
        import logging  # noqa: PLC0415

        logging.getLogger(__name__).error("Unforeseen error", exc_info=error)
        self.failed.emit(f"{type(error).__name__}: {error}")

    async def close(self) -> None:
        """Cancels what still runs."""
        import asyncio  # noqa: PLC0415

        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _done(self, task: "Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.report(error)
