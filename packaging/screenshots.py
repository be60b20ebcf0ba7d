"""Takes the pictures: the README's, and with ``--all DIR`` every state of the window in every look, to be looked over.

Started by dev.py with the project's own Python. The readers are those of a private PC/SC service, the card is virtual.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

# ruff: noqa: E402 - what the tests stand on is no package of its own
from support.pcscd import READERS, PcscdUnavailable, PrivatePcscd
from support.program import virtual_card
from support.screen import Box, Screen, ScreenUnavailable
from support.window import Window, window

README_PICTURE = ROOT / "packaging" / "screenshot.png"
SIZES = ((1440, 900), (1024, 640))
APPEARANCES = ("dark", "light")
CARD = ("ntag216-url", "acr122u")
"""The ready card and the reader model in front of it."""

STAGED = (((553, 241), "10"), ((489, 409), "41"))
"""Where bytes of pages 2 and 9 stand in the README's picture, and what is typed there."""

Take = Callable[[str], None]
"""Saves what is on the screen as the picture of that name."""


async def type_command(app: Window, command: str) -> None:
    """Puts ``command`` into the console in the place of what is there."""
    app.screen.key("Ctrl+L")
    app.screen.key("Ctrl+A")
    app.screen.type(command)


async def send(app: Window, command: str, shows: str) -> None:
    """Sends ``command`` from the console and waits for a word of what comes of it."""
    await type_command(app, command)
    app.screen.key("Return")
    await app.shows(shows)


async def identified(app: Window) -> None:
    """Waits until the card is known."""
    await app.shows("NTAG216", "nothing is locked yet")
    await app.shows_no("Identifying the card")


async def ask_a_little(app: Window) -> None:
    """Reads the card's message and asks for what a tag of its kind does not have."""
    await send(app, "FF B0 00 04 10", "Read binary")
    await send(app, "FF CA 01 00 00", "6A 81")


async def take_readme_picture(pcscd: PrivatePcscd, folder: Path) -> None:
    """The window with a card on a reader: its memory with a change staged, and a command about to be sent."""
    pcscd.start()
    with Screen(*SIZES[0]) as screen:
        async with virtual_card(pcscd, *CARD), window(screen, folder, appearance="dark") as app:
            await identified(app)
            await app.click("Memory", Box(280, 110, 500, 150))
            await app.shows("Static lock", "free pages")
            await ask_a_little(app)
            for place, typed in STAGED:
                screen.click(*place)
                screen.type(typed)
            await app.shows("1 permanent effect")
            screen.click(*STAGED[0][0])
            await type_command(app, "FF B0 00 E3 10")
            await app.shows("INS B0 READ BINARY")
            screen.picture().save(README_PICTURE, optimize=True)
    pcscd.stop()


async def take_all(pcscd: PrivatePcscd, readerless: PrivatePcscd, folder: Path, target: Path) -> None:
    """Every state in every look: ``STATE-APPEARANCE-WIDTHxHEIGHT.png`` in ``target``."""
    for appearance in APPEARANCES:
        for size in SIZES:
            look = f"{appearance}-{size[0]}x{size[1]}"
            with Screen(*size) as screen:

                def take(state: str, screen: Screen = screen, look: str = look) -> None:
                    path = target / f"{state}-{look}.png"
                    screen.picture().save(path, optimize=True)
                    print(path)

                await take_without_reader(readerless, screen, folder / look / "1", appearance, take)
                await take_without_service(pcscd, screen, folder / look / "2", appearance, take)
                await take_with_reader(pcscd, screen, folder / look / "3", appearance, take)


async def take_without_reader(
    readerless: PrivatePcscd, screen: Screen, folder: Path, appearance: str, take: Take
) -> None:
    os.environ["PCSCLITE_CSOCK_NAME"] = str(readerless.socket)
    readerless.start()
    async with window(screen, folder, appearance=appearance) as app:
        await app.shows("No reader connected")
        take("no-reader")
    readerless.stop()


async def take_without_service(pcscd: PrivatePcscd, screen: Screen, folder: Path, appearance: str, take: Take) -> None:
    os.environ["PCSCLITE_CSOCK_NAME"] = str(pcscd.socket)
    async with window(screen, folder, appearance=appearance) as app:
        await app.shows("service is stopped", "Run this in a terminal")
        take("service-stopped")
        screen.key("F7")
        await app.shows("found", "Copy report")
        take("doctor")


async def take_with_reader(pcscd: PrivatePcscd, screen: Screen, folder: Path, appearance: str, take: Take) -> None:
    os.environ["PCSCLITE_CSOCK_NAME"] = str(pcscd.socket)
    pcscd.start()
    async with window(screen, folder, appearance=appearance) as app:
        await app.shows(f"Place a card on {READERS[0]}")
        take("reader-empty")
        async with virtual_card(pcscd, *CARD):
            await identified(app)
            take("card")
            await ask_a_little(app)
            await type_command(app, "FF CG")
            await app.shows("is no byte")
            take("console-error")
            await send(app, "FF D6 00 02 04 00 00 08 00", "Not sent")
            take("refusal")
    pcscd.stop()


async def main(everything: Path | None) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        pcscd, readerless = PrivatePcscd(), PrivatePcscd(readers=False)
        for service in (pcscd, readerless):
            stack.callback(service.close)
        os.environ["PCSCLITE_CSOCK_NAME"] = str(pcscd.socket)
        await take_readme_picture(pcscd, folder)
        print(README_PICTURE)
        if everything is not None:
            await take_all(pcscd, readerless, folder, everything)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="dev.py screenshots", description="Take the pictures of the documentation.")
    parser.add_argument("--all", metavar="DIR", type=Path, help="also take every state of the window in every look")
    directory = parser.parse_args().all
    if directory is not None:
        directory.mkdir(parents=True, exist_ok=True)
    try:
        asyncio.run(main(directory))
    except (PcscdUnavailable, ScreenUnavailable) as reason:
        raise SystemExit(f"No pictures can be taken here: {reason}.") from reason
