"""The guard against the corpus: no permanent command passes, no harmless one is stopped, in any spelling."""

from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cardscope.decode.apdu import CommandApdu, parse_command
from cardscope.decode.hex import parse_hex
from cardscope.guard import Effect, judge
from core.guard.corpus import CASES, EFFECTS, LABELS, Case

WELL_FORMED = [case for case in CASES if case.hazards != ("malformed",) and case.hex[:4] != "FF88"]
WRAPPED = [case for case in CASES if case.native]


def ident(case: Case) -> str:
    return f"{case.file}-{case.label}-{case.hex}-{case.chip or 'any'}"


def test_the_corpus_is_large_enough_and_says_where_it_is_from() -> None:
    counted = Counter(case.label for case in CASES)
    assert set(counted) == set(LABELS)
    assert len({case.hex for case in CASES if case.label != "unclear"}) >= 300
    assert min(counted.values()) >= 60
    assert all(case.what and case.source for case in CASES)
    assert all(bytes.fromhex(case.native) in case.command for case in WRAPPED)


@pytest.mark.parametrize("case", WELL_FORMED, ids=ident)
def test_what_is_labelled_is_an_apdu(case: Case) -> None:
    parse_command(case.command)


@pytest.mark.parametrize("case", CASES, ids=ident)
def test_every_command_is_judged_as_labelled(case: Case) -> None:
    verdict = case.judged()
    if case.label == "unclear":
        assert verdict.needs_approval, verdict
    else:
        assert verdict.effect is EFFECTS[case.label], verdict
    assert any(hazard.permanent for hazard in verdict.hazards) == (verdict.effect is Effect.PERMANENT)
    assert bool(verdict.hazards) == verdict.needs_approval
    assert all(hazard.text.endswith(".") for hazard in verdict.hazards)
    if case.hazards is not None:
        assert {hazard.code for hazard in verdict.hazards} == set(case.hazards), verdict


@pytest.mark.parametrize("case", [case for case in CASES if case.label == "permanent"], ids=ident)
def test_knowing_less_lets_no_permanent_command_pass(case: Case) -> None:
    assert judge(case.command, None).needs_approval


def spelt(apdu: CommandApdu, *, extended: bool, le: int | None) -> bytes:
    header = bytes((apdu.cla, apdu.ins, apdu.p1, apdu.p2))
    if extended:
        lc = b"\0" + len(apdu.data).to_bytes(2) if apdu.data else b""
        end = b"" if le is None else (b"" if apdu.data else b"\0") + (le % 65536).to_bytes(2)
    else:
        lc = bytes((len(apdu.data),)) if apdu.data else b""
        end = b"" if le is None else bytes((le % 256,))
    return header + lc + apdu.data + end


@given(st.data())
def test_spelling_its_lengths_otherwise_changes_nothing(data: st.DataObject) -> None:
    case = data.draw(st.sampled_from(WELL_FORMED))
    apdu = parse_command(case.command)
    extended = data.draw(st.booleans())
    le = data.draw(st.none() | st.integers(1, 65536 if extended else 256))
    spelling = spelt(apdu, extended=extended, le=le)
    assume(parse_command(spelling).data == apdu.data)
    expected, verdict = case.judged(), case.judged(spelling)
    assert verdict.effect is expected.effect
    assert [hazard.code for hazard in verdict.hazards] == [hazard.code for hazard in expected.hazards]


@given(case=st.sampled_from(CASES), separator=st.sampled_from(("", " ", ":")), upper=st.booleans())
def test_typing_it_otherwise_changes_nothing(case: Case, separator: str, upper: bool) -> None:
    text = case.command.hex(separator) if separator else case.command.hex()
    typed = parse_hex(text.upper() if upper else text)
    assert case.judged(typed) == case.judged()


TIMER, RECEIVE, NO_FLAGS, KEEPS_CRC = ("5F460410270000", "9400", "90020000", "90020200")


@st.composite
def wrapped(draw: st.DrawFn, native: bytes) -> bytes:
    """``native`` in any wrapping of any reader family, as their documents spell it."""
    body = draw(st.sampled_from(("pn532", "exchange", "direct", "transparent", "omnikey", "identiv")))
    match body:
        case "pn532":
            header, data = "FF000000", b"\xd4\x42" + native
        case "exchange":
            target = draw(st.sampled_from((b"\x01", b"\x02")))
            header, data = "FF000000", b"\xd4\x40" + target + native
        case "direct":
            header, data = "FF000000", native
        case "transparent":
            length = draw(st.sampled_from((b"", b"\x81", b"\x82\0", b"\x83\0\0"))) + bytes((len(native),))
            before = draw(st.lists(st.sampled_from((TIMER, NO_FLAGS)), max_size=3))
            after = draw(st.lists(st.sampled_from((TIMER, RECEIVE)), max_size=3))
            tag = draw(st.sampled_from((b"\x93", b"\x95")))
            header = "FFC20001"
            data = bytes.fromhex("".join(before)) + tag + length + native + bytes.fromhex("".join(after))
        case "omnikey":
            header, data = "FFA00005", bytes.fromhex("0100F3000064") + native
        case _:
            header, data = draw(st.sampled_from(("FFEF0100", "FFEF0000"))), native
    cla, ins, p1, p2 = bytes.fromhex(header)
    apdu = CommandApdu(cla, ins, p1, p2, data, None, "3S")
    extended = len(data) > 255 or draw(st.booleans())
    return spelt(apdu, extended=extended, le=draw(st.none() | st.integers(1, 256)))


@given(st.data())
def test_wrapping_it_otherwise_changes_nothing(data: st.DataObject) -> None:
    case = data.draw(st.sampled_from(WRAPPED))
    command = data.draw(wrapped(bytes.fromhex(case.native)))
    # To a card that is not known, InDataExchange is a MIFARE Classic's write, or an APDU, as well.
    assume(case.chip is not None or command.find(b"\xd4\x40") < 0 or not case.native.startswith("A0"))
    expected, verdict = case.judged(), case.judged(command)
    assert verdict.needs_approval == expected.needs_approval
    assert verdict.effect is expected.effect
    assert {hazard.code for hazard in verdict.hazards} == {hazard.code for hazard in expected.hazards}


@given(st.data())
def test_company_makes_no_command_milder(data: st.DataObject) -> None:
    """Several frames in one transparent exchange are as grave as the gravest of them."""
    cases = data.draw(st.lists(st.sampled_from(WRAPPED), min_size=1, max_size=4))
    objects = b"".join(bytes((0x95, len(bytes.fromhex(case.native)))) + bytes.fromhex(case.native) for case in cases)
    command = bytes.fromhex("FFC20001") + b"\0" + len(objects).to_bytes(2) + objects
    alone = [
        judge(bytes((0xFF, 0xEF, 1, 0, len(case.native) // 2)) + bytes.fromhex(case.native), None) for case in cases
    ]
    if any(verdict.needs_approval for verdict in alone):
        assert judge(command, None).needs_approval
