"""What the guard remembers, the commands for the reader alone, and the table behind both."""

import tomllib

import pytest

from cardscope.guard import Effect, Knowledge, judge, judge_escape
from cardscope.guard.rules import rules
from cardscope.tags.catalogue import chips
from cardscope_resources import resource

VERIFY = bytes.fromhex("00200081083132333435363738")
ASK = bytes.fromhex("00200081")


def after(*exchanges: tuple[str, str]) -> Knowledge:
    known = Knowledge()
    for sent, answer in exchanges:
        known.note(bytes.fromhex(sent), bytes.fromhex(answer) or None)
    return known


def test_a_copy_goes_its_own_way() -> None:
    known = after(("00200081", "63C3"), ("FFEF010002A002", "0A"))
    other = known.copy()
    other.note(ASK, bytes.fromhex("63C1"))
    other.note(bytes.fromhex("FFEF01000160"), bytes.fromhex("0004040201001303"))
    assert judge(VERIFY, None, None, other).needs_approval
    assert known.begun is not None
    assert other.begun is None


def test_a_power_cycle_ends_what_was_begun_and_forgets_the_tries() -> None:
    known = after(("00200081", "63C3"))
    assert judge(VERIFY, None, None, known).effect is Effect.CHANGING
    known.power_cycled()
    assert judge(VERIFY, None, None, known).needs_approval
    known = after(("FFEF010002A002", "0A"))
    known.power_cycled()
    assert known.begun is None


def test_a_connection_that_ends_leaves_the_card_its_power() -> None:
    known = after(("00200081", "63C3"), ("FFEF010002A002", "0A"))
    known.let_go()
    second = bytes.fromhex("FF00000013D4400100A404000AF001020304050607080900")
    assert judge(second, None, None, known).effect is Effect.PERMANENT
    assert judge(VERIFY, None, None, known).needs_approval, "another program may have tried"


def test_what_failed_may_not_have_ended_what_was_begun() -> None:
    known = after(("FFEF010002A002", "0A"), ("FFEF01000160", ""))
    assert known.begun is not None
    known.note(bytes.fromhex("FFEF01000160"), bytes.fromhex("0004040201001303"))
    assert known.begun is None


def test_what_has_begun_is_seen_in_frames_that_bring_their_crc() -> None:
    """Transmission flags 01, then the two frames of a COMPAT_WRITE to page 2."""
    known = after(("FFC200010490020100", "9000"), ("FFC20001069504A002F3BC", "C003009000970 10A9000".replace(" ", "")))
    second = bytes.fromhex("FFC2000114951200A404000AF001020304050607080900 1234")
    assert judge(second, None, None, known).effect is Effect.PERMANENT


@pytest.mark.parametrize("command", ["FF00000006D40863030004", "FF00000003D41201"])
def test_a_reader_told_to_send_otherwise_may_send_anything(command: str) -> None:
    read = bytes.fromhex("FF00000004D4423004")
    assert judge(read, None, None, after(("FF00000003D41200", "D5139000"))).effect is Effect.HARMLESS
    known = after((command, "D5099000"))
    assert judge(read, None, None, known).needs_approval
    assert judge_escape(read, known).needs_approval
    known.power_cycled()
    assert judge(read, None, None, known).needs_approval, "the card's power is not the reader's"


def test_the_readers_own_commands_may_have_ended_an_application() -> None:
    attest, select = bytes.fromhex("00F99A0000"), "00A4040009A00000030800001000"
    known = after((select, "9000"))
    known.note_escape(bytes.fromhex("FF00480000"), b"ACR122U215")
    assert judge(attest, None, None, known).effect is Effect.HARMLESS
    known.note_escape(bytes.fromhex("E00000250100"), bytes.fromhex("E100000001 00"))
    assert judge(attest, None, None, known).needs_approval


