"""Waiting for a PC/SC service that is away, without polling where the system can tell.

pcsc-lite's service makes its socket when it starts, so on Linux an inotify watch on the socket's folder wakes at once.
Elsewhere (Windows, macOS start the service on demand) the wait is a growing pause.
"""

import ctypes
import os
import select
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

_IN_CREATE: Final = 0x100
_IN_MOVED_TO: Final = 0x80
_IN_ATTRIB: Final = 0x4
_IN_CLOEXEC: Final = 0o2000000
_IN_NONBLOCK: Final = 0o4000

# The socket exists a moment before pcscd listens on it, so the first tries follow quickly. Growing by half each time,
# the pauses reach the limit after some 20 tries.
_FIRST_PAUSE: Final = 0.01
_GROWTH: Final = 1.5
_LONGEST_PAUSE: Final = 2.0


def socket_path() -> Path:
    """Where pcsc-lite's service listens: ``PCSCLITE_CSOCK_NAME``, else Debian's and most distributions' place."""
    return Path(os.environ.get("PCSCLITE_CSOCK_NAME", "/run/pcscd/pcscd.comm"))


class ServiceWait:
    """Pauses between attempts to reach the service. Used by one thread; :meth:`cancel` by any."""

    def __init__(self) -> None:
        self._wake_receiver, self._wake_sender = socket.socketpair()
        self._inotify = _open_inotify()
        self._pause = _FIRST_PAUSE

    def close(self) -> None:
        """Frees the descriptors."""
        self._wake_receiver.close()
        self._wake_sender.close()
        if self._inotify is not None:
            os.close(self._inotify)
            self._inotify = None

    def cancel(self) -> None:
        """Ends a :meth:`wait` now and makes all later ones return at once."""
        with suppress(OSError):
            self._wake_sender.send(b"\0")

    def reset(self) -> None:
        """The service was there: the next absence starts with short pauses again."""
        self._pause = _FIRST_PAUSE

    def wait(self, *, may_be_endless: bool) -> None:
        """Returns when another attempt is worth while: the socket's folder changed, or the pause is over.

        ``may_be_endless``: the service is not there, so nothing can change before the folder does. A service that is
        there and refuses may change its mind at any time.
        """
        folder_is_watched = self._watch_folder()
        timeout: float | None = self._pause
        if self._pause >= _LONGEST_PAUSE and folder_is_watched and may_be_endless:
            timeout = None  # inotify will tell
        self._pause = min(self._pause * _GROWTH, _LONGEST_PAUSE)
        sources: list[int] = [self._wake_receiver.fileno()]
        if self._inotify is not None:
            sources.append(self._inotify)
        ready, _, _ = select.select(sources, [], [], timeout)
        if self._inotify is not None and self._inotify in ready:
            with suppress(BlockingIOError):
                os.read(self._inotify, 65536)
            self._pause = _FIRST_PAUSE

    def _watch_folder(self) -> bool:
        """Watches the socket's folder or, until that exists, the nearest one above it."""
        if self._inotify is None:
            return False
        folder = socket_path().parent
        while not folder.is_dir() and folder != folder.parent:
            folder = folder.parent
        mask = _IN_CREATE | _IN_MOVED_TO | _IN_ATTRIB
        return _libc().inotify_add_watch(self._inotify, os.fsencode(folder), mask) >= 0


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _open_inotify() -> int | None:
    # Called through ctypes: Python has no binding of its own, and the libraries that have one either add half a second
    # (watchdog delays events to pair renames) or need an event loop on this thread.
    if sys.platform != "linux":
        return None
    descriptor = _libc().inotify_init1(_IN_CLOEXEC | _IN_NONBLOCK)
    return descriptor if descriptor >= 0 else None
