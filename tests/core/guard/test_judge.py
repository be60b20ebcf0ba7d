"""The guard with and without knowing the chip: what is permanent never passes, what is harmless is never stopped.

Labels come from the data sheets' and standards' description of each command, not from the guard.
"""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardscope.guard import Effect, judge, unwrap
from cardscope.tags.catalogue import Chip, chips

Wrap = Callable[[bytes], bytes]


def h(text: str) -> bytes:
    return bytes.fromhex(text)


def reader(header: str, data: bytes) -> bytes:
    return h(header) + bytes([len(data)]) + data


WRAPPINGS: dict[str, Wrap] = {
    "acr122u": lambda native: reader("FF000000", h("D442") + native),
    "acr122u exchange": lambda native: reader("FF000000", h("D44001") + native),
    "acr122u with Le": lambda native: reader("FF000000", h("D442") + native) + b"\0",
    "acr122u extended": lambda native: h("FF0000000000") + bytes([len(native) + 2]) + h("D442") + native,
    "acr1252u": lambda native: reader("FF000000", native),
    "transparent": lambda native: reader("FFC20001", bytes([0x95, len(native)]) + native),
    "transparent, timer": lambda native: reader("FFC20001", h("5F460410270000") + bytes([0x95, len(native)]) + native),
    "transparent, long length": lambda native: reader("FFC20001", bytes([0x95, 0x82, 0, len(native)]) + native),
    "transmit only": lambda native: reader("FFC20001", bytes([0x93, len(native)]) + native),
    "identiv": lambda native: reader("FFEF0100", native),
    "omnikey": lambda native: reader("FFA00005", h("0100F3000064") + native),
}

# Native commands and what they do to an NTAG216, an NTAG213, and a chip that is not known.
HARMLESS_NATIVE = ("60", "3004", "30E3", "3A0410", "3C00", "3902", "1A00", "5000")
CHANGING_NATIVE = (
    "A20401020304",
    "A20FFFFFFFFF",
    "A20200000000",
    "A202FFFF0000",
    "A20300000000",
    "A00401020304000000000000000000000000",
)
PERMANENT_NATIVE = (
    "A20200000100",
    "A20200000F00",
    "A202000000FF",
    "A202FFFFFFFF",
    "A203E1106D00",
    "A203E1106D0F",
    "A20300000001",
    "A00200000F00000000000000000000000000",
    "A003E1106D00000000000000000000000000",
    "A50001000000",
)
RISKY_NATIVE = (
    "A202",
    "A202000F",
    "A002",
    "1BFFFFFFFF",
    "A0E2",
    "A5",
    "C203",
    "40",
    "43",
    "E3000000",
    "A202000000000000",
)


def all_wrapped(natives: tuple[str, ...]) -> list[bytes]:
    return [wrap(h(native)) for wrap in WRAPPINGS.values() for native in natives]


