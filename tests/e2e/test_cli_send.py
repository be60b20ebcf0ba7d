"""``cardscope send`` beyond plain APDUs: commands to the reader itself, and follow-ups."""

import asyncio
import json
import subprocess
from typing import Any

from cardscope.readers.families import families
from support.pcscd import READERS, PrivatePcscd
from support.program import command

ACR122U = ("--virtual", "ntag216", "--reader-model", "acr122u")
FIRMWARE = "FF00480000"
SET_LOCK_BITS = "FF00000008D442A20200000F00"
BEGIN_PAGE_2 = "FF00000004D442A002"
SECOND_PART = "FF00000012D44200000800000000000000000000000000"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command("send", *arguments), capture_output=True, text=True, timeout=30, check=False)


def records(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_command_to_the_reader(no_pcscd: PrivatePcscd) -> None:
    done = run(*ACR122U, "--control", "--json", "FF 00 50 00 00", FIRMWARE)
    assert done.returncode == 0, done.stderr
    assert [record["command"] for record in records(done)] == ["FF00500000", FIRMWARE]
    assert records(done)[0]["sw"] == "90FF"
    assert (records(done)[1]["data"], records(done)[1]["sw"]) == (b"ACR122U215".hex().upper(), None)


def test_a_command_to_the_reader_passes_the_guard(no_pcscd: PrivatePcscd) -> None:
    done = run(*ACR122U, "--control", "--json", FIRMWARE, SET_LOCK_BITS)
    assert done.returncode == 3
    (refused,) = records(done)
    assert refused["refused"]
    assert "static_lock" in [hazard["code"] for hazard in refused["hazards"]]
    assert "--control" in done.stderr
    passed = run(*ACR122U, "--control", "--json", "--approve", refused["approve"], SET_LOCK_BITS)
    assert passed.returncode == 0
    assert records(passed)[0]["data"] == "D54301", "no card is in the field of a reader that is talked to itself"


def test_a_reader_that_takes_none_says_what_to_do(no_pcscd: PrivatePcscd) -> None:
    done = run("--virtual", "ntag216", "--control", FIRMWARE)
    assert (done.returncode, done.stdout) == (4, "")
    assert "takes no commands for itself" in done.stderr
    assert "ACR122U" in done.stderr


async def test_a_driver_that_takes_none_is_explained(pcscd: PrivatePcscd) -> None:
    several = await asyncio.to_thread(run, "--control", FIRMWARE)
    assert several.returncode == 2
    assert all(name in several.stderr for name in (*READERS, "--reader"))
    done = await asyncio.to_thread(run, "--reader", READERS[0], "--control", FIRMWARE)
    assert done.returncode == 4
    assert READERS[0] in done.stderr
    assert "ifdDriverOptions" in done.stderr or "EscapeCommandEnable" in done.stderr


def test_follow_ups_are_sent_only_when_asked_for_and_each_is_told(no_pcscd: PrivatePcscd) -> None:
    commands = ("00A40000021001", "00CA005B04")
    plain = run("--virtual", "teaching", "--json", *commands)
    assert [(record["sw"], "follow_up" in record) for record in records(plain)] == [("611E", False), ("6C08", False)]
    followed = run("--virtual", "teaching", "--json", "--follow", *commands)
    assert [(record["command"], record["sw"], "follow_up" in record) for record in records(followed)] == [
        ("00A40000021001", "611E", False),
        ("00C000001E", "9000", True),
        ("00CA005B04", "6C08", False),
        ("00CA005B08", "9000", True),
    ]
    assert "(follow-up)" in run("--virtual", "teaching", "--follow", *commands).stdout


def test_nothing_is_sent_when_a_later_command_is_permanent_after_an_earlier_one(no_pcscd: PrivatePcscd) -> None:
    first = run(*ACR122U, "--json", BEGIN_PAGE_2, SECOND_PART)
    assert first.returncode == 3
    digest = records(first)[0]["approve"]
    second = run(*ACR122U, "--json", "--approve", digest, BEGIN_PAGE_2, SECOND_PART)
    assert second.returncode == 3
    (refused,) = records(second)
    assert refused["command"] == SECOND_PART
    assert [hazard["code"] for hazard in refused["hazards"]] == ["static_lock"]


def test_a_command_of_the_tag_itself_is_explained(no_pcscd: PrivatePcscd) -> None:
    done = run(*ACR122U, "60")
    assert done.returncode == 2
    envelope = families()["acr122u"].wrap(b"\x60").hex(" ").upper()
    assert f'cardscope send "{envelope}"' in done.stderr
