"""What a run has to tell, as the objects of ``cardscope run --json`` and as the lines that it prints.

With ``masked``, PINs, passwords and keys are left out: what is kept or passed on has none of them.
"""

from typing import Any, Final

from cardscope.decode.apdu import summary as command_summary
from cardscope.decode.apdu_structure import counted
from cardscope.decode.hex import format_hex
from cardscope.decode.response import split_answer
from cardscope.decode.secrets import masked_hex, secret_answer_spans, secret_spans
from cardscope.decode.status_words import status_word
from cardscope.scripts.results import (
    Ended,
    LineRefusal,
    ScriptRefused,
    StepKind,
    StepResult,
    Summary,
    Verdict,
    Waiting,
)

_ANSWERS_AT: Final = " " * 26
"""The place in a line where commands and answers begin."""


def command_hex(command: bytes, *, masked: bool) -> str:
    """A command with spaces."""
    return masked_hex(command, secret_spans(command) if masked else ())


def data_hex(command: bytes, response: bytes, *, masked: bool) -> str:
    """The data of the answer to ``command``, with spaces."""
    data, _ = split_answer(command, response)
    shown = masked_hex(response, secret_answer_spans(command, response) if masked and command else ())
    return shown[: max(3 * len(data) - 1, 0)]


def problems(step: StepResult, *, masked: bool) -> tuple[str, ...]:
    """Why a step failed: a sentence each."""
    command, response = step.command, step.response
    if masked and step.problems and command and response and secret_answer_spans(command, response):
        return ("The answer is not as expected.",)
    return step.problems


# As JSON


def step_record(step: StepResult, *, masked: bool = False) -> dict[str, Any]:
    """The object of a step."""
    record: dict[str, Any] = {"step": step.number, "line": step.line, "kind": step.kind, "verdict": step.verdict}
    if step.kind is StepKind.COMMAND:
        record |= _exchange(step.command or b"", step.response, masked=masked)
        record["follow_ups"] = [
            {**_exchange(each.command, each.response, masked=masked), "ms": round(each.ms, 3)}
            for each in step.follow_ups
        ]
    elif step.kind is StepKind.RESET:
        record["atr"] = format_hex(step.response) if step.response else None
    elif step.kind is StepKind.PAUSE:
        record["text"] = step.text
    return record | {"ms": round(step.ms, 3), "problems": list(problems(step, masked=masked))}


def _exchange(command: bytes, response: bytes | None, *, masked: bool) -> dict[str, Any]:
    record: dict[str, Any] = {"command": command_hex(command, masked=masked).replace(" ", "")}
    if response is None:
        return record | {"data": None, "sw": None, "meaning": "There is no answer."}
    _, sw = split_answer(command, response)
    meaning = status_word(sw, command).meaning if sw is not None else "The answer has no status word."
    data = data_hex(command, response, masked=masked).replace(" ", "")
    return record | {"data": data, "sw": f"{sw:04X}" if sw is not None else None, "meaning": meaning}


def waiting_record(waiting: Waiting) -> dict[str, Any]:
    """The object of what is waited for."""
    record: dict[str, Any] = {"waiting": waiting.kind, "line": waiting.line}
    return record | ({"text": waiting.text} if waiting.seconds is None else {"seconds": waiting.seconds})


def refusal_record(each: LineRefusal) -> dict[str, Any]:
    """The object of a command that needs an approval."""
    return {
        "refused": True,
        "line": each.line,
        "times": each.times,
        "command": format_hex(each.command),
        "hazards": [
            {"code": hazard.code, "text": hazard.text, "permanent": hazard.permanent} for hazard in each.refusal.hazards
        ],
        "approve": each.refusal.digest,
    }


def summary_record(summary: Summary) -> dict[str, Any]:
    """The object of the end."""
    return {
        "summary": summary.ended,
        "steps": summary.steps,
        "passed": summary.passed,
        "failed": summary.failed,
        "done": summary.done,
        "ms": round(summary.ms, 3),
    }


def closing_records(summary: Summary) -> list[dict[str, Any]]:
    """The objects after the steps: the commands that were refused, and the end."""
    refused = summary.error if isinstance(summary.error, ScriptRefused) else None
    refusals = [refusal_record(each) for each in refused.refusals] if refused is not None else []
    return [*refusals, summary_record(summary)]


# As text


def step_lines(step: StepResult, *, masked: bool = False) -> list[str]:
    """A step as it is printed."""
    if step.kind is StepKind.COMMAND:
        command = step.command or b""
        what = [f"> {command_hex(command, masked=masked)}  {command_summary(command)}"] if command else []
        what += [
            f"> {command_hex(each.command, masked=masked)}  {command_summary(each.command)} (follow-up)"
            for each in step.follow_ups
        ]
        what += [f"< {_answer_text(step.response, command, masked=masked)}"] if step.response is not None else []
    elif step.kind is StepKind.RESET:
        what = [f"reset, ATR {format_hex(step.response, ' ')}" if step.response else "reset"]
    else:
        what = [_DID[step.kind]]
    first, *rest = [*what, *(f"! {problem}" for problem in problems(step, masked=masked))]
    duration = f"{step.ms:8.1f}" if step.verdict is not Verdict.ERROR else ""
    return [f"{step.line:5}  {step.verdict:6} {duration:>8}    {first}", *(f"{_ANSWERS_AT}{line}" for line in rest)]


_DID: Final = {
    StepKind.PAUSE: "gone on",
    StepKind.CARD: "a card is there",
    StepKind.REMOVAL: "the card is gone",
    StepKind.VALUE: "bytes of an answer",
}


def _answer_text(response: bytes | None, command: bytes, *, masked: bool) -> str:
    data, sw = split_answer(command, response or b"")
    words = [data_hex(command, response or b"", masked=masked)] if data else []
    words.append(f"{sw:04X} {status_word(sw, command).meaning}" if sw is not None else "no status word")
    return "  ".join(words)


def waiting_text(waiting: Waiting) -> str:
    """What is waited for, in a line of the command line's."""
    if waiting.kind is StepKind.PAUSE:
        return f"{waiting.line:5}  {waiting.text} (Enter goes on)"
    what = "a card" if waiting.kind is StepKind.CARD else "the card to be taken away"
    return f"{waiting.line:5}  waiting for {what}, {waiting.seconds} s at most"


def summary_text(summary: Summary) -> str:
    """How it ended, in a line."""
    counts = [counted(summary.steps, "step"), f"{summary.passed} passed", f"{summary.failed} failed"]
    if summary.done:
        counts.append(f"{summary.done} with nothing to expect")
    return f"{', '.join(counts)}. {_ENDED[summary.ended]}"


_ENDED: Final = {
    Ended.COMPLETED: "The script is done.",
    Ended.FAILED: "The script ended where it required something else.",
    Ended.STOPPED: "The script was stopped.",
    Ended.ERROR: "The script ended with an error.",
    Ended.REFUSED: "The script stopped before a command that needs approval.",
}
