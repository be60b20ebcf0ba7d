"""``cardscope run``: carries a script out and says what passed and what failed."""

import argparse
import asyncio
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from cardscope.commands.running import chosen_session, print_json, require_service, with_service
from cardscope.decode.apdu import summary as command_summary
from cardscope.decode.apdu_structure import counted
from cardscope.decode.hex import format_hex
from cardscope.decode.status_words import split_response, status_word
from cardscope.errors import RefusedError, UsageError
from cardscope.events import Exchanged
from cardscope.scripts import (
    Ended,
    Progress,
    Script,
    ScriptError,
    ScriptRefused,
    ScriptRun,
    StepKind,
    StepResult,
    Summary,
    Verdict,
    Waiting,
    parse_script,
)
from cardscope.service import CardService

EXIT_FAILED: Final = 1
"""The command's exit code when the script came to its end and an answer was not as expected, or it ended for that."""
_STANDARD_INPUT: Final = "-"
_ANSWERS_AT: Final = " " * 26
"""The place in a line where commands and answers begin."""


def run(options: argparse.Namespace) -> int:
    script = parse_script(_text(options.script))
    if script.pauses and options.script == _STANDARD_INPUT:
        raise UsageError("The script pauses, and a key to go on cannot be told from it.", remedy="Give it as a file.")
    success = False

    async def carry_out(service: CardService) -> None:
        nonlocal success
        summary = await _carry_out(service, script, options)
        success = summary.success

    interrupted = with_service(options, carry_out)
    return interrupted or (0 if success else EXIT_FAILED)


def _text(name: str) -> str:
    try:
        data = sys.stdin.buffer.read() if name == _STANDARD_INPUT else Path(name).read_bytes()
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror or error}.") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")  # older scripts have comments in it; all that counts is ASCII


async def _carry_out(service: CardService, script: Script, options: argparse.Namespace) -> Summary:
    """Raises what ended the script, once all is printed."""
    if not script.begins_without_card:
        reader = chosen_session(service, options).reader
    else:
        require_service(service, options)
        reader = service.find_reader(options.reader).name if options.reader is not None else None
    keys = _Keys()

    def told(progress: Progress) -> None:
        if isinstance(progress, Waiting):
            if options.json:
                print_json(_waiting_record(progress))
            else:
                print(_waiting_text(progress), flush=True)
            if progress.kind is StepKind.PAUSE:
                keys.wait(script_run)
        elif options.json:
            print_json(_step_record(progress))
        else:
            print("\n".join(_step_lines(progress)), flush=True)

    script_run = ScriptRun(service, script, reader=reader, approvals=options.approve, listener=told)
    try:
        summary = await script_run.run()
    except asyncio.CancelledError:
        _conclude(script_run.summary, options)
        raise
    _conclude(summary, options)
    if keys.ended:
        raise UsageError("The script pauses, and the standard input has ended.", remedy="Press Enter to go on.")
    if isinstance(summary.error, ScriptRefused):
        approving = " ".join(f"--approve {digest}" for digest in summary.error.digests)
        raise RefusedError(str(summary.error), remedy=f"If that is what you want, add: {approving}") from summary.error
    # An answer too short for what the script does with it is a failure, and has been told as such.
    if summary.error is not None and not isinstance(summary.error, ScriptError):
        raise summary.error
    return summary


class _Keys:
    """Lets a script go on when a line comes from the standard input; ``ended`` when none will."""

    def __init__(self) -> None:
        self.ended = False

    def wait(self, script_run: ScriptRun) -> None:
        """Waits on a thread of its own, since not every system can watch every kind of input."""
        loop = asyncio.get_running_loop()

        def answered(going_on: bool) -> None:
            if going_on:
                script_run.go_on()
            else:
                self.ended = True
                script_run.stop()

        def read() -> None:
            # Not sys.stdin, whose lock a thread that is left behind would hold at exit; and byte by byte, since what
            # follows the line is for the next pause.
            byte = b"."
            while byte not in (b"", b"\n"):
                byte = os.read(0, 1)
            with suppress(RuntimeError):  # the command was interrupted meanwhile
                loop.call_soon_threadsafe(answered, bool(byte))

        threading.Thread(target=read, name="CardScope key", daemon=True).start()


# As JSON


