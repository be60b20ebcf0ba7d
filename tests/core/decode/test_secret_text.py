"""Secrets in text that has commands in it. Which bytes are secret is told by the specifications named."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardscope.decode.secret_text import masked_text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        # ISO/IEC 7816-4, 11.6.6: VERIFY.
        ("00 20 00 01 04 31 32 33 34", "00 20 00 01 04 •• •• •• ••"),
        ("0020000103313233", "0020000103••••••"),
        ("0020000104313233", "00200001••••••••"),  # what is missing may be the length
        ("00 20 00 01 04 31 32 33 3", "00 20 00 01 04 •• •• •• ••"),
        ("# once 00 20 00 01 04 31 32 33 34", "# once 00 20 00 01 04 •• •• •• ••"),
        ("let seen = 00 20 00 01 04 31 32 33 34", "let seen = 00 20 00 01 04 •• •• •• ••"),
        ("0x00, 0x20, 0x00, 0x01, 0x02, 0x31, 0x32", "0x00, 0x20, 0x00, 0x01, 0x02, 0x••, 0x••"),
        ("00 20 00 01 \\\n# a comment\n  02 31 32\n", "00 20 00 01 \\\n# a comment\n  02 •• ••\n"),
        # A name is as secret as what it is used for, and no more.
        (
            "let pin = bytes 31 32 33\nlet file = bytes 3F 00\n00 A4 00 00 02 $file\n00 20 00 01 03 $pin[0:2] $pin[2:]",
            "let pin = bytes •• •• ••\nlet file = bytes 3F 00\n00 A4 00 00 02 $file\n00 20 00 01 03 $pin[0:2] $pin[2:]",
        ),
        ("let all = bytes AA 31 32\n00 20 00 01 02 $all[-2:]", "let all = bytes AA •• ••\n00 20 00 01 02 $all[-2:]"),
        # NTAG21x data sheet, 10.7: PWD_AUTH and the PACK that answers it. PN532 user manual, 7.3.9.
        (
            "FF 00 00 00 07 D4 42 1B 01 02 03 04\nexpect 90 00\nexpect data D5 43 00 80 80",
            "FF 00 00 00 07 D4 42 1B •• •• •• ••\nexpect 90 00\nexpect data •• •• •• •• ••",
        ),
        ("FF CA 00 00 00\nexpect data 04 A1 *", "FF CA 00 00 00\nexpect data 04 A1 *"),
        # NTAG213: PWD is page 2Bh.
        ("FF D6 00 2B 04 01 02 03 04", "FF D6 00 2B 04 •• •• •• ••"),
        ("FF D6 00 06 04 01 02 03 04", "FF D6 00 06 04 01 02 03 04"),
        ("a decade of faded beef", "a decade of faded beef"),
        ("", ""),
    ],
)
def test_what_is_left_out(text: str, masked: str) -> None:
    assert masked_text(text) == masked


def test_names_that_grow_do_not_take_for_ever() -> None:
    lines = ["let a0 = bytes 31 32 33 34"]
    lines += [f"let a{n + 1} = bytes $a{n} $a{n} $a{n} $a{n}" for n in range(60)]
    assert masked_text("\n".join([*lines, "00 20 00 01 04 $a0"])).startswith("let a0 = bytes •• •• •• ••\n")


@given(st.text(alphabet="0123456789abcdefABC \n\t\\#$x,:.[]-=letbyspct", max_size=200))
def test_nothing_but_hex_digits_is_taken_out_and_twice_is_as_once(text: str) -> None:
    masked = masked_text(text)
    pattern = re.escape(masked).replace("••", "[0-9a-fA-F]{1,2}")
    assert re.fullmatch(pattern, text)
    assert masked.count("\n") == text.count("\n")
