"""The list of known ATRs: what it says, where it lies, how one gets it. Facts: the list's own head, ATR_analysis(1)."""

import os
import random
import re
import threading
from pathlib import Path

import pytest

from cardscope.identify.atr_list import AtrList, AtrListError, AtrMatch, find_lists, how_to_get, load_atr_list
from support.atr_analysis import analyse, installed_list

TEXT = """\
# a comment
\tnot of any pattern

3B 02 14 50
\tSchlumberger Multiflex 3k
\thttps://example.org/

3B 8F .. 01 80 4F
\tFamily

3b 8f 80 01 80 4f
\tThe very card

3B 6F 00 .0 0[1-5]
\tA set

3B EF .* 38
\tAny length

3B 0[ 11
\tNo expression
"""


@pytest.fixture
def atrs(tmp_path: Path) -> AtrList:
    path = tmp_path / "smartcard_list.txt"
    path.write_text(TEXT, "utf-8")
    return AtrList.load(path)


def says(atrs: AtrList, text: str) -> list[str]:
    return atrs.says(bytes.fromhex(text))


def test_a_pattern_that_is_an_atr(atrs: AtrList) -> None:
    assert atrs.matches(bytes.fromhex("3B021450")) == (
        AtrMatch("3B 02 14 50", ("Schlumberger Multiflex 3k", "https://example.org/")),
    )
    assert says(atrs, "3B02145011") == []
    assert says(atrs, "3B0214") == []
    assert says(atrs, "") == []


def test_dots_stand_for_any_digit_and_all_matches_count_in_the_lists_order(atrs: AtrList) -> None:
    assert says(atrs, "3B8F8001804F") == ["Family", "The very card"]
    assert says(atrs, "3B8F8101804F") == ["Family"]
    assert says(atrs, "3B8F8101804E") == []
    assert says(atrs, "3B8F8101804F00") == []


def test_regular_expressions(atrs: AtrList) -> None:
    assert says(atrs, "3B6F00A003") == ["A set"]
    assert says(atrs, "3B6F00A103") == []
    assert says(atrs, "3B6F00A006") == []
    assert says(atrs, "3BEF0102030438") == ["Any length"]
    assert says(atrs, "3BEF010203043800") == []


def test_what_is_no_expression_is_reported_and_costs_nothing_else(atrs: AtrList) -> None:
    assert len(atrs) == 5
    assert [fault.partition(":")[0] for fault in atrs.faults] == ["“3B 0[ 11” is no regular expression"]


