"""What the sub-commands of ``cardscope`` do. Each takes its parsed options and returns its exit code."""

import argparse
import asyncio
import json
import os
import signal
import stat
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

from cardscope.decode.apdu import summary
from cardscope.decode.atr import decode_atr
from cardscope.decode.hex import HexError, format_hex, parse_hex
from cardscope.decode.status_words import split_response, status_word
from cardscope.errors import ServiceStoppedError, UsageError
from cardscope.events import CardInserted, CardRemoved, Event, ReaderAdded, ReaderRemoved, ServiceChanged, ServiceState
from cardscope.guard import GuardRefusal
from cardscope.readers.pcsc_source import PcscSource
from cardscope.readers.protocol import ReaderSource, ReaderState
from cardscope.service import CardService
from cardscope.session import CardSession

_SERVICE_TIMEOUT: Final = 5.0
"""How long (s) a command waits for a PC/SC service that neither answers nor refuses."""


def _readers(options: argparse.Namespace) -> int:
    async def run(service: CardService) -> None:
        _require_service(service, options)
        if options.json:
            _print_json(
                [
                    {
                        "name": reader.name,
                        "kind": reader.kind,
                        "state": reader.state,
                        "atr": format_hex(reader.atr) if reader.atr else None,
                    }
                    for reader in service.readers
                ]
            )
            return
        for reader in service.readers:
            print(f"{reader.name}: {_STATE_WORDS[reader.state]}", end="")
            print(f", ATR {format_hex(reader.atr, ' ')}" if reader.atr else "")
        if not service.readers:
            print('The PC/SC service runs but lists no reader. "cardscope doctor" finds out why.')

    return _with_service(options, run)


def _watch(options: argparse.Namespace) -> int:
    async def run(service: CardService) -> None:
        events: asyncio.Queue[Event] = asyncio.Queue()
        service.subscribe(events.put_nowait)
        _stop_when_unread()
        while True:
            event = await events.get()
            if (record := _watch_record(event)) is None:
                continue
            if options.json:
                _print_json(record)
            else:
                print(_watch_line(event), flush=True)

    return _with_service(options, run, settle=False, endless=True)


def _stop_when_unread() -> None:
    """Ends the running task when whoever reads our output through a pipe has gone ("watch | head -1"), which we would
    otherwise notice only with the next event, perhaps hours later."""
    task = asyncio.current_task()
    if task is not None and stat.S_ISFIFO(os.fstat(sys.stdout.fileno()).st_mode):
        with suppress(NotImplementedError):  # Windows
            asyncio.get_running_loop().add_reader(sys.stdout.fileno(), task.cancel)


def _watch_record(event: Event) -> dict[str, Any] | None:
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


def _watch_line(event: Event) -> str:
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


def _inspect(options: argparse.Namespace) -> int:
    async def run(service: CardService) -> None:
        session = _session(service, options)
        atr = decode_atr(session.atr)
        read = await session.read_uid()
        if options.json:
            _print_json(
                {
                    "reader": session.reader,
                    "atr": {
                        "hex": format_hex(atr.raw),
                        "valid": atr.valid,
                        "problems": list(atr.problems),
                        "convention": atr.convention or None,
                        "protocols": [f"T={number}" for number in atr.protocols],
                        "historical": format_hex(atr.historical),
                        "card": {"standard": atr.storage.standard, "name": atr.storage.card} if atr.storage else None,
                    },
                    "uid": format_hex(read.uid) if read.uid else None,
                    "summary": [atr.summary],
                }
            )
            return
        print(f"Reader  {session.reader}")
        print(f"ATR     {format_hex(session.atr, ' ')}")
        print(f"UID     {format_hex(read.uid, ' ')}" if read.uid else f"UID     unknown: {read.reason}")
        print(f"Card    {atr.summary}")
        for problem in atr.problems:
            print(f"Problem {problem}")

    return _with_service(options, run)


def _send(options: argparse.Namespace) -> int:
    commands = [_parse_apdu(text) for text in options.apdu]

    async def run(service: CardService) -> None:
        session = _session(service, options)
        # All are judged before the first is sent: half a list sent would be worse than none.
        approvals = [await _approval(session, command, options) for command in commands]
        for command, approval in zip(commands, approvals, strict=True):
            exchanged = await session.send(command, approval=approval)
            data, sw = split_response(exchanged.response or b"")
            word = status_word(sw, command) if sw is not None else None
            if options.json:
                _print_json(
                    {
                        "command": format_hex(command),
                        "data": format_hex(data),
                        "sw": f"{sw:04X}" if sw is not None else None,
                        "meaning": word.meaning if word else "The answer has no status word.",
                        "ms": round(exchanged.ms, 3),
                    }
                )
                continue
            print(f"> {format_hex(command, ' ')}  {summary(command)}")
            print(f"< {format_hex(data, ' ')}" if data else "< no data")
            print(f"  {word.code:04X} {word.meaning}" if word else "  no status word", f"({exchanged.ms:.1f} ms)")

    return _with_service(options, run)


def _parse_apdu(text: str) -> bytes:
    try:
        command = parse_hex(text)
    except HexError as error:
        raise UsageError(str(error), remedy=f"{text}\n{' ' * error.position}^") from error
    if len(command) < 4:
        raise UsageError(
            f"“{text}” is too short: an APDU has at least four bytes, CLA INS P1 P2.",
            remedy='Put an APDU that is written with spaces in quotes: cardscope send "FF CA 00 00 00"',
        )
    return command


