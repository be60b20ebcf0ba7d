"""What is typed, read: segments in their places, the words for them, and what would be sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardscope.decode.pasted import Weight
from cardscope.readers.families import families
from cardscope_gui.console.annotation import annotate, explain
from cardscope_gui.console.typed_command import read

ACR122U = families()["acr122u"]


def words(text: str) -> str:
    return " ".join(run.text for run in annotate(read(text))[0])


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("ff CA,00:00 00", ["ff", "CA", "00:00", "00"]),
        ("[0xFF, 202, 0, 0, 0]", ["0xFF", "202", "0, 0", "0"]),
        ("{(byte)0xFF, (byte)0xCA, 0, 0, 0}", ["(byte)0xFF", "(byte)0xCA", "0, 0", "0"]),
        (r'b"\xff\xca\x00\x00\x00"', [r"\xff", r"\xca", r"\x00\x00", r"\x00"]),
        ('bytes.fromhex("FFCA000000")', ["FF", "CA", "0000", "00"]),
    ],
)
def test_segments_are_placed_where_they_are_typed(text: str, spelt: list[str]):
    typed = read(text)
    assert typed.command == bytes.fromhex("FFCA000000")
    tokens = ["apdu_class", "apdu_ins", "apdu_p1p2", "apdu_le"]
    assert [(text[start:end], token) for start, end, token in typed.spans()] == list(zip(spelt, tokens, strict=True))


def test_what_is_not_understood_is_named_and_what_was_before_it_keeps_its_colours():
    typed = read("FF CA 00 00 zz")
    assert typed.command is None
    assert (typed.fault.start, typed.fault.end) == (12, 14)
    assert [each.name for each in typed.understood.segments] == ["CLA", "INS", "P1-P2"]
    said = words(typed.text)
    assert said.index("“zz”") < said.index("CLA FF")


def test_a_lone_last_digit_is_unfinished():
    typed = read("FF C")
    assert typed.fault.unfinished
    assert (typed.fault.start, typed.command) == (3, None)
    assert "One more hex digit" in words(typed.text)


def test_nothing_typed_is_no_error():
    typed = read("  ")
    assert (typed.command, typed.fault, typed.problems) == (None, None, ())


def test_the_annotation_names_every_segment_and_the_case():
    said = words("FF CA 00 00 00")
    parts = ("CLA FF", "INS CA", "GET DATA", "P1-P2 00 00", "UID", "Le 00", "Case 2, short")
    positions = [said.index(part) for part in parts]
    assert positions == sorted(positions)


def test_the_annotation_spaces_the_data():
    assert "Data 00 00 08 00" in words("FF D6 00 02 04 00 00 08 00")


def test_shorter_annotations_are_shorter_and_keep_the_names():
    lines = [" ".join(run.text for run in runs) for runs in annotate(read("00 A4 04 00 07 D2 76 00 00 85 01 01 00"))]
    lengths = [len(line) for line in lines]
    assert lengths == sorted(lengths, reverse=True)
    assert all(name in line for line in lines for name in ("CLA", "INS", "P1-P2", "Lc", "Data", "Le"))


def test_the_whole_is_explained_line_by_line():
    lines = explain(read("00 A4 04 00 07 D2 76 00 00 85 01 01 00")).splitlines()
    assert lines[1] == "INS A4 SELECT (ISO/IEC 7816-4:2005, tables 4.1 and 4.2)."
    assert lines[4] == "Data D2 76 00 00 85 01 01 AID of NDEF (NFC Forum Type 4 tag)."
    assert lines[-1] == "Case 4, short"


def test_what_is_no_apdu_is_not_sent_and_says_what_is_wrong():
    typed = read("00 A4 04 00 0A A0 00")
    assert (typed.command, typed.raw) == (None, bytes.fromhex("00A404000AA000"))
    assert annotate(typed)[0][0].icon == "caution"
    assert "8 missing" in annotate(typed)[0][0].text


def test_advice_does_not_hold_a_command_back():
    typed = read("00 B0 00 00")
    assert typed.command == bytes.fromhex("00B00000")
    assert typed.fault is None
    assert [problem.weight for problem in typed.problems] == [Weight.ADVICE]


@pytest.mark.parametrize(
    ("family", "wrapped"),
    [
        ("acr122u", "FF00000003D44260"),
        ("acr1252u", "FF0000000160"),
        ("transparent", "FFC2000103950160"),
        ("omnikey5321", "FFA00005070100F300006460"),
        ("identiv4700", "FFEF01000160"),
    ],
)
def test_a_tags_own_command_is_wrapped_as_the_reader_wants_it(family: str, wrapped: str):
    typed = read("60", families()[family])
    assert typed.command == bytes.fromhex(wrapped)
    assert (typed.data, typed.raw) == (b"\x60", b"\x60")
    said = " ".join(run.text for run in annotate(typed)[0])
    assert typed.command.hex(" ").upper() in said
    assert families()[family].name in said
    assert said.startswith("GET_VERSION")


def test_what_the_reader_needs_before_is_said():
    assert "FF C2 00 00 02 81 00" in explain(read("60", families()["transparent"]))


def test_without_a_known_route_nothing_is_sent_and_every_wrapping_is_offered():
    typed = read("60")
    assert typed.command is None
    assert "not known" in typed.fault.message
    assert typed.fixes == ()  # none of them is the one to make with one key
    texts = [fix.apply("60") for fix in typed.choices]
    assert texts == [family.wrap(b"\x60").hex(" ").upper() for family in families().values()]
    assert all(read(text).command is not None for text in texts)


def test_two_readings_are_not_guessed_between():
    typed = read("1B FF FF FF FF", ACR122U)
    assert typed.command is None
    assert typed.raw == bytes.fromhex("1BFFFFFFFF")
    assert "Two readings" in typed.fault.message
    assert [fix.apply(typed.text) for fix in typed.fixes] == ["FF 00 00 00 07 D4 42 1B FF FF FF FF"]
    # With no way to carry the one, there is only the other.
    assert read("1B FF FF FF FF").command == bytes.fromhex("1BFFFFFFFF")


@given(st.binary(min_size=1, max_size=40), st.sampled_from(["", " ", ":", ", "]))
def test_the_runs_spell_exactly_the_bytes(command: bytes, separator: str):
    typed = read(separator.join(f"{byte:02x}" for byte in command))
    assert typed.data == command
    digits = "".join(typed.text[start:end] for start, end, _ in typed.spans())
    assert bytes.fromhex("".join(c for c in digits if c.isalnum())) == command
    assert typed.command in (None, command)
