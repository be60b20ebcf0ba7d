"""The tables under resources are whole: every entry is well-formed, reachable and names its source."""

import re
import tomllib
from typing import Any

import pytest

from cardscope.decode.apdu_names import instruction, parameters, scope_of
from cardscope.decode.status_words import status_word
from cardscope_resources import resource

CLASSES = {"iso": 0x00, "reader": 0xFF, "proprietary": 0x80, "desfire": 0x90, "sim": 0xA0}


def table(name: str) -> dict[str, Any]:
    return tomllib.loads(resource(name).read_text("utf-8"))


@pytest.mark.parametrize("word", table("status_words.toml")["word"], ids=lambda word: word["code"])
def test_every_status_word_is_found(word: dict[str, str]) -> None:
    assert re.fullmatch(r"[0-9A-Fx]{4}", word["code"])
    assert re.fullmatch(r"([0-9A-Fx]{2})*", word.get("command", ""))
    # 5 stands in for the figure, because no other entry spells out what then comes of it.
    sw = int(word["code"].replace("x", "5"), 16)
    command = bytes.fromhex(word.get("command", "00").replace("x", "0")) + bytes(8)
    assert status_word(sw, command).explanation == word["explanation"]


def test_no_status_word_is_there_twice() -> None:
    words = table("status_words.toml")["word"]
    keys = [(word["code"], word.get("command", "")) for word in words]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("scope", CLASSES)
def test_every_instruction_is_found(scope: str) -> None:
    assert scope_of(CLASSES[scope]) == scope
    for code, row in table("iso7816.toml")[scope].items():
        known = instruction(CLASSES[scope], int(code, 16))
        assert known is not None
        assert known.name == row["name"] == row["name"].upper()
        assert known.source


def test_every_row_of_parameters_is_found() -> None:
    for row in table("iso7816.toml")["parameters"]:
        code = int(row["code"].replace("x", "9"), 16)
        found = parameters(CLASSES[row["scope"]], int(row["ins"], 16), code >> 8, code & 0xFF)
        assert found.meaning == row["meaning"].format(p1=code >> 8, p2=code & 0xFF, p1p2=code)


def test_the_nibble_tables_of_ta1() -> None:
    atr = table("atr.toml")
    assert len(atr["fi"]) == len(atr["fmax"]) == len(atr["di"]) == 16
    # ISO/IEC 7816-3:2006, tables 7 and 8.
    assert [fi for fi in atr["fi"] if fi] == [372, 372, 558, 744, 1116, 1488, 1860, 512, 768, 1024, 1536, 2048]
    assert atr["di"][1:10] == [1, 2, 4, 8, 16, 32, 64, 12, 20]
    assert all(re.fullmatch(r"[0-9A-F]{2}", code) for code in atr["standards"])
    assert all(re.fullmatch(r"[0-9A-F]{4}", code) for code in atr["cards"])
    assert set(atr["card_notes"]) <= set(atr["cards"])


def test_the_objects_of_the_transparent_session() -> None:
    # PC/SC Part 3 §3.3: manage session 80 to 84, switch protocol 8F, exchange 90 to 95 and the timer; in answers C0,
    # the status 96 and the data 97.
    codes = {"80", "81", "82", "83", "84", "8F", "90", "91", "92", "93", "94", "95", "5F46", "96", "97", "C0"}
    assert set(table("iso7816.toml")["session_objects"]) == codes
