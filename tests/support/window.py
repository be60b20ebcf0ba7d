"""CardScope's window as a user has it: a process of its own on a screen, its own settings, keys in and text out."""

import asyncio
import os
import re
import signal
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from PIL import Image

from support.program import command
from support.screen import TIMEOUT, Box, Screen, has_colour, read_text, read_words

# Characters that look so much alike that tesseract takes one for the other, by the one they are compared as.
_ALIKE = str.maketrans("ODQLI|SBGZU", "0001115862V")


# Which zeros and ones tesseract can tell from letters depends on the face, so the face is not left to the machine.
_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <match target="pattern">
    <test qual="any" name="family"><string>monospace</string></test>
    <edit name="family" mode="assign" binding="strong"><string>DejaVu Sans Mono</string></edit>
  </match>
  <match target="pattern">
    <test qual="all" name="family" compare="not_eq"><string>DejaVu Sans Mono</string></test>
    <edit name="family" mode="assign" binding="strong"><string>DejaVu Sans</string></edit>
  </match>
</fontconfig>
"""


class Window:
    """The running app. What it shows is looked for in parts of the screen, see :class:`~support.screen.Box`."""

    def __init__(self, process: asyncio.subprocess.Process, screen: Screen, errors: Path) -> None:
        self.process = process
        self.screen = screen
        self._errors = errors

    async def shows(self, *wanted: str, box: Box | None = None) -> None:
        """Waits until every one of ``wanted`` is to be read at the same time, in any case and any order."""
        await self._wait_for(lambda text: all(_flat(each) in text for each in wanted), box, f"to show {wanted}")

    async def shows_no(self, *unwanted: str, box: Box | None = None) -> None:
        """Waits until none of ``unwanted`` is to be read."""
        await self._wait_for(lambda text: not any(_flat(each) in text for each in unwanted), box, f"to lose {unwanted}")

    async def click(self, word: str, box: Box) -> None:
        """Waits until ``word`` is to be read in ``box`` and clicks on it."""
        places: list[Box] = []

        def look(picture: Image.Image) -> bool:
            places[:] = [place for text, place in read_words(picture) if _flat(text) == _flat(word)]
            return bool(places)

        assert await asyncio.to_thread(self.screen.wait_until, look, box), f"There is no “{word}” to click on."
        place = places[0]
        self.screen.click(box.left + (place.left + place.right) // 2, box.top + (place.top + place.bottom) // 2)

    async def shows_colour(self, colour: str, box: Box) -> None:
        """Waits until ``colour`` (``#RRGGBB``) is there."""
        shown = await asyncio.to_thread(self.screen.wait_until, lambda picture: has_colour(picture, colour), box)
        assert shown, f"{colour} is nowhere in {box}"

    async def _wait_for(self, fits: Callable[[str], bool], box: Box | None, what: str) -> None:
        read, found = "", False

        def look(picture: Image.Image) -> bool:
            nonlocal read, found
            read = read_text(picture)
            found = fits(_flat(read))
            return found or self.process.returncode is not None

        await asyncio.to_thread(self.screen.wait_until, look, box)
        if not found:
            state = "runs" if self.process.returncode is None else f"ended with {self.process.returncode}"
            picture = self._errors.with_suffix(".png")
            self.screen.picture().save(picture)
            raise AssertionError(
                f"The window was {what}, but within {TIMEOUT:.0f} s it did not. The program {state} and wrote: "
                f"{self.errors!r}. On the screen is ({picture}):\n{read}"
            )

    @property
    def errors(self) -> str:
        """What it wrote to standard error."""
        return self._errors.read_text()

    async def ended(self) -> None:
        """Waits for the end, which has to be in order: status 0, not a word on standard error, no process left."""
        async with asyncio.timeout(TIMEOUT):
            status = await self.process.wait()
        assert (status, self.errors) == (0, "")
        assert not _group_lives(self.process.pid)

    def terminate(self) -> None:
        """Tells it to end, as the system does at logout."""
        self.process.terminate()


@asynccontextmanager
async def window(screen: Screen, folder: Path, *arguments: str, appearance: str = "light") -> AsyncGenerator[Window]:
    """``cardscope ARGUMENTS`` on ``screen``, with its settings in ``folder``; at the end it has to end in order.

    ``appearance`` is what the settings say at the very first start.
    """
    settings = folder / "config" / "cardscope" / "window.ini"
    if not settings.exists():
        settings.parent.mkdir(parents=True)
        settings.write_text(f"[General]\nappearance={appearance}\n")
    for name in ("data", "cache", "state", "runtime"):
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    fonts = folder / "fonts.conf"
    fonts.write_text(_FONTS)
    environment = {
        **os.environ,
        "FONTCONFIG_FILE": str(fonts),
        **{f"XDG_{name.upper()}_HOME": str(folder / name) for name in ("config", "data", "cache", "state")},
        "XDG_RUNTIME_DIR": str(folder / "runtime"),
        "DISPLAY": screen.name,
        "QT_QPA_PLATFORM": "xcb",
        # No portal and no input method of the machine's own desktop takes part.
        "DBUS_SESSION_BUS_ADDRESS": "disabled:",
    }
    errors = folder / f"{time.monotonic_ns()}.stderr"
    with errors.open("wb") as sink:
        process = await asyncio.create_subprocess_exec(
            *command(*arguments), env=environment, stdin=asyncio.subprocess.DEVNULL, stderr=sink, start_new_session=True
        )
    started = Window(process, screen, errors)
    try:
        yield started
        if process.returncode is None:
            started.terminate()
        await started.ended()
    finally:
        if _group_lives(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _group_lives(leader: int) -> bool:
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return False
    return True


def _flat(text: str) -> str:
    """``text`` as it is compared: without spaces and case, look-alikes as one, and runs of zeros as one zero, whose
    number tesseract miscounts."""
    return re.sub("0+", "0", re.sub(r"[\s.…·—–-]", "", text.upper()).translate(_ALIKE))
