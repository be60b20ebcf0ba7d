"""A private X server, and the moments at which a window on it appears and is painted."""

import asyncio
import time
from types import TracebackType
from typing import Any, Self

from Xlib import X
from Xlib.ext import damage

from support.xserver import XServer

_SIZE = (1600, 1000)
_LEAST_WIDTH = 100
"""Narrower windows (pixels) are Qt's helpers."""
_ROWS = 9
"""How many of a window's rows are looked at."""


class Screen:
    """An Xvfb that only those who know its number use; a context manager."""

    def __enter__(self) -> Self:
        self._server = XServer(*_SIZE)
        self.name = self._server.name
        self._display = self._server.display
        self._display.damage_query_version()
        self._display.screen().root.change_attributes(event_mask=X.SubstructureNotifyMask)
        self._display.sync()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.close()

    def forget(self) -> None:
        """Drops what happened so far."""
        self._display.sync()
        while self._display.pending_events():
            self._display.next_event()

    async def next_window(self) -> tuple[Any, float]:
        """The next top-level window to be mapped, and the `time.monotonic()` of it."""
        while True:
            event = await self._next_event()
            seen = time.monotonic()
            if event.type == X.MapNotify and event.window.get_geometry().width >= _LEAST_WIDTH:
                return event.window, seen

    async def painted(self, window: Any) -> float:
        """Waits until `window` shows more than one colour; the `time.monotonic()` of it."""
        watch: int = window.damage_create(damage.DamageReportNonEmpty)
        try:
            while not self._has_colours(window):
                await self._next_event()
                self._display.damage_subtract(watch)
            return time.monotonic()
        finally:
            self._display.damage_destroy(watch)
            self._display.sync()

    def _has_colours(self, window: Any) -> bool:
        size = window.get_geometry()
        pixels: set[bytes] = set()
        for row in range(_ROWS):
            y = (2 * row + 1) * size.height // (2 * _ROWS)
            data = window.get_image(0, y, size.width, 1, X.ZPixmap, 0xFFFFFFFF).data
            pixels.update(bytes(data[start : start + 4]) for start in range(0, len(data), 4))
        return len(pixels) > 1

    async def _next_event(self) -> Any:
        loop, descriptor = asyncio.get_running_loop(), self._display.fileno()
        while not self._display.pending_events():
            readable = asyncio.Event()
            loop.add_reader(descriptor, readable.set)
            try:
                await readable.wait()
            finally:
                loop.remove_reader(descriptor)
        return self._display.next_event()
