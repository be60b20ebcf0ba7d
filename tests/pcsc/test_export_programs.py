"""Exported programs, as they are, on a real PC/SC service: what they send, print and refuse."""

import asyncio
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cardscope.events import CardInserted, Exchanged
from cardscope.export import CopyFormat, ExportedExchange, copied
from cardscope.guard import GuardRefusal
from cardscope.scripts import parse_script
from cardscope.service import CardService
from cardscope.virtual.ready_cards import ready_card
from support.events import Recorder
from support.inserted import Wiretap
from support.pcscd import READERS, REQUIRE_ALL
from support.rigs import PcscRig

PIN = "31323334"
"""Of the teaching card, in a VERIFY of reference 1."""
SESSION = ("00A4000C023F00", "00A4000C021001", "00B0000010", "00B0000004", "00A4000C029999", "00C0000000")
VERIFY = f"0020000104{PIN}"
SUFFIX = {
    CopyFormat.PYTHON: "py",
    CopyFormat.JAVA: "java",
    CopyFormat.C: "c",
    CopyFormat.OPENSC_TOOL: "sh",
    CopyFormat.SCRIPTOR: "script",
}
STOPS_AT_A_STATUS = (CopyFormat.PYTHON, CopyFormat.JAVA, CopyFormat.C)


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        if REQUIRE_ALL:
            pytest.fail(f"must run here, but there is no {name}")
        pytest.skip(f"there is no {name}")
    return found


