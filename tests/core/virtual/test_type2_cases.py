"""Type 2 silicon against exact exchanges, and the switches for what the data sheets leave open."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cardscope.errors import CardScopeError
from cardscope.tags.catalogue import chips
from cardscope.virtual.type2 import ACK, Answer, Nibble, SiliconChoices, State, Type2Tag, factory_image

UID = "04E141124C2880"
CASES: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("type2_cases.toml").read_text("utf-8"))["case"]


def make_tag(case: dict[str, Any], choices: SiliconChoices | None = None) -> Type2Tag:
    chip = chips()[case["chip"]]
    image = bytearray(factory_image(chip, bytes.fromhex(case.get("uid", UID))))
    for page, content in case.get("pages", {}).items():
        image[4 * int(page, 16) : 4 * int(page, 16) + 4] = bytes.fromhex(content)
    return Type2Tag(chip, bytes(image), counter=case.get("counter", 0), choices=choices)


def wake(tag: Type2Tag) -> bytes | None:
    tag.power_down()
    tag.power_up()
    return tag.select()


def do(tag: Type2Tag, frame: str) -> Answer:
    if frame == "WAKE":
        return wake(tag)
    return tag.select() if frame == "SELECT" else tag.exchange(bytes.fromhex(frame))


def answer(text: str) -> Answer:
    if text == "SILENCE":
        return None
    if text == "ACK":
        return ACK
    return Nibble(int(text[4:], 16)) if text.startswith("NAK ") else bytes.fromhex(text)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    tag = make_tag(case)
    wake(tag)
    for step in case["steps"]:
        frame, _, expected = step.partition(" = ")
        assert do(tag, frame) == answer(expected), f"{step}  ({case['source']})"


def steps(case: dict[str, Any], choices: SiliconChoices, *frames: str) -> list[Answer]:
    tag = make_tag(case, choices)
    wake(tag)
    return [do(tag, frame) for frame in frames]


NTAG213 = {"chip": "ntag213"}
DEFAULT = SiliconChoices()


def test_locks_can_wait_for_the_next_power_up() -> None:
    late = replace(DEFAULT, locks_at_once=False)
    answers = steps(NTAG213, late, "A20200001000", "A20401020304", "WAKE", "A20405060708")
    assert answers == [ACK, ACK, bytes.fromhex(UID), Nibble(0)]


def test_configuration_can_wait_for_the_next_power_up() -> None:
    late = replace(DEFAULT, config_at_once=False)
    answers = steps(NTAG213, late, "A22904000004", "A20401020304", "WAKE", "A20405060708")
    assert answers == [ACK, ACK, bytes.fromhex(UID), Nibble(0)]
    assert steps(NTAG213, DEFAULT, "A22904000004", "A20401020304") == [ACK, Nibble(0)]


def test_one_more_failure_than_authlim() -> None:
    case = NTAG213 | {"pages": {"2A": "01050000"}}
    frames = ("1B00000000", "SELECT", "1BFFFFFFFF")
    assert steps(case, DEFAULT, *frames)[-1] == Nibble(4)
    assert steps(case, replace(DEFAULT, failures_beyond_authlim=1), *frames)[-1] == b"\0\0"


def test_nibbles_are_switchable() -> None:
    choices = replace(DEFAULT, refusal=Nibble(5), wrong_password=Nibble(4), unknown_command=None)
    case = NTAG213 | {"pages": {"02": "F6481000"}}
    frames = ("A20400000000", "SELECT", "1B00000000", "SELECT", "A5")
    assert steps(case, choices, *frames)[::2] == [Nibble(5), Nibble(4), None]


def test_rfui_lock_bits_can_stick() -> None:
    choices = replace(DEFAULT, rfui_lock_bits_stick=True)
    assert steps(NTAG213, choices, "A22800FF0000", "3A2828")[-1] == bytes.fromhex("00FF00BD")


def test_a_disabled_counter_can_answer() -> None:
    choices = replace(DEFAULT, counter_answers_when_disabled=True)
    assert steps(NTAG213 | {"counter": 9}, choices, "3902") == [bytes.fromhex("090000")]


def test_a_mirror_can_end_with_the_last_user_byte() -> None:
    choices = replace(DEFAULT, mirror_may_reach_the_end=True)
    case = NTAG213 | {"pages": {"29": "640024FF"}}
    shown = bytes.fromhex("00003034 45313431 31323443 32383830")
    assert steps(case, choices, "3A2427") == [shown]
    assert steps(case, DEFAULT, "3A2427") == [bytes(16)]


def test_without_power_a_tag_is_silent() -> None:
    tag = make_tag(NTAG213)
    assert (tag.select(), tag.exchange(b"\x60"), tag.state) == (None, None, State.OFF)
    tag.power_up()
    assert (tag.exchange(b"\x60"), tag.state) == (None, State.IDLE)


def test_an_image_comes_back_as_it_was() -> None:
    image = factory_image(chips()["ntag216"], bytes.fromhex(UID))
    tag = Type2Tag(chips()["ntag216"], image)
    assert tag.image == image
    assert tag.image[-8:] == bytes.fromhex("FFFFFFFF00000000")
    assert tag.uid == bytes.fromhex(UID)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda image: image[:-4], "231 pages, 924 bytes; this one has 920"),
        (lambda image: image + b"\0", "925 bytes"),
        (lambda image: image[:3] + b"\0" + image[4:], "BCC0 in the image is 00, .* needs 2C"),
        (lambda image: image[:8] + b"\0" + image[9:], "BCC1 in the image is 00, .* needs F6"),
    ],
)
def test_an_impossible_image_is_refused_with_the_reason(change: Any, complaint: str) -> None:
    chip = chips()["ntag216"]
    with pytest.raises(CardScopeError, match=complaint):
        Type2Tag(chip, change(factory_image(chip, bytes.fromhex(UID))))


def test_a_uid_of_another_length_is_refused() -> None:
    with pytest.raises(CardScopeError, match="7 bytes, and 04E141 has 3"):
        Type2Tag.factory_fresh(chips()["ntag216"], bytes.fromhex("04E141"))


def test_a_chip_that_is_not_built_yet_is_refused() -> None:
    with pytest.raises(CardScopeError, match="no virtual NT3H2111"):
        Type2Tag.factory_fresh(chips()["nt3h2111"], bytes.fromhex(UID))
