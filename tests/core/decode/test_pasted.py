"""Texts to commands: a table of what people paste, and what holds for any text."""

import random
import re
import tomllib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardscope.decode.pasted import Kind, Weight, first_command, read_pasted

TABLE: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("pasted.toml").read_text("utf-8"))["text"]
PARTS = {"broken": Weight.BROKEN, "wrong": Weight.MALFORMED, "advice": Weight.ADVICE}


def test_the_table_is_large() -> None:
    assert len({row["text"] for row in TABLE}) == len(TABLE) >= 60


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["text"])
def test_what_people_paste(row: dict[str, Any]) -> None:
    pasted = read_pasted(row["text"])
    assert pasted.data == bytes.fromhex(row["bytes"])
    assert pasted.kind == row["kind"]
    expected = {name: row[name] for name in PARTS if name in row}
    assert {each.weight for each in pasted.problems} == {PARTS[name] for name in expected}
    for part in expected.values():
        first = pasted.problems[0]
        assert row["text"][first.start : first.end] == part
    assert [fix.apply(row["text"]) for fix in pasted.fixes] == row.get("fixes", [])
    assert pasted.complete == (bool(pasted.data) and "broken" not in row)


@pytest.mark.parametrize(
    "row", [row for row in TABLE if "wrong" in row or "advice" in row], ids=lambda row: row["text"]
)
def test_a_fix_mends_the_command(row: dict[str, Any]) -> None:
    for fix in read_pasted(row["text"]).fixes:
        mended = read_pasted(fix.apply(row["text"]))
        assert mended.complete
        assert mended.kind in (Kind.APDU, Kind.EITHER)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FF CA 00 00 00", ("FF CA 00 00 00", 0)),
        ("FF CA\n00 00\r\n\t00\n", ("FF CA 00 00 00", 0)),
        ("FF CA 00 00 00\nFF B0 00 04 10\n\n", ("FF CA 00 00 00", 1)),
        ("FF CA 00 00 00\nreset\nFF B0 00 04 10", ("FF CA 00 00 00", 2)),
        ("60\n30 04\n", ("60", 1)),
        (
            "byte[] apdu = {\n  (byte)0xFF,\n  (byte)0xCA, 0, 0, 0\n};",
            ("byte[] apdu = { (byte)0xFF, (byte)0xCA, 0, 0, 0 };", 0),
        ),
        # Both lines are commands by themselves, and so is what they make together: nothing of it is hidden.
        ("00 84 00 00\n04 00 00 00", ("00 84 00 00", 1)),
        ("", ("", 0)),
    ],
)
def test_lines(text: str, expected: tuple[str, int]) -> None:
    assert first_command(text) == expected


def _signed(byte: int) -> int:
    return byte - 256 if byte > 127 else byte


def _literal(data: bytes, quote: str) -> str:
    return "b" + quote + "".join(f"\\x{byte:02x}" for byte in data) + quote


NOTATIONS: dict[str, Callable[[bytes], str]] = {
    "hex": lambda data: data.hex(),
    "spaced": lambda data: data.hex(" ").upper(),
    "colons": lambda data: data.hex(":"),
    "commas": lambda data: ", ".join(f"{byte:02X}" for byte in data),
    "dashes": lambda data: data.hex("-"),
    "prefixed": lambda data: " ".join(f"0x{byte:02X}" for byte in data),
    "short prefixed": lambda data: ",".join(f"0x{byte:x}" for byte in data),
    "one prefix": lambda data: f"0x{data.hex()}",
    "escaped": lambda data: "".join(f"\\x{byte:02x}" for byte in data),
    "bytes literal": lambda data: _literal(data, '"'),
    "python repr": repr,
    "decimal list": lambda data: str(list(data)),
    "hex list": lambda data: f"[{', '.join(map(hex, data))}]",
    "bytes of list": lambda data: f"bytes({list(data)})",
    "fromhex": lambda data: f'bytes.fromhex("{data.hex(" ")}")',
    "java": lambda data: f"new byte[] {{{', '.join(f'(byte)0x{byte:02X}' for byte in data)}}}",
    "java signed": lambda data: f"byte[] b = {{{', '.join(str(_signed(byte)) for byte in data)}}};",
    "c": lambda data: f"uint8_t b[{len(data)}] = {{ {', '.join(f'0x{byte:02x}' for byte in data)} }};",
    "mixed": lambda data: f"[{', '.join((hex, str)[at % 2](byte) for at, byte in enumerate(data))}]",
}


