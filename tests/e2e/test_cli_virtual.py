"""``cardscope virtual`` as a script runs it: names, reader models, images, UIDs, and ports that cannot be had."""

import asyncio
import json
import re
import shlex
import signal
import socket
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cardscope.dumps import save
from cardscope.virtual.reader_models import reader_models
from cardscope.virtual.ready_cards import ready_card, ready_cards
from support.pcscd import READERS, PrivatePcscd
from support.program import Program, command, program

UID = "04A1B2C3D4E5F6"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), capture_output=True, text=True, timeout=30, check=False)


async def send(*commands: str, reader: str = READERS[0]) -> list[str]:
    """Data and status word of each answer of the card on ``reader``."""
    done = await asyncio.to_thread(run, "send", "--json", "--reader", reader, *commands)
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in done.stdout.splitlines()]
    return [record["data"] + (record["sw"] or "") for record in records]


async def send_approved(apdu: str) -> str:
    """The same for one command that the guard asks about first."""
    asked = await asyncio.to_thread(run, "send", "--json", apdu)
    done = await asyncio.to_thread(run, "send", "--json", "--approve", json.loads(asked.stdout)["approve"], apdu)
    record = json.loads(done.stdout)
    return record["data"] + record["sw"]


@asynccontextmanager
async def served(port: int, *arguments: str, reader: str = READERS[0]) -> AsyncGenerator[Program]:
    """``cardscope virtual ARGUMENTS``, once the service sees the card."""
    async with program("watch", "--json") as watch, program("virtual", *arguments, "--vpcd", str(port)) as card:
        while (await watch.record("card_inserted"))["reader"] != reader:
            pass
        yield card


def test_the_list_has_every_name_and_its_title() -> None:
    done = run("virtual", "--list")
    assert (done.returncode, done.stderr) == (0, "")
    rows = [re.split(r" {2,}", line, maxsplit=1) for line in done.stdout.splitlines()]
    assert rows == [[name, card.title] for name, card in ready_cards().items()]


def test_the_help_names_every_reader_model() -> None:
    text = " ".join(run("virtual", "--help").stdout.split())
    (listed,) = re.findall(r"which reader a virtual card is on: ([a-z0-9, ]+)", text)
    assert re.split(r", | or ", listed.split(" --")[0].strip()) == list(reader_models())


async def test_a_reader_model_brings_its_commands(pcscd: PrivatePcscd) -> None:
    async with served(pcscd.port, "ntag213", "--reader-model", "acr122u"):
        # Firmware without a status word; GET_VERSION through the PN532 (readers and dumps §1).
        firmware, version = await send("FF00480000", "FF00000003D44260")
        assert bytes.fromhex(firmware).startswith(b"ACR122U")
        assert version == "D543000004040201000F039000"


async def test_without_a_model_there_are_no_native_commands(pcscd: PrivatePcscd) -> None:
    async with served(pcscd.port, "ntag213"):
        assert await send("FF00000003D44260") == ["6D00"]


async def test_a_uid_of_ones_own(pcscd: PrivatePcscd) -> None:
    async with served(pcscd.port, "ntag213", "--uid", "04:a1:b2:c3:d4:e5:f6"):
        # BCC0 = 88 ^ 04 ^ A1 ^ B2 and BCC1 = C3 ^ D4 ^ E5 ^ F6 (ISO/IEC 14443-3).
        assert await send("FFCA000000", "FFB000000C") == [UID + "9000", "04A1B29F" + "C3D4E5F6" + "04480000" + "9000"]


async def test_an_image_with_pwd_and_pack_and_another_uid(pcscd: PrivatePcscd, tmp_path: Path) -> None:
    image = bytearray(ready_card("ntag213-url").make_tag().image)
    image[0x29 * 4 : 0x2D * 4] = bytes.fromhex("04000029 00050000 43415244 4F4B0000")
    path = tmp_path / "tag.bin"
    path.write_bytes(image)
    arguments = ("ntag213-password", "--image", str(path), "--uid", UID, "--reader-model", "acr1252u")
    async with served(pcscd.port, *arguments) as card:
        told = await card.line()
        uid, page_10, page_2c = await send("FFCA000000", "FFB0000A04", "FFB0002C04")
        pack = await send_approved("FF000000051B43415244")
    assert told.startswith("NTAG213 from tag.bin, UID 04 A1 B2 C3 D4 E5 F6, is on the virtual reader at")
    assert uid == UID + "9000"
    assert page_10 == image[40:44].hex().upper() + "9000"
    assert page_2c == "000000009000", "PACK is never read"
    assert pack == "4F4B9000"


