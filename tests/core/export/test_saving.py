"""Saved transcripts: what is in them, and what happens when the file system refuses."""

import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cardscope.events import Exchanged, Origin
from cardscope.export import SAVE_FORMATS, ExportedExchange, ExportError, SaveFormat, TranscriptFile
from cardscope.tags.catalogue import chips
from support.exported import ISO_DEP, NOON, TAG, exchange

TEXT, HTML, JSON, PCAPNG = SAVE_FORMATS
ROWS = (
    exchange("00A4040007D2760000850101", "6F0084009000"),
    exchange("0020000104 31323334", "63C2"),
    exchange("FF00000007D4421BCAFEBABE", "D54300BEEF9000", atr=TAG, insertion=2, origin=Origin.APPLICATION),
    exchange("00B0000000", None, error="The card <was> taken & away."),
)


def saved(form: SaveFormat, folder: Path, *, include_secrets: bool = False) -> str:
    file = TranscriptFile(folder / f"a.{form.suffix}", form, include_secrets=include_secrets)
    file.begin()
    for row in ROWS:
        file.add([row])
    assert file.finish() == ()
    return (folder / f"a.{form.suffix}").read_text("utf-8")


class Page(HTMLParser):
    """The texts and the addresses of a page; complains of tags that do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []
        self.outside: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta":
            self.open.append(tag)
        self.outside += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and self.open[-1] != "style":
            self.texts.append(data.strip())


def test_the_text_says_when_what_and_what_it_means(tmp_path: Path) -> None:
    lines = saved(TEXT, tmp_path).splitlines()
    assert re.match(
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.250[+-]\d\d:\d\d  A reader 00 00  Select: D2760000850101$", lines[3]
    )
    assert lines[4:6] == ["> 00 A4 04 00 07 D2 76 00 00 85 01 01", "< 6F 00 84 00 [9000 Success] 2.5 ms"]
    assert lines[8] == "> 00 20 00 01 04 •• •• •• ••"
    assert lines[11].endswith(", sent by the application")
    assert lines[17] == "< The card <was> taken & away."


def test_the_json_is_whole(tmp_path: Path) -> None:
    document = json.loads(saved(JSON, tmp_path))
    assert (document["format"], document["version"], document["secrets"]) == ("cardscope-transcript", 1, "masked")
    select, verify, authenticate, failed = document["exchanges"]
    assert select["answer"] == {"hex": "6F 00 84 00 90 00", "data": "6F 00 84 00", "sw": "9000", "meaning": "Success"}
    assert select["atr"] == ISO_DEP.hex(" ").upper()
    assert [segment["name"] for segment in select["command"]["segments"]] == ["CLA", "INS", "P1-P2", "Lc", "Data"]
    assert verify["command"]["hex"] == "00 20 00 01 04 •• •• •• ••"
    assert verify["command"]["segments"][-1] == {"name": "Data", "span": [5, 9], "meaning": ""}
    assert (authenticate["origin"], authenticate["insertion"]) == ("application", 2)
    assert (failed["answer"], failed["error"]) == (None, "The card <was> taken & away.")


def test_the_page_needs_nothing_else_and_labels_every_segment(tmp_path: Path) -> None:
    text = saved(HTML, tmp_path)
    page = Page(text)
    assert page.outside == []
    assert "http" not in text
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text
    at = page.texts.index("A4")
    assert page.texts[at : at + 8] == ["A4", "INS", "04 00", "P1-P2", "07", "Lc", "D2 76 00 00 85 01 01", "Data"]
    assert "The card <was> taken & away." in page.texts
    assert text.count("<article>") == len(ROWS)


@pytest.mark.parametrize("form", [TEXT, HTML, JSON])
def test_secrets_are_in_no_file_unless_asked_for(form: SaveFormat, tmp_path: Path) -> None:
    masked = re.sub(r"\s", "", saved(form, tmp_path))
    assert "31323334" not in masked
    assert "CAFEBABE" not in masked
    assert "BEEF" not in masked
    whole = re.sub(r"\s", "", saved(form, tmp_path, include_secrets=True))
    assert "31323334" in whole
    assert "CAFEBABE" in whole
    assert "BEEF" in whole


def test_a_known_chip_tells_which_pages_are_secret() -> None:
    write = Exchanged("A reader", 1, Origin.USER, bytes.fromhex("FFD6002B0401020304"), b"\x90\x00", 1.0, 0.0)
    unknown = ExportedExchange.of(write, clock=0.0, atr=TAG)
    assert unknown.shown(include_secrets=False).text.endswith("••")  # page 2B is the password of an NTAG213
    known = ExportedExchange.of(write, clock=0.0, atr=TAG, chip=chips()["ntag216"])
    assert known.shown(include_secrets=False).text.endswith("04")


def test_the_time_is_that_at_which_the_command_was_handed_over() -> None:
    done = Exchanged("A reader", 1, Origin.USER, b"\x00\xb0\x00\x00", b"\x90\x00", ms=500.0, t=100.5)
    assert ExportedExchange.of(done, clock=NOON - 100.0, atr=None).sent == NOON


# Files


@pytest.mark.parametrize("form", SAVE_FORMATS)
def test_the_file_is_not_there_before_it_is_whole(form: SaveFormat, tmp_path: Path) -> None:
    path = tmp_path / "transcript"
    path.write_text("what was there before")
    file = TranscriptFile(path, form)
    file.begin()
    file.add(ROWS)
    assert path.read_text() == "what was there before"
    file.abandon()
    assert [each.name for each in tmp_path.iterdir()] == ["transcript"]
    file = TranscriptFile(path, form)
    file.begin()
    file.add(ROWS)
    file.finish()
    assert path.read_bytes() != b"what was there before"
    assert [each.name for each in tmp_path.iterdir()] == ["transcript"]


def test_what_a_link_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    file = TranscriptFile(tmp_path / "link", TEXT)
    file.begin()
    file.finish()
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_text().startswith("CardScope transcript")


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    file = TranscriptFile(tmp_path / "none" / "a.txt", TEXT)
    with pytest.raises(ExportError, match=r"a\.txt could not be written: No such file or directory\."):
        file.begin()
    file.abandon()


def test_a_folder_in_the_way_is_said_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "a.txt").mkdir()
    file = TranscriptFile(tmp_path / "a.txt", TEXT)
    file.begin()
    with pytest.raises(ExportError, match="could not be written: Is a directory"):
        file.finish()
    assert [each.name for each in tmp_path.iterdir()] == ["a.txt"]


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    file = TranscriptFile(tmp_path / "a.txt", TEXT)
    file.begin()
    assert file._file is not None
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, file._file.fileno())
    os.close(full)
    with pytest.raises(ExportError, match="No space left on device"):
        file.add([exchange("00D60000000200" + "55" * 512)] * 1000)
    assert list(tmp_path.iterdir()) == []
