"""Reads the NDEF message of a Type 2 tag, and of the memory no more than that takes."""

from dataclasses import dataclass
from datetime import UTC, datetime

from cardscope.errors import RefusedError
from cardscope.identify.identification import Identification
from cardscope.identify.tag_link import TagLink
from cardscope.memory.page_reader import PageReader, Progress
from cardscope.memory.reading import UnknownMemoryError, has_sectors, known_chip
from cardscope.ndef.area import DataArea, data_area
from cardscope.session import CardSession
from cardscope.tags.snapshot import TagSnapshot


@dataclass(frozen=True)
class NdefReading:
    """The data area, and the tag as far as it is known with it."""

    area: DataArea
    tag: TagSnapshot


async def read_ndef(
    session: CardSession, known: Identification, *, may_count: bool = False, progress: Progress | None = None
) -> NdefReading:
    """The data area of the tag of ``session``, which ``known`` has identified, up to the end of its NDEF message.

    What was read for identification is not read again. ``may_count`` and ``progress`` are as for
    :func:`~cardscope.memory.reading.read_memory`; raises as that does.
    """
    chip = known_chip(known)
    if known.withheld and not may_count:
        raise RefusedError(known.withheld)
    readout = known.readout
    if readout is None:
        raise UnknownMemoryError("This tag has not been read yet.", remedy="Identify it again.")
    async with session.alone():
        link = TagLink(session, known.family, sectors=has_sectors(chip))
        reader = PageReader(link, chip, protected_from=readout.read_protected_from)
        reader.pages.update(readout.pages)
        area = data_area(chip, reader.pages)
        while area.missing is not None and area.missing not in reader.unreadable:
            wanted = (area.needed | {area.missing}).difference(reader.pages, reader.unreadable)
            await reader.read(wanted, progress)
            area = data_area(chip, reader.pages)
        await link.close()
    pages = {page: content for page, content in reader.pages.items() if not any(page in a for a in chip.unreadable)}
    tag = TagSnapshot(
        chip,
        pages,
        readout.signature,
        {address: count for address, count in readout.counters.items() if address in chip.counters},
        version=readout.identity.version,
        unreadable={**readout.unreadable, **reader.unreadable},
        reader=session.reader,
        taken=datetime.now(UTC),
    )
    return NdefReading(area, tag)
