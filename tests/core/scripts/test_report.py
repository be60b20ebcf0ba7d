"""What a run tells, with and without its secrets."""

import json

import pytest

from cardscope.scripts import StepKind, StepResult, Verdict
from cardscope.scripts.report import step_lines, step_record

VERIFY = bytes.fromhex("00 20 00 01 04 31 32 33 34")
"""ISO/IEC 7816-4, 11.6.6: the PIN 1234 against reference 01."""
PWD_AUTH = bytes.fromhex("FF 00 00 00 07 D4 42 1B DE AD BE EF")
"""NTAG21x data sheet, 10.7, in InCommunicateThru of the PN532, in the ACR122U's direct transmit."""
PACK = bytes.fromhex("D5 43 00 C0 DE 90 00")


def step(command: bytes, response: bytes, *problems: str) -> StepResult:
    verdict = Verdict.FAILED if problems else Verdict.PASSED
    return StepResult(1, 3, StepKind.COMMAND, verdict, 1.0, command, response, problems)


def told(result: StepResult, *, masked: bool) -> str:
    """Everything that is said of it, spaces aside."""
    said = [*step_lines(result, masked=masked), json.dumps(step_record(result, masked=masked), ensure_ascii=False)]
    return "".join(said).replace(" ", "")


@pytest.mark.parametrize(
    ("result", "secret"),
    [
        (step(VERIFY, b"\x90\x00"), "31323334"),
        (step(PWD_AUTH, PACK), "DEADBEEF"),
        (step(PWD_AUTH, PACK), "C0DE"),
        (step(PWD_AUTH, PACK, "The data is D5 43 00 C0 DE, expected nothing."), "C0DE"),
    ],
)
def test_a_secret_is_left_out_where_that_is_wanted_and_only_there(result: StepResult, secret: str) -> None:
    assert secret in told(result, masked=False)
    assert secret not in told(result, masked=True)


def test_what_is_no_secret_is_told_either_way() -> None:
    wrong = step(bytes.fromhex("00A4000C023F00"), b"\x6a\x82", "The status word is 6A82, expected 9000.")
    assert told(wrong, masked=True) == told(wrong, masked=False)
    assert step_record(wrong, masked=True)["command"] == "00A4000C023F00"
    assert step_record(wrong, masked=True)["problems"] == ["The status word is 6A82, expected 9000."]
    assert step_record(step(VERIFY, b"\x90\x00"), masked=True)["command"] == "0020000104••••••••"
