"""Dump files in the app as its user has it: named on the command line, one of them asked about, one refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cardscope.dumps import save
from support.dump_files import ready_tag
from support.pcscd import REQUIRE_ALL, PrivatePcscd
from support.screen import Box, Screen, ScreenUnavailable
from support.window import window

SIDEBAR = Box(0, 28, 280, 860)
HEADER = Box(280, 28, 1440, 112)
MAIN = Box(280, 112, 1440, 864)
UID = "04 C5 A1 02 B3 6F 80"
"""Of the ready card ntag216-url."""


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


async def test_files_of_the_command_line_are_there_without_any_card(
    no_pcscd: PrivatePcscd, screen: Screen, tmp_path: Path
) -> None:
    damaged, plain, flipper = (tmp_path / name for name in ("damaged.nfc", "plain.mfd", "link.nfc"))
    flipper.write_bytes(save(ready_tag(), "flipper").data)
    damaged.write_bytes(flipper.read_bytes().replace(b"Page 30:", b"Page 3O:"))
    plain.write_bytes(save(ready_tag(), "raw").data)
    async with window(screen, tmp_path / "home", str(damaged), str(plain), str(flipper)) as app:
        await app.shows("NTAG216", "File", UID, box=HEADER)
        await app.shows("Save dump", "Write to a tag", "Open in virtual reader", box=MAIN)
        await app.shows("damaged.nfc", "Could not be opened", "plain.mfd", "Which chip is it", box=SIDEBAR)
        await app.click("plain.mfd", SIDEBAR)
        await app.shows("Which chip is plain.mfd of", "NTAG216F", box=MAIN)
        await app.click("damaged.nfc", SIDEBAR)
        await app.shows("damaged.nfc cannot be opened", "Line", "Open another file", box=MAIN)
        app.screen.key("Ctrl+W")
        await app.shows_no("damaged.nfc", box=SIDEBAR)