async def test_a_dump_file_tells_the_chip_itself(pcscd: PrivatePcscd, tmp_path: Path) -> None:
    path = tmp_path / "tag.nfc"
    path.write_bytes(save(ready_card("ntag215-url").make_tag().snapshot(), "flipper").data)
    async with served(pcscd.port, "--image", str(path)) as card:
        told = await card.line()
        assert (await card.line()).startswith("The file shows page 86 as 00")
        (page_3,) = await send("FFB0000304")
    assert told.startswith("NTAG215 from tag.nfc, UID ")
    assert page_3 == "E1103E009000"


async def test_a_smart_card(pcscd: PrivatePcscd) -> None:
    async with served(pcscd.port, "teaching") as card:
        assert (await card.line()).startswith("Teaching card, T=1 is on the virtual reader at")
        assert "PIN 01 is 1234, its PUK 12345678" in await card.line()
        (selected,) = await send("00A4000C023F00")
        assert selected == "9000"


async def test_the_second_slot(pcscd: PrivatePcscd) -> None:
    async with served(pcscd.port + 1, "ntag213", reader=READERS[1]):
        assert await send("FFCA000000", reader=READERS[1]) == ["04213E13C013809000"]


async def test_it_ends_in_order(pcscd: PrivatePcscd) -> None:
    async with served(pcscd.port, "ntag213") as card:
        assert "NTAG213" in await card.line()
        code, errors = await card.end(signal.SIGTERM)
    assert code == 0
    assert not errors.replace(f"Waiting for the driver at 127.0.0.1:{pcscd.port}…\n", "")


async def test_what_opens_a_card_is_told_with_its_uid(pcscd: PrivatePcscd) -> None:
    async with served(pcscd.port, "ntag213-password") as card:
        assert (await card.line()).startswith("NTAG213 with a password, UID 04 51 3A 9C DE 6F 81, is on")
        told = await card.line()
    assert "43415244 (CARD)" in told
    assert "PACK is 4F4B" in told