@pytest.mark.parametrize("notation", NOTATIONS)
@given(data=st.binary(min_size=1, max_size=300))
def test_any_notation_of_any_bytes_reads_back(notation: str, data: bytes) -> None:
    text = NOTATIONS[notation](data)
    pasted = read_pasted(text)
    if notation == "python repr" and re.fullmatch(r"b.(?:[0-9A-Fa-f]{2})+.", text):
        assert not pasted.complete  # hex in a literal has two readings, and one of them is this
        return
    assert pasted.complete, pasted.problems
    assert pasted.data == data
    places = [pasted.span(at, at + 1) for at in range(len(data))]
    assert all(end <= start for (_, end), (start, _) in pairwise(places))


@given(st.text() | st.text(alphabet="0123456789abcdefABCDEFxXhH \\\"'[](){},;:-b=\nyte"))
def test_any_text_reads_without_an_exception_and_its_places_lie_in_it(text: str) -> None:
    pasted = read_pasted(text)
    for problem in pasted.problems:
        assert 0 <= problem.start <= problem.end <= len(text)
        assert problem.message.endswith((".", ")"))
        for fix in problem.fixes:
            assert 0 <= fix.start <= fix.end <= len(text)
            read_pasted(fix.apply(text))
    if pasted.data:
        start, end = pasted.span(0, len(pasted.data))
        assert 0 <= start < end <= len(text)


@given(st.text(alphabet="0123456789abcdefABCDEFxX \\\"'[](){},;:-b\nyte") | st.text())
def test_every_byte_is_written_where_its_place_says(text: str) -> None:
    """Nothing is made up: the characters at its place spell the byte by themselves, in one of the known ways."""
    pasted = read_pasted(text)
    for at, value in enumerate(pasted.data):
        assert value in _values(text[slice(*pasted.span(at, at + 1))])


def _values(part: str) -> set[int]:
    values: set[int] = set()
    bare = re.sub(r"^\((?:[a-z0-9_ ]+)\)\s*", "", part, flags=re.IGNORECASE).strip()
    if match := re.fullmatch(r"(?:0[xX]|\\x)?([0-9A-Fa-f]{1,2})(?:[hHuUlL]|[uU]8)*", bare):
        values.add(int(match[1], 16))
    if re.fullmatch(r"-?\d{1,3}", bare):
        values.add(int(bare) & 0xFF)
    if re.fullmatch(r"[\x20-\x7e]", part):
        values.add(ord(part))
    if match := re.fullmatch(r"\\([0-7]{1,3})", part):
        values.add(int(match[1], 8))
    if match := re.fullmatch(r"\\([\"'\\abfnrtv])", part):
        values.add({"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}.get(match[1], ord(match[1])))
    return values


@pytest.mark.parametrize("notation", ["hex", "spaced", "hex list", "decimal list", "java"])
def test_what_is_broken_is_marked_and_the_bytes_before_it_are_kept(notation: str) -> None:
    data = random.Random(7816).randbytes(40)
    text = NOTATIONS[notation](data)
    whole = read_pasted(text)
    for at in (0, 7, 39):
        start, _ = whole.span(at, at + 1)
        pasted = read_pasted(f"{text[:start]}~{text[start:]}")
        assert pasted.problems[0].start == start
        assert pasted.data == data[:at]
        assert not pasted.complete
