"""``cardscope run``: carries a script out and says what passed and what failed."""

import argparse
import asyncio
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

from cardscope.commands.running import chosen_session, print_json, require_service, with_service
from cardscope.errors import RefusedError, UsageError
from cardscope.scripts import (
    Progress,
    Script,
    ScriptError,
    ScriptRefused,
    ScriptRun,
    StepKind,
    Summary,
    Waiting,
    parse_script,
)
from cardscope.scripts.report import (
    closing_records,
    step_lines,
    step_record,
    summary_text,
    waiting_record,
    waiting_text,
)
from cardscope.service import CardService

EXIT_FAILED: Final = 1
"""The command's exit code when the script came to its end and an answer was not as expected, or it ended for that."""
_STANDARD_INPUT: Final = "-"


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
                print_json(waiting_record(progress))
            else:
                print(waiting_text(progress), flush=True)
            if progress.kind is StepKind.PAUSE:
                keys.wait(script_run)
        elif options.json:
            print_json(step_record(progress))
        else:
            print("\n".join(step_lines(progress)), flush=True)

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


def _conclude(summary: Summary, options: argparse.Namespace) -> None:
    if options.json:
        for record in closing_records(summary):
            print_json(record)
    elif not isinstance(summary.error, ScriptRefused) or summary.error.begun:
        print(summary_text(summary), flush=True)
