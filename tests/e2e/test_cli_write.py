"""``cardscope write`` as a script runs it, on cards of its own and on one that is served to a PC/SC service."""

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cardscope.store.backups import Backups
from cardscope.store.database import Database, default_path
from cardscope.store.journal import Ending, Journal, StepState
from cardscope.tags.image import image_pages
from cardscope.virtual.ready_cards import practice_card
from support.pcscd import READERS, PrivatePcscd
from support.program import command, virtual_card

URL = ("--virtual", "ntag216", "--reader-model", "acr122u")
LOCK = "2=00000001"
UID = practice_card("ntag216").uid


def run(*arguments: str, standard_input: str = "") -> subprocess.CompletedProcess[str]:
    words = command("write", *arguments)
    return subprocess.run(words, input=standard_input, capture_output=True, text=True, timeout=30, check=False)


def dry_run(*arguments: str) -> dict[str, Any]:
    done = run(*arguments, "--dry-run", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_dry_run_has_exactly_these_keys_and_writes_nothing(no_pcscd: PrivatePcscd) -> None:
    found = dry_run(*URL, "4=01020304", "0x50=AABBCCDD")
    tag = practice_card("ntag216").make_tag()
    assert UID is not None
    assert found.pop("predicted") == _with(tag.image, {4: "01020304", 0x50: "AABBCCDD"})
    assert found == {
        "uid": UID.hex().upper(),
        "chip": "NTAG216",
        "steps": [
            {"page": 4, "old": tag.image[16:20].hex().upper(), "new": "01020304", "why": found["steps"][0]["why"]},
            {"page": 80, "old": "00000000", "new": "AABBCCDD", "why": found["steps"][1]["why"]},
        ],
        "hazards": [],
        "exchanges": 5,  # the UID, two writes, and two reads: one takes 62 pages
        "approve": None,
    }
    assert not default_path().exists()


def _with(image: bytes, changes: dict[int, str]) -> str:
    """The memory as READ shows it, PWD and PACK as 00, with ``changes``."""
    chip = practice_card("ntag216").make_tag().chip
    pages = {page: image[4 * at : 4 * at + 4] for at, page in enumerate(image_pages(chip))}
    pages |= {0xE5: bytes(4), 0xE6: bytes(4)} | {page: bytes.fromhex(text) for page, text in changes.items()}
    return b"".join(pages.values()).hex().upper()


def test_writing_tells_each_page_and_keeps_journal_and_backup(no_pcscd: PrivatePcscd) -> None:
    done = run(*URL, "4=0102030405060708", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {
        "uid": UID.hex().upper() if UID else "",
        "chip": "NTAG216",
        "pages": [{"page": 4, "outcome": "verified"}, {"page": 5, "outcome": "verified"}],
        "done": True,
        "stopped": False,
        "problem": "",
        "exchanges": dry_run(*URL, "4=0102030405060708")["exchanges"],
        "journal": 1,
        "hazards": [],
    }
    asyncio.run(_look_at_the_store())


async def _look_at_the_store() -> None:
    database = await Database(default_path()).open()
    entry = await Journal(database).get(1)
    assert entry is not None
    assert entry.ending is Ending.DONE
    assert [step.state for step in entry.steps] == [StepState.VERIFIED] * 2
    (backup,) = await Backups(database).list(UID)
    assert backup.snapshot.pages[4] == practice_card("ntag216").make_tag().image[16:20]
    await database.close()


def test_a_permanent_effect_needs_the_digest_of_exactly_this_plan(no_pcscd: PrivatePcscd) -> None:
    plan = dry_run(*URL, LOCK)
    assert [(hazard["code"], hazard["permanent"], hazard["pages"]) for hazard in plan["hazards"]] == [("H1", True, [8])]
    for wrong in ((), ("--approve", "0" * 16), ("--approve", dry_run(*URL, "2=00000002")["approve"])):
        done = run(*URL, LOCK, "--json", *wrong)
        assert done.returncode == 3
        assert plan["approve"] in done.stderr
        assert json.loads(done.stdout) == plan
    assert not default_path().exists()
    done = run(*URL, LOCK, "--approve", plan["approve"], "--json")
    (hazard,) = plan["hazards"]
    assert (done.returncode, done.stderr) == (0, f"FOR EVER (H1): {hazard['text']}\n")
    assert json.loads(done.stdout)["hazards"] == plan["hazards"]
    assert json.loads(done.stdout)["pages"] == [{"page": 2, "outcome": "verified"}]


def test_a_refusal_names_the_digest_once(no_pcscd: PrivatePcscd) -> None:
    done = run(*URL, LOCK)
    assert done.returncode == 3
    assert done.stderr.count("--approve") == 1


def test_hazards_that_need_no_approval_are_told_before_writing(no_pcscd: PrivatePcscd) -> None:
    protect = (*URL, "0xE5=41424344", "0xE6=45460000", "0xE3=04000004")
    planned = dry_run(*protect)
    assert planned["approve"] is None
    assert planned["hazards"]
    done = run(*protect, "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["hazards"] == planned["hazards"]
    assert done.stderr.splitlines() == [f"Note ({one['code']}): {one['text']}" for one in planned["hazards"]]


def test_a_password_opens_what_is_protected(no_pcscd: PrivatePcscd) -> None:
    asked = ("--virtual", "ntag216-implant", "--reader-model", "acr122u", "0xE3=040000E5", "--json")
    closed = run(*asked)
    assert closed.returncode == 3
    assert "needs the password" in closed.stderr
    opened = run(*asked, "--password", standard_input="444E4752\n")
    assert opened.returncode == 0, opened.stderr
    assert json.loads(opened.stdout)["pages"] == [{"page": 0xE3, "outcome": "verified"}]
    wrong = run(*asked, "--password", standard_input="444E4753\n")
    assert (wrong.returncode, wrong.stdout) == (4, "")
    assert "did not open" in wrong.stderr
    assert "444E47" not in opened.stdout + opened.stderr + wrong.stderr


def test_an_approval_of_another_plan_does_not_pass_for_a_harmless_one(no_pcscd: PrivatePcscd) -> None:
    assert run(*URL, "4=01020304", "--approve", dry_run(*URL, LOCK)["approve"]).returncode == 3


def test_what_cannot_be_reached_is_refused(no_pcscd: PrivatePcscd) -> None:
    done = run(*URL, "3=00000000")
    assert (done.returncode, done.stdout) == (3, "")
    assert "never cleared" in done.stderr


def test_without_get_version_only_user_memory_and_pages_2_and_3_are_written(no_pcscd: PrivatePcscd) -> None:
    guessed = ("--virtual", "ntag216", "--reader-model", "generic")
    done = run(*guessed, "0xE2=01000000", "4=01020304", "--dry-run")
    assert (done.returncode, done.stdout) == (3, "")
    assert "no answer to GET_VERSION" in done.stderr
    assert "is likely, not certain" in done.stderr
    done = run(*guessed, LOCK, "4=01020304", "--dry-run")
    assert done.returncode == 0
    assert [hazard["code"] for hazard in json.loads(done.stdout)["hazards"]] == ["H1"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("4=010203",), "3 bytes"),
        (("4=0102030G",), "hex digit"),
        (("x=01020304",), "is no page"),
        (("4=01020304", "0x04=01020304"), "twice"),
        (("999=01020304",), "999"),
        (("no-such-file",), "cannot be read"),
        (("4=01020304", "no-such-file"), "one file"),
        (("pyproject.toml",), "pyproject.toml"),
        ((), "required"),
    ],
)
def test_bad_input_is_told_with_its_reason(no_pcscd: PrivatePcscd, arguments: tuple[str, ...], words: str) -> None:
    done = run(*URL, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


def test_a_dump_file_of_another_tag(no_pcscd: PrivatePcscd, tmp_path: Path) -> None:
    out = tmp_path / "tag.json"
    dump = command("dump", "--virtual", "ntag216", "--reader-model", "acr122u", "-o", str(out))
    subprocess.run(dump, check=True, timeout=30)
    implant = ("--virtual", "ntag216-implant", "--reader-model", "acr122u")
    done = run(*implant, str(out), "--json")
    assert done.returncode == 0
    assert "Page 0 stays as it is: it is the tag's own number." in done.stderr
    pages = json.loads(done.stdout)["pages"]
    assert {page["outcome"] for page in pages} == {"verified"}
    assert all(4 <= page["page"] < 0xE2 for page in pages)
    done = run("--virtual", "ntag213", "--reader-model", "acr122u", str(out))
    assert done.returncode == 2
    assert "NTAG216" in done.stderr


def test_nothing_to_write(no_pcscd: PrivatePcscd) -> None:
    held = practice_card("ntag216").make_tag().image[16:20].hex()
    done = run(*URL, f"4={held}", "--json")
    assert done.returncode == 0
    assert (json.loads(done.stdout)["pages"], json.loads(done.stdout)["done"]) == ([], True)
    assert dry_run(*URL, f"4={held}")["exchanges"] == 0


@pytest.mark.parametrize("model", ["generic", "acr122u", "transparent"])
async def test_through_a_pcsc_service(pcscd: PrivatePcscd, model: str) -> None:
    async with virtual_card(pcscd, "ntag216", model):
        where = ("--reader", READERS[0], "--reader-family", model)
        done = await asyncio.to_thread(run, *where, "0x20=11223344", LOCK, "--json")
        assert done.returncode == 3
        approve = json.loads(done.stdout)["approve"]
        done = await asyncio.to_thread(run, *where, "0x20=11223344", LOCK, "--json", "--approve", approve)
        assert done.returncode == 0
        assert {page["outcome"] for page in json.loads(done.stdout)["pages"]} == {"verified"}
        dump = command("dump", *where, "--json")
        listed = await asyncio.to_thread(subprocess.run, dump, capture_output=True, text=True, timeout=30)
        pages = json.loads(listed.stdout)["pages"]
        assert (pages["020"], pages["002"][4:]) == ("11223344", "0001")
