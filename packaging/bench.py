"""The figures that the project promises, measured beside what they are compared with.

    python3 packaging/dev.py bench                  all of them
    python3 packaging/dev.py bench start exit       these
    python3 packaging/dev.py bench --quick idle     fewer runs, for a first look
    python3 packaging/dev.py bench --json           for machines

Other work on the machine makes times longer and less even, so every number is a median and comes with its least and
greatest value; a ratio's two sides take turns within one run. The exit status is 0 unless a benchmark crashed.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import traceback
from collections.abc import Awaitable, Callable

from benchmarks import (
    annotation,
    atr,
    campaign,
    closing,
    events,
    history,
    identification,
    idle,
    memory,
    ndef,
    open_file,
    plan,
    recovery,
    roundtrip,
    second_start,
    silicon,
    start,
    transcript,
)
from benchmarks.results import NotMeasured, Number
from benchmarks.stage import Stage

FIGURES: dict[str, Callable[[Stage], Awaitable[list[Number]]]] = {
    "start": start.measure,
    "second-start": second_start.measure,
    "roundtrip": roundtrip.measure,
    "events": events.measure,
    "idle": idle.measure,
    "recovery": recovery.measure,
    "exit": closing.measure,
    "atr": atr.measure,
    "annotation": annotation.measure,
    "history": history.measure,
    "transcript": transcript.measure,
    "identification": identification.measure,
    "silicon": silicon.measure,
    "plan": plan.measure,
    "open-file": open_file.measure,
    "memory": memory.measure,
    "ndef": ndef.measure,
    "campaign": campaign.measure,
}


def main(argv: list[str]) -> int:
    """Measure and print the figures named in `argv`; return 1 when a benchmark crashed, else 0."""
    parser = argparse.ArgumentParser(prog="dev.py bench", description="Measure the figures the project promises.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"one of {', '.join(FIGURES)}; without any, all")
    parser.add_argument("--quick", action="store_true", help="fewer runs: for a first look, not for the record")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(argv)
    if unknown := [name for name in options.names if name not in FIGURES]:
        parser.error(f"there is no figure {unknown[0]!r}; there are {', '.join(FIGURES)}")
    try:
        return asyncio.run(_measure(options.names or list(FIGURES), quick=options.quick, as_json=options.json))
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("\nInterrupted.", file=sys.stderr)
        return 130


async def _measure(names: list[str], *, quick: bool, as_json: bool) -> int:
    task = asyncio.current_task()
    if task is not None and sys.platform != "win32":
        # Told to end, it ends its processes first, as it does on Ctrl+C.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    results: dict[str, dict[str, object]] = {}
    with Stage(quick=quick) as stage:
        for name in names:
            print(f"{name}: measuring …", file=sys.stderr, flush=True)
            results[name], text = await _figure(name, stage)
            if not as_json:
                print(f"{name}\n{text}\n", flush=True)
    if as_json:
        print(json.dumps({"quick": quick, "processors": os.cpu_count(), "figures": results}, indent=1))
    return 1 if any("crashed" in result for result in results.values()) else 0


async def _figure(name: str, stage: Stage) -> tuple[dict[str, object], str]:
    """What came of it, for machines and for people."""
    try:
        stage.clear()
        numbers = await FIGURES[name](stage)
    except NotMeasured as reason:
        return {"not_measured": str(reason)}, f"  not measured: {reason}"
    except Exception:
        trace = traceback.format_exc()
        return {"crashed": trace}, f"  crashed:\n{trace}"
    return {"numbers": [number.to_json() for number in numbers]}, "\n".join(number.to_text() for number in numbers)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
