"""``--password``: opens a protected tag with what the user types.

The password (8 hex digits) or the key of an Ultralight C (32, as pages 2C to 2F hold it) is asked for on the terminal,
or is one line of the standard input where that is none. It is never an argument, which other users could list, and
never printed. Where a wrong one may be the last that the tag takes, nothing is tried before ``--approve-try`` names
that tag.
"""

import argparse
import getpass
import sys

from cardscope.decode.hex import HexError, format_hex, parse_hex
from cardscope.errors import CardError, RefusedError, UsageError
from cardscope.identify.identification import Identification
from cardscope.identify.tag_link import TagLink
from cardscope.memory.credentials import KEY_SIZE, Credentials
from cardscope.memory.reading import known_chip, link_to, read_through
from cardscope.memory.unlocking import tries
from cardscope.session import CardSession
from cardscope.tags.catalogue import Chip
from cardscope.tags.image import PAGE_SIZE
from cardscope.tags.snapshot import TagSnapshot

_FORM = f"A password has {2 * PAGE_SIZE} hex digits, the key of an Ultralight C {2 * KEY_SIZE}."


def given_password(options: argparse.Namespace) -> Credentials | None:
    """What the user types where ``--password`` is given, else ``None``. Raises UsageError for what is neither a
    password nor a key; its text says nothing of what was typed."""
    if not options.password:
        if options.approve_try is not None:
            raise UsageError("--approve-try is for --password.")
        return None
    try:
        secret = parse_hex(_line())
    except (HexError, EOFError):
        raise UsageError("What was given as the password is no hex.", remedy=_FORM) from None
    if len(secret) == PAGE_SIZE:
        return Credentials(secret)
    if len(secret) == KEY_SIZE:
        return Credentials(key=secret)
    raise UsageError("What was given as the password has another length.", remedy=_FORM)


def _line() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("Password, in hex: ")
    return sys.stdin.readline().strip()


async def read_tag(
    session: CardSession, known: Identification, options: argparse.Namespace, password: Credentials | None
) -> TagSnapshot:
    """All of the tag's memory, with ``password`` where one is given. Raises as :func:`read_opened` does."""
    async with session.alone():
        link = link_to(session, known)
        snapshot = await read_opened(link, session, known, options, password)
        await link.close()
    return snapshot


async def read_opened(
    link: TagLink,
    session: CardSession,
    known: Identification,
    options: argparse.Namespace,
    password: Credentials | None,
) -> TagSnapshot:
    """:func:`read_tag` for a caller who has the session alone and goes on with ``link``.

    Raises UsageError where the chip takes no such password, RefusedError where a wrong one may be the last and this is
    not approved for this tag, and as :func:`~cardscope.memory.reading.read_memory` does, which tries it once.
    """
    if password is not None:
        await _check(link, session, known, options, password)
    return await read_through(link, session, known, may_count=options.count, credentials=password)


async def _check(
    link: TagLink, session: CardSession, known: Identification, options: argparse.Namespace, password: Credentials
) -> None:
    chip = known_chip(known)
    _check_kind(chip, password)
    if not link.has_route:
        raise CardError(
            "This reader passes only plain reads and writes on, and no password.",
            reader=session.reader,
            remedy="Put the tag on a reader that passes native commands on, such as the ACR122U.",
        )
    closed = await read_through(link, session, known, may_count=options.count)
    allowed = tries(closed)
    if not allowed.may_lock or _is_named(closed.uid, options.approve_try):
        return
    limit = "could not be read" if allowed.limit is None else f"is {allowed.limit}, and how many are used up is unknown"
    raise RefusedError(
        "The password was not tried: a wrong one may be the last that this tag ever takes. How many it forgives "
        f"(AUTHLIM) {limit}.",
        remedy=f"If you are sure of the password, add: --approve-try {format_hex(closed.uid)}",
    )


def _check_kind(chip: Chip, password: Credentials) -> None:
    if chip.pwd is None and chip.key_pages is None:
        raise UsageError(f"The {chip.name} has no password.")
    if not password.opens(chip):
        kind, size = ("key", KEY_SIZE) if chip.key_pages is not None else ("password", PAGE_SIZE)
        raise UsageError(f"The {kind} of the {chip.name} has {2 * size} hex digits.")


def _is_named(uid: bytes, approved: str | None) -> bool:
    try:
        return approved is not None and parse_hex(approved) == uid
    except HexError:
        return False
