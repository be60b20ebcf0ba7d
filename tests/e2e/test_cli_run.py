"""``cardscope run`` as a script runs it; and beside scriptor of pcsc-tools, whose scripts it reads."""

import asyncio
import json
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cardscope_resources import resource
from support.cards import RawCard
from support.events import TIMEOUT
from support.pcscd import READERS, REQUIRE_ALL, PrivatePcscd
from support.program import Program, command, program, virtual_card
from support.script_bench import LOCK_PAGE_3


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command("run", *arguments), input=stdin, capture_output=True, text=True, timeout=30, check=False
    )


async def run_async(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(run, *arguments, stdin=stdin)


def records(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


@pytest.fixture
def script(tmp_path: Path) -> Any:
    def write(text: str | bytes) -> str:
        path = tmp_path / "a script.txt"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return str(path)

    return write


# What is printed


def test_one_object_a_step_and_one_at_the_end(no_pcscd: PrivatePcscd, script: Any) -> None:
    text = "reset\nFF CA 00 00 00\nexpect 90 00\nFF B0 00 F0 10\nexpect 90 00\nFF B0 00 03 04\n"
    done = run("--json", "--virtual", "ntag216", script(text))
    reset, uid, outside, container, summary = records(done.stdout)
    assert (done.returncode, done.stderr) == (1, "")
    assert all(record.pop("ms") >= 0 for record in (reset, uid, outside, container, summary))
    assert reset == {
        "step": 1,
        "line": 1,
        "kind": "reset",
        "verdict": "done",
        "atr": "3B8F8001804F0CA0000003060300030000000068",
        "problems": [],
    }
    assert uid == {
        "step": 2,
        "line": 2,
        "kind": "command",
        "verdict": "passed",
        "command": "FFCA000000",
        "data": "04C5A102B36F80",
        "sw": "9000",
        "meaning": "Success",
        "follow_ups": [],
        "problems": [],
    }
    assert (outside["verdict"], outside["line"], outside["data"], outside["sw"]) == ("failed", 4, "", "6300")
    assert outside["problems"] == [f"Expected the status word 90 00, got 63 00 ({outside['meaning']})."]
    assert (container["verdict"], container["data"]) == ("done", "E1106D00")
    assert summary == {"summary": "completed", "steps": 4, "passed": 1, "failed": 1, "done": 2}


def test_follow_ups_are_in_the_step_that_called_for_them(no_pcscd: PrivatePcscd, script: Any) -> None:
    text = "follow 61/6C on\n00 A4 00 00 02 10 01\nexpect 90 00\n"
    done = run("--json", "--virtual", "teaching-t0", script(text))
    step, summary = records(done.stdout)
    assert done.returncode == 0
    (follow_up,) = step["follow_ups"]
    assert (step["command"], step["sw"]) == ("00A40000021001", "9000")
    assert (follow_up["command"], follow_up["data"], follow_up["sw"]) == ("00C000001E", step["data"], "9000")
    assert set(follow_up) == {"command", "data", "sw", "meaning", "ms"}
    assert summary["summary"] == "completed"


def test_a_table_for_people(no_pcscd: PrivatePcscd, script: Any) -> None:
    text = "FF CA 00 00 00\nexpect data 05 *\n"
    done = run("--virtual", "ntag216", script(text))
    assert done.returncode == 1
    step, answer, problem, summary = done.stdout.splitlines()
    assert step.split()[:2] == ["1", "failed"]
    assert step.endswith("> FF CA 00 00 00  Get data: UID")
    assert answer.strip() == "< 04 C5 A1 02 B3 6F 80  9000 Success"
    assert problem.strip() == "! Expected data 05 *, got 04 C5 A1 02 B3 6F 80."
    assert summary.startswith("1 step, 0 passed, 1 failed.")


def test_the_script_may_come_from_the_standard_input(no_pcscd: PrivatePcscd) -> None:
    done = run("--json", "--virtual", "ntag216", "-", stdin="FF CA 00 00 00\nexpect 90 00\n")
    assert done.returncode == 0
    assert records(done.stdout)[0]["data"] == "04C5A102B36F80"


def test_scripts_of_other_times_and_systems_are_read(no_pcscd: PrivatePcscd, script: Any) -> None:
    for text in (b"# caf\xe9\r\nFF CA 00 00 00\r\n", "\ufeff# café\nffca000000".encode()):
        assert run("--virtual", "ntag216", script(text)).returncode == 0


@pytest.mark.parametrize("name", ["read_type4_ndef", "status_words"])
def test_the_examples_run_on_a_reader_model_that_is_asked_for(no_pcscd: PrivatePcscd, name: str) -> None:
    path = str(resource(f"scripts/{name}.script"))
    done = run("--virtual", "teaching-contactless", "--reader-model", "acr1252u", path)
    assert (done.returncode, done.stderr) == (0, "")


# Exit codes


@pytest.mark.usefixtures("no_pcscd")
@pytest.mark.parametrize(
    ("text", "arguments", "code", "says"),
    [
        ("FF CA 00 00 00", [], 0, ""),
        ("FF CA 00 00 00\nexpect 6A 82", [], 1, ""),
        ("FF CA 00 00 00\nrequire 6A 82\nFF CA 00 00 00", [], 1, ""),
        ("FF CA 00 00 00\nFF B0 00 $data[9] 04", [], 1, ""),
        ("FF CA 00 00 00\n00 A4 0G", [], 2, "Line 2, column 8: found “G”, expected a hex digit"),
        ("FF CA 00 00 00\n00 A4 0G", [], 2, "00 A4 0G\n       ^"),
        (LOCK_PAGE_3, [], 3, "Line 1: FF D6 00 02 04 00 00 08 00"),
        ("FF CA 00 00 00", ["--reader", "Acme"], 4, "No reader is named “Acme”"),
        ("wait for card\nFF CA 00 00 00", ["--reader", "Acme"], 4, "No reader is named “Acme”"),
        ("FF CA 00 00 00\nremove card within 1 s", [], 4, "was not taken from “Virtual reader” within 1 s"),
    ],
)
def test_exit_codes(script: Any, text: str, arguments: list[str], code: int, says: str) -> None:
    done = run("--virtual", "ntag216", *arguments, script(text))
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert bool(says) == bool(done.stderr)
    assert "Traceback" not in done.stderr
    if code in (2, 3):
        assert done.stdout == ""


def test_a_file_that_is_not_there_and_a_service_that_does_not_run(no_pcscd: PrivatePcscd, script: Any) -> None:
    done = run("--virtual", "ntag216", "/nowhere/script")
    assert (done.returncode, done.stdout) == (2, "")
    assert "/nowhere/script cannot be read" in done.stderr
    for text in ("FF CA 00 00 00", "wait for card"):
        done = run(script(text))
        assert done.returncode == 4
        assert "not running" in done.stderr


# The guard


async def test_a_script_is_refused_as_a_whole_and_passes_with_all_its_digests(pcscd: PrivatePcscd, script: Any) -> None:
    path = script(f"FF D6 00 08 04 CA FE BA BE\nrepeat 2\n{LOCK_PAGE_3}\nend\nFF D6 00 03 04 E1 10 6D 0F\n")
    async with virtual_card(pcscd):
        refused = await run_async("--json", path)
        assert refused.returncode == 3, refused.stderr
        first, second, summary = records(refused.stdout)
        assert summary == {"summary": "refused", "steps": 0, "passed": 0, "failed": 0, "done": 0, "ms": 0}
        assert (first["refused"], first["line"], first["times"]) == (True, 3, 2)
        assert (second["line"], second["times"], second["command"]) == (5, 1, "FFD6000304E1106D0F")
        assert all(hazard["code"] and hazard["text"] for hazard in first["hazards"])
        assert any(hazard["permanent"] for hazard in first["hazards"])
        assert "Nothing was sent" in refused.stderr
        shown = refused.stderr.split("add: ")[1].split()
        assert shown == ["--approve", first["approve"], "--approve", second["approve"]]
        half = await run_async("--approve", first["approve"], path)
        assert half.returncode == 3
        passed = await run_async("--json", *shown, path)
        assert passed.returncode == 0, passed.stderr
        path = script("FF B0 00 02 04\nexpect data .. .. 08 00\nFF B0 00 08 04\nexpect data CA FE BA BE\n")
        assert (await run_async(path)).returncode == 0


async def test_nothing_of_a_refused_script_reaches_the_card(pcscd: PrivatePcscd, script: Any) -> None:
    card = RawCard(lambda _command: bytes.fromhex("04010203040506") + b"\x90\x00")
    async with program("watch", "--json") as watch:
        serving = asyncio.ensure_future(card.serve(pcscd.port))
        await watch.record("card_inserted")
        done = await run_async(script(f"00 A4 00 00\n{LOCK_PAGE_3}\n"))
        serving.cancel()
    assert done.returncode == 3
    assert card.commands == [bytes.fromhex("FFCA000000")]  # the approval that is asked for is bound to the UID


def test_a_line_that_an_answer_makes_permanent_stops_the_script(no_pcscd: PrivatePcscd, script: Any) -> None:
    text = "let container = FF B0 00 03 04\nFF D6 00 $container[3] 04 00 00 08 00\nFF CA 00 00 00\n"
    done = run("--json", "--virtual", "ntag216", script(text))
    step, stopped, refused, summary = records(done.stdout)
    assert done.returncode == 3
    assert "The script stopped here" in done.stderr
    assert (step["verdict"], stopped["verdict"], stopped["data"], stopped["sw"]) == ("done", "error", None, None)
    assert (refused["refused"], refused["line"], refused["command"]) == (True, 2, "FFD600000400000800")
    assert (summary["summary"], summary["steps"]) == ("refused", 2)


# Waiting, and being interrupted


def started(*arguments: str) -> Any:
    return asyncio.create_subprocess_exec(
        *command("run", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_a_pause_goes_on_with_enter(no_pcscd: PrivatePcscd, script: Any) -> None:
    path = script('pause "One"\nFF CA 00 00 00\npause "Two"\n')
    done = await run_async("--json", "--virtual", "ntag216", path, stdin="\n\n")
    assert done.returncode == 0
    told = records(done.stdout)
    assert told[0] == {"waiting": "pause", "line": 1, "text": "One"}
    assert [record.get("kind") for record in told] == [None, "pause", "command", None, "pause", None]
    process = await started("--virtual", "ntag216", path)
    run = Program(process)
    assert "One (Enter goes on)" in await run.line()
    assert process.stdin is not None
    process.stdin.write(b"\n")
    assert "gone on" in await run.line()
    assert await run.end() == (130, "")


def test_a_pause_that_nobody_can_end_is_an_error(no_pcscd: PrivatePcscd, script: Any) -> None:
    text = 'pause "One"\nFF CA 00 00 00\n'
    done = run("--json", "--virtual", "ntag216", script(text))
    assert done.returncode == 2
    assert "the standard input has ended" in done.stderr
    assert records(done.stdout)[-1]["summary"] == "stopped"
    done = run("--virtual", "ntag216", "-", stdin=text)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Give it as a file." in done.stderr


async def test_a_card_is_waited_for_and_its_removal(pcscd: PrivatePcscd, script: Any) -> None:
    path = script("wait for card\nFF CA 00 00 00\nexpect 90 00\nremove card\n")
    process = await started("--json", path)
    run = Program(process)
    assert json.loads(await run.line()) == {"waiting": "card", "line": 1, "seconds": 60}
    async with program("virtual", "ntag216", "--vpcd", str(pcscd.port)):
        assert json.loads(await run.line())["kind"] == "card"
        assert json.loads(await run.line())["data"] == "04216216C01680"
        assert json.loads(await run.line())["waiting"] == "removal"
    assert json.loads(await run.line())["kind"] == "removal"
    summary = json.loads(await run.line())
    assert (summary["summary"], summary["passed"]) == ("completed", 1)
    async with asyncio.timeout(TIMEOUT):
        assert await process.wait() == 0


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
async def test_an_interrupted_script_tells_how_far_it_came(
    no_pcscd: PrivatePcscd, script: Any, how: signal.Signals
) -> None:
    process = await started("--json", "--virtual", "ntag216", script("FF CA 00 00 00\nremove card\n"))
    run = Program(process)
    assert json.loads(await run.line())["kind"] == "command"
    assert json.loads(await run.line())["waiting"] == "removal"
    process.send_signal(how)
    summary = json.loads(await run.line())
    assert (summary["summary"], summary["steps"]) == ("stopped", 1)
    assert await run.end() == (128 + how, "")


async def test_a_pipe_that_closes_early_is_no_error(no_pcscd: PrivatePcscd, script: Any) -> None:
    path = script("repeat 2000\nFF CA 00 00 00\nend\n")
    words = " ".join(f"'{word}'" for word in command("run", "--json", "--virtual", "ntag216", path))
    process = await asyncio.create_subprocess_shell(
        f"{words} | head -n 1", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(TIMEOUT):
        output, errors = await process.communicate()
    assert json.loads(output)["step"] == 1
    assert errors == b""


# Beside scriptor


def scriptor(text: str) -> str:
    """What scriptor of pcsc-tools prints for that script, on the first reader."""
    found = shutil.which("scriptor")
    if found is None:
        if REQUIRE_ALL:
            pytest.fail("must run here, but pcsc-tools is not installed")
        pytest.skip("pcsc-tools is not installed")
    done = subprocess.run(
        [found, "-r", READERS[0]], input=text, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def answers_of_scriptor(output: str) -> list[str]:
    """The answers in what it prints: hex in lines of 16 bytes, and behind a colon what the status word means."""
    answers = [part.partition(" : ")[0] for part in output.split("\n< ")[1:]]
    return ["".join(answer.removeprefix("OK: ").split("\n>")[0].split()) for answer in answers]


def answers_of_cardscope(output: str) -> list[str]:
    return [
        record["atr"] if record["kind"] == "reset" else record["data"] + record["sw"]
        for record in records(output)
        if "step" in record
    ]


SPELLINGS = (
    "reset\n\n# Select MF\n00 A4 00 0C 02 3F 00\n\n00A4000C021001\n00 B0 00 00 10\n",
    "00a4000c021001\n00 b0 \\\n00 00 \\\n# in between\n\n04\nRESET\n00B00000\\\n04\n",
    "#! /usr/bin/env scriptor\n00 A4 00 0C 02 10 03\n00 B0 00 00 FF\n00 B0 00 00 00\nreset it\n00 CA 00 5B 00\n",
    "00 A4 00 0C 02 10 01\nexit\n00 B0 00 00 01\n",
    "00 A4 00 00 02 10 01\n00 A4 00 0C 02 99 99\n00 B0 00 00 01\n",
)


@pytest.mark.parametrize("card", ["teaching", "teaching-t0"])
@pytest.mark.parametrize("text", SPELLINGS)
async def test_a_teaching_card_answers_as_it_does_scriptor(
    pcscd: PrivatePcscd, script: Any, card: str, text: str
) -> None:
    async with virtual_card(pcscd, card):
        theirs = answers_of_scriptor(await asyncio.to_thread(scriptor, f"reset\n{text}"))
        ours = await run_async("--json", script(f"reset\n{text}"))
    assert ours.returncode == 0, ours.stderr
    assert answers_of_cardscope(ours.stdout) == theirs
    assert len(theirs) >= 2


async def test_a_tag_answers_as_it_does_scriptor(pcscd: PrivatePcscd) -> None:
    path = resource("scripts/get_uid.script")
    text = path.read_text() + "".join(f"FF B0 00 {page:02X} 10\n" for page in range(0, 240, 4))
    async with virtual_card(pcscd):
        theirs = answers_of_scriptor(await asyncio.to_thread(scriptor, text))
        ours = await run_async("--json", "-", stdin=text)
    assert ours.returncode == 0, ours.stderr
    assert answers_of_cardscope(ours.stdout) == theirs
    assert len(theirs) == 63


@pytest.mark.parametrize("text", SPELLINGS)
async def test_the_card_gets_the_same_commands_as_from_scriptor(pcscd: PrivatePcscd, script: Any, text: str) -> None:
    card = RawCard(lambda _command: b"\x90\x00")
    async with program("watch", "--json") as watch:
        serving = asyncio.ensure_future(card.serve(pcscd.port))
        await watch.record("card_inserted")
        await asyncio.to_thread(scriptor, text)
        theirs = card.commands.copy()
        done = await run_async(script(text))
        ours = card.commands[len(theirs) :]
        serving.cancel()
    assert done.returncode == 0, done.stderr
    assert ours == theirs
    assert theirs
