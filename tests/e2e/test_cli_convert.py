"""``cardscope convert`` as a script runs it."""

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest

from cardscope.dumps import load, save
from cardscope.virtual.ready_cards import ready_card
from support.program import command

TAG = ready_card("ntag216-url").make_tag().snapshot()


def run(*arguments: str | Path, data: bytes = b"") -> subprocess.CompletedProcess[str]:
    words = command("convert", *map(str, arguments))
    done = subprocess.run(words, input=data, capture_output=True, check=False, timeout=60)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def flipper(tmp_path: Path) -> Path:
    path = tmp_path / "tag.nfc"
    path.write_bytes(save(TAG, "flipper").data)
    return path


def test_a_flipper_file_becomes_one_of_proxmark(flipper: Path, tmp_path: Path) -> None:
    out = tmp_path / "tag.json"
    done = run(flipper, out, "--format", "proxmark3-json")
    assert (done.returncode, done.stdout) == (0, "")
    assert json.loads(out.read_text())["FileType"] == "mfu"
    assert load(out.read_bytes()).snapshot == load(flipper.read_bytes()).snapshot
    assert "page E6 as 00" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tag.json", "tag.nfc"], "nothing else is left"


def test_the_name_tells_the_format_and_losses_are_told(flipper: Path, tmp_path: Path) -> None:
    out = tmp_path / "tag.eml"
    done = run(flipper, out)
    assert done.returncode == 0
    assert "does not hold the signature" in done.stderr
    assert "can be NTAG216 or NTAG216F" in done.stderr
    assert out.read_text().splitlines()[1] == TAG.pages[0].hex().upper()
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(out.stat().st_mode) == 0o666 & ~mask


def test_json_tells_everything(flipper: Path, tmp_path: Path) -> None:
    done = run(flipper, tmp_path / "tag.mfd", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert (told["from"], told["format"], told["chip"]) == ("flipper", "raw", "NTAG216")
    assert told.keys() == {"from", "format", "chip", "uid", "out", "notes", "losses"}
    assert told["out"] == str(tmp_path / "tag.mfd")
    assert told["uid"] == TAG.uid.hex().upper()
    assert len(told["notes"]) == 1
    assert any("GET_VERSION" in loss for loss in told["losses"])


def test_a_json_file_is_of_the_format_that_loses_nothing(flipper: Path, tmp_path: Path) -> None:
    out = tmp_path / "tag.json"
    done = run(flipper, out, "--json")
    assert json.loads(done.stdout)["format"] == "cardscope"
    assert load(out.read_bytes()).format == "cardscope"
    assert json.loads(done.stdout)["losses"] == []


def test_standard_input_and_a_choice_of_the_chip(tmp_path: Path) -> None:
    image = save(TAG, "raw").data
    out = tmp_path / "tag.nfc"
    asked = run("-", out, data=image)
    assert asked.returncode == 2
    assert "NTAG216 (raw image) or NTAG216F (raw image)" in asked.stderr
    assert "--chip says which: ntag216, ntag216f" in asked.stderr
    assert not out.exists()
    assert run("-", out, "--chip", "NTAG216", data=image).returncode == 0
    assert load(out.read_bytes()).snapshot.chip.key == "ntag216"


def test_another_file_is_only_written_over_with_force(flipper: Path, tmp_path: Path) -> None:
    out = tmp_path / "tag.eml"
    out.write_text("mine")
    done = run(flipper, out)
    assert done.returncode == 2
    assert "exists already" in done.stderr
    assert out.read_text() == "mine"
    assert run(flipper, out, "--force").returncode == 0
    assert out.read_text().startswith("# NTAG216")


def test_a_bad_file_leaves_what_is_there(flipper: Path, tmp_path: Path) -> None:
    lines = flipper.read_text().splitlines()
    flipper.write_text("\n".join(lines[:100]))
    out = tmp_path / "tag.eml"
    out.write_text("mine")
    done = run(flipper, out, "--force")
    assert done.returncode == 1
    assert f"{flipper}: Line 100: " in done.stderr
    assert out.read_text() == "mine"
    classic = run("-", tmp_path / "other.eml", data=bytes(1024))
    assert classic.returncode == 1
    assert "MIFARE Classic 1K" in classic.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tag.eml", "tag.nfc"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("tag.nfc", "out.bin"), "of several formats: "),
        (("tag.nfc", "out"), "tells no format"),
        (("tag.nfc", "out", "--format", "nosuch"), "no format “nosuch”"),
        (("tag.nfc", "out.eml", "--from", "nosuch"), "no format “nosuch”"),
        (("tag.nfc", "out.eml", "--chip", "nosuch"), "no chip “nosuch”"),
        (("missing.nfc", "out.eml"), "cannot be read"),
        (("/dev/zero", "out.eml"), "more than"),
        (("tag.nfc", "no/folder/out.eml"), "cannot be written"),
        (("tag.nfc",), "OUT"),
    ],
)
def test_wrong_usage_is_told(flipper: Path, arguments: tuple[str, ...], words: str) -> None:
    places = [str(flipper.parent / one) if "." in one or one == "out" else one for one in arguments]
    done = run(*places)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert [path.name for path in flipper.parent.iterdir()] == ["tag.nfc"]


def test_from_says_how_to_read_a_file(flipper: Path, tmp_path: Path) -> None:
    done = run(flipper, tmp_path / "out.eml", "--from", "proxmark3")
    assert done.returncode == 1
    assert not (tmp_path / "out.eml").exists()
