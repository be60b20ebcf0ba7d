"""The desktop entry and the kinds of files that come with it."""

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

import desktop
import pytest

from cardscope.dumps import formats, save
from support.dump_files import ready_tag

ENTRY = desktop.SOURCES / "cardscope.desktop"
_ASK = """
import sys
from PySide6.QtCore import QMimeDatabase
for name in sys.argv[1:]:
    print(QMimeDatabase().mimeTypeForFile(name).name())
"""


def entry(path: Path) -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment]
    parser.read(path, encoding="utf-8")
    return parser["Desktop Entry"]


@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="desktop-file-validate is not installed")
@pytest.mark.parametrize("installed", [False, True])
def test_the_entry_is_as_the_specification_wants_it(installed: bool) -> None:
    path = ENTRY
    if installed:
        assert desktop.main([]) == 0
        path = Path(os.environ["XDG_DATA_HOME"]) / desktop.PLACES[ENTRY.name]
    done = subprocess.run(["desktop-file-validate", str(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_entry_takes_several_files_and_only_the_kinds_that_are_described() -> None:
    keys = entry(ENTRY)
    assert keys["Exec"] == "cardscope %F"
    kinds = (desktop.SOURCES / "cardscope.xml").read_text(encoding="utf-8")
    for kind in keys["MimeType"].rstrip(";").split(";"):
        assert f'<mime-type type="{kind}">' in kinds


def test_only_files_of_our_own_are_claimed(tmp_path: Path) -> None:
    """Asked of Qt, which reads what is installed as desktops do."""
    data = Path(os.environ["XDG_DATA_HOME"])
    assert desktop.main([]) == 0
    files: dict[str, str] = {}
    for key, one in formats().items():
        for suffix in one.suffixes:
            path = tmp_path / f"{key}{suffix}"
            path.write_bytes(save(ready_tag(), key).data)
            files[str(path)] = key
    mail = tmp_path / "letter.eml"
    mail.write_text("From: someone\nSubject: nothing to do with tags\n\nHello\n")
    files[str(mail)] = "mail"
    environment = {**os.environ, "XDG_DATA_HOME": str(data), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", _ASK, *files], env=environment, capture_output=True, text=True, check=True
    )
    kinds = dict(zip((Path(name).name for name in files), done.stdout.split(), strict=True))
    ours = {name for name, kind in kinds.items() if "cardscope" in kind or "flipper" in kind}
    assert ours == {"flipper.nfc", "cardscope.cardscope.json"}
    assert kinds["flipper.nfc"] == "application/x-flipper-nfc"
    assert kinds["letter.eml"] == "message/rfc822"


def test_what_is_put_in_can_be_taken_out() -> None:
    data = Path(os.environ["XDG_DATA_HOME"])
    assert desktop.main([]) == 0
    program = Path(sys.executable).with_name("cardscope")
    assert entry(data / desktop.PLACES[ENTRY.name])["Exec"] == f'"{program}" %F'
    assert desktop.main(["--remove"]) == 0
    assert not [place for place in desktop.PLACES.values() if (data / place).exists()]
