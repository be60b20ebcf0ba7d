"""The ``cardscope`` command as a process of its own."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from support.events import TIMEOUT
from support.pcscd import PrivatePcscd


def command(*arguments: str) -> list[str]:
    """What to start for ``cardscope ARGUMENTS``."""
    return [sys.executable, "-m", "cardscope.cli", *arguments]


class Program:
    """A running command and its output, line by line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def line(self) -> str:
        assert self.process.stdout is not None
        async with asyncio.timeout(TIMEOUT):
            return (await self.process.stdout.readline()).decode().rstrip("\n")

    async def record(self, event: str) -> dict[str, Any]:
        """The next JSON line about ``event``."""
        while True:
            record = json.loads(await self.line())
            if record["event"] == event:
                return record

    async def end(self, how: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        """Interrupts it; its exit code and what it wrote to standard error."""
        if self.process.returncode is None:
            self.process.send_signal(how)
        async with asyncio.timeout(TIMEOUT):
            _, errors = await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode, errors.decode()


@asynccontextmanager
async def program(*arguments: str) -> AsyncGenerator[Program]:
    """``cardscope ARGUMENTS``, interrupted at the end unless it ended by itself."""
    process = await asyncio.create_subprocess_exec(
        *command(*arguments), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    started = Program(process)
    try:
        yield started
    finally:
        await started.end()


@asynccontextmanager
async def virtual_card(pcscd: PrivatePcscd, name: str = "ntag216", model: str = "generic") -> AsyncGenerator[Program]:
    """``cardscope virtual`` with the card in the first reader, behind the reader ``model``, seen by the service."""
    serve = ("virtual", name, "--reader-model", model, "--vpcd", str(pcscd.port))
    async with program("watch", "--json") as watch, program(*serve) as card:
        await watch.record("card_inserted")
        yield card
