"""Virtual cards in the app as its user has it: found by a word, lent to the real PC/SC service, taken back."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.pcscd import READERS, REQUIRE_ALL, PrivatePcscd
from support.screen import Box, Screen, ScreenUnavailable
from support.window import window

READERS_LIST = Box(0, 28, 280, 860)
MAIN = Box(280, 28, 1440, 864)
UID = "04 85 F3 90 6B 2C 80"
"""Of the ready card ntag213-clone."""


@pytest.fixture
def screen() -> Iterator[Screen]:
    try:
        made = Screen()
    except ScreenUnavailable as reason:
        if REQUIRE_ALL:
            pytest.fail(f"must run here, but {reason}")
        pytest.skip(str(reason))
    with made:
        yield made


def remember_port(folder: Path, port: int) -> None:
    path = folder / "config" / "cardscope" / "window.ini"
    path.parent.mkdir(parents=True)
    path.write_text(f"[General]\nappearance=light\n[virtual_reader]\nvpcd_port={port}\n")


async def test_from_the_tiles_to_the_service_and_back(pcscd: PrivatePcscd, screen: Screen, tmp_path: Path) -> None:
    remember_port(tmp_path, pcscd.port)
    async with window(screen, tmp_path) as app:
        await app.shows(READERS[0], "Virtual reader", box=READERS_LIST)
        await app.click("reader", Box(0, 180, 150, 860))
        await app.shows("Choose a virtual card", "NTAG216 implant", box=MAIN)
        screen.key("F6")
        screen.type("clone")
        await app.shows_no("implant", box=MAIN)
        screen.key("Return")
        await app.shows(UID, "Virtual reader", box=MAIN)
        screen.key("Ctrl+Shift+P")
        await app.shows("Lent to PC/SC", "Take back", box=READERS_LIST)
        await app.shows(UID, READERS[0], box=MAIN)
        screen.key("Ctrl+Shift+P")
        await app.shows_no("Lent to PC/SC", box=READERS_LIST)
        await app.shows(UID, "Virtual reader", box=MAIN)


async def test_a_service_that_is_not_there_is_named_beside_the_reader(
    no_pcscd: PrivatePcscd, screen: Screen, tmp_path: Path
) -> None:
    remember_port(tmp_path, no_pcscd.port)
    async with window(screen, tmp_path, "--virtual", "ntag213-clone") as app:
        await app.shows(UID, box=MAIN)
        screen.key("Ctrl+Shift+P")
        await app.shows("No virtual reader driver", str(no_pcscd.port), box=READERS_LIST)
        await app.shows(UID, "Virtual reader", box=MAIN)
        await asyncio.to_thread(no_pcscd.start)