async def _approval(session: CardSession, command: bytes, options: argparse.Namespace) -> str | None:
    """The digest among those given that lets ``command`` pass; ``None`` when it needs none."""
    try:
        await session.check(command)
    except GuardRefusal as refusal:
        if refusal.digest in options.approve:
            return refusal.digest
        if options.json:
            _print_json(
                {
                    "refused": True,
                    "hazards": [
                        {"code": hazard.code, "text": hazard.text, "permanent": hazard.permanent}
                        for hazard in refusal.hazards
                    ],
                    "approve": refusal.digest,
                }
            )
        raise
    return None


def _virtual(options: argparse.Namespace) -> int:
    from cardscope.virtual.ready_cards import ready_card, ready_cards  # noqa: PLC0415
    from cardscope.virtual.vpcd import DEFAULT_PORT, serve_vpcd  # noqa: PLC0415

    if options.list:
        for name, card in ready_cards().items():
            print(f"{name:24}{card.title}")
        return 0
    if options.card is None:
        raise UsageError("Which card?", remedy="cardscope virtual --list prints the names of all cards.")
    place = str(DEFAULT_PORT) if options.vpcd is None else options.vpcd
    host, _, port_text = place.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    if not port_text.isdecimal() or not 0 < int(port_text) < 65536:
        raise UsageError(f"“{place}” is no port (1 to 65535), alone or behind a host and a colon.")
    card = ready_card(options.card)

    def connected() -> None:
        print(f"{card.title} is on the virtual reader at {host}:{port_text}. Ctrl+C takes it off.", flush=True)

    return _run(lambda: serve_vpcd(card.make(), host, int(port_text), connected=connected), endless=True)


def _doctor(options: argparse.Namespace) -> int:
    from cardscope.doctor import PcscView, diagnose, render_text  # noqa: PLC0415

    async def run(service: CardService) -> None:
        try:
            async with asyncio.timeout(_SERVICE_TIMEOUT):
                await service.settled()
        except TimeoutError:
            view = PcscView(False, "The PC/SC service does not answer.", None, ())
        else:
            view = PcscView(
                service.service_state is ServiceState.RUNNING,
                service.service_detail,
                service.service.code,
                tuple(reader.name for reader in service.readers),
            )
        findings = diagnose(view)
        if options.json:
            _print_json([finding.to_json() for finding in findings])
        else:
            print(render_text(findings))

    return _with_service(options, run, settle=False)


_STATE_WORDS: Final = {
    ReaderState.EMPTY: "empty",
    ReaderState.PRESENT: "card present",
    ReaderState.IN_USE: "card in use by another program",
    ReaderState.EXCLUSIVE: "card held by another program for itself alone",
    ReaderState.MUTE: "card does not answer",
    ReaderState.UNAVAILABLE: "reader unavailable",
}


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False), flush=True)


def _require_service(service: CardService, options: argparse.Namespace) -> None:
    if service.service_state is not ServiceState.RUNNING and options.virtual is None:
        raise ServiceStoppedError(
            service.service_detail or "The PC/SC service does not answer.",
            remedy='"cardscope doctor" says how to start it.',
        )


def _session(service: CardService, options: argparse.Namespace) -> CardSession:
    _require_service(service, options)
    return service.find_session(options.reader)


def _with_service(
    options: argparse.Namespace,
    run: Callable[[CardService], Awaitable[None]],
    *,
    settle: bool = True,
    endless: bool = False,
) -> int:
    sources: list[ReaderSource] = [PcscSource()]
    if options.virtual is not None:
        sources.insert(0, _virtual_source(options.virtual))

    async def body() -> None:
        async with CardService(sources, read_uids=False) as service:
            if settle:
                with suppress(TimeoutError):
                    async with asyncio.timeout(_SERVICE_TIMEOUT):
                        await service.settled()
            await run(service)

    return _run(body, endless=endless)


def _virtual_source(name: str) -> ReaderSource:
    from cardscope.virtual.reader import VirtualReader, VirtualSource  # noqa: PLC0415
    from cardscope.virtual.ready_cards import practice_card  # noqa: PLC0415

    reader = VirtualReader()
    reader.insert(practice_card(name).make())
    return VirtualSource(reader)


def _run(body: Callable[[], Awaitable[None]], *, endless: bool = False) -> int:
    """Runs ``body``, and returns 0 when it has ended; 128 and the signal's number, as shells say it, when it was
    interrupted or told to terminate. To be interrupted is the normal end of an ``endless`` one."""
    received: list[int] = []

    async def interruptible() -> None:
        task = asyncio.ensure_future(body())
        loop = asyncio.get_running_loop()

        def stop(number: int) -> None:
            received.append(number)
            task.cancel()

        for number in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError):  # Windows: KeyboardInterrupt does it there
                loop.add_signal_handler(number, stop, number)
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(interruptible())
    return 128 + received[0] if received and not endless else 0


COMMANDS: Final[dict[str, Callable[[argparse.Namespace], int]]] = {
    "readers": _readers,
    "watch": _watch,
    "inspect": _inspect,
    "send": _send,
    "virtual": _virtual,
    "doctor": _doctor,
}
"""Each sub-command by the name that the parser knows it by."""
