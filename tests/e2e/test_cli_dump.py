"""``cardscope dump`` as a script runs it."""

import json
import subprocess
from pathlib import Path

import pytest

from cardscope.readers.families import families
from cardscope.tags.snapshot import TagSnapshot
from cardscope.virtual.ready_cards import practice_card
from support.pcscd import PrivatePcscd
from support.program import command


def run(*arguments: str, standard_input: str = "") -> subprocess.CompletedProcess[str]:
    words = command(*arguments)
    return subprocess.run(words, input=standard_input, capture_output=True, text=True, timeout=30, check=False)


def on(card: str, model: str = "acr122u") -> tuple[str, ...]:
    return ("--virtual", card, "--reader-model", model, "--reader-family", model)


@pytest.mark.parametrize("model", ["generic", *families()])
def test_a_listing_has_a_line_a_page(no_pcscd: PrivatePcscd, model: str) -> None:
    done = run("dump", *on("ntag216", model))
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    image = practice_card("ntag216").make_tag().image
    assert len(lines) == 229  # without PWD and PACK
    for page, line in enumerate(lines):
        number, in_hex, *rest = line.split(maxsplit=6)
        assert (int(number), int(in_hex, 16)) == (page, page)
        assert bytes.fromhex("".join(rest[:4])) == image[4 * page : 4 * page + 4]
    assert lines[6] == "  6  006  78 61 6D 70  xamp"


def test_a_file_that_reads_back(no_pcscd: PrivatePcscd, tmp_path: Path) -> None:
    out = tmp_path / "tag.json"
    done = run("dump", "-o", str(out), *on("ntag216"))
    assert (done.returncode, done.stdout) == (0, "")
    snapshot = TagSnapshot.from_json(out.read_text())
    assert snapshot.uid == practice_card("ntag216").uid
    assert len(snapshot.pages) == 229
    assert run("dump", "-o", str(out), *on("ntag213")).returncode == 2
    assert TagSnapshot.from_json(out.read_text()).chip.key == "ntag216"
    assert run("dump", "-o", str(out), "--force", *on("ntag213")).returncode == 0
    assert TagSnapshot.from_json(out.read_text()).chip.key == "ntag213"


def test_other_formats(no_pcscd: PrivatePcscd, tmp_path: Path) -> None:
    out = tmp_path / "tag.nfc"
    assert run("dump", "-o", str(out), *on("ntag216")).returncode == 0
    assert out.read_text().startswith("Filetype: Flipper NFC device")
    eml = tmp_path / "tag"
    done = run("dump", "-o", str(eml), "--format", "eml", *on("ntag216"))
    assert done.returncode == 0
    assert "E1106D00" in eml.read_text().upper().splitlines()


def test_json_on_standard_output(no_pcscd: PrivatePcscd) -> None:
    done = run("dump", "--json", *on("ntag216"))
    assert json.loads(done.stdout)["pages"]["003"] == "E1106D00"


def test_what_could_not_be_read_says_why(no_pcscd: PrivatePcscd) -> None:
    done = run("dump", *on("ntag213-password"))
    assert done.returncode == 0
    closed = [line for line in done.stdout.splitlines() if "?? ?? ?? ??" in line]
    assert closed
    assert all("needs the password." in line for line in closed)


APPROVED = ("--approve-try", "04513A9CDE6F81")


def test_a_password_is_not_tried_where_a_wrong_one_may_be_the_last(no_pcscd: PrivatePcscd) -> None:
    """Whether AUTHLIM is set stands in a page that the password protects."""
    for approval in ((), ("--approve-try", "04000000000000"), ("--approve-try", "no hex")):
        done = run("dump", *on("ntag213-password"), "--password", *approval, standard_input="43415244\n")
        assert (done.returncode, done.stdout) == (3, "")
        assert "--approve-try 04513A9CDE6F81" in done.stderr


def test_the_right_password_opens_all_pages(no_pcscd: PrivatePcscd) -> None:
    done = run("dump", *on("ntag213-password"), "--password", *APPROVED, standard_input="43415244\n")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) == 43  # without PWD and PACK
    assert not any("??" in line for line in lines)


def test_a_wrong_password_is_told_and_not_shown(no_pcscd: PrivatePcscd) -> None:
    done = run("dump", *on("ntag213-password"), "--password", *APPROVED, standard_input="43415245\n")
    assert (done.returncode, done.stdout) == (4, "")
    assert "did not open" in done.stderr
    assert "43415245" not in done.stderr


@pytest.mark.parametrize("typed", ["", "4341524\n", "CARD\n", "4341524455\n", "00" * 16 + "\n"])
def test_what_is_no_password_of_this_chip(no_pcscd: PrivatePcscd, typed: str) -> None:
    done = run("dump", *on("ntag213-password"), "--password", *APPROVED, standard_input=typed)
    assert (done.returncode, done.stdout) == (2, "")
    assert "8 hex digits" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--format", "eml"), 2, "-o"),
        (("--approve-try", "04513A9CDE6F81"), 2, "--password"),
        (("-o", "/nowhere/tag.json"), 2, "cannot be written"),
        (("-o", "tag.xyz"), 2, "--format"),
        (("-o", "tag.nfc", "--format", "nothing"), 2, "There is no format"),
        (("--reader-family", "nothing"), 2, "There is no reader family"),
    ],
)
def test_what_makes_no_sense(
    no_pcscd: PrivatePcscd, tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    virtual = () if "--reader-family" in arguments else ("--reader-family", "acr122u")
    done = run("dump", "--virtual", "ntag216", "--reader-model", "acr122u", *virtual, *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr


def test_a_card_without_such_memory(no_pcscd: PrivatePcscd) -> None:
    done = run("dump", "--virtual", "teaching")
    assert done.returncode == 4
    assert "not known" in done.stderr
