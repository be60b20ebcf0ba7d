"""Whatever the bytes: the card answers, its counters rise only for who knows the secret, and files change only by a
write that was accepted."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardscope.virtual.iso7816.card import TeachingCard
from cardscope.virtual.iso7816.files import Df, Ef, RecordEf, TransparentEf
from cardscope.virtual.iso7816.personalisation import personalise
from cardscope.virtual.iso7816.security import Secret
from cardscope.virtual.iso7816.transmission import Parse, parse_apdu, parse_t0

WRITES = frozenset((0x04, 0x0E, 0x44, 0xD0, 0xD2, 0xD6, 0xD7, 0xDA, 0xDC, 0xE0, 0xE2, 0xE4, 0xE8))
PRESENTATIONS = frozenset((0x20, 0x24, 0x2C, 0x82))
INSTRUCTIONS = [*WRITES, *PRESENTATIONS, 0x70, 0x84, 0x88, 0xA2, 0xA4, 0xB0, 0xB1, 0xB2, 0xC0, 0xCA, 0x02]
PARSERS = [parse_t0, parse_apdu]

classes = st.one_of(st.sampled_from([0x00, 0x00, 0x00, 0x10, 0x01, 0x40, 0x80]), st.integers(0, 255))
parameters = st.one_of(st.sampled_from([0x00, 0x01, 0x02, 0x04, 0x0C, 0x81, 0x82]), st.integers(0, 255))
words = st.sampled_from(
    [bytes.fromhex(word) for word in ("3F00", "1001", "1005", "1006", "5000", "6001", "6002", "6003", "5F00", "7001")]
    + [b"1234", b"567890", b"12345678", b"0000", b"1234" * 2, b"12345678" + b"1234"]
    + [
        bytes.fromhex("620B80020010820101830270 01".replace(" ", "")),
        bytes.fromhex("620E8002000882040241000483027001"),
        bytes.fromhex("540100"),
        bytes.fromhex("5401015302AABB"),
        bytes.fromhex("50006001"),
        bytes.fromhex("D2760000850101"),
        b"Record 9",
        b"four",
    ]
)


@st.composite
def commands(draw: st.DrawFn) -> bytes:
    ins = draw(st.sampled_from(INSTRUCTIONS))
    header = bytes((draw(classes), ins, draw(parameters), draw(parameters)))
    data = draw(st.one_of(st.just(b""), words, words, st.binary(max_size=40)))
    le = draw(st.sampled_from([b"", b"", b"\x00", b"\x04", b"\x08"]))
    return header + (bytes((len(data),)) + data if data else b"") + le


exchanges = st.lists(st.one_of(commands(), commands(), st.binary(max_size=12), st.none()), max_size=25)


def secrets_of(df: Df) -> list[Secret]:
    found: list[Secret] = []
    for one in df.dfs():
        pins = one.pins.values()
        found += [*pins, *one.keys.values(), *(pin.puk for pin in pins if pin.puk is not None)]
    return found


def files_of(df: Df) -> Mapping[Ef, object]:
    found: dict[Ef, object] = {}
    for one in df.dfs():
        for child in one.children:
            match child:
                case TransparentEf():
                    found[child] = (bytes(child.content), child.life_cycle)
                case RecordEf():
                    found[child] = (tuple(child.records), child.life_cycle)
                case _:
                    pass
    return found


@pytest.mark.parametrize("parse", PARSERS, ids=["T0", "T1"])
@settings(max_examples=400, deadline=None)
@given(exchanges=exchanges)
def test_invariants(parse: Parse, exchanges: list[bytes | None]) -> None:
    card = TeachingCard(personalise(b"\x80", b""), parse)
    mf = card.state.mf
    for command in exchanges:
        if command is None:
            card.reset()
            continue
        tries = [(secret, secret.left, secret.value) for secret in secrets_of(mf)]
        files = files_of(mf)
        objects = {tag: found.value for tag, found in card.state.data_objects.items()}
        answer = card.transmit(command)
        assert len(answer) >= 2
        sw = int.from_bytes(answer[-2:])
        assert 0x6100 <= sw <= 0x6FFF or sw == 0x9000
        accepted = sw in (0x9000, 0x6381)
        ins = command[1] if len(command) > 1 else None
        for secret, left, value in tries:
            if secret.left > left:
                assert ins in PRESENTATIONS
                assert sw in (0x9000, 0x6A80)  # 6A80: the old secret was right, the new one is impossible
            assert secret.left == left or ins in PRESENTATIONS
            assert secret.value == value or (accepted and ins in (0x24, 0x2C))
        if files_of(mf) != files or {tag: found.value for tag, found in card.state.data_objects.items()} != objects:
            assert accepted
            assert ins in WRITES
        if parse is parse_t0:
            assert len(answer) <= 258


@pytest.mark.parametrize("parse", PARSERS, ids=["T0", "T1"])
@settings(max_examples=400, deadline=None)
@given(raw=st.binary(max_size=300))
def test_any_bytes_are_answered(parse: Parse, raw: bytes) -> None:
    answer = TeachingCard(personalise(b"\x80", b""), parse).transmit(raw)
    assert len(answer) >= 2


@settings(max_examples=100, deadline=None)
@given(pins=st.lists(st.binary(min_size=4, max_size=8).filter(lambda pin: pin != b"1234"), min_size=1, max_size=6))
def test_wrong_pins_count_down_to_a_block(pins: list[bytes]) -> None:
    card = TeachingCard(personalise(b"\x80", b""), parse_apdu)
    for number, pin in enumerate(pins, 1):
        answer = card.transmit(b"\x00\x20\x00\x01" + bytes((len(pin),)) + pin)
        assert answer == (bytes((0x63, 0xC0 | 3 - number)) if number <= 3 else b"\x69\x83")
