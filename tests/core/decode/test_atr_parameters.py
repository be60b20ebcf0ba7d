"""What the interface bytes come to, against the formulas of ISO/IEC 7816-3:2006 worked out by hand."""

from typing import Any

import pytest

from cardscope.decode.atr import decode_atr

T0_ONLY = {"ifsc", "bwi", "bwt_ms", "cwi", "cwt_etu", "checksum", "guard_time_t1_etu"}
T1_ONLY = {"wi", "wt_ms", "guard_time_t0_etu"}
NEGOTIABLE = {"specific_protocol", "can_change_mode", "implicit_parameters"}


def parameters(text: str) -> dict[str, Any]:
    decoded = decode_atr(bytes.fromhex(text))
    assert decoded.parameters is not None
    return decoded.parameters.to_json()


def test_defaults_of_a_card_that_says_nothing() -> None:
    assert parameters("3B00") == {
        "fi": 372,
        "di": 1,
        "fmax_mhz": 5,
        "cycles_per_etu": 372,
        "baud_at_4mhz": 10753,
        "baud_at_fmax": 13441,
        "mode": "negotiable",
        "specific_protocol": None,
        "can_change_mode": None,
        "implicit_parameters": None,
        "extra_guard_time": 0,
        "guard_time_t0_etu": 12,
        "guard_time_t1_etu": None,
        "wi": 10,
        # 10 × 960 × 372 / 4 MHz
        "wt_ms": 892.8,
        "ifsc": None,
        "bwi": None,
        "bwt_ms": None,
        "cwi": None,
        "cwt_etu": None,
        "checksum": None,
        "clock_stop": "no",
        "class": "A",
        "spu": "no",
    }


def test_defaults_of_t1() -> None:
    # BWT: 11 × 372 / 4 MHz + 2^4 × 960 × 372 / 4 MHz; CWT: 11 + 2^13
    expected = {"ifsc": 32, "bwi": 4, "bwt_ms": 1429.503, "cwi": 13, "cwt_etu": 8203, "checksum": "LRC"}
    assert parameters("3B800181").items() >= expected.items()
    assert {key for key, value in parameters("3B800181").items() if value is None} == T1_ONLY | NEGOTIABLE
    assert {key for key, value in parameters("3B00").items() if value is None} == T0_ONLY | NEGOTIABLE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3BA70040188065A208010152", {"wi": 24, "wt_ms": 2142.72}),
        ("3BE500008121459C100100800D", {"bwi": 4, "bwt_ms": 1429.503, "cwi": 5, "cwt_etu": 43, "extra_guard_time": 0}),
        (
            "3BA8008171465D0054434F53312E320065",
            {"ifsc": 70, "bwi": 5, "bwt_ms": 2857.983, "cwi": 13, "cwt_etu": 8203, "checksum": "LRC"},
        ),
        ("3F65250893046C9000", {"extra_guard_time": 8, "guard_time_t0_etu": 20}),
        (
            "3B1095",
            {"fi": 512, "di": 16, "cycles_per_etu": 32, "baud_at_4mhz": 125000, "baud_at_fmax": 156250},
        ),
        # The waiting time counts with Fi of TA1: 10 × 960 × 512 / 4 MHz
        ("3B1095", {"wt_ms": 1228.8}),
        ("3B10A1", {"fi": 768, "fmax_mhz": 7.5, "baud_at_fmax": 9766}),
        ("3B1071", {"fi": None, "di": None, "baud_at_4mhz": None, "wt_ms": 892.8}),
        # 255 is special: 12 etu with T=0, 11 etu with T=1
        ("3B40FF", {"extra_guard_time": 255, "guard_time_t0_etu": 12}),
        ("3BC0FF013E", {"extra_guard_time": 255, "guard_time_t1_etu": 11, "guard_time_t0_etu": None}),
        # With T=15 the extra 10 are etu of TA1, 32 cycles of the 372 of a first etu.
        ("3BD0950A801F01D1", {"extra_guard_time": 10, "guard_time_t0_etu": 12.86}),
        (
            "3B9013118113",
            {"mode": "specific", "specific_protocol": "T=1", "can_change_mode": False, "implicit_parameters": False},
        ),
        ("3B80101080", {"mode": "specific", "specific_protocol": "T=0", "can_change_mode": True}),
        ("3B80101080", {"implicit_parameters": True}),
        ("3B80801FC7D8", {"clock_stop": "either", "class": "ABC"}),
        ("3B80801F439C", {"clock_stop": "low", "class": "AB"}),
        ("3B80801F051A", {"clock_stop": "no", "class": None}),
        ("3B80802F81AE", {"spu": "proprietary"}),
        ("3B80814101C1", {"checksum": "CRC"}),
        ("3B8081110010", {"ifsc": None}),
        ("3B808121A484", {"bwi": 10, "bwt_ms": None, "cwt_etu": 27}),
        ("3B804000", {"wi": None, "wt_ms": None}),
    ],
)
def test_values(text: str, expected: dict[str, Any]) -> None:
    assert parameters(text).items() >= expected.items()


def test_an_atr_that_ends_early_has_no_parameters() -> None:
    for text in ("", "3B", "3B10", "3B8040"):
        decoded = decode_atr(bytes.fromhex(text))
        assert decoded.parameters is None
        assert decoded.to_json()["parameters"] == {}


def test_the_meanings_say_the_same() -> None:
    def meaning(text: str, name: str) -> str:
        return next(f.meaning for f in decode_atr(bytes.fromhex(text)).field.walk() if f.name == name)

    assert "12 etu + 8 etu = 20 etu apart" in meaning("3F65250893046C9000", "TC1")
    assert "12.86 etu after a reset" in meaning("3BD0950A801F01D1", "TC1")
    assert "12 etu apart with T=0, 11 etu with T=1" in meaning("3B40FF", "TC1")
    assert "1.43 s at 4 MHz" in meaning("3BE500008121459C100100800D", "BWI")
    assert "10 × 960 × 372" in meaning("3B80400A", "TC2")


def test_json() -> None:
    decoded = decode_atr(bytes.fromhex("3B8F8001804F0CA00000030603003D0000000051")).to_json()
    assert decoded.pop("parameters")["fi"] == 372
    assert decoded == {
        "hex": "3B8F8001804F0CA00000030603003D0000000051",
        "valid": False,
        "problems": ["TCK is 51; 56 expected."],
        "convention": "direct",
        "protocols": ["T=0", "T=1"],
        "historical": "804F0CA00000030603003D00000000",
        "tck": {"present": True, "expected": "56", "correct": False},
        "card": {"standard": "ISO 14443 A part 3", "name": "MIFARE Ultralight EV1"},
    }
    nothing = decode_atr(bytes.fromhex("00")).to_json()
    assert (nothing["convention"], nothing["protocols"], nothing["card"]) == (None, [], None)
    assert nothing["tck"] == {"present": False, "expected": None, "correct": False}
