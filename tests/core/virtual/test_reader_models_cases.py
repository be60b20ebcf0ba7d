"""Reader models against exact exchanges, each with its source."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from cardscope.tags.catalogue import chips
from cardscope.tags.image import factory_image
from cardscope.virtual.card import VirtualCard
from cardscope.virtual.reader_models import reader_model
from cardscope.virtual.type2 import Type2Tag

TABLE = Path(__file__).with_name("test_reader_models.toml")
CASES: list[dict[str, Any]] = tomllib.loads(TABLE.read_text("utf-8"))["case"]
UID = bytes.fromhex("04E141124C2880")


class Echo:
    """An ISO-DEP card that answers an APDU with itself and 9000."""

    uid = bytes.fromhex("04010203040580")
    historical = b"\x80"

    def power_up(self) -> None:
        pass

    def power_down(self) -> None:
        pass

    def transmit(self, command: bytes) -> bytes:
        return command + b"\x90\x00"


def front(model: str, case: dict[str, Any]) -> VirtualCard:
    name = case.get("card", "ntag213")
    if name == "iso-dep":
        return reader_model(model).front_iso_dep(Echo())
    chip = chips()[name]
    image = bytearray(factory_image(chip, UID))
    for page, content in case.get("pages", {}).items():
        image[4 * int(page, 16) : 4 * int(page, 16) + 4] = bytes.fromhex(content)
    return reader_model(model).front(Type2Tag(chip, bytes(image)))


@pytest.mark.parametrize(
    ("model", "case"),
    [(model, case) for case in CASES for model in case["models"]],
    ids=[f"{model}-{case['name']}" for case in CASES for model in case["models"]],
)
def test_case(model: str, case: dict[str, Any]) -> None:
    card = front(model, case)
    card.power_on()
    for step in case["steps"]:
        command, _, expected = step.partition("=")
        got = card.power_on() if command.strip() == "RESET" else card.transmit(bytes.fromhex(command))
        assert got.hex() == bytes.fromhex(expected).hex(), f"{step}  ({case['source']})"
    for first, last, length in case.get("long", ()):
        got = card.transmit(bytes.fromhex("FFC2000105 9503 3A") + bytes((first, last)))
        head = bytes.fromhex("C003009000 920100 96020000 97" + length)
        assert got[: len(head)] == head
        assert len(got) == len(head) + 4 * (last - first + 1) + 2


def test_every_model_and_every_source_is_in_the_table() -> None:
    assert {model for case in CASES for model in case["models"]} == {
        *("generic", "acr122u", "acr1252u", "transparent", "omnikey5321", "identiv4700")
    }
    assert all(case["source"] for case in CASES)
