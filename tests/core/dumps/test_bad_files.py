"""What is no dump: refused with a reason, whatever it is, and in no time."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cardscope.dumps import (
    MAX_SIZE,
    AmbiguousDumpError,
    Dump,
    DumpFormatError,
    formats,
    load,
    read_file,
    save,
    sniff,
)
from cardscope.tags.catalogue import chips
from cardscope.virtual.ready_cards import ready_card

FILES = {
    (format_key, key): save(ready_card(key).make_tag().snapshot(), format_key).data
    for format_key in formats()
    for key in ("ntag213", "mf0icu2", "nt3h2211")
}


def attempt(data: bytes, format_key: str | None = None) -> Dump | None:
    """The dump, or ``None`` where it was refused in the way it has to be."""
    try:
        return load(data, format=format_key)
    except (DumpFormatError, AmbiguousDumpError):
        return None


@settings(max_examples=300)
@given(st.binary(max_size=2000))
def test_random_bytes(data: bytes) -> None:
    attempt(data)
    for key in formats():
        attempt(data, key)


STARTS = ("Filetype: Flipper NFC device\n", '{"FileType": "mfu"', "# Memory content:\n", "")


@settings(max_examples=150)
@given(st.text(max_size=400), st.sampled_from(STARTS))
def test_random_text(text: str, start: str) -> None:
    data = (start + text).encode("utf-8", "surrogatepass")
    attempt(data)
    for key in formats():
        attempt(data, key)


@pytest.mark.parametrize("which", FILES, ids=str)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_damaged_files(which: tuple[str, str], data: st.DataObject) -> None:
    file = bytearray(FILES[which])
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(file)))
        match data.draw(st.sampled_from(["change", "cut", "insert", "drop", "repeat"])):
            case "change" if at < len(file):
                file[at] = data.draw(st.integers(0, 255))
            case "cut":
                del file[at:]
            case "insert":
                file[at:at] = data.draw(st.binary(max_size=20))
            case "drop":
                del file[at : at + data.draw(st.integers(1, 60))]
            case _:
                file += file[:at]
    attempt(bytes(file))
    attempt(bytes(file), which[0])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("which", [which for which in FILES if which[0] in ("cardscope", "proxmark3-json")], ids=str)
@settings(max_examples=60)
@given(data=st.data())
def test_json_with_other_values(which: tuple[str, str], data: st.DataObject) -> None:

    table: dict[str, Any] = json.loads(FILES[which])
    place = table
    while place:
        key: str = data.draw(st.sampled_from(sorted(place)))
        if not isinstance(place[key], dict) or data.draw(st.booleans()):
            place[key] = data.draw(JSON)
            break
        place = place[key]
    attempt(json.dumps(table).encode(), which[0])


@pytest.mark.parametrize("key", chips())
@pytest.mark.parametrize("format_key", ["flipper", "proxmark3", "proxmark3-json", "cardscope"])
def test_files_that_end_too_early(format_key: str, key: str) -> None:
    file = save(ready_card(key).make_tag().snapshot(), format_key).data
    last = file.rfind(b"\nFailed") - 1 if format_key == "flipper" else len(file) - 2
    for size in range(1, last, max(1, len(file) // 40)):
        with pytest.raises(DumpFormatError):
            load(file[:size])


@pytest.mark.parametrize(("size", "kind"), [(320, "Mini"), (1024, "1K"), (2048, "2K"), (4096, "4K")])
def test_images_of_mifare_classic_are_named(size: int, kind: str) -> None:
    # A first block with a UID of 4 bytes and its check byte, and key sectors.
    block = (
        bytes.fromhex("01020304040804006263646566676869")
        + bytes(32)
        + bytes.fromhex("FFFFFFFFFFFFFF078069FFFFFFFFFFFF")
    )
    with pytest.raises(DumpFormatError, match=f"MIFARE Classic {kind}"):
        load((block * 64)[:size], "dump.mfd")


def test_mifare_classic_tool_is_named() -> None:
    with pytest.raises(DumpFormatError, match="MIFARE Classic Tool"):
        load(b"+Sector: 0\n01020304040804006263646566676869\n", "dump.mct")


def test_huge_and_empty_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DumpFormatError, match="empty"):
        load(b"")
    with pytest.raises(DumpFormatError, match=f"{MAX_SIZE + 1} bytes"):
        load(bytes(MAX_SIZE + 1))
    assert sniff(bytes(MAX_SIZE + 1)) == ()
    path = tmp_path / "large"
    path.write_bytes(bytes(MAX_SIZE))
    assert len(read_file(path)) == MAX_SIZE
    path.write_bytes(bytes(MAX_SIZE + 1))
    for endless in (path, Path("/dev/zero")):
        with pytest.raises(OSError, match=f"more than {MAX_SIZE} bytes"):
            read_file(endless)
