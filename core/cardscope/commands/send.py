"""``cardscope send``: sends APDUs to a card and prints its answers."""

import argparse
import shlex

from cardscope.commands.running import chosen_session, print_json, with_service
from cardscope.decode.apdu import summary
from cardscope.decode.hex import HexError, format_hex, parse_hex
from cardscope.decode.status_words import split_response, status_word
from cardscope.errors import RefusedError, UsageError
from cardscope.guard import GuardRefusal
from cardscope.service import CardService
from cardscope.session import CardSession


def run(options: argparse.Namespace) -> int:
    commands = [_parse_apdu(text) for text in options.apdu]

    async def sent(service: CardService) -> None:
        session = chosen_session(service, options)
        # All are judged before the first is sent: half a list sent would be worse than none.
        approvals = [await _approval(session, commands, index, options) for index in range(len(commands))]
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


async def _approval(session: CardSession, commands: list[bytes], index: int, options: argparse.Namespace) -> str | None:
    """The digest among those given that lets the command at ``index`` pass; ``None`` when it needs none. Raises
    RefusedError, with the line that would send all ``commands``, when it needs one that is not given."""
    command = commands[index]
    try:
        await session.check(command)
    except GuardRefusal as refusal:
        if refusal.digest in options.approve:
            return refusal.digest
        if options.json:
            print_json(
                {
                    "refused": True,
                    "command": format_hex(command),
                    "hazards": [
                        {"code": hazard.code, "text": hazard.text, "permanent": hazard.permanent}
                        for hazard in refusal.hazards
                    ],
                    "approve": refusal.digest,
                }
            )
        which = f"APDU {index + 1} of {len(commands)}, {format_hex(command, ' ')}: " if len(commands) > 1 else ""
        raise RefusedError(
            f"{which}{refusal}",
            remedy="If that is what you want, approve it:\n" + _approving_line(commands, refusal.digest, options),
        ) from refusal
    return None


def _approving_line(commands: list[bytes], digest: str, options: argparse.Namespace) -> str:
    """What to type to send ``commands`` in the same way, with one more approval."""
    words = ["cardscope", "send"]
    for name in ("reader", "virtual", "reader_model"):
        if (value := getattr(options, name)) is not None:
            words += [f"--{name.replace('_', '-')}", _quoted(value)]
    if options.json:
        words.append("--json")
    for approved in (*options.approve, digest):
        words += ["--approve", _quoted(approved)]
    return " ".join((*words, *(f'"{format_hex(command, " ")}"' for command in commands)))


def _quoted(word: str) -> str:
    """``word`` for a command line: where it needs quotes, in double ones, which every shell knows, if these do."""
    quoted = shlex.quote(word)
    return quoted if quoted == word or set(word) & set('"$`\\!') else f'"{word}"'
