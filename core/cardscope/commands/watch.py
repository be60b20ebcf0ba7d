"""``cardscope watch``: reports readers and cards as they come and go."""

import argparse
import asyncio
import os
import stat
import sys
from contextlib import suppress
from typing import Any

from cardscope.commands.running import print_json, with_service
from cardscope.decode.hex import format_hex
from cardscope.events import CardInserted, CardRemoved, Event, ReaderAdded, ReaderRemoved, ServiceChanged
from cardscope.service import CardService


def run(options: argparse.Namespace) -> int:
    async def watch(service: CardService) -> None:
        events: asyncio.Queue[Event] = asyncio.Queue()
        service.subscribe(events.put_nowait)
        _stop_when_unread()
        while True:
            event = await events.get()
            if (record := _record(event)) is None:
                continue
            if options.json:
                print_json(record)
            else:
                print(_line(event), flush=True)

    return with_service(options, watch, settle=False, endless=True)


def _stop_when_unread() -> None:
    """Ends the running task when whoever reads our output through a pipe has gone ("watch | head -1"), which we would
    otherwise notice only with the next event, perhaps hours later."""
    task = asyncio.current_task()
    if task is not None and stat.S_ISFIFO(os.fstat(sys.stdout.fileno()).st_mode):
        with suppress(NotImplementedError):  # Windows
            asyncio.get_running_loop().add_reader(sys.stdout.fileno(), task.cancel)


def _record(event: Event) -> dict[str, Any] | None:
    match event:
        case ServiceChanged(state, t):
            return {"event": "service", "state": state, "t": t}
        case ReaderAdded(reader, t):
            return {"event": "reader_added", "reader": reader.name, "kind": reader.kind, "t": t}
        case ReaderRemoved(name, t):
            return {"event": "reader_removed", "reader": name, "t": t}
        case CardInserted(reader, atr, insertion, t):
            return {"event": "card_inserted", "reader": reader, "atr": format_hex(atr), "insertion": insertion, "t": t}
        case CardRemoved(reader, insertion, t):
            return {"event": "card_removed", "reader": reader, "insertion": insertion, "t": t}
        case _:
            return None


def _line(event: Event) -> str:
    match event:
        case ServiceChanged(state, _, detail):
            return f"PC/SC service {state}" + (f": {detail}" if detail else "")
        case ReaderAdded(reader):
            return f"Reader added: {reader.name}"
        case ReaderRemoved(name):
            return f"Reader removed: {name}"
        case CardInserted(reader, atr):
            return f"Card inserted: {reader}, ATR {format_hex(atr, ' ')}"
        case CardRemoved(reader):
            return f"Card removed: {reader}"
        case _:
            return ""
