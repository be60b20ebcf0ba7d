"""``cardscope virtual``: serves a virtual card to the PC/SC service."""

import argparse
import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from cardscope.commands.running import run_until_interrupted
from cardscope.decode.hex import HexError, format_hex, parse_hex
from cardscope.dumps import Dump, load, read_file
from cardscope.errors import CardScopeError, UsageError
from cardscope.tags.catalogue import Chip
from cardscope.virtual.card import VirtualCard
from cardscope.virtual.reader_models import ReaderModel, reader_model
from cardscope.virtual.ready_cards import ReadyCard, ready_card, ready_cards
from cardscope.virtual.tag_recipe import card_from_snapshot, check_uid
from cardscope.virtual.vpcd import DEFAULT_PORT, serve_vpcd

WAITING_DELAY: Final = 0.5
"""Seconds of silence from the driver after which the user is told what is waited for."""


def run(options: argparse.Namespace) -> int:
    if options.list:
        for name, card in ready_cards().items():
            print(f"{name:24}{card.title}")
        return 0
    host, port = _place(options.vpcd)
    model = reader_model(options.reader_model or "generic")
    card = None if options.card is None else ready_card(options.card)
    made, title, note = _made(card, model, options)

    def connected() -> None:
        print(f"{title} is on the virtual reader at {host}:{port}. Ctrl+C takes it off.", flush=True)
        if note:
            print(note, flush=True)

    return run_until_interrupted(lambda: _serve(made, host, port, connected), endless=True)


async def _serve(card: VirtualCard, host: str, port: int, connected: Callable[[], None]) -> None:
    def say_waiting() -> None:
        print(f"Waiting for the driver at {host}:{port}…", file=sys.stderr, flush=True)

    waiting = asyncio.get_running_loop().call_later(WAITING_DELAY, say_waiting)

    def arrived() -> None:
        waiting.cancel()
        connected()

    try:
        await serve_vpcd(card, host, port, connected=arrived)
    finally:
        waiting.cancel()


def _place(text: str | None) -> tuple[str, int]:
    place = str(DEFAULT_PORT) if text is None else text
    host, _, port = place.rpartition(":")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise UsageError(f"“{place}” is no port (1 to 65535), alone or behind a host and a colon.")
    return host.strip("[]") or "127.0.0.1", int(port)


def _made(card: ReadyCard | None, model: ReaderModel, options: argparse.Namespace) -> tuple[VirtualCard, str, str]:
    """The card to serve, what it is, and what its user has to know of it."""
    image: str | None = options.image
    uid = None if options.uid is None else _parse_uid(options.uid)
    if card is not None and image is None and uid is None:
        return card.make(model), _with_uid(card.title, card.uid), card.description
    if card is not None and (card.recipe is None or image is None):
        tag = card.make_tag(uid=uid)  # raises, with the reason, for a card that is no tag
        return model.front(tag), _with_uid(card.title, tag.uid), card.description
    if image is None:
        raise UsageError("Which card?", remedy="cardscope virtual --list prints the names of all cards.")
    path = Path(image)
    dump = _load(path, card.chip if card is not None else None)
    tag = card_from_snapshot(dump.snapshot, uid=uid)
    return model.front(tag), _with_uid(f"{tag.chip.name} from {path.name}", tag.uid), " ".join(dump.notes)


def _with_uid(title: str, uid: bytes | None) -> str:
    return f"{title}, UID {format_hex(uid, ' ')}," if uid is not None else title


def _parse_uid(text: str) -> bytes:
    digits = text.strip().removeprefix("0x").removeprefix("0X")
    if not digits:
        raise UsageError("The UID behind --uid is empty.", remedy="Give 7 bytes in hex, as in --uid 04A1B2C3D4E5F6.")
    try:
        uid = parse_hex(digits)
        check_uid(uid)
    except HexError as error:
        raise UsageError(str(error), remedy=f"{digits}\n{' ' * error.position}^") from error
    except CardScopeError as error:
        raise UsageError(str(error), remedy=error.remedy) from error
    return uid


def _load(path: Path, chip: Chip | None) -> Dump:
    """The dump in the file at ``path``, of ``chip`` where the user names a card of that."""
    try:
        return load(read_file(path), path.name, chip=chip)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}.") from error
    except CardScopeError as error:
        raise UsageError(f"{path}: {error}", remedy=error.remedy) from error
