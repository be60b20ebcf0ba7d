"""The scripts that come with CardScope do what they say, on every card that they are for."""

import pytest

from cardscope.scripts import Verdict
from cardscope_resources import resource
from support.script_bench import Bench

TAGS = (
    "ntag213-url",
    "ntag215-url",
    "ntag216-url",
    "ntag216",
    "ntag213-password",
    "ntag216-implant",
    "ntag210",
    "mf0icu1",
    "mf0icu2",
    "mf0ul11",
    "nt3h2211",
)
TEACHING = ("teaching", "teaching-t0", "teaching-contactless")
CARDS = {
    "get_uid": (*TAGS, "teaching-contactless"),
    "read_type2_tag": TAGS,
    "read_type4_ndef": TEACHING,
    "status_words": TEACHING,
}
UNCHANGING = frozenset((0x84, 0xA0, 0xA4, 0xB0, 0xC0, 0xCA))


def text(name: str) -> str:
    return resource(f"scripts/{name}.script").read_text("utf-8")


def test_each_is_tested() -> None:
    assert {path.name for path in resource("scripts").iterdir()} == {f"{name}.script" for name in CARDS}


@pytest.mark.parametrize(("name", "card"), [(name, card) for name, cards in CARDS.items() for card in cards])
async def test_all_passes_and_nothing_is_written(bench: Bench, name: str, card: str) -> None:
    wire = await bench.put(card)
    summary = await bench.script(text(name)).run()
    assert summary.success, [step for step in bench.steps if step.problems]
    assert not [step for step in bench.steps if step.verdict not in (Verdict.PASSED, Verdict.DONE)]
    assert {command[1] for command in wire.commands} <= UNCHANGING


async def test_the_ndef_message_is_read(bench: Bench) -> None:
    await bench.put("teaching-t0")
    await bench.script(text("read_type4_ndef")).run()
    assert bench.steps[-1].data[4:] == b"\x04example.com/teaching"


async def test_a_card_that_is_no_type_4_tag_ends_it_at_its_first_command(bench: Bench) -> None:
    wire = await bench.put("ntag216")
    summary = await bench.script(text("read_type4_ndef")).run()
    assert (summary.success, summary.failed, len(wire.commands)) == (False, 1, 1)


def test_the_one_for_scriptor_has_nothing_that_scriptor_would_not_read() -> None:
    for line in text("get_uid").splitlines():
        spelled = line.split(" ")
        assert not line or line == "reset" or line.startswith("#") or all(len(byte) == 2 for byte in spelled)