def test_it_tells_what_it_waits_for() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as driver,
        subprocess.Popen(
            command("virtual", "ntag213", "--uid", f"0x{UID}", "--vpcd", str(driver.getsockname()[1])),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        assert process.stderr is not None
        link, _ = driver.accept()
        with link:
            assert process.stderr.readline() == f"Waiting for the driver at 127.0.0.1:{driver.getsockname()[1]}…\n"
            link.sendall(bytes.fromhex("0001 04"))
            assert "UID 04 A1 B2 C3 D4 E5 F6" in process.stdout.readline()
            process.terminate()
            _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")


def refused(*arguments: str) -> str:
    """What a wrong usage says on standard error, in words and without anything on standard output."""
    done = run("virtual", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nosuch",), ["'nosuch'", "cardscope virtual --list"]),
        (("ntag216-implnt",), ["Did you mean ntag216-implant?", "--list"]),
        (("ntag213", "--reader-model", "nosuch"), ["'nosuch'", "acr122u"]),
        (("ntag213", "--uid", "04A1B2"), ["7 bytes", "3"]),
        (("ntag213", "--uid", "04A1B2C3D4E5F607"), ["7 bytes", "8"]),
        (("ntag213", "--uid", "04A1B2C3D4E5FX"), ["“X”"]),
        (("ntag213", "--uid", ""), ["is empty", "7 bytes in hex"]),
        (("ntag213", "--uid", "0x"), ["is empty", "7 bytes in hex"]),
        (("ntag213", "--uid", "04A1B288D4E5F6"), ["fourth byte is 88", "ISO/IEC 14443-3"]),
        (("ntag213", "--uid", "0x88A1B2C3D4E5F6"), ["first byte is 88", "ISO/IEC 14443-3"]),
        (("ntag213", "--image", "/dev/zero"), ["/dev/zero", "more than 262144 bytes"]),
        (("teaching", "--uid", UID), ["no Type 2 tag"]),
        (("teaching", "--image", "any.bin"), ["no Type 2 tag"]),
        (("ntag213", "--image", "no/such/file.bin"), ["no/such/file.bin", "No such file"]),
        (("ntag213", "--vpcd", "65536"), ["65536"]),
        (("ntag213", "--vpcd", "host:"), ["host:"]),
        ((), ["Which card", "--list"]),
    ],
    ids=lambda value: "_".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_usage_is_told(arguments: tuple[str, ...], words: list[str]) -> None:
    said = refused(*arguments)
    assert all(word in said for word in words), said


def test_a_folder_is_no_image(tmp_path: Path) -> None:
    assert str(tmp_path) in refused("ntag213", "--image", str(tmp_path))


def test_an_image_of_another_size_is_refused_with_both_sizes(tmp_path: Path) -> None:
    path = tmp_path / "short.bin"
    path.write_bytes(bytes(179))
    said = refused("ntag213", "--image", str(path))
    assert all(word in said for word in ("short.bin", "180 bytes", "179 bytes"))


@pytest.mark.parametrize(("place", "name"), [(3, "BCC0"), (8, "BCC1")])
def test_an_image_with_a_wrong_check_byte_is_refused(tmp_path: Path, place: int, name: str) -> None:
    image = bytearray(ready_card("ntag213").make_tag().image)
    image[place] ^= 0x01
    path = tmp_path / "bad.bin"
    path.write_bytes(image)
    said = refused("ntag213", "--image", str(path))
    assert "bad.bin" in said
    assert name in said


def test_the_user_memory_alone_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "user.bin"
    path.write_bytes(bytes(888))
    said = refused("ntag216", "--image", str(path))
    assert all(word in said for word in ("user.bin", "924 bytes", "user memory of NTAG216 alone"))


def test_a_port_where_nobody_listens_is_named() -> None:
    with socket.socket() as bound:  # not listening, and nobody else can
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        done = run("virtual", "ntag213", "--vpcd", str(port))
    assert done.returncode == 4
    assert f"127.0.0.1:{port}" in done.stderr
    assert "vsmartcard-vpcd" in done.stderr


def test_a_port_of_another_program_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with subprocess.Popen(
            command("virtual", "ntag213", "--vpcd", str(port)), stderr=subprocess.PIPE, text=True
        ) as process:
            link, _ = server.accept()
            with link:
                link.sendall(b"220 mail.example.com ready\r\n")
                _, said = process.communicate(timeout=30)
    assert process.returncode == 4
    assert f"127.0.0.1:{port} is no virtual reader driver" in said


async def test_a_port_where_another_card_is_is_named(pcscd: PrivatePcscd) -> None:
    async with served(pcscd.port, "ntag213"):
        done = await asyncio.to_thread(run, "virtual", "ntag216", "--vpcd", str(pcscd.port))
        assert done.returncode == 4
        assert f"127.0.0.1:{pcscd.port}" in done.stderr
        assert "Another virtual card" in done.stderr
        assert await send("FFCA000000") == ["04213E13C013809000"], "the first one is left alone"


def documented_examples() -> list[str]:
    text = (Path(__file__).parents[2] / "docs" / "virtual-cards.md").read_text("utf-8")
    return re.findall(r"^ {4}cardscope (send --virtual ntag216 --reader-model .+)$", text, re.MULTILINE)


def test_there_is_an_example_of_every_reader_model_with_native_commands() -> None:
    models = [shlex.split(line)[4] for line in documented_examples()]
    assert models == [key for key in reader_models() if key != "generic"]


@pytest.mark.parametrize("line", documented_examples())
def test_a_documented_example_gets_the_version(line: str) -> None:
    done = run(*shlex.split(line), "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout.splitlines()[-1])
    # GET_VERSION of NTAG216 (data sheet, table 28).
    assert "0004040201001303" in record["data"]
    assert record["sw"] == (None if "identiv" in line else "9000")


def test_the_virtual_reader_of_other_commands_takes_a_model_too() -> None:
    done = run("send", "--virtual", "ntag213", "--reader-model", "acr1252u", "--json", "FF0000000160")
    record = json.loads(done.stdout)
    assert (record["data"], record["sw"]) == ("0004040201000F03", "9000")
