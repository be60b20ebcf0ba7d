"""``cardscope send``: sends APDUs to a card, or commands to a reader, and prints the answers."""

import argparse
import shlex
from dataclasses import dataclass, field

from cardscope.commands.running import chosen_reader, chosen_session, print_json, with_service
from cardscope.decode.apdu import summary
from cardscope.decode.hex import HexError, format_hex, parse_hex
from cardscope.decode.response import split_answer
from cardscope.decode.status_words import status_word
from cardscope.errors import RefusedError, UsageError
from cardscope.events import Exchanged, Origin
from cardscope.following import follow
from cardscope.guard import GuardRefusal, Knowledge
from cardscope.service import CardService
from cardscope.session import CardSession


def run(options: argparse.Namespace) -> int:
    commands = [_parse_apdu(text) for text in options.apdu]

    async def sent(service: CardService) -> None:
        to = _Reader(service, chosen_reader(service, options)) if options.control else chosen_session(service, options)
        # All are judged before the first is sent: half a list sent would be worse than none.
        known = to.known.copy()
        for command in commands:
            await _approval(to, command, commands, options, known)
            known.note(command, b"")
        for command in commands:
            await _send(to, command, commands, options)

    return with_service(options, sent)


@dataclass(frozen=True, slots=True)
class _Reader:
    """A reader itself, to be talked to as a card is."""

    service: CardService
    name: str
    known: Knowledge = field(default_factory=Knowledge)
    """Nothing: what is sent to a reader is judged by itself."""

    async def check(self, command: bytes, *, known: Knowledge | None) -> None:  # noqa: ARG002
        await self.service.check_control(self.name, command)

    async def send(self, command: bytes, *, origin: Origin, approval: str | None) -> Exchanged:  # noqa: ARG002
        return await self.service.control(self.name, command, approval=approval)


async def _send(to: CardSession | _Reader, command: bytes, commands: list[bytes], options: argparse.Namespace) -> None:
    async def exchange(command: bytes, origin: Origin) -> bytes:
        approval = await _approval(to, command, commands, options)
        exchanged = await to.send(command, origin=origin, approval=approval)
        _print(exchanged, as_json=options.json)
        return exchanged.response or b""

    async def follow_up(following: bytes) -> bytes:
        return await exchange(following, Origin.APPLICATION)

    response = await exchange(command, Origin.USER)
    if options.follow:
        await follow(command, response, follow_up)


def _print(exchanged: Exchanged, *, as_json: bool) -> None:
    command = exchanged.command
    by_itself = exchanged.origin is Origin.APPLICATION
    data, sw = split_answer(command, exchanged.response or b"")
    word = status_word(sw, command) if sw is not None else None
    if as_json:
        told = {
            "command": format_hex(command),
            "data": format_hex(data),
            "sw": f"{sw:04X}" if sw is not None else None,
            "meaning": word.meaning if word else "The answer has no status word.",
            "ms": round(exchanged.ms, 3),
        }
        print_json(told | {"follow_up": True} if by_itself else told)
        return
    print(f"> {format_hex(command, ' ')}  {summary(command)}", *(["(follow-up)"] if by_itself else []))
    print(f"< {format_hex(data, ' ')}" if data else "< no data")
    print(f"  {word.code:04X} {word.meaning}" if word else "  no status word", f"({exchanged.ms:.1f} ms)")


def _parse_apdu(text: str) -> bytes:
    try:
        command = parse_hex(text)
    except HexError as error:
        raise UsageError(str(error), remedy=f"{text}\n{' ' * error.position}^") from error
    if len(command) < 4:
        raise UsageError(
            f"“{text}” is too short: an APDU has at least four bytes, CLA INS P1 P2.",
            remedy='Put an APDU that is written with spaces in quotes: cardscope send "FF CA 00 00 00". A command of '
            "the tag itself, such as 60 (GET_VERSION), needs the envelope of the reader; through an ACR122U: "
            'cardscope send "FF 00 00 00 03 D4 42 60"',
        )
    return command


async def _approval(
    to: CardSession | _Reader,
    command: bytes,
    commands: list[bytes],
    options: argparse.Namespace,
    known: Knowledge | None = None,
) -> str | None:
    """The digest among those given that lets ``command`` pass when ``known`` (``None``: what is known now) is known;
    ``None`` when it needs none. Raises RefusedError, with the line that would send all ``commands``, when it needs one
    that is not given."""
    try:
        await to.check(command, known=known)
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
        which = ""
        if command not in commands:
            which = f"The follow-up {format_hex(command, ' ')}: "
        elif len(commands) > 1:
            which = f"APDU {commands.index(command) + 1} of {len(commands)}, {format_hex(command, ' ')}: "
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
    words += [f"--{name}" for name in ("control", "follow", "json") if getattr(options, name)]
    for approved in (*options.approve, digest):
        words += ["--approve", _quoted(approved)]
    return " ".join((*words, *(f'"{format_hex(command, " ")}"' for command in commands)))


def _quoted(word: str) -> str:
    """``word`` for a command line: where it needs quotes, in double ones, which every shell knows, if these do."""
    quoted = shlex.quote(word)
    return quoted if quoted == word or set(word) & set('"$`\\!') else f'"{word}"'