HARMLESS = [
    *all_wrapped(HARMLESS_NATIVE),
    *map(
        h,
        (
            "FFCA000000",
            "FFCA000007",
            "FFCA010000",
            "FFB0000410",
            "FFB0000004",
            "FFB000E204",
            "FF00480000",
            "FF00500000",
            "FF00520000",
            "FF0052FF00",
            "FF00400F0400000000",
            "FF0040D40401010101",
            "FF00000002D402",
            "FF00000004D44A0100",
            "FFC20000028100",
            "FFC20000028200",
            "FFC20002048F020003",
            "FFA0000703010001",
            "FFA0000703010002",
            "FF00000008D4400100A4000400",
            "00A4040007D276000085010100",
            "00A4040C07D2760000850101",
            "00A4000C02E103",
            "01A4040000",
            "00B0000000",
            "00B000000F",
            "00B00000000200",
            "00B2010C00",
            "00C0000010",
            "00CA006E00",
            "00CB3FFF055C035FC10200",
            "0084000008",
            "0070000001",
            "00708001",
            "002241B603830101",
            "0047810002B60000",
            "80CA9F7F00",
            "80F28002024F0000",
            "9060000000",
            "90AF000000",
            "906A000000",
            "90BD0000070100000000000000",
            "A0A40000023F00",
            "A0B0000010",
        ),
    ),
]
CHANGING = [
    *all_wrapped(CHANGING_NATIVE),
    *map(
        h,
        (
            "FFD600040401020304",
            "FFD6000F0400000000",
            "FFD600020400000000",
            "FFD600041001020304050607080910111213141516",
            "FF82000006FFFFFFFFFFFF",
            "FF860000050100046000",
            "FF00517F00",
            "00D6000002AABB",
            "00DC010402AABB",
            "00200081",
        ),
    ),
]
PERMANENT = [
    *all_wrapped(PERMANENT_NATIVE),
    *map(
        h,
        (
            "FFD600020400000F00",
            "FFD60002040000FFFF",
            "FFD6000204000000FF00",
            "FFD6000200000400000F00",
            "FFD6000304E1106D00",
            "FFD6000310E1106D000300FE000000000000000000",
            "FFD60000100458E1350458E1350000000F00000000",
            "00E60000",
            "00E80000",
            "00FE0000",
            "00E4000002E103",
            "80E60C0000",
            "80E40000024F00",
            "84F0800100",
            "80D8000000",
            "90FC000000",
            "90DA000003010203",
            "0047000002AC00",
        ),
    ),
]
RISKY = [
    *all_wrapped(RISKY_NATIVE),
    *map(
        h,
        (
            "60",
            "A202000F0F00",
            "FFD6000204000F",
            "FFD60002",
            "FFD601040401020304",
            "FFD60004050102030405",
            "FF00000403D44260",
            "FF00000108D442A20401020304",
            "FFD600020500000F0000",
            "FFD601020400000F00",
            "FFD6000204FFFF0F0000AA",
            "FF0000000BD442A20200000F00",
            "FF00000108D442A20200000F00",
            "FF00010008D442A20200000F00",
            "FF00000006D4404101A202",
            "FF00000007D40863053D0000",
            "FFC200010A900200049502300400",
            "FFC20001099101079504A202000F",
            "FFC200010A9501309505A2020000FF",
            "FF860000050100040000",
            # The serial number: a genuine chip refuses it, one with a changeable UID may never answer again.
            "FFD600000404AABBCC",
            "FFD600000404D96530",
            "FFD60001040A325E80",
            # Inside InDataExchange, what looks native can be TERMINATE on channel 15, or ChangeFileSettings.
            "FF00000018D440014BFE0000100000000000000000000000000000000000",
            "FF00000008D440015F0C00FFFF",
            "0022F40000",
            "0022F20000",
            "000E0000",
            "000C0104",
            "900C00000501640000000000",
            "90C7000000",
            "002000810431323334",
            "00820000080000000000000000",
            "002C0001080000000000000000",
            "00240001080000000000000000",
            "00C200000400000000",
            "00DA00C40101",
            "00E00000020000",
            "20A40000",
            "80500000080000000000000000",
            "80AE800000",
            "90AF00000100",
            "90AA0000010000",
            "A0200001083132333400000000",
            "B0120000",
            "FFFF0000",
        ),
    ),
]

CHIPS = [None, "ntag213", "ntag216"]


def chip(key: str | None) -> Chip | None:
    return chips()[key] if key else None


@pytest.mark.parametrize("key", CHIPS)
@pytest.mark.parametrize("command", HARMLESS, ids=bytes.hex)
def test_harmless_goes_straight_through(command: bytes, key: str | None) -> None:
    verdict = judge(command, chip(key))
    assert verdict.effect is Effect.HARMLESS, verdict
    assert not verdict.hazards
    assert verdict.summary.endswith(".")


@pytest.mark.parametrize("key", CHIPS)
@pytest.mark.parametrize("command", CHANGING, ids=bytes.hex)
def test_what_can_be_changed_back_needs_no_approval(command: bytes, key: str | None) -> None:
    verdict = judge(command, chip(key))
    assert verdict.effect is Effect.CHANGING, verdict
    assert not verdict.needs_approval


@pytest.mark.parametrize("key", CHIPS)
@pytest.mark.parametrize("command", PERMANENT, ids=bytes.hex)
def test_permanent_never_passes(command: bytes, key: str | None) -> None:
    verdict = judge(command, chip(key))
    assert verdict.effect is Effect.PERMANENT, verdict
    assert verdict.needs_approval
    assert any(hazard.permanent for hazard in verdict.hazards)


@pytest.mark.parametrize("key", CHIPS)
@pytest.mark.parametrize("command", RISKY, ids=bytes.hex)
def test_what_might_be_permanent_is_stopped(command: bytes, key: str | None) -> None:
    verdict = judge(command, chip(key))
    assert verdict.needs_approval, verdict
    assert verdict.hazards
    assert all(hazard.text.endswith(".") for hazard in verdict.hazards)


