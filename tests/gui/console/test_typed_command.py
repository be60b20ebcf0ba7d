from hypothesis import given
from hypothesis import strategies as st

from cardscope_gui.console.annotation import annotate
from cardscope_gui.console.typed_command import read


def words(text: str) -> str:
    return " ".join(run.text for run in annotate(read(text)))


def test_segments_are_placed_where_they_are_typed():
    typed = read("ff CA,00:00 00")
    assert typed.command == bytes.fromhex("FFCA000000")
    spelt = [(typed.text[start:end], token) for start, end, token in typed.spans()]
    assert spelt == [("ff", "apdu_class"), ("CA", "apdu_ins"), ("00:00", "apdu_p1p2"), ("00", "apdu_le")]


def test_the_offending_character_is_named_and_marked():
    typed = read("FF CA 0x 00")
    assert typed.command is None
    assert typed.marked == 7
    assert "“x”" in words(typed.text)
    assert "hex digit" in words(typed.text)
    assert not typed.unfinished


def test_what_was_understood_before_the_error_keeps_its_colours_and_the_words_are_the_errors_alone():
    typed = read("FF CA 00 00 zz")
    assert typed.understood is not None
    assert [each.name for each in typed.understood.segments] == ["CLA", "INS", "P1-P2"]
    assert words(typed.text) == str(typed.error)


def test_a_lone_last_digit_is_unfinished_and_marked():
    typed = read("FF C")
    assert typed.unfinished
    assert typed.marked == 3
    assert typed.command is None
    assert "One more hex digit" in words(typed.text)


def test_nothing_typed_is_no_error():
    typed = read("  ")
    assert (typed.command, typed.error, typed.marked) == (None, None, None)


def test_the_annotation_names_every_segment():
    said = words("FF CA 00 00 00")
    positions = [said.index(name) for name in ("CLA FF", "INS CA", "GET DATA", "P1-P2 00 00", "UID", "Le 00")]
    assert positions == sorted(positions)


def test_the_annotation_spaces_the_data():
    assert "Data 00 00 08 00" in words("FF D6 00 02 04 00 00 08 00")


def test_a_malformed_apdu_is_still_a_command_and_says_what_is_wrong():
    typed = read("00 A4 04 00 0A A0 00")
    assert typed.command == bytes.fromhex("00A404000AA000")
    assert annotate(typed)[0].icon == "caution"
    assert "8 missing" in annotate(typed)[0].text


@given(st.binary(min_size=1, max_size=40), st.sampled_from(["", " ", ":", ", "]))
def test_the_runs_spell_exactly_the_bytes(command: bytes, separator: str):
    typed = read(separator.join(f"{byte:02x}" for byte in command))
    assert typed.command == command
    digits = "".join(typed.text[start:end] for start, end, _ in typed.spans())
    assert bytes.fromhex("".join(c for c in digits if c.isalnum())) == command
