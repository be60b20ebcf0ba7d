"""``cardscope virtual``: serves a virtual card to the PC/SC service."""

import argparse

from cardscope.commands.running import run_until_interrupted
from cardscope.errors import UsageError
from cardscope.virtual.ready_cards import ready_card, ready_cards
from cardscope.virtual.vpcd import DEFAULT_PORT, serve_vpcd


def run(options: argparse.Namespace) -> int:
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

    return run_until_interrupted(
        lambda: serve_vpcd(card.make(), host, int(port_text), connected=connected), endless=True
    )
