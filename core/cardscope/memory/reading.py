"""The whole memory of a tag: what a backup, a plan's base and a dump are made of."""

from datetime import UTC, datetime
from typing import Final

from cardscope.decode.tag_config import tag_config
from cardscope.errors import CardError, CardRemovedError, CardScopeError, RefusedError, Sent
from cardscope.identify.identification import Identification
from cardscope.identify.tag_link import TagLink
from cardscope.memory.authentication import authenticate
from cardscope.memory.credentials import Credentials
from cardscope.memory.page_reader import PageReader, Progress, readable_pages
from cardscope.readers.families import NativeFailure
from cardscope.session import CardSession
from cardscope.tags.catalogue import SECTOR, Chip, Command
from cardscope.tags.image import uid_of
from cardscope.tags.snapshot import TagSnapshot

_UID_PAGES: Final = (0, 1)


class UnknownMemoryError(CardScopeError):
    """Nothing can be read or planned, because it is not known which chip the card is."""


async def read_memory(
    session: CardSession,
    known: Identification,
    *,
    may_count: bool = False,
    credentials: Credentials | None = None,
    progress: Progress | None = None,
) -> TagSnapshot:
    """Everything that can be read of the tag of ``session``, which ``known`` has identified, with the tag alone.

    ``credentials`` are what the user gave to open protected pages: they are tried once. ``may_count`` allows that
    reading counts an NFC counter up. ``progress`` is called after each exchange. A cancelled task ends between two
    exchanges; nothing is written in any case.

    Raises UnknownMemoryError for what is no known Type 2 tag, RefusedError where reading would count and that is not
    allowed, CardError where the UID cannot be read or the credentials are refused, and ReaderError as
    :meth:`CardSession.send` does.
    """
    async with session.alone():
        link = link_to(session, known)
        snapshot = await read_through(
            link, session, known, may_count=may_count, credentials=credentials, progress=progress
        )
        await link.close()
    return snapshot


def link_to(session: CardSession, known: Identification) -> TagLink:
    """A link to the tag that ``known`` has identified. Raises UnknownMemoryError for what is no known Type 2 tag."""
    return TagLink(session, known.family, sectors=has_sectors(known_chip(known)))


async def read_through(
    link: TagLink,
    session: CardSession,
    known: Identification,
    *,
    may_count: bool = False,
    credentials: Credentials | None = None,
    progress: Progress | None = None,
) -> TagSnapshot:
    """:func:`read_memory` for a caller who has the session alone and goes on with ``link`` afterwards."""
    chip = known_chip(known)
    if known.withheld and not may_count:
        raise RefusedError(known.withheld)
    if credentials is not None:
        await _open(link, credentials, session)
    before = known.readout.read_protected_from if known.readout is not None else None
    pages = PageReader(link, chip, protected_from=before, authenticated=credentials is not None)
    await pages.read(readable_pages(chip), progress)
    counters = await _counters(link, known, pages, authenticated=credentials is not None)
    return _snapshot(session, known, chip, pages, counters)


def known_chip(known: Identification) -> Chip:
    """The chip of ``known``. Raises UnknownMemoryError where it is not known."""
    if known.chip is None or known.chip.chip is None:
        name = known.chip.name if known.chip is not None else "this card"
        raise UnknownMemoryError(
            f"How the memory of {name} is laid out is not known.",
            remedy="Only known Type 2 tags can be read as a whole.",
        )
    return known.chip.chip


def has_sectors(chip: Chip) -> bool:
    """Whether memory of ``chip`` lies beyond sector 0."""
    return any(page >= SECTOR for page in readable_pages(chip))


async def _open(link: TagLink, credentials: Credentials, session: CardSession) -> None:
    if session.uid is None:
        await session.read_uid()
    refusal = await authenticate(link, credentials, session.uid or b"\0")
    if refusal is not None:
        raise CardError(f"The tag did not open. {refusal.text}", reader=session.reader, sent=Sent.UNKNOWN)


async def _counters(link: TagLink, known: Identification, pages: PageReader, *, authenticated: bool) -> dict[int, int]:
    """The counters that can be asked for without a refusal, which would cost the selection."""
    chip = known_chip(known)
    if not link.has_route or Command.READ_CNT not in chip.commands:
        return {}
    wanted = chip.counters
    if chip.nfc_counter is not None:
        cfg0, cfg1 = (pages.pages.get(page) if page is not None else None for page in (chip.cfg0, chip.cfg1))
        if cfg0 is not None and cfg1 is not None:
            config = tag_config(chip, cfg0, cfg1)
            answers = config.nfc_counter and (authenticated or not config.counter_protected)
        else:
            answers = known.readout is not None and chip.nfc_counter in known.readout.counters
        wanted = (chip.nfc_counter,) if answers else ()
    counters: dict[int, int] = {}
    for address in wanted:
        count = await link.read_cnt(address)
        if isinstance(count, NativeFailure):
            break
        counters[address] = count
    return counters


def _snapshot(
    session: CardSession, known: Identification, chip: Chip, pages: PageReader, counters: dict[int, int]
) -> TagSnapshot:
    found = [pages.pages.get(page) for page in _UID_PAGES]
    if found[0] is None or found[1] is None:
        why = pages.unreadable.get(0) or pages.unreadable.get(1, "")
        raise CardError(
            f"The tag's own number could not be read. {why}", reader=session.reader, remedy="Put it back and try again."
        )
    if session.uid is not None and uid_of(chip, found[0], found[1]) != session.uid:
        raise CardRemovedError(
            f"Another card has taken the place of the one on “{session.reader}”.",
            reader=session.reader,
            remedy="Put the card back.",
        )
    return TagSnapshot(
        chip,
        pages.pages,
        known.readout.signature if known.readout is not None else None,
        counters,
        version=known.chip.version if known.chip is not None else None,
        unreadable=pages.unreadable,
        reader=session.reader,
        taken=datetime.now(UTC),
    )
