"""``cardscope dump``: reads all of a tag's memory, into a dump file or as a listing.

The listing has a line a page: its number in decimal and in hex, its four bytes, and the same as text; for a page that
could not be read, why. With ``--json`` the listing is CardScope's own dump format.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from cardscope.commands.dump_files import format_for, write_file
from cardscope.commands.password import given_password, read_tag
from cardscope.commands.running import chosen_session, with_service
from cardscope.decode.hex import format_hex
from cardscope.dumps import save
from cardscope.errors import CardError, UsageError
from cardscope.identify.identification import Identification
from cardscope.readers.families import family
from cardscope.service import CardService
from cardscope.session import CardSession
from cardscope.tags.snapshot import TagSnapshot


def run(options: argparse.Namespace) -> int:
    if options.reader_family is not None:
        family(options.reader_family)  # a wrong key is told before a card is waited for
    out = Path(options.output) if options.output is not None else None
    if out is None and options.format is not None:
        raise UsageError("--format is for a file, and -o names none.")
    target = format_for(out, options.format) if out is not None else ""
    if out is not None and not options.force and out.exists():
        raise UsageError(f"{out} exists already.", remedy="Another name, or --force to write over it.")
    password = given_password(options)

    async def dumped(service: CardService) -> None:
        session, known = await identified(service, options)
        snapshot = await read_tag(session, known, options, password)
        if out is None:
            print(snapshot.to_json() if options.json else "\n".join(_listing(snapshot)))
            return
        saved = save(snapshot, target)
        write_file(out, saved.data, force=options.force)
        for sentence in saved.losses:
            print(sentence, file=sys.stderr)

    return with_service(options, dumped)


async def identified(service: CardService, options: argparse.Namespace) -> tuple[CardSession, Identification]:
    """The card that ``options`` choose, and what it is. Raises CardError where it was taken away meanwhile."""
    session = chosen_session(service, options)
    await session.read_uid()
    known = await service.identify(session, family=options.reader_family, may_count=options.count)
    if known.interrupted:
        raise CardError(known.interrupted, reader=known.reader, remedy="Put the card back and try again.")
    return session, known


def _listing(snapshot: TagSnapshot) -> Iterator[str]:
    for page in sorted({*snapshot.pages, *snapshot.unreadable}):
        content = snapshot.pages.get(page)
        if content is None:
            yield f"{page:3}  {page:03X}  ?? ?? ?? ??  {snapshot.unreadable[page]}"
        else:
            text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in content)
            yield f"{page:3}  {page:03X}  {format_hex(content, ' ')}  {text}"
