"""``cardscope send``: sends APDUs to a card and prints its answers."""

import argparse

from cardscope.commands.running import chosen_session, print_json, with_service
from cardscope.decode.apdu import summary
from cardscope.decode.hex import HexError, format_hex, parse_hex
from cardscope.decode.status_words import split_response, status_word
from cardscope.errors import UsageError
from cardscope.guard import GuardRefusal
from cardscope.service import CardService
from cardscope.session import CardSession


def run(options: argparse.Namespace) -> int:
    commands = [_parse_apdu(text) for text in options.apdu]

    async def sent(service: CardService) -> None:
        session = chosen_session(service, options)
        # All are judged before the first is sent: half a list sent would be worse than none.
        approvals = [await _approval(session, command, options) for command in commands]
        for command, approval in zip(commands, approvals, strict=True):
            exchanged = await session.send(command, approval=approval)
            data, sw = split_response(exchanged.response or b"")
            word = status_word(sw, command) if sw is not None else None
            if options.json:
                print_json(
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

    return with_service(options, sent)


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
            print_json(
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