def _step_record(step: StepResult) -> dict[str, Any]:
    record: dict[str, Any] = {"step": step.number, "line": step.line, "kind": step.kind, "verdict": step.verdict}
    if step.kind is StepKind.COMMAND:
        record |= {"command": format_hex(step.command or b""), **_answer(step.response, step.command)}
        record["follow_ups"] = [
            {"command": format_hex(each.command), **_answer(each.response, each.command), "ms": round(each.ms, 3)}
            for each in step.follow_ups
        ]
    elif step.kind is StepKind.RESET:
        record["atr"] = format_hex(step.response) if step.response else None
    elif step.kind is StepKind.PAUSE:
        record["text"] = step.text
    return record | {"ms": round(step.ms, 3), "problems": list(step.problems)}


def _answer(response: bytes | None, command: bytes | None) -> dict[str, Any]:
    if response is None:
        return {"data": None, "sw": None, "meaning": "There is no answer."}
    data, sw = split_response(response)
    meaning = status_word(sw, command).meaning if sw is not None else "The answer has no status word."
    return {"data": format_hex(data), "sw": f"{sw:04X}" if sw is not None else None, "meaning": meaning}


def _waiting_record(waiting: Waiting) -> dict[str, Any]:
    record: dict[str, Any] = {"waiting": waiting.kind, "line": waiting.line}
    return record | ({"text": waiting.text} if waiting.seconds is None else {"seconds": waiting.seconds})


def _conclude(summary: Summary, options: argparse.Namespace) -> None:
    refused = summary.error if isinstance(summary.error, ScriptRefused) else None
    if not options.json:
        if refused is None or refused.begun:
            print(_summary_text(summary), flush=True)
        return
    if refused is not None:
        for each in refused.refusals:
            print_json(
                {
                    "refused": True,
                    "line": each.line,
                    "times": each.times,
                    "command": format_hex(each.command),
                    "hazards": [
                        {"code": hazard.code, "text": hazard.text, "permanent": hazard.permanent}
                        for hazard in each.refusal.hazards
                    ],
                    "approve": each.refusal.digest,
                }
            )
    print_json(
        {
            "summary": summary.ended,
            "steps": summary.steps,
            "passed": summary.passed,
            "failed": summary.failed,
            "done": summary.done,
            "ms": round(summary.ms, 3),
        }
    )


# As text


def _step_lines(step: StepResult) -> list[str]:
    if step.kind is StepKind.COMMAND:
        command = step.command or b""
        what = [f"> {format_hex(command, ' ')}  {command_summary(command)}"] if command else []
        what += [line for each in step.follow_ups for line in _follow_up_lines(each)]
        what += [f"< {_answer_text(step.response, command)}"] if step.response is not None else []
    elif step.kind is StepKind.RESET:
        what = [f"reset, ATR {format_hex(step.response, ' ')}" if step.response else "reset"]
    else:
        what = [_DID[step.kind]]
    first, *rest = [*what, *(f"! {problem}" for problem in step.problems)]
    duration = f"{step.ms:8.1f}" if step.verdict is not Verdict.ERROR else ""
    return [f"{step.line:5}  {step.verdict:6} {duration:>8}    {first}", *(f"{_ANSWERS_AT}{line}" for line in rest)]


_DID: Final = {
    StepKind.PAUSE: "gone on",
    StepKind.CARD: "a card is there",
    StepKind.REMOVAL: "the card is gone",
    StepKind.VALUE: "bytes of an answer",
}


def _follow_up_lines(each: Exchanged) -> list[str]:
    return [f"> {format_hex(each.command, ' ')}  {command_summary(each.command)} (follow-up)"]


def _answer_text(response: bytes | None, command: bytes) -> str:
    data, sw = split_response(response or b"")
    words = [format_hex(data, " ")] if data else []
    words.append(f"{sw:04X} {status_word(sw, command).meaning}" if sw is not None else "no status word")
    return "  ".join(words)


def _waiting_text(waiting: Waiting) -> str:
    if waiting.kind is StepKind.PAUSE:
        return f"{waiting.line:5}  {waiting.text} (Enter goes on)"
    what = "a card" if waiting.kind is StepKind.CARD else "the card to be taken away"
    return f"{waiting.line:5}  waiting for {what}, {waiting.seconds} s at most"


def _summary_text(summary: Summary) -> str:
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
