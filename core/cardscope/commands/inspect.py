"""``cardscope inspect``: says what the card on a reader is."""

import argparse

from cardscope.commands.running import chosen_session, print_json, with_service
from cardscope.decode.atr import decode_atr
from cardscope.decode.hex import format_hex
from cardscope.service import CardService


def run(options: argparse.Namespace) -> int:
    async def inspected(service: CardService) -> None:
        session = chosen_session(service, options)
        atr = decode_atr(session.atr)
        read = await session.read_uid()
        if options.json:
            print_json(
                {
                    "reader": session.reader,
                    "atr": atr.to_json(),
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

    return with_service(options, inspected)