def execute(form: CopyFormat, text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs the program as its own first lines say."""
    path = folder / f"CardCommands.{SUFFIX[form]}"
    path.write_text(text, "utf-8")
    match form:
        case CopyFormat.PYTHON:
            command = [sys.executable, "-W", "error", str(path)]
        case CopyFormat.JAVA:
            command = [tool("java"), str(path)]
        case CopyFormat.C:
            binary = str(folder / "commands")
            strict = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic"]
            compiler = [tool("gcc"), *strict, str(path), "-o", binary, "-I/usr/include/PCSC", "-lpcsclite"]
            subprocess.run(compiler, check=True, timeout=60)
            command = [binary]
        case CopyFormat.OPENSC_TOOL:
            tool("opensc-tool")
            command = ["sh", str(path)]
        case _:
            command = [tool("scriptor"), "-r", READERS[0], str(path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=folder)


def bytes_in(output: str) -> str:
    """All hex of an output without what separates it."""
    return re.sub(r"\s", "", output)


@pytest.fixture
async def card(rig: PcscRig, recorder: Recorder) -> Wiretap:
    tap = Wiretap(ready_card("teaching").make())
    await rig.insert(tap)
    await recorder.wait_for(CardInserted)
    return tap


async def recorded(service: CardService, *commands: str) -> list[ExportedExchange]:
    """What the card answers to ``commands``; it is free for other programs again."""
    session = service.session(READERS[0])
    assert session is not None
    sent: list[Exchanged] = []
    for command in map(bytes.fromhex, commands):
        try:
            sent.append(await session.send(command))
        except GuardRefusal as refusal:
            sent.append(await session.send(command, approval=refusal.digest))
    await session.release()
    return [ExportedExchange.of(each, clock=0.0, atr=session.atr) for each in sent]


@pytest.mark.parametrize("form", SUFFIX)
async def test_a_program_sends_the_same_and_prints_the_answers(
    form: CopyFormat, card: Wiretap, service: CardService, tmp_path: Path
) -> None:
    exchanges = await recorded(service, *SESSION)
    card.commands.clear()
    done = await asyncio.to_thread(execute, form, copied(exchanges, form), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [command.hex().upper() for command in card.commands] == list(SESSION)
    if form is CopyFormat.OPENSC_TOOL:
        assert done.stdout.count("Received (SW1=") == len(SESSION)
        assert "SW1=0x6A, SW2=0x82" in done.stdout
        return
    for each in exchanges:
        assert each.response is not None
        assert bytes_in(each.response.hex()).upper() in bytes_in(done.stdout)


@pytest.mark.parametrize("form", SUFFIX)
async def test_secrets_are_left_out_and_a_program_does_nothing_without_them(
    form: CopyFormat, card: Wiretap, service: CardService, tmp_path: Path
) -> None:
    exchanges = await recorded(service, SESSION[0], VERIFY, SESSION[1])
    card.commands.clear()
    text = copied(exchanges, form)
    assert PIN not in bytes_in(text)
    done = await asyncio.to_thread(execute, form, text, tmp_path)
    assert card.commands == []
    assert "SECRET_1" in done.stdout + done.stderr
    if form is not CopyFormat.SCRIPTOR:
        assert done.returncode != 0
    filled = {
        CopyFormat.PYTHON: lambda: text.replace('SECRET_1 = ""', f'SECRET_1 = "{PIN}"'),
        CopyFormat.JAVA: lambda: text.replace('SECRET_1 = ""', f'SECRET_1 = "{PIN}"'),
        CopyFormat.C: lambda: text.replace('SECRET_1 ""', f'SECRET_1 "{PIN}"'),
        CopyFormat.OPENSC_TOOL: lambda: f"SECRET_1={PIN}\n{text}",
        CopyFormat.SCRIPTOR: lambda: text.replace("exit\n", "").replace(
            "# 00 20 00 01 04 SECRET_1", "00 20 00 01 04 31 32 33 34"
        ),
    }[form]()
    done = await asyncio.to_thread(execute, form, filled, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [command.hex().upper() for command in card.commands] == [SESSION[0], VERIFY, SESSION[1]]


@pytest.mark.parametrize("form", SUFFIX)
async def test_secrets_are_in_it_when_they_are_asked_for(
    form: CopyFormat, card: Wiretap, service: CardService, tmp_path: Path
) -> None:
    exchanges = await recorded(service, VERIFY)
    card.commands.clear()
    done = await asyncio.to_thread(execute, form, copied(exchanges, form, include_secrets=True), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert card.commands == [bytes.fromhex(VERIFY)]


@pytest.mark.parametrize("form", STOPS_AT_A_STATUS)
async def test_a_program_ends_at_another_status_word(
    form: CopyFormat, card: Wiretap, service: CardService, tmp_path: Path
) -> None:
    (select, read) = await recorded(service, "00A4000C021001", "00B0000004")
    card.commands.clear()
    # Without the file selected there is nothing to read.
    (other,) = await recorded(service, "00A4000C023F00")
    card.commands.clear()
    done = await asyncio.to_thread(execute, form, copied([other, read, select], form), tmp_path)
    assert done.returncode == 1
    assert "expected 9000" in done.stderr
    assert [command.hex().upper() for command in card.commands] == ["00A4000C023F00", "00B0000004"]


@pytest.mark.parametrize("form", STOPS_AT_A_STATUS)
async def test_without_the_reader_of_that_name_the_first_is_taken(
    form: CopyFormat, card: Wiretap, service: CardService, tmp_path: Path
) -> None:
    exchanges = await recorded(service, SESSION[0])
    text = copied(exchanges, form)
    assert READERS[0] in text
    card.commands.clear()
    done = await asyncio.to_thread(execute, form, text.replace(READERS[0], "No such reader"), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Reader: {READERS[0]}" in done.stdout
    assert len(card.commands) == 1


async def test_the_script_is_one_for_cardscope_too(card: Wiretap, service: CardService) -> None:
    exchanges = await recorded(service, *SESSION)
    script = parse_script(copied(exchanges, CopyFormat.SCRIPTOR))
    assert [known.command.hex().upper() for known in script.known] == list(SESSION)


async def test_a_long_secret_can_be_filled_in(card: Wiretap, service: CardService, tmp_path: Path) -> None:
    """A private key of 4,096 bits takes more than a kilobyte."""
    secret = "4D" * 1100
    exchanges = await recorded(service, f"00DB3FFF00044C{secret}")
    text = copied(exchanges, CopyFormat.C)
    assert '#define SECRET_1 ""' in text
    filled_in = text.replace('#define SECRET_1 ""', f'#define SECRET_1 "{secret}"')
    done = await asyncio.to_thread(execute, CopyFormat.C, filled_in, tmp_path)
    assert "Fill in" not in done.stderr
    assert secret in bytes_in(done.stdout)
