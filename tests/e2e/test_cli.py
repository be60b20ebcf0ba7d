"""The command as a script runs it, on the real PC/SC service and with a virtual card of its own."""

import asyncio
import json
import os
import shlex
import signal
import subprocess

import pytest

from support.cards import TYPE2_ATR, Do, RawCard
from support.events import TIMEOUT
from support.pcscd import READERS, PrivatePcscd
from support.program import command, program, virtual_card

UID = "04216216C01680"
"""Of the ready card ntag216."""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), capture_output=True, text=True, timeout=30, check=False)


async def run_async(*arguments: str) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(run, *arguments)


def one_sentence(text: str) -> bool:
    return bool(text.strip()) and "Traceback" not in text and "Error:" not in text


async def test_readers_lists_them_with_their_state(pcscd: PrivatePcscd) -> None:
    async with virtual_card(pcscd):
        done = await run_async("readers", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == [
        {"name": READERS[0], "kind": "pcsc", "state": "present", "atr": TYPE2_ATR.hex().upper()},
        {"name": READERS[1], "kind": "pcsc", "state": "empty", "atr": None},
    ]


async def test_watch_reports_one_object_a_line(pcscd: PrivatePcscd) -> None:
    async with program("watch", "--json") as watch:
        service = await watch.record("service")
        assert service["state"] == "running"
        assert {(await watch.record("reader_added"))["reader"] for _ in READERS} == set(READERS)
        async with program("virtual", "ntag216", "--vpcd", str(pcscd.port)):
            inserted = await watch.record("card_inserted")
        removed = await watch.record("card_removed")
        assert inserted["reader"] == removed["reader"] == READERS[0]
        assert inserted["atr"] == TYPE2_ATR.hex().upper()
        assert inserted["insertion"] == removed["insertion"]
        assert service["t"] <= inserted["t"] < removed["t"]
        await asyncio.to_thread(pcscd.stop)
        assert (await watch.record("reader_removed"))["reader"] in READERS
        assert (await watch.record("service"))["state"] == "stopped"
        assert await watch.end() == (0, "")


async def test_the_first_of_two_cards_is_taken_and_the_other_named(pcscd: PrivatePcscd) -> None:
    second = program("virtual", "ntag213", "--vpcd", str(pcscd.port + 1))
    async with program("watch", "--json") as watch, virtual_card(pcscd), second:
        while (await watch.record("card_inserted"))["reader"] != READERS[1]:
            pass
        for arguments in (["inspect", "--json"], ["send", "--json", "FFCA000000"]):
            done = await run_async(*arguments)
            assert done.returncode == 0
            assert UID in done.stdout
            assert done.stderr.index(READERS[0]) < done.stderr.index(READERS[1])
            assert "--reader" in done.stderr
            assert (await run_async(*arguments, "--reader", READERS[0])).stderr == ""


async def test_send_prints_one_object_an_apdu(pcscd: PrivatePcscd) -> None:
    async with virtual_card(pcscd):
        done = await run_async("send", "--json", "FF CA 00 00 00", "ffb0000310", "FF:B0:00:F0:10")
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [{key: record[key] for key in ("command", "data", "sw", "meaning")} for record in records] == [
        {"command": "FFCA000000", "data": UID, "sw": "9000", "meaning": "Success"},
        # Pages 3 to 6 of a factory-fresh NTAG216: CC and the empty message (reference §1.0).
        {"command": "FFB0000310", "data": "E1106D000300FE000000000000000000", "sw": "9000", "meaning": "Success"},
        {"command": "FFB000F010", "data": "", "sw": "6300", "meaning": records[2]["meaning"]},
    ]
    assert all(record["ms"] > 0 for record in records)


async def test_a_permanent_command_is_refused_before_anything_is_sent_and_passes_with_its_digest(
    pcscd: PrivatePcscd,
) -> None:
    lock_page_3 = "FFD6000204" + "00000800"  # L3 is bit 3 of byte 2 (reference §1.1)
    async with virtual_card(pcscd):
        refused = await run_async("send", "--json", "FFD6000804CAFEBABE", lock_page_3)
        untouched = await run_async("send", "--json", "FFB0000204", "FFB0000804")
        assert refused.returncode == 3, refused.stderr
        record = json.loads(refused.stdout)
        wrong = await run_async("send", "--approve", "0" * 16, lock_page_3)
        passed = await run_async("send", "--json", "--approve", record["approve"], lock_page_3)
        locked = await run_async("send", "--json", "FFB0000204")
    assert record["refused"] is True
    assert any(hazard["permanent"] for hazard in record["hazards"])
    assert all(hazard["text"] and hazard["code"] for hazard in record["hazards"])
    assert [json.loads(line)["data"] for line in untouched.stdout.splitlines()] == ["40480000", "00000000"]
    assert "APDU 2 of 2, FF D6 00 02 04 00 00 08 00" in refused.stderr
    assert wrong.returncode == 3
    assert json.loads(passed.stdout)["sw"] == "9000"
    assert json.loads(locked.stdout)["data"] == "40480800"


async def test_a_card_pulled_in_mid_command_is_told_and_exits_4(pcscd: PrivatePcscd) -> None:
    card = RawCard(lambda _command: Do.VANISH)
    async with program("watch", "--json") as watch:
        serving = asyncio.ensure_future(card.serve(pcscd.port))
        await watch.record("card_inserted")
        done = await run_async("send", "00B0000000")
        await serving
    assert done.returncode == 4
    assert "in the middle of a command" in done.stderr
    assert one_sentence(done.stderr)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["send", "FFGA"], 2, "Position 3: found “G”"),
        (["send", "FFA"], 2, "one more hex digit"),
        (["send", ""], 2, "at least one byte"),
        (["send", "FF", "CA", "00", "00", "00"], 2, "in quotes"),
        (["send"], 2, "APDU"),
        (["bogus"], 2, "bogus"),
        (["readers", "--bogus"], 2, "--bogus"),
        (["virtual"], 2, "--list"),
        (["virtual", "nonsense"], 2, "cardscope virtual --list"),
        (["virtual", "ntag216-implnt"], 2, "Did you mean ntag216-implant?"),
        (["virtual", "ntag216", "--vpcd", "host:99999"], 2, "port"),
        (["virtual", "ntag216", "--vpcd", "127.0.0.1:1"], 4, "127.0.0.1:1"),
        (["inspect", "--virtual", "nonsense"], 2, "cardscope virtual --list"),
        (["send", "--reader", "Acme", "FFCA000000"], 4, READERS[1]),
        (["send", "--reader", "Virtual PCD", "FFCA000000"], 4, "more than one"),
        (["send", "--reader", "Virtual PCD", "FFCA000000"], 4, "Give more of the name"),
        (["inspect", "--reader", READERS[1]], 4, READERS[1]),
    ],
)
def test_errors_are_sentences_with_the_right_exit_code(
    pcscd: PrivatePcscd, arguments: list[str], code: int, says: str
) -> None:
    done = run(*arguments)
    assert done.returncode == code
    assert says in done.stderr
    assert one_sentence(done.stderr)
    assert done.stdout == ""