def test_a_line_that_two_entries_say_is_said_once(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_text("3B 00\n\tOne\n\tBoth\n\n3B 0.\n\tBoth\n\tTwo\n")
    assert says(AtrList.load(path), "3B00") == ["One", "Both", "Two"]


def test_windows_line_ends_and_wrong_bytes(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_bytes(b"3B 00\r\n\tcart\xe3o\r\n\r\n3B 01 00\r\n\tother\r\n")
    loaded = AtrList.load(path)
    assert says(loaded, "3B00") == ["cart�o"]
    assert says(loaded, "3B0100") == ["other"]


def test_a_list_is_read_once_until_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_text("3B 00\n\tOld\n")
    first = AtrList.load(path)
    assert AtrList.load(path) is first
    path.write_text("3B 00\n\tNew\n")
    os.utime(path, ns=(1, 1))
    assert says(AtrList.load(path), "3B00") == ["New"]
    assert says(first, "3B00") == ["Old"]


def test_many_threads_get_one_list(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_text("3B 00\n\tOne\n")
    loaded: list[AtrList] = []
    threads = [threading.Thread(target=lambda: loaded.append(AtrList.load(path))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loaded) == 8
    assert len(set(map(id, loaded))) == 1


async def test_loading_on_a_thread_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_text("3B 00\n\tOne\n")
    assert says(await load_atr_list(path), "3B00") == ["One"]
    with pytest.raises(AtrListError, match="cannot be read"):
        await load_atr_list(tmp_path / "nothing")


def test_what_is_no_list(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_text("<html>\n<body>Not found</body>\n")
    with pytest.raises(AtrListError, match="is no list of ATRs") as caught:
        AtrList.load(path)
    assert "pcsc-tools" in caught.value.remedy
    with pytest.raises(AtrListError, match="cannot be read"):
        AtrList.load(tmp_path)


def test_the_users_own_list_comes_first(tmp_path: Path) -> None:
    cache, home = tmp_path / "cache", tmp_path / "home"
    environment = {"XDG_CACHE_HOME": str(cache), "HOME": str(home)}
    assert not set(find_lists(environment, "linux")) & {cache, home}
    for path in (home / ".smartcard_list.txt", home / ".cache" / "smartcard_list.txt", cache / "smartcard_list.txt"):
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert find_lists(environment, "linux")[:2] == (cache / "smartcard_list.txt", home / ".smartcard_list.txt")
    assert find_lists({"HOME": str(home)}, "linux")[0] == home / ".cache" / "smartcard_list.txt"


def test_places_on_macos_and_windows(tmp_path: Path) -> None:
    mac = tmp_path / "Library" / "Caches" / "smartcard_list.txt"
    windows = tmp_path / "AppData" / "Local" / "smartcard_list.txt"
    for path in (mac, windows):
        path.parent.mkdir(parents=True)
        path.touch()
    assert find_lists({"HOME": str(tmp_path)}, "darwin")[0] == mac
    profile = {"USERPROFILE": str(tmp_path), "PROGRAMDATA": str(tmp_path)}
    assert find_lists(profile, "win32") == (windows,)


@pytest.mark.parametrize(
    ("platform", "how"),
    [("linux", "apt install pcsc-tools"), ("darwin", "brew install pcsc-tools"), ("win32", "Save ")],
)
def test_how_to_get_one(platform: str, how: str, tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    told = how_to_get(home, platform)
    assert how in told
    place = Path(told.rpartition(" as ")[2].removesuffix("."))
    place.parent.mkdir(parents=True)
    place.write_text("3B 00\n\tOne\n")
    assert place in find_lists(home, platform)


def test_without_any_list_the_error_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cardscope.identify.atr_list.find_lists", tuple)
    with pytest.raises(AtrListError, match="no list of known ATRs") as caught:
        AtrList.load()
    assert caught.value.remedy == how_to_get()


def test_an_empty_list_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty, full = tmp_path / "empty", tmp_path / "full"
    empty.touch()
    full.write_text("3B 00\n\tOne\n")
    monkeypatch.setattr("cardscope.identify.atr_list.find_lists", lambda: (empty, full))
    assert AtrList.load().path == full
    monkeypatch.setattr("cardscope.identify.atr_list.find_lists", lambda: (empty,))
    with pytest.raises(AtrListError, match="is no list of ATRs"):
        AtrList.load()


def test_the_installed_list_says_what_atr_analysis_prints() -> None:
    path = installed_list()
    text = path.read_text("utf-8")
    known = AtrList.load(path)
    assert known.faults == []
    patterns = re.findall(r"^[^#\t\n].*$", text, re.MULTILINE)
    assert len(known) == len(patterns) > 4000
    generator = random.Random(7816)
    atrs: list[bytes] = []
    for pattern in generator.sample(patterns, 25) + generator.sample([one for one in patterns if "." in one], 15):
        digits = re.sub(r"\[(.).*?\]", r"\1", pattern).replace(".*", "00").replace(" ", "")
        atrs.append(bytes.fromhex(re.sub(r"\.", lambda _: generator.choice("0123456789ABCDEF"), digits)))
        assert pattern in [match.pattern for match in known.matches(atrs[-1])]
    for atr, verdict in zip(atrs, analyse(atrs, text), strict=True):
        assert verdict.says == tuple(line for match in known.matches(atr) for line in match.says)