@pytest.mark.parametrize(
    "between",
    [
        "00A4040007D2760001240103",
        "0070800100",
        "80A40000023F00",
        "00FA0303",  # sets how many tries there are
        "00DA00C40101",
        "FFC20001069504 00200081",
        "FF00000004D44A0100",  # activates the card anew
        "FF00000004D4320100",
        "FFC20002048F020003",
        "00A4",
    ],
)
def test_what_may_change_the_counter_makes_it_unknown(between: str) -> None:
    known = after(("00200081", "63C3"), (between, "9000"))
    assert judge(VERIFY, None, None, known).needs_approval


@pytest.mark.parametrize(
    "between",
    [
        "00B0000000",
        "0084000008",
        "00CA00C400",
        "FFCA000000",
        "FF00480000",
        "FF00400D0401010101",
        "002000820831323334353637 38",
    ],
)
def test_what_reads_leaves_it_known(between: str) -> None:
    known = after(("00200081", "63C3"), (between, "9000"))
    assert judge(VERIFY, None, None, known).effect is Effect.CHANGING


def test_a_refused_selection_leaves_nothing_known() -> None:
    known = after(("00A4040009A00000030800001000", "9000"), ("00A4040005A000000004", "6A82"))
    assert judge(bytes.fromhex("00F99A0000"), None, None, known).needs_approval


def test_pwd_auth_passes_only_while_authlim_is_known_to_be_0() -> None:
    pwd_auth, ntag216 = bytes.fromhex("FFEF0100051BFFFFFFFF"), chips()["ntag216"]
    known = Knowledge()
    assert judge(pwd_auth, ntag216, None, known).needs_approval
    known.authlim = 0
    assert judge(pwd_auth, ntag216, None, known).effect is Effect.CHANGING
    known.note(pwd_auth, None)
    assert not judge(pwd_auth, ntag216, None, known).needs_approval
    known.note(bytes.fromhex("FFD600E40407050000"), bytes.fromhex("9000"))
    assert judge(pwd_auth, ntag216, None, known).needs_approval
    known.authlim = 4
    assert judge(pwd_auth, ntag216, None, known).needs_approval


@pytest.mark.parametrize(
    ("command", "effect"),
    [
        # ACR1252U API §6, ACR122U API §6
        ("E000001800", Effect.HARMLESS),
        ("E000003300", Effect.HARMLESS),
        ("E000002801 0A", Effect.HARMLESS),
        ("E000002901 03", Effect.HARMLESS),
        ("E000002501 00", Effect.CHANGING),
        ("E000002301 8F", Effect.CHANGING),
        ("E000002101 FF", Effect.CHANGING),
        ("E00000F000", Effect.UNKNOWN),
        ("E0000060 04 00000000", Effect.UNKNOWN),
        ("E00100 1800", Effect.UNKNOWN),
        ("FF00480000", Effect.HARMLESS),
        ("FF00520000", Effect.HARMLESS),
        # A card may be in the field
        ("FF00000008D442A20200000F00", Effect.PERMANENT),
        ("00A40400", Effect.UNKNOWN),
        ("E0", Effect.UNKNOWN),
    ],
)
def test_commands_for_the_reader_alone(command: str, effect: Effect) -> None:
    verdict = judge_escape(bytes.fromhex(command))
    assert verdict.effect is effect
    assert bool(verdict.hazards) == verdict.needs_approval


def test_the_table_is_whole() -> None:
    table = tomllib.loads(resource("guard.toml").read_text("utf-8"))
    assert {row["source"] for row in table["rule"]} == set(table["sources"])
    assert {row["scope"] for row in table["rule"]} == {
        "iso", "proprietary", "sim", "desfire", "reader", "pn532", "escape"
    }  # fmt: skip
    for row in table["rule"]:
        needs_words = row["effect"] in ("unknown", "permanent")
        assert ("code" in row) == needs_words, row
        assert row.get("text", "" if needs_words else ".").endswith("."), row
        assert len(set(row["ins"])) == len(row["ins"]), row
    assert len(rules()) > 100
