"""The user's own file: what it adds, and what is said of its faults."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardscope.library import Basis, Hex, Library, Number, built_in, load_library, own_library_path, read_entries

GOOD = """\
[[entry]]
name = "Door number"
command = "80 CA 01 {door} [{key}] 00"

[[entry.parameter]]
name = "door"
kind = "number"
most = 9
default = 1

[[entry.parameter]]
name = "key"
kind = "hex"
least = 2
most = 2
example = "AB CD"
"""


def loaded(folder: Path, text: str | bytes) -> Library:
    path = folder / "apdu_library.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_library(path)


def test_it_lies_in_the_configuration_folder(tmp_path: Path) -> None:
    assert own_library_path().name == "apdu_library.toml"
    assert own_library_path().parent.name == "cardscope"
    assert tmp_path in own_library_path().parents


def test_without_it_the_built_in_ones_are_there(tmp_path: Path) -> None:
    library = load_library(tmp_path / "none.toml")
    assert library.entries == built_in()
    assert not library.faults


def test_it_adds_entries(tmp_path: Path) -> None:
    library = loaded(tmp_path, "\ufeff" + GOOD.replace("\n", "\r\n"))
    assert not library.faults
    own = library.entries[-1]
    assert len(library.entries) == len(built_in()) + 1
    assert (own.group, own.name, own.basis, own.effect) == ("Your own", "Door number", Basis.OWN, None)
    door, key = own.parameters
    assert isinstance(door, Number)
    assert (door.label, door.default) == ("Door", "1")
    assert isinstance(key, Hex)
    assert key.default is None
    assert own.render({"door": "3", "key": "abcd"}).command == bytes.fromhex("80CA010302ABCD00")


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('name = "Door number"', "name = Door", 2, "Invalid value"),
        ('name = "Door number"', "", 1, "“name” is missing"),
        ('name = "Door number"', "name = 5", 2, "text in quotes"),
        ("80 CA 01 {door} [{key}] 00", "80 CA 01 {door} [{key} 00", 3, "has no “]”"),
        ("80 CA 01 {door} [{key}] 00", "80 CA 01 {dor} [{key}] 00", 3, "{dor} is no parameter"),
        ("80 CA 01 {door} [{key}] 00", "80 CA 01 {door} 00", 12, "has no place for {key}"),
        ("most = 9", "most = 900", 8, "from 0 to 256"),
        ("most = 9", 'most = "9"', 8, "“most” is a number"),
        ("default = 1", "default = 10", 9, "“10” does not fit: It is not from 0 to 9"),
        ('kind = "number"', 'kind = "numbr"', 7, "“numbr” is no kind of parameter"),
        ('kind = "number"', 'kind = "number"\nunit = 3', 8, "“unit” has no meaning here"),
        ('name = "key"', 'name = "door"', 12, "another parameter"),
        ('name = "key"', 'name = "Key"', 12, "lower-case"),
        ('name = "Door number"', 'name = "Door"\nfamilies = ["acr1"]', 3, "“acr1” is none of: acr122u"),
        ('name = "Door number"', 'name = "Door"\ncards = "type2"', 3, "“cards” is a list"),
        ('name = "Door number"', 'name = "Door"\neffect = "bad"', 3, "“bad” is none of: harmless"),
        ('name = "Door number"', 'name = "Door"\nnative = "60"', 4, "either “command” or"),
        ('name = "Door number"', 'name = "Door"\napplication = "D2 7"', 3, "is no hex"),
        ("[[entry]]", 'title = "Mine"\n[[entry]]', 1, "“title” has no meaning here"),
        ("[[entry]]", "[entry]", 1, "A command begins with [[entry]]"),
    ],
)
def test_faults_are_told_with_their_line_and_cost_one_entry(
    tmp_path: Path, old: str, new: str, line: int, said: str
) -> None:
    assert GOOD.count(old) == 1
    library = loaded(tmp_path, GOOD.replace(old, new))
    (fault,) = library.faults
    assert fault.line == line
    assert said in fault.text
    assert fault.text.endswith(".")
    assert library.entries[: len(built_in())] == built_in()


def test_a_fault_does_not_cost_the_entries_beside_it(tmp_path: Path) -> None:
    library = loaded(tmp_path, GOOD.replace("most = 9", "most = 900") + "\n" + GOOD)
    assert [fault.line for fault in library.faults] == [8]
    assert len(library.entries) == len(built_in()) + 1
    library = loaded(tmp_path, GOOD + "\n" + GOOD.replace("most = 9", "most = 900"))
    assert [fault.line for fault in library.faults] == [8 + GOOD.count("\n") + 1]


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    library = loaded(tmp_path, b"# one\n# \xff\n")
    assert [str(fault) for fault in library.faults] == ["Line 2: It is not UTF-8 text."]
    assert library.entries == built_in()


def test_a_folder_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "apdu_library.toml").mkdir()
    library = load_library(tmp_path / "apdu_library.toml")
    assert "cannot be read" in library.faults[0].text
    assert library.entries == built_in()


@given(st.text(max_size=200) | st.lists(st.sampled_from(GOOD.split("\n")), max_size=20).map("\n".join))
def test_any_text_is_read_or_its_faults_are_told(text: str) -> None:
    entries, faults = read_entries(text, own=True)
    assert all(fault.text.endswith(".") and 0 <= fault.line <= text.count("\n") + 1 for fault in faults)
    for one in entries:
        one.render({each.name: each.default or each.example for each in one.parameters})


def test_words_and_bytes_are_found(tmp_path: Path) -> None:
    library = loaded(tmp_path, GOOD)
    assert library.find("") == library.entries
    assert [one.name for one in library.find("DOOR")] == ["Door number"]
    assert "Get UID" in [one.name for one in library.find("ffca00")]
    assert "Get UID" in [one.name for one in library.find("FF CA 00 00 00")]
    assert library.find("no such thing at all") == ()
