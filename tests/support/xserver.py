"""A private X server without a monitor, for tests and benchmarks."""

import os
import shutil
import subprocess
from typing import Any

from Xlib.display import Display
from Xlib.error import DisplayConnectionError

_ATTEMPTS = 3


class XServerUnavailable(Exception):  # noqa: N818 - a reason rather than an error
    """There is no Xvfb here; the text says why."""


class XServer:
    """An Xvfb that only those who know its ``name`` use, and a connection to it. Raises XServerUnavailable."""

    def __init__(self, width: int, height: int) -> None:
        program = shutil.which("Xvfb")
        if program is None:
            raise XServerUnavailable("Xvfb is not installed")
        for attempt in range(_ATTEMPTS):
            self.name = self._start(program, f"{width}x{height}x24")
            try:
                self.display: Any = Display(self.name)
                return
            except DisplayConnectionError as error:
                # Another server that ends just now and had the same number takes our socket with it.
                self._end()
                if attempt == _ATTEMPTS - 1:
                    raise XServerUnavailable(str(error)) from error

    def close(self) -> None:
        """Ends the connection and the server."""
        self.display.close()
        self._end()

    def _start(self, program: str, screen: str) -> str:
        receiver, sender = os.pipe()
        try:
            self._process = subprocess.Popen(
                [program, "-displayfd", str(sender), "-screen", "0", screen, "-nolisten", "tcp"],
                pass_fds=(sender,),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        finally:
            os.close(sender)
        with os.fdopen(receiver) as answer:
            number = answer.readline().strip()  # ends without a line when the server does
        if not number:
            self._end()
            raise XServerUnavailable("Xvfb does not start here")
        return f":{number}"

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
