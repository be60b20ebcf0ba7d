"""``cardscope readers``: lists the readers and what is on them."""

import argparse
from typing import Final

from cardscope.commands.running import print_json, require_service, with_service
from cardscope.decode.hex import format_hex
from cardscope.readers.protocol import ReaderState
from cardscope.service import CardService

_STATE_WORDS: Final = {
    ReaderState.EMPTY: "empty",
    ReaderState.PRESENT: "card present",
    ReaderState.IN_USE: "card in use by another program",
    ReaderState.EXCLUSIVE: "card held by another program for itself alone",
    ReaderState.MUTE: "card does not answer",
    ReaderState.UNAVAILABLE: "reader unavailable",
}


def run(options: argparse.Namespace) -> int:
    async def listed(service: CardService) -> None:
        require_service(service, options)
        if options.json:
            print_json(
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

    return with_service(options, listed)
