"""A private X server without a monitor: real windows, keys and mouse, and its picture read back as text.

There is no window manager on it. :class:`Screen` does what one would: it gives a new window the keyboard, moves it, and
asks it to close.
"""

import io
import os
import select
import shutil
import subprocess
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, NamedTuple, Self

from PIL import Image, ImageChops, ImageOps, ImageStat
from Xlib import XK, X
from Xlib.ext import damage, xtest
from Xlib.protocol import event as xevent

from support.xserver import XServer, XServerUnavailable

TIMEOUT = 20.0
"""How long (s) anything may take to appear before the test counts as failed: starting Qt on a busy machine included."""

_READING_SCALE = 3  # tesseract wants capitals of 20 pixels and more; the window's have 9
_MODIFIERS = {"Ctrl": "Control_L", "Shift": "Shift_L", "Alt": "Alt_L"}
_KEYSYMS = {" ": "space"}


class ScreenUnavailable(Exception):  # noqa: N818 - a reason to skip rather than an error
    """This machine has no X server to start or no program that reads pictures; the text says which."""


class Box(NamedTuple):
    """A part of the picture, in pixels; ``right`` and ``bottom`` lie outside."""

    left: int
    top: int
    right: int
    bottom: int


class Screen:
    """An Xvfb of its own, known to this process and its children alone. Raises ScreenUnavailable."""

    def __init__(self, width: int = 1440, height: int = 900) -> None:
        if shutil.which("tesseract") is None:
            raise ScreenUnavailable("tesseract is not installed")
        self.size = (width, height)
        try:
            self._server = XServer(width, height)
        except XServerUnavailable as reason:
            raise ScreenUnavailable(str(reason)) from reason
        self.name = self._server.name
        self._display: Any = self._server.display
        self._root: Any = self._display.screen().root
        self._display.damage_query_version()  # the extension does nothing before
        self._damage: int = self._root.damage_create(damage.DamageReportNonEmpty)
        self._painted: int = self._display.extension_event.DamageNotify
        self._root.change_attributes(event_mask=X.SubstructureNotifyMask)
        # It starts in the middle, where whatever is there would look pointed at.
        xtest.fake_input(self._display, X.MotionNotify, x=0, y=0)
        self._display.sync()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the server."""
        self._server.close()

    def picture(self, box: Box | None = None) -> Image.Image:
        """What is on the screen now, or on a part of it."""
        left, top, right, bottom = box or (0, 0, *self.size)
        size = (right - left, bottom - top)
        raw = self._root.get_image(left, top, *size, X.ZPixmap, 0xFFFFFFFF)
        return Image.frombytes("RGB", size, raw.data, "raw", "BGRX")

    def wait_until(
        self, fits: Callable[[Image.Image], bool], box: Box | None = None, *, timeout: float = TIMEOUT
    ) -> bool:
        """Looks at the screen until ``fits`` agrees with what is there, and tells whether it did within ``timeout`` s.

        X has no event for "this text is painted", but one for "something was painted" (the DAMAGE extension): after
        each of those the picture is looked at again.
        """
        deadline = time.monotonic() + timeout
        while True:
            self._display.damage_subtract(self._damage)
            picture = self.picture(box)
            painted = self._drain()
            if fits(picture):
                return True
            while not painted:
                left = deadline - time.monotonic()
                if left <= 0 or not select.select([self._display.fileno()], [], [], left)[0]:
                    return False
                painted = self._drain()

    def _drain(self) -> bool:
        """Deals with the events so far; whether something was painted."""
        painted = False
        while self._display.pending_events():
            event = self._display.next_event()
            painted |= event.type == self._painted
            # Menus and tool tips (override redirect) take the keyboard themselves if they want it.
            if event.type == X.MapNotify and not event.override:
                event.window.set_input_focus(X.RevertToPointerRoot, X.CurrentTime)
                # Inside the loop, since it may read events too, of which the socket then knows nothing any more.
                self._display.flush()
        return painted

    def windows(self) -> list[Any]:
        """The windows that are shown, the lowest first, without menus and tool tips."""
        shown: list[Any] = []
        for window in self._root.query_tree().children:
            attributes = window.get_attributes()
            if attributes.map_state == X.IsViewable and not attributes.override_redirect:
                shown.append(window)
        return shown

    def place(self, box: Box) -> None:
        """Moves and resizes the one window, as a user would."""
        (window,) = self.windows()
        window.configure(x=box.left, y=box.top, width=box.right - box.left, height=box.bottom - box.top)
        self._display.sync()

    def placed(self) -> Box:
        """Where the one window is."""
        (window,) = self.windows()
        geometry = window.get_geometry()
        return Box(geometry.x, geometry.y, geometry.x + geometry.width, geometry.y + geometry.height)

    def ask_to_close(self) -> None:
        """Asks the topmost window to close, as the button in its frame would."""
        window = self.windows()[-1]
        protocols, delete = (self._display.intern_atom(name) for name in ("WM_PROTOCOLS", "WM_DELETE_WINDOW"))
        window.send_event(
            xevent.ClientMessage(window=window, client_type=protocols, data=(32, [delete, X.CurrentTime, 0, 0, 0]))
        )
        self._display.sync()

    def type(self, text: str) -> None:
        """Presses the keys that write ``text``: letters, digits and spaces."""
        for character in text:
            self._press([], XK.string_to_keysym(_KEYSYMS.get(character, character)))

    def key(self, keys: str) -> None:
        """Presses one combination, written as ``Ctrl+Shift+U`` or ``Return``."""
        *held, last = keys.split("+")
        name = last.lower() if len(last) == 1 else last
        self._press([_MODIFIERS[modifier] for modifier in held], XK.string_to_keysym(name))

    def _press(self, held: list[str], keysym: int) -> None:
        code = self._display.keysym_to_keycode(keysym)
        assert code, f"no key for keysym {keysym:#x}"
        if self._display.keycode_to_keysym(code, 0) != keysym:
            held = [*held, "Shift_L"]
        codes = [*(self._display.keysym_to_keycode(XK.string_to_keysym(name)) for name in held), code]
        for each in codes:
            xtest.fake_input(self._display, X.KeyPress, each)
        for each in reversed(codes):
            xtest.fake_input(self._display, X.KeyRelease, each)
        self._display.sync()

    def click(self, x: int, y: int) -> None:
        """Presses the left mouse button at ``x``, ``y``."""
        xtest.fake_input(self._display, X.MotionNotify, x=x, y=y)
        xtest.fake_input(self._display, X.ButtonPress, 1)
        xtest.fake_input(self._display, X.ButtonRelease, 1)
        self._display.sync()

    def copied_by(self, keys: str) -> str:
        """Presses ``keys`` and returns the text that they put on the clipboard; empty when they copy nothing."""
        clipboard, as_text, place = (
            self._display.intern_atom(name) for name in ("CLIPBOARD", "UTF8_STRING", "COPIED_TEXT")
        )
        asking = self._root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
        # Whoever owns the clipboard is told when another program takes it.
        asking.set_selection_owner(clipboard, X.CurrentTime)
        self.key(keys)
        text = ""
        if self._next(X.SelectionClear):
            asking.convert_selection(clipboard, as_text, place, X.CurrentTime)
            if self._next(X.SelectionNotify):
                text = asking.get_full_property(place, as_text).value.decode()
        asking.destroy()
        return text

    def _next(self, kind: int) -> bool:
        """Waits for an event of that kind; whether it came."""
        deadline = time.monotonic() + TIMEOUT
        self._display.flush()
        while True:
            while self._display.pending_events():
                if self._display.next_event().type == kind:
                    return True
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._display.fileno()], [], [], left)[0]:
                return False


def read_text(picture: Image.Image) -> str:
    """The text in ``picture``, line by line, as far as tesseract can read it."""
    return _tesseract(picture)


def read_words(picture: Image.Image) -> list[tuple[str, Box]]:
    """The words in ``picture`` and where they stand."""
    words: list[tuple[str, Box]] = []
    for line in _tesseract(picture, "tsv").splitlines()[1:]:
        *_, left, top, width, height, _confidence, word = line.split("\t")
        if word.strip():
            x, y, w, h = (int(each) // _READING_SCALE for each in (left, top, width, height))
            words.append((word, Box(x, y, x + w, y + h)))
    return words


def _tesseract(picture: Image.Image, *output: str) -> str:
    grey = picture.convert("L")
    if ImageStat.Stat(grey).median[0] < 128:
        grey = ImageOps.invert(grey)
    large = ImageOps.scale(grey, _READING_SCALE, Image.Resampling.LANCZOS)
    data = io.BytesIO()
    large.save(data, "PNG", compress_level=1)
    # Page segmentation 11: scattered text in no order, which is what a window is.
    done = subprocess.run(
        ["tesseract", "-", "-", "-l", "eng", "--dpi", "288", "--psm", "11", *output],
        input=data.getvalue(),
        capture_output=True,
        check=True,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},  # its threads wait for one another more than they work
    )
    return done.stdout.decode()


def has_colour(picture: Image.Image, colour: str, *, least: int = 4) -> bool:
    """Whether at least ``least`` pixels have ``colour`` (``#RRGGBB``), give or take what smoothed edges cost."""
    difference = ImageChops.difference(picture, Image.new("RGB", picture.size, colour))
    red, green, blue = difference.split()
    worst = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return sum(worst.histogram()[:9]) >= least