SPECIAL_PAGES = {
    "ntag213": (0x28, 0x29, 0x2A, 0x2B, 0x2C),
    "ntag215": (0x82, 0x83, 0x84, 0x85, 0x86),
    "ntag216": (0xE2, 0xE3, 0xE4, 0xE5, 0xE6),
}


@pytest.mark.parametrize("page", sorted({page for pages in SPECIAL_PAGES.values() for page in pages}))
def test_without_the_chip_every_special_page_is_stopped(page: int) -> None:
    for wrap in WRAPPINGS.values():
        assert judge(wrap(bytes([0xA2, page, 0xFF, 0xFF, 0xFF, 0xFF])), None).needs_approval
    assert judge(h("FFD600") + bytes([page, 4, 0, 0, 0, 0]), None).needs_approval


@st.composite
def spelt(draw: st.DrawFn) -> bytes:
    """A write that sets lock or OTP bits, in any wrapping and any spelling of its lengths."""
    page = draw(st.sampled_from((2, 3)))
    data = draw(st.binary(min_size=4, max_size=4).filter(lambda d: any(d[2:]) if page == 2 else any(d)))
    native = draw(
        st.sampled_from(
            (bytes([0xA2, page]) + data, bytes([0xA0, page]) + data + draw(st.binary(min_size=12, max_size=12)))
        )
    )
    native += draw(st.binary(max_size=2))
    route = draw(st.sampled_from(("update", "pn532", "raw", "transparent", "identiv", "omnikey")))
    p2 = draw(st.sampled_from((0, 0, 0, draw(st.integers(0, 255)))))
    if route == "update":
        before = draw(st.integers(0, page))
        header = bytes([0xFF, 0xD6, draw(st.sampled_from((0, 0, draw(st.integers(0, 255))))), page - before])
        body = draw(st.binary(min_size=4 * before, max_size=4 * before)) + data + draw(st.binary(max_size=20))
    elif route == "transparent":
        header = h("FFC20001")
        length = draw(st.sampled_from((b"", b"\x81", b"\x82\x00", b"\x83\x00\x00"))) + bytes([len(native)])
        others = (b"\x90\x02\x00\x00", b"\x5f\x46\x04\x10\x27\x00\x00", b"\x94\x00", b"\x91\x01\x00", b"\x95\x01\x60")
        first, last = (
            draw(st.lists(st.sampled_from(others), max_size=3)),
            draw(st.lists(st.sampled_from(others), max_size=3)),
        )
        body = b"".join(first) + bytes([draw(st.sampled_from((0x93, 0x95)))]) + length + native + b"".join(last)
    elif route == "omnikey":
        header, body = h("FFA00005"), h("0100F30000") + bytes([draw(st.integers(0, 255))]) + native
    elif route == "identiv":
        header, body = bytes([0xFF, 0xEF, draw(st.integers(0, 2)), p2]), native
    else:
        prefix = draw(st.sampled_from((h("D442"), h("D44001"), h("D44002"), h("D44041"))))
        header, body = bytes([0xFF, 0, 0, p2]), (prefix if route == "pn532" else b"") + native
    extended = draw(st.booleans())
    lc = b"\0" + len(body).to_bytes(2) if extended else bytes([len(body)])
    le = draw(st.sampled_from((b"", b"\0\0" if extended else b"\0")))
    return header + lc + body + le


@given(command=spelt(), key=st.sampled_from((None, *SPECIAL_PAGES)))
def test_no_spelling_lets_a_permanent_write_pass(command: bytes, key: str | None) -> None:
    assert judge(command, chip(key)).needs_approval


@given(command=st.binary(max_size=40) | st.binary(max_size=40).map(lambda tail: b"\xff" + tail))
def test_any_bytes_are_judged(command: bytes) -> None:
    for key in CHIPS:
        verdict = judge(command, chip(key))
        assert verdict.summary
        assert bool(verdict.hazards) == verdict.needs_approval
        assert judge(command, chip(key)) == verdict


@given(native=st.binary(min_size=1, max_size=30))
def test_every_wrapping_is_opened(native: bytes) -> None:
    for name, wrap in WRAPPINGS.items():
        if name == "acr1252u" and native[0] == 0xD4:
            continue  # those bytes are a PN532 frame
        assert unwrap(wrap(native)) == native
