"""``cardscope ndef`` as a script runs it: tags and cards of its own, and a tag that is served to a PC/SC service."""

import asyncio
import json
import subprocess
from typing import Any

import pytest

from cardscope.store.database import default_path
from cardscope.virtual.ready_cards import practice_card
from support.pcscd import READERS, PrivatePcscd
from support.program import command, virtual_card

TAG = ("--virtual", "ntag216", "--reader-model", "acr122u")
UID = practice_card("ntag216").uid
TEACHING = ("teaching", "teaching-t0", "teaching-contactless")
LINK = "https://example.org/abc"
MESSAGE = "D1011055046578616D706C652E6F72672F616263"
"""One record: MB, ME, SR, well-known, U; 04 stands for https:// (NFC Forum RTD URI §3.2)."""


def run(*arguments: str, standard_input: str = "") -> subprocess.CompletedProcess[str]:
    words = command("ndef", *arguments)
    return subprocess.run(words, input=standard_input, capture_output=True, text=True, timeout=30, check=False)


def object_of(*arguments: str) -> dict[str, Any]:
    done = run(*arguments, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def record_of(uri: str, payload: str) -> dict[str, Any]:
    return {
        "kind": "uri",
        "tnf": 1,
        "type": "U",
        "id": "",
        "payload": payload,
        "content": {"uri": uri},
        "problems": [],
    }


def test_the_message_of_a_tag(no_pcscd: PrivatePcscd) -> None:
    payload = "04" + b"example.com/cardscope".hex().upper()
    assert object_of(*TAG) == {
        "uid": UID.hex().upper() if UID else "",
        "chip": "NTAG216",
        "room": 868,
        "used": 26,
        "message": f"D10116{'55'}{payload}",
        "records": [record_of("https://example.com/cardscope", payload)],
        "problems": [],
    }
    done = run(*TAG)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "NDEF message of 26 bytes; there is room for 868.",
        "  1  URI: https://example.com/cardscope",
    ]


def test_a_tag_that_is_not_formatted_has_no_message(no_pcscd: PrivatePcscd) -> None:
    found = object_of("--virtual", "nt3h2111", "--reader-model", "acr122u")
    assert (found["message"], found["used"], found["room"], found["records"]) == (None, 0, 0, [])
    assert "This tag is not formatted for NDEF." in found["problems"]


def test_a_dry_run_is_that_of_write(no_pcscd: PrivatePcscd) -> None:
    found = object_of(*TAG, "--set-uri", LINK, "--dry-run")
    assert found.keys() == {"uid", "chip", "steps", "hazards", "predicted", "exchanges", "approve"}
    steps = [(step["page"], step["new"]) for step in found["steps"]]
    # Length 0 first; what differs; the terminator; the new length last.
    assert steps == [
        (4, "0300D101"),
        (5, "10550465"),
        (7, "6C652E6F"),
        (8, "72672F61"),
        (9, "6263FE73"),
        (4, "0314D101"),
    ]
    assert bytes.fromhex(f"0314{MESSAGE}FE") in bytes.fromhex(found["predicted"])
    assert (found["hazards"], found["approve"]) == ([], None)
    assert not default_path().exists()
    plain = run(*TAG, "--set-uri", LINK, "--dry-run")
    assert plain.returncode == 0
    assert json.loads(plain.stdout) == found
    assert "04C5A102B36F80" in plain.stderr


def test_writing_tells_each_page(no_pcscd: PrivatePcscd) -> None:
    found = object_of(*TAG, "--set-uri", LINK)
    assert found.keys() == {"uid", "chip", "pages", "done", "stopped", "problem", "exchanges", "journal", "hazards"}
    assert found["pages"] == [{"page": page, "outcome": "verified"} for page in (4, 5, 7, 8, 9)]
    assert (found["done"], found["journal"]) == (True, 1)
    assert found["exchanges"] == object_of(*TAG, "--set-uri", LINK, "--dry-run")["exchanges"]
    assert default_path().exists()


def test_what_was_approved_has_to_be_this_plan(no_pcscd: PrivatePcscd) -> None:
    done = run(*TAG, "--set-uri", LINK, "--approve", "0" * 16, "--json")
    assert done.returncode == 3
    assert "not the plan that was approved" in done.stderr
    assert json.loads(done.stdout)["steps"]
    assert not default_path().exists()


def test_a_locked_tag_is_refused_with_the_reason(no_pcscd: PrivatePcscd) -> None:
    done = run("--virtual", "ntag215-locked", "--reader-model", "acr122u", "--set-uri", LINK)
    assert (done.returncode, done.stdout) == (3, "")
    assert "lock bit has made it read-only for ever" in done.stderr
    assert not default_path().exists()


