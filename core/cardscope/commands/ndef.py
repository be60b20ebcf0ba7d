"""``cardscope ndef``: the NDEF message on a tag or a card, and a link in its place.

With ``--json`` one object: ``uid, chip, room, used, message, records[], problems[]``; ``message`` is ``null`` where
there is none. ``--set-uri`` prints what ``cardscope write`` prints.
"""

import argparse
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from cardscope.commands.dump import identified
from cardscope.commands.password import given_password, read_tag
from cardscope.commands.running import print_json, with_service
from cardscope.commands.write import plan_and_write
from cardscope.decode.atr import decode_atr
from cardscope.decode.hex import format_hex
from cardscope.errors import ReaderError, RefusedError, UsageError
from cardscope.identify.identification import Identification
from cardscope.memory.credentials import Credentials
from cardscope.memory.draft import Draft
from cardscope.ndef.area import data_area
from cardscope.ndef.contents import Uri
from cardscope.ndef.decoding import content_of
from cardscope.ndef.document import records_json
from cardscope.ndef.encoding import ContentError, record_of
from cardscope.ndef.message import NdefMessage, encode_message, parse_message
from cardscope.ndef.reading import NdefReading, read_ndef
from cardscope.ndef.type4 import Type4Tag
from cardscope.ndef.words import gist_of, kind_of
from cardscope.ndef.writing import NdefError, message_room, write_message
from cardscope.readers.families import family
from cardscope.service import CardService
from cardscope.session import CardSession
from cardscope.tags.snapshot import TagSnapshot


def run(options: argparse.Namespace) -> int:
    if options.reader_family is not None:
        family(options.reader_family)  # a wrong key is told before a card is waited for
    message = _message(options.set_uri) if options.set_uri is not None else None
    if message is None and (options.dry_run or options.approve is not None):
        raise UsageError("--dry-run and --approve are for --set-uri.")
    password = given_password(options)

    async def done(service: CardService) -> None:
        session, known = await identified(service, options)
        if decode_atr(session.atr).storage is None:  # it speaks APDUs
            if password is not None:
                raise UsageError("--password is for tags, and this card speaks APDUs.")
            await _type4(session, message, options)
        elif message is None:
            await _show_tag(session, known, options, password)
        else:
            await plan_and_write(session, known, options, partial(_draft, message=message), password)

    return with_service(options, done)


def _message(uri: str) -> bytes:
    try:
        return encode_message((record_of(Uri(uri)),))
    except ContentError as error:
        raise UsageError(str(error)) from error


def _draft(tag: TagSnapshot, message: bytes) -> Draft:
    _check_room(message, message_room(tag), "tag")
    return write_message(tag, message)


def _check_room(message: bytes, room: int, on: str) -> None:
    if len(message) > room:
        raise UsageError(f"The message has {len(message)} bytes, and this {on} holds {room}.", remedy="Shorten it.")


@dataclass(frozen=True, slots=True)
class _Found:
    """What there is to show."""

    uid: bytes | None
    chip: str | None
    room: int
    message: bytes | None
    problems: tuple[str, ...] = ()


async def _show_tag(
    session: CardSession, known: Identification, options: argparse.Namespace, password: Credentials | None
) -> None:
    if password is None:
        reading = await read_ndef(session, known, may_count=options.count)
    else:
        tag = await read_tag(session, known, options, password)
        reading = NdefReading(data_area(tag.chip, tag.pages), tag)
    block = reading.area.ndef
    problems = [*reading.area.problems, *(block.problems if block is not None else ())]
    try:
        room = message_room(reading.tag)
    except NdefError as error:
        room = 0
        problems.append(str(error))
    if reading.area.missing is not None:
        problems.append(reading.tag.unreadable.get(reading.area.missing, f"Page {reading.area.missing} was not read."))
    message = block.value if block is not None else None
    _show(_Found(reading.tag.uid, reading.tag.chip.name, room, message, tuple(problems)), as_json=options.json)


async def _type4(session: CardSession, message: bytes | None, options: argparse.Namespace) -> None:
    """The NDEF application of a card that speaks APDUs; everything about it can be written again."""
    if options.approve is not None and not options.dry_run:
        raise RefusedError(
            "Nothing was written: what was approved is not this.",
            remedy="A message on this card can be written over at any time and needs no --approve.",
        )
    async with session.alone():
        tag = Type4Tag(session)
        try:
            container = await tag.open()
            if message is None:
                held = await tag.read_message()
                _show(_Found(session.uid, None, container.room, held), as_json=options.json)
                return
            _check_room(message, container.room, "card")
            if options.dry_run:
                container.check(message)
                exchanges = tag.exchanges + container.exchanges(len(message))
                _say_type4_plan(session.uid, message, exchanges)
            else:
                await tag.write_message(message)
                _say_type4_done(session.uid, tag.exchanges, as_json=options.json)
        finally:
            with suppress(ReaderError):
                await session.reset()  # other programs find the card as it was


def _say_type4_plan(uid: bytes | None, message: bytes, exchanges: int) -> None:
    """What ``cardscope write --dry-run`` prints; there are no pages, and ``predicted`` is the NDEF file."""
    print_json(
        {
            "uid": format_hex(uid) if uid else None,
            "chip": None,
            "steps": [],
            "hazards": [],
            "predicted": format_hex(len(message).to_bytes(2) + message),
            "exchanges": exchanges,
            "approve": None,
        }
    )


def _say_type4_done(uid: bytes | None, exchanges: int, *, as_json: bool) -> None:
    """What ``cardscope write`` prints; there are no pages, and no journal."""
    if not as_json:
        print("The NDEF message was written, and read back as it is.")
        return
    print_json(
        {
            "uid": format_hex(uid) if uid else None,
            "chip": None,
            "pages": [],
            "done": True,
            "stopped": False,
            "problem": "",
            "exchanges": exchanges,
            "journal": None,
            "hazards": [],
        }
    )


def _show(found: _Found, *, as_json: bool) -> None:
    message = found.message
    parsed = parse_message(message or b"")
    problems = [*found.problems, *(parsed.problems if message else ())]
    if as_json:
        print_json(
            {
                "uid": format_hex(found.uid) if found.uid else None,
                "chip": found.chip,
                "room": found.room,
                "used": len(message or b""),
                "message": format_hex(message) if message is not None else None,
                "records": records_json(parsed),
                "problems": problems,
            }
        )
        return
    print("\n".join(_to_text(parsed, found.room, message, problems)))


def _to_text(parsed: NdefMessage, room: int, message: bytes | None, problems: list[str]) -> Iterator[str]:
    if message is None:
        yield "There is no NDEF message."
    elif not message:
        yield f"The NDEF message is empty. There is room for {room} bytes."
    else:
        yield f"NDEF message of {len(message)} bytes; there is room for {room}."
    for number, record in enumerate(parsed.records, 1):
        content, wrong = content_of(record)
        yield f"{number:3}  {kind_of(content)}: {gist_of(content)}".rstrip(": ")
        yield from (f"     {problem}" for problem in (*record.problems, *wrong))
    yield from (f"Problem: {problem}" for problem in problems)