def test_without_the_service_every_command_says_so(no_pcscd: PrivatePcscd) -> None:
    for arguments in (["readers", "--json"], ["inspect"], ["send", "FFCA000000"]):
        done = run(*arguments)
        assert done.returncode == 4
        assert "not running" in done.stderr
        assert one_sentence(done.stderr)


def test_a_virtual_card_needs_no_service(no_pcscd: PrivatePcscd) -> None:
    done = run("send", "--json", "--virtual", "ntag216", "FFB0000404")
    assert json.loads(done.stdout)["data"].startswith("03")
    assert done.returncode == 0
    assert json.loads(run("readers", "--json", "--virtual", "ntag216").stdout)[0]["kind"] == "virtual"


@pytest.mark.parametrize("options", [(), ("--json", "--reader", "Virtual reader", "--reader-model", "acr122u")])
def test_a_refusal_shows_the_line_that_sends_it(no_pcscd: PrivatePcscd, options: tuple[str, ...]) -> None:
    def told(done: subprocess.CompletedProcess[str]) -> list[str]:
        assert done.returncode == 3
        (line,) = [line for line in done.stderr.splitlines() if line.startswith("cardscope send ")]
        return shlex.split(line)

    locks = ("FFD600020400000800", "FFD600020400001000")
    first = told(run("send", "--virtual", "ntag216", *options, "FFB0000204", *locks))
    second = told(run(*first[1:]))
    assert second[-3:] == ["FF B0 00 02 04", "FF D6 00 02 04 00 00 08 00", "FF D6 00 02 04 00 00 10 00"]
    assert second.count("--approve") == 2
    done = run(*second[1:])
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("9000") == 3
    assert ("--json" in second) is ("--json" in options)


def test_virtual_lists_its_cards() -> None:
    done = run("virtual", "--list")
    names = [line.split()[0] for line in done.stdout.splitlines()]
    assert {"ntag213", "ntag215", "ntag216", "ntag216-url"} <= set(names)


def test_doctor_finds_the_stopped_service_and_changes_nothing(no_pcscd: PrivatePcscd) -> None:
    before = sorted(os.listdir(no_pcscd.socket.parent))  # noqa: PTH208 - names are enough
    done = run("doctor", "--json")
    findings = json.loads(done.stdout)
    assert done.returncode == 0
    assert {"code", "level", "title", "cure"} <= set(findings[0])
    assert findings[0]["level"] == "problem"
    assert findings[0]["code"] in ("socket-redirected", "socket-stale", "service-stopped")
    assert findings[0]["cure"]
    assert sorted(os.listdir(no_pcscd.socket.parent)) == before  # noqa: PTH208


def test_doctor_is_content_with_a_running_service(pcscd: PrivatePcscd) -> None:
    findings = json.loads(run("doctor", "--json").stdout)
    assert "service-running" in {finding["code"] for finding in findings if finding["level"] == "ok"}


async def test_a_pipe_that_closes_early_is_no_error(pcscd: PrivatePcscd) -> None:
    process = await asyncio.create_subprocess_shell(
        " ".join(command("watch", "--json")) + " | head -n 1",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(TIMEOUT):
        output, errors = await process.communicate()
    assert json.loads(output)["event"] == "service"
    assert errors == b""


async def test_virtual_ends_in_order_when_terminated(pcscd: PrivatePcscd) -> None:
    async with virtual_card(pcscd) as card:
        code, errors = await card.end(signal.SIGTERM)
    assert code == 0
    assert not errors.replace(f"Waiting for the driver at 127.0.0.1:{pcscd.port}…\n", "")


def test_without_a_display_the_window_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    done = run()
    assert done.returncode == 4
    assert "no display" in done.stderr
    assert one_sentence(done.stderr)