def test_too_long_a_link(no_pcscd: PrivatePcscd) -> None:
    done = run(*TAG, "--set-uri", "https://example.org/" + "a" * 900)
    assert (done.returncode, done.stdout) == (2, "")
    assert "this tag holds 868" in done.stderr


def test_a_message_behind_a_password(no_pcscd: PrivatePcscd) -> None:
    card = ("--virtual", "ntag213-password", "--reader-model", "acr122u")
    opening = ("--password", "--approve-try", "04513A9CDE6F81")
    read = run(*card, *opening, standard_input="43415244\n")
    assert (read.returncode, read.stderr) == (0, "")
    assert "https://example.com/password" in read.stdout
    written = run(*card, *opening, "--set-uri", LINK, "--json", standard_input="43415244\n")
    assert written.returncode == 0
    assert json.loads(written.stdout)["done"]
    assert run("--virtual", "teaching", "--password", standard_input="43415244\n").returncode == 2


@pytest.mark.parametrize("name", TEACHING)
def test_a_card_that_speaks_apdus(no_pcscd: PrivatePcscd, name: str) -> None:
    card = ("--virtual", name)
    uid = practice_card(name).uid
    in_hex = uid.hex().upper() if uid is not None else None
    payload = "04" + b"example.com/teaching".hex().upper()
    assert object_of(*card) == {
        "uid": in_hex,
        "chip": None,
        "room": 1022,
        "used": 25,
        "message": f"D1011555{payload}",
        "records": [record_of("https://example.com/teaching", payload)],
        "problems": [],
    }
    planned = object_of(*card, "--set-uri", LINK, "--dry-run")
    exchanges = planned.pop("exchanges")
    assert planned == {
        "uid": in_hex,
        "chip": None,
        "steps": [],
        "hazards": [],
        "predicted": f"0014{MESSAGE}",
        "approve": None,
    }
    assert object_of(*card, "--set-uri", LINK) == {
        "uid": in_hex,
        "chip": None,
        "pages": [],
        "done": True,
        "stopped": False,
        "problem": "",
        "exchanges": exchanges,
        "journal": None,
        "hazards": [],
    }


@pytest.mark.parametrize("name", TEACHING)
def test_such_a_card_refuses_what_it_cannot_hold_and_an_approval_of_something_else(
    no_pcscd: PrivatePcscd, name: str
) -> None:
    for how in ((), ("--dry-run",)):
        done = run("--virtual", name, "--set-uri", "https://example.org/" + "a" * 1100, *how)
        assert (done.returncode, done.stdout) == (2, "")
        assert "this card holds 1022" in done.stderr
    done = run("--virtual", name, "--set-uri", LINK, "--approve", "0" * 16)
    assert (done.returncode, done.stdout) == (3, "")
    assert "not this" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--dry-run",), 2, "for --set-uri"),
        (("--approve", "0" * 16), 2, "for --set-uri"),
        (("--set-uri", ""), 2, "address is empty"),
        (("--set-uri", "https://example.org/\udcff"), 2, "no text"),
        (("--set-uri",), 2, "expected one argument"),
        (("--reader-family", "nothing"), 2, "There is no reader family"),
        (("--reader", "no such reader"), 4, "no such reader"),
    ],
)
def test_bad_input_is_told_with_its_reason(
    no_pcscd: PrivatePcscd, arguments: tuple[str, ...], code: int, words: str
) -> None:
    done = run(*TAG, *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr


@pytest.mark.parametrize("model", ["generic", "acr122u"])
async def test_through_a_pcsc_service(pcscd: PrivatePcscd, model: str) -> None:
    async with virtual_card(pcscd, "ntag216", model):
        where = ("--reader", READERS[0], "--reader-family", model)
        empty = await asyncio.to_thread(object_of, *where)
        assert (empty["message"], empty["used"]) == ("", 0)
        done = await asyncio.to_thread(run, *where, "--set-uri", LINK, "--json")
        assert done.returncode == 0
        assert json.loads(done.stdout)["done"]
        assert ("is likely, not certain" in done.stderr) == (model == "generic")
        assert (await asyncio.to_thread(object_of, *where))["message"] == MESSAGE


async def test_a_card_on_a_pcsc_service_keeps_what_was_written(pcscd: PrivatePcscd) -> None:
    async with virtual_card(pcscd, "teaching"):
        where = ("--reader", READERS[0])
        assert (await asyncio.to_thread(object_of, *where, "--set-uri", LINK))["done"]
        assert (await asyncio.to_thread(object_of, *where))["message"] == MESSAGE
