"""``cardscope virtual``: serves a virtual card to the PC/SC service."""

import argparse
from pathlib import Path

from cardscope.commands.running import run_until_interrupted
from cardscope.decode.hex import HexError, parse_hex
from cardscope.errors import CardScopeError, UsageError
from cardscope.virtual.card import VirtualCard
from cardscope.virtual.reader_models import ReaderModel, reader_model
from cardscope.virtual.ready_cards import ReadyCard, ready_card, ready_cards
from cardscope.virtual.tag_recipe import check_uid, read_image
from cardscope.virtual.vpcd import DEFAULT_PORT, serve_vpcd


def run(options: argparse.Namespace) -> int:
    if options.list:
        for name, card in ready_cards().items():
            print(f"{name:24}{card.title}")
        return 0
    if options.card is None:
        raise UsageError("Which card?", remedy="cardscope virtual --list prints the names of all cards.")
    host, port = _place(options.vpcd)
    card = ready_card(options.card)
    model = reader_model(options.reader_model or "generic")
    made = _made(card, model, options)

    def connected() -> None:
        print(f"{card.title} is on the virtual reader at {host}:{port}. Ctrl+C takes it off.", flush=True)

    return run_until_interrupted(lambda: serve_vpcd(made, host, port, connected=connected), endless=True)


def _place(text: str | None) -> tuple[str, int]:
    place = str(DEFAULT_PORT) if text is None else text
    host, _, port = place.rpartition(":")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise UsageError(f"“{place}” is no port (1 to 65535), alone or behind a host and a colon.")
    return host.strip("[]") or "127.0.0.1", int(port)


def _made(card: ReadyCard, model: ReaderModel, options: argparse.Namespace) -> VirtualCard:
    if options.image is None and options.uid is None:
        return card.make(model)
    uid = None if options.uid is None else _parse_uid(options.uid)
    if card.recipe is None:
        return model.front(card.make_tag(uid=uid))  # raises, with the reason
    image = None if options.image is None else _read_image(Path(options.image))
    try:
        return model.front(card.make_tag(uid=uid, image=image))
    except CardScopeError as error:
        raise UsageError(
            f"{options.image}: {error}" if image is not None else str(error), remedy=error.remedy
        ) from error


def _parse_uid(text: str) -> bytes:
    try:
        uid = parse_hex(text)
        check_uid(uid)
    except HexError as error:
        raise UsageError(str(error), remedy=f"{text}\n{' ' * error.position}^") from error
    except CardScopeError as error:
        raise UsageError(str(error), remedy=error.remedy) from error
    return uid


def _read_image(path: Path) -> bytes:
    try:
        return read_image(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}.") from error
