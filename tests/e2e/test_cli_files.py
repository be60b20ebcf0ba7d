"""``cardscope FILE`` as a shell runs it: what is no file is told before any window."""

import os
import subprocess
from pathlib import Path

import pytest

from cardscope.dumps import save
from support.dump_files import ready_tag
from support.program import command


def run(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    # Without a display no window comes up, whatever is asked for.
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    words = command(*map(str, arguments))
    return subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nothing.nfc",), "There is no file nothing.nfc."),
        (("there.nfc", "nothing.nfc"), "There is no file nothing.nfc."),
        ((".",), ". is a folder, not a dump file."),
        (("there.nfc", "--virtual", "ntag216"), "The option --virtual does not go with files."),
        (("insepct",), "invalid choice: 'insepct'"),
    ],
)
def test_wrong_usage_is_told(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    (tmp_path / "there.nfc").write_bytes(b"")
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stdout == ""


@pytest.mark.skipif(os.name != "posix" or os.uname().sysname != "Linux", reason="other systems always have a display")
def test_files_are_for_the_window(tmp_path: Path) -> None:
    (tmp_path / "tag.nfc").write_bytes(save(ready_tag(), "flipper").data)
    done = run("tag.nfc", "tag.nfc", cwd=tmp_path)
    assert done.returncode == 4
    assert "no display" in done.stderr


def test_a_sub_command_goes_before_a_file_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "atr").write_bytes(b"")
    done = run("atr", "3B 02 14 50", cwd=tmp_path)
    assert done.returncode == 0
    assert "3B" in done.stdout
