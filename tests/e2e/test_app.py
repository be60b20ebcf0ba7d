"""The app as its user has it: its own process, a real window, real keys, the real PC/SC service, and what can be read.

Every run has to end in order: status 0, nothing on standard error, no process left (see ``support.window``).
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from cardscope_gui.theme import LIGHT
from support.cards import CONTACT_ATR, TYPE2_ATR, Do, RawCard
from support.events import TIMEOUT
from support.pcscd import READERS, REQUIRE_ALL, PrivatePcscd
from support.program import virtual_card
from support.screen import Box, Screen, ScreenUnavailable
from support.window import Window, window

READERS_LIST = Box(0, 28, 256, 860)
SERVICE_LINE = Box(0, 860, 256, 900)
HEADER = Box(256, 28, 1440, 112)
MAIN = Box(256, 28, 1440, 864)
CONSOLE = Box(256, 664, 1440, 900)

UID = "04 21 62 16 C0 16 80"
"""Of the ready card ntag216."""
ATR = TYPE2_ATR.hex(" ").upper()
GET_UID = bytes.fromhex("FFCA000000")
READ_BINARY = bytes.fromhex("00B0000000")
MUTE = bytes(34)  # longer than any ATR: the driver has a card and gets no sense out of it


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


@asynccontextmanager
async def inserted(card: RawCard, pcscd: PrivatePcscd) -> AsyncGenerator[RawCard]:
    """``card`` in the first reader. The driver may throw out a card that comes while a command to the last one fails:
    then it is put in again."""

    async def serve() -> None:
        while True:
            with suppress(ConnectionRefusedError):
                card.hung_up = False
                await card.serve(pcscd.port)
                if not card.hung_up:
                    return
            await asyncio.sleep(0.1)

    serving = asyncio.ensure_future(serve())
    try:
        yield card
    finally:
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving


def tag(uid: str = UID, atr: bytes = TYPE2_ATR, *, otherwise: bytes | Do = b"\x90\x00") -> RawCard:
    """A card behind a reader that tells its UID and refuses everything else that identification asks; it has one answer
    to all other commands."""

    def answer(command: bytes) -> bytes | Do:
        if command == GET_UID:
            return bytes.fromhex(uid) + b"\x90\x00"
        return b"\x63\x00" if _asks_what_it_is(command) else otherwise

    return RawCard(answer, atr)


def _asks_what_it_is(command: bytes) -> bool:
    return command[:2] in (b"\xff\x00", b"\xff\xc2", b"\xff\xb0")


def sent_by_the_user(card: RawCard) -> list[bytes]:
    """What reached the card, without what the app asked by itself."""
    return [command for command in card.commands if command != GET_UID and not _asks_what_it_is(command)]


async def identified(app: Window) -> None:
    """Waits until a :func:`tag` has been identified, as far as it can be."""
    await app.shows(UID, "Type 2 tag", box=HEADER)
    await app.shows_no("Identifying the card", box=MAIN)


async def send(app: Window, command: str) -> None:
    """Types ``command`` into the console and presses Return."""
    app.screen.key("Ctrl+L")
    app.screen.key("Ctrl+A")
    app.screen.type(command)
    app.screen.key("Return")


async def test_without_the_service_it_says_what_to_do_and_goes_on_when_the_service_comes(
    no_pcscd: PrivatePcscd, screen: Screen, tmp_path: Path
) -> None:
    async with window(screen, tmp_path) as app:
        await app.shows("The PC/SC service is stopped", "Run this in the terminal", box=MAIN)
        await app.shows("PC/SC service stopped", box=SERVICE_LINE)
        await app.shows_colour(LIGHT.bad, SERVICE_LINE)
        await asyncio.to_thread(no_pcscd.start)
        await app.shows(*READERS, box=READERS_LIST)
        await app.shows("PC/SC service running", box=SERVICE_LINE)
        await app.shows_colour(LIGHT.ok, SERVICE_LINE)
        await app.shows(f"Place a card on {READERS[0]}", box=MAIN)


async def test_the_doctor_names_the_cause_and_the_cure(no_pcscd: PrivatePcscd, screen: Screen, tmp_path: Path) -> None:
    async with window(screen, tmp_path) as app:
        await app.shows("The PC/SC service is stopped", box=MAIN)
        screen.key("F7")
        await app.shows("found", "The doctor only looks", "Copy report")
        screen.key("Escape")
        await app.shows_no("The doctor only looks")


async def test_a_card_comes_and_goes(pcscd: PrivatePcscd, screen: Screen, tmp_path: Path) -> None:
    async with window(screen, tmp_path) as app:
        await app.shows(READERS[0], "Empty", box=READERS_LIST)
        await app.shows(f"Place a card on {READERS[0]}", "tag flat on the reader", box=MAIN)
        async with virtual_card(pcscd):
            await app.shows(UID, READERS[0], "NTAG216", box=HEADER)
            await app.shows(READERS[0], "card in", "Recent cards", box=READERS_LIST)
            await app.shows_colour(LIGHT.ok, READERS_LIST)
            await app.shows(ATR[:47], "Contactless storage card", "888 bytes of user memory", box=MAIN)
            assert await asyncio.to_thread(screen.copied_by, "Ctrl+Shift+U") == UID
            assert await asyncio.to_thread(screen.copied_by, "Ctrl+Shift+A") == ATR
        await app.shows(f"Place a card on {READERS[0]}", box=MAIN)
        await app.shows_no(UID, "NTAG216", box=MAIN)
        await app.shows_no("card in", box=READERS_LIST)
        await app.shows("Recent cards", "NTAG216", UID, box=READERS_LIST)


async def test_a_command_typed_is_sent_and_its_answer_explained(
    pcscd: PrivatePcscd, screen: Screen, tmp_path: Path
) -> None:
    async with inserted(tag(otherwise=b"\x6a\x82"), pcscd) as card, window(screen, tmp_path) as app:
        await identified(app)
        before = len(card.commands)
        await send(app, "FF CA 00 00 00")
        await app.shows("GET DATA", "The card's UID", box=CONSOLE)
        await send(app, "00B0000000")
        await app.shows("6A 82", "File or application", "No data", box=CONSOLE)
        await app.shows_colour(LIGHT.ok, CONSOLE)
        assert card.commands[before:] == [GET_UID, READ_BINARY]


async def test_what_is_no_hex_is_explained_and_never_sent(pcscd: PrivatePcscd, screen: Screen, tmp_path: Path) -> None:
    async with inserted(tag(), pcscd) as card, window(screen, tmp_path) as app:
        await identified(app)
        await send(app, "FF CG")
        await app.shows("is no byte", "hex digits", box=CONSOLE)
        await app.shows_colour(LIGHT.bad, CONSOLE)
        await send(app, "00 B0 00 00 00")
        await app.shows_no("is no byte", box=CONSOLE)
        await app.shows("Read binary", box=CONSOLE)
        assert sent_by_the_user(card) == [READ_BINARY]


async def test_a_command_with_a_permanent_effect_is_held_back_until_it_is_agreed_to(
    pcscd: PrivatePcscd, screen: Screen, tmp_path: Path
) -> None:
    lock_page_3 = "FF D6 00 02 04 00 00 08 00"  # L3 is bit 3 of byte 2 (reference §1.1)
    async with inserted(tag(), pcscd) as card, window(screen, tmp_path) as app:
        await identified(app)
        await send(app, lock_page_3)
        await app.shows("Not sent: tick every permanent effect that you want", "page 3", box=CONSOLE)
        screen.key("Return")  # the answer that has the focus sends nothing
        await app.shows_no("Not sent", box=CONSOLE)
        await send(app, "00 B0 00 00 00")
        await app.shows("Read binary", box=CONSOLE)
        assert sent_by_the_user(card) == [READ_BINARY]

        await send(app, lock_page_3)
        await app.click("exactly", CONSOLE)  # dead until its effect is ticked
        await app.click("Makes", CONSOLE)
        assert sent_by_the_user(card) == [READ_BINARY]
        await app.click("exactly", CONSOLE)
        await app.shows_no("Not sent", box=CONSOLE)
        await app.shows("Update binary", box=CONSOLE)
        assert card.commands[-3:] == [READ_BINARY, GET_UID, bytes.fromhex(lock_page_3)]


async def test_a_virtual_card_needs_no_service(no_pcscd: PrivatePcscd, screen: Screen, tmp_path: Path) -> None:
    async with window(screen, tmp_path, "--virtual", "ntag216") as app:
        await app.shows("04 C5 A1 02 B3 6F 80", "Virtual reader", box=HEADER)
        await app.shows("NTAG216", "Remove", box=READERS_LIST)
        await send(app, "FF CA 00 00 00")
        await app.shows("PC/SC service stopped", box=SERVICE_LINE)
        screen.key("Ctrl+E")
        await app.shows_no("04 C5 A1 02 B3 6F 80", box=MAIN)


async def test_a_mute_card_is_told_and_a_good_one_after_it_shown(
    pcscd: PrivatePcscd, screen: Screen, tmp_path: Path
) -> None:
    async with window(screen, tmp_path) as app:
        async with inserted(tag(atr=MUTE), pcscd):
            await app.shows("The card does not answer", "try again", box=MAIN)
            await app.shows("No answer from the card", box=READERS_LIST)
            await app.shows_colour(LIGHT.warn, READERS_LIST)
        await app.shows(f"Place a card on {READERS[0]}", box=MAIN)
        async with inserted(tag(), pcscd):
            await app.shows(UID, box=HEADER)


async def test_a_swapped_card_leaves_nothing_of_the_one_before(
    pcscd: PrivatePcscd, screen: Screen, tmp_path: Path
) -> None:
    async with window(screen, tmp_path) as app:
        async with inserted(tag(), pcscd):
            await identified(app)
        # A swap within pcscd's 0.4 s between two looks at the driver is one that nobody is told of.
        await asyncio.to_thread(pcscd.wait_until_empty)
        async with inserted(tag(atr=CONTACT_ATR), pcscd) as card:
            await app.shows("Smart card", "Cards with contacts have no UID", CONTACT_ATR.hex(), box=HEADER)
            await app.shows_no(UID, "Type 2", box=HEADER)
            await send(app, "00 B0 00 00 00")
            await app.shows("Read binary", box=CONSOLE)
            assert card.commands == [READ_BINARY]


async def test_a_card_pulled_in_mid_command_is_told(pcscd: PrivatePcscd, screen: Screen, tmp_path: Path) -> None:
    async with window(screen, tmp_path) as app:
        async with inserted(tag(otherwise=Do.VANISH), pcscd):
            await identified(app)
            await send(app, "00 B0 00 00 00")
            await app.shows("in the middle of a command")
            await app.shows(f"Place a card on {READERS[0]}", box=MAIN)
        async with inserted(tag(), pcscd):
            await app.shows(UID, box=HEADER)


async def test_the_service_dies_in_mid_command_and_returns(pcscd: PrivatePcscd, screen: Screen, tmp_path: Path) -> None:
    async with window(screen, tmp_path) as app:
        async with inserted(tag(otherwise=Do.HANG), pcscd) as card:
            await identified(app)
            await stuck(app, card)
            await asyncio.to_thread(pcscd.kill)
            await app.shows("PC/SC service stopped", box=SERVICE_LINE)
            await app.shows("The PC/SC service is stopped", box=MAIN)
        await asyncio.to_thread(pcscd.start)
        await app.shows(f"Place a card on {READERS[0]}", box=MAIN)
        async with inserted(tag(), pcscd):
            await identified(app)
            await send(app, "00 B0 00 00 00")
            await app.shows("Read binary", "90 00", box=CONSOLE)


async def stuck(app: Window, card: RawCard) -> None:
    """Sends the command that ``card`` never answers."""
    card.got_command.clear()
    await send(app, "00 B0 00 00 00")
    async with asyncio.timeout(TIMEOUT):
        await card.got_command.wait()
    await app.shows("Sending", box=CONSOLE)


async def test_place_and_fold_are_remembered(no_pcscd: PrivatePcscd, screen: Screen, tmp_path: Path) -> None:
    chosen = Box(60, 40, 1360, 820)
    async with window(screen, tmp_path, "--virtual", "ntag216") as app:
        await app.shows("Send", "APDU console", box=CONSOLE)
        screen.key("F8")
        await app.shows_no("Send", box=CONSOLE)
        screen.place(chosen)
        await app.shows("PC/SC service stopped", box=Box(60, 780, 316, 820))
        screen.key("Ctrl+Q")
        await app.ended()
    async with window(screen, tmp_path, "--virtual", "ntag216") as app:
        await app.shows("PC/SC service stopped", "APDU console", "90 00", box=Box(60, 780, 1360, 820))
        assert screen.placed() == chosen
        await app.shows_no("Send")


@pytest.mark.parametrize("way", ["quit", "close", "terminate"])
async def test_it_ends_in_order_even_with_a_card_that_does_not_answer(
    way: str, pcscd: PrivatePcscd, screen: Screen, tmp_path: Path
) -> None:
    async with inserted(tag(otherwise=Do.HANG), pcscd) as card, window(screen, tmp_path) as app:
        await identified(app)
        await stuck(app, card)
        match way:
            case "quit":
                screen.key("Ctrl+Q")
            case "close":
                screen.ask_to_close()
            case _:
                app.terminate()
        await app.ended()


@pytest.mark.parametrize("way", ["quit", "close"])
async def test_it_ends_in_order_without_a_card(
    way: str, no_pcscd: PrivatePcscd, screen: Screen, tmp_path: Path
) -> None:
    async with window(screen, tmp_path) as app:
        await app.shows("The PC/SC service is stopped", box=MAIN)
        if way == "quit":
            screen.key("Ctrl+Q")
        else:
            screen.ask_to_close()
        await app.ended()


async def test_it_ends_when_told_with_unsaved_text_and_has_it_again_at_the_next_start(
    no_pcscd: PrivatePcscd, screen: Screen, tmp_path: Path
) -> None:
    async with window(screen, tmp_path) as app:
        await app.shows("The PC/SC service is stopped", box=MAIN)
        screen.key("Ctrl+Shift+B")
        await app.shows("Paste or type a script")
        screen.type("ff ca 00 00 00")
        await app.shows("FF CA 00 00 00")
        app.terminate()  # as the system does at logout: nobody is there to be asked
        await app.ended()
    async with window(screen, tmp_path) as app:
        await app.shows("The PC/SC service is stopped", box=MAIN)
        screen.key("Ctrl+Shift+B")
        await app.shows("FF CA 00 00 00", "was kept")
