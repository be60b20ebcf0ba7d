"""What a benchmark plays on: a PC/SC service, a screen and folders of its own, and programs that end with it."""

import asyncio
import os
import subprocess
import sys
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, Coroutine
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from support.pcscd import PcscdUnavailable, PrivatePcscd
from support.xserver import XServerUnavailable

from .results import NotMeasured
from .screen import Screen

PATIENCE = 20.0
"""How long (s) anything awaited may take before the benchmark counts as crashed."""

APP = str(Path(sys.executable).with_name("cardscope"))
"""The command that opens the app, as its users have it."""

_NOT_INHERITED = ("DISPLAY", "WAYLAND_DISPLAY", "PYTHONDONTWRITEBYTECODE")


class Stage:
    """The parts, each made when it is first asked for; leaving the stage ends them all."""

    def __init__(self, *, quick: bool) -> None:
        self.quick = quick
        """Whether fewer runs will do."""
        self._stack = ExitStack()
        self._screen: Screen | None = None
        self._pcscd: PrivatePcscd | None = None
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="cardscope-bench-")))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.close()

    def clear(self) -> None:
        """Waits until no card of an earlier benchmark is on a reader."""
        if self._pcscd is not None and self._pcscd.running:
            self._pcscd.wait_until_empty()

    @property
    def pcscd(self) -> PrivatePcscd:
        """The PC/SC service, running, with two readers. Raises NotMeasured where there can be none."""
        try:
            if self._pcscd is None:
                self._pcscd = PrivatePcscd()
                self._stack.callback(self._pcscd.close)
                os.environ["PCSCLITE_CSOCK_NAME"] = str(self._pcscd.socket)
            if not self._pcscd.running:
                self._pcscd.start()
        except PcscdUnavailable as reason:
            raise NotMeasured(str(reason)) from reason
        return self._pcscd

    @property
    def screen(self) -> Screen:
        """An X server without a monitor. Raises NotMeasured where there can be none."""
        if self._screen is None:
            try:
                self._screen = self._stack.enter_context(Screen())
            except XServerUnavailable as reason:
                raise NotMeasured(str(reason)) from reason
        return self._screen

    def environment(self, *, platform: str) -> dict[str, str]:
        """The environment for a program: Qt's `platform` (`xcb`: on the private screen), folders of its own, and the
        private PC/SC service."""
        private = {f"XDG_{kind}_HOME": str(self._folder / kind) for kind in ("CONFIG", "DATA", "CACHE", "STATE")}
        # Compiled modules are kept and found, as at any user's second start, without a trace in the checkout.
        private |= {"PYTHONPYCACHEPREFIX": str(self._folder / "compiled"), "QT_QPA_PLATFORM": platform}
        private["PCSCLITE_CSOCK_NAME"] = str(self.pcscd.socket)
        if platform == "xcb":
            private["DISPLAY"] = self.screen.name
        return {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED} | private

    @asynccontextmanager
    async def program(
        self, *command: str, environment: dict[str, str] | None = None, read: bool = False
    ) -> AsyncGenerator[Process]:
        """Runs `command`, off screen when no `environment` is given; leaving ends it. `read` gives its standard
        output, which is otherwise dropped."""
        process = await asyncio.create_subprocess_exec(
            *command,
            env=environment or self.environment(platform="offscreen"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if read else subprocess.DEVNULL,
        )
        try:
            yield process
        finally:
            await _end(process)

    @asynccontextmanager
    async def app(self) -> AsyncGenerator[Process]:
        """Runs the app on the private screen."""
        async with self.program(APP, environment=self.environment(platform="xcb")) as process:
            yield process

    @asynccontextmanager
    async def card(self) -> AsyncGenerator[None]:
        """A virtual NTAG216 on the first reader, in a process of its own."""
        async with self.program(APP, "virtual", "ntag216", "--vpcd", str(self.pcscd.port), read=True) as process:
            await line_of(process)
            yield


def child(name: str) -> tuple[str, ...]:
    """The command that runs `name` of the folder `programs`."""
    return (sys.executable, str(Path(__file__).parent / "programs" / f"{name}.py"))


async def line_of(process: Process) -> str:
    """The next line that the program writes. Raises RuntimeError when it ended instead."""
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        line = await process.stdout.readline()
    if not line:
        raise RuntimeError(f"the program ended with status {await process.wait()} instead of writing a line")
    return line.decode().rstrip()


async def _end(process: Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(3):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
    except asyncio.CancelledError:
        process.kill()
        raise


@asynccontextmanager
async def meanwhile(coroutine: Coroutine[Any, Any, None]) -> AsyncGenerator[None]:
    """Runs `coroutine` as a task of its own, which is cancelled at the end; what it raised is raised."""
    task = asyncio.create_task(coroutine)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
