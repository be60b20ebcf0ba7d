"""Raw images, ``.bin`` and ``.mfd``: the pages and nothing else, in the order of :func:`image_pages`; or those of
sector 0 by their numbers, as many tools have them. For most chips both are the same.

Only the length tells which chip it is, and that is the same for several.
"""

from typing import Final

from cardscope.dumps.dump import Dump, DumpFormat, DumpFormatError
from cardscope.dumps.pages import (
    by_number,
    can_begin,
    filled_page,
    fits,
    known_pages,
    named_pages,
    one_chip,
    secret_pages,
    snapshot_of,
    split_pages,
)
from cardscope.errors import CardScopeError
from cardscope.tags.catalogue import Chip, chips
from cardscope.tags.image import PAGE_SIZE, check_uid_pages, image_pages
from cardscope.tags.snapshot import TagSnapshot

KEY, NAME = "raw", "raw image"
_LEAST: Final = 3 * PAGE_SIZE


def _looks_like(data: bytes) -> bool:
    return bool(_chips_of(data))


def _chips_of(data: bytes) -> tuple[Chip, ...]:
    """The chips whose image has the size of ``data``."""
    count, rest = divmod(len(data), PAGE_SIZE)
    return () if rest else tuple(chip for chip in chips().values() if _order(chip, count))


def _order(chip: Chip, count: int) -> tuple[int, ...]:
    """The page numbers of an image of ``count`` pages; empty where ``chip`` has no such image."""
    return next((order for order in (image_pages(chip), by_number(chip)) if fits(chip, order, count)), ())


def _read(data: bytes, chip: Chip | None) -> Dump:
    if len(data) < _LEAST:
        raise DumpFormatError(f"The file has {len(data)} bytes, and no chip's memory is as short.", remedy=_whole())
    pages = split_pages(data) if chip is None else _split(data, chip)
    if chip is None:
        sized = _chips_of(data)
        possible = [one for one in sized if can_begin(one, pages)]
        # Where none can begin so, a wrong check byte is what there is to say.
        chip = one_chip(KEY, NAME, possible or [one for one in sized if one.bcc][:1], len(pages))
    order = _order(chip, len(pages))
    try:
        check_uid_pages(chip, *pages[:3])
    except CardScopeError as error:
        raise DumpFormatError(str(error), remedy=error.remedy) from error
    known, notes = known_pages(chip, order, pages)
    if missing := set(image_pages(chip)) - set(order[: len(pages)]) - secret_pages(chip):
        notes = (*notes, f"The file does not have {named_pages(missing)}.")
    return Dump(snapshot_of(chip, known), KEY, notes)


def _split(data: bytes, chip: Chip) -> list[bytes]:
    count, rest = divmod(len(data), PAGE_SIZE)
    if rest or not _order(chip, count):
        pages = len(image_pages(chip))
        raise DumpFormatError(
            f"An image of {chip.name} has {pages} pages, {PAGE_SIZE * pages} bytes; this one has {len(data)} bytes.",
            remedy=_size_remedy(chip, data),
        )
    return split_pages(data)


def _size_remedy(chip: Chip, data: bytes) -> str:
    """What a file that is no image of ``chip`` may be instead, and what to do."""
    sentences: list[str] = []
    size = len(data)
    if others := _chips_of(data):
        names, keys = " or ".join(other.name for other in others), " or ".join(other.key for other in others)
        sentences.append(f"{size} bytes are an image of {names}: for that, choose {keys}.")
    if chip.user_bytes == size:
        start = PAGE_SIZE * chip.user_first
        sentences.append(
            f"{size} bytes are the user memory of {chip.name} alone, which begins at byte {start} of an image."
        )
    elif holders := [other.name for other in chips().values() if other.user_bytes == size]:
        sentences.append(f"{size} bytes are the user memory alone of {' or '.join(holders)}.")
    return " ".join((*sentences, _whole()))


def _whole() -> str:
    return "An image has every page from 00 on, 4 bytes each, PWD and PACK included: read out all of them."


def _write(snapshot: TagSnapshot) -> bytes:
    return b"".join(filled_page(snapshot, page) for page in image_pages(snapshot.chip))


FORMAT = DumpFormat(KEY, NAME, (".mfd", ".bin"), _looks_like, _read, _write)
