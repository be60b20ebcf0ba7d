"""What the formats have in common: lists of pages, and what 00 means in them.

Most tools save what READ showed them, and READ shows PWD, PACK and keys as 00. So 00 is taken for unknown there, and
never for what such a page holds; other tools put in the real content once they know it.
"""

from collections.abc import Iterable, Mapping, Sequence

from cardscope.dumps.dump import AmbiguousDumpError, DumpFormatError, candidates
from cardscope.errors import CardScopeError
from cardscope.tags.catalogue import SECTOR, Chip, chips
from cardscope.tags.image import PAGE_SIZE, UID_SIZE, bcc0, bcc1, factory_pages, image_pages
from cardscope.tags.snapshot import TagSnapshot

EMPTY_PAGE = bytes(PAGE_SIZE)
TEARING_NORMAL = 0xBD
"""What CHECK_TEARING_EVENT answers for a counter that was not interrupted (DSEV1)."""
_I2C_SAK, _I2C_ATQA = 0x00, b"\x44\x00"


def begins_tag(data: bytes) -> bool:
    """Whether ``data`` begins as the memory of a tag does: with check bytes that are right, or as that of an NTAG I²C,
    which has SAK and ATQA there instead."""
    if len(data) < 3 * PAGE_SIZE:
        return False
    uid = data[:3] + data[4:8]
    if data[3] == bcc0(uid) and data[8] == bcc1(uid):
        return True
    return data[7] == _I2C_SAK and data[8:10] == _I2C_ATQA


def secret_pages(chip: Chip) -> frozenset[int]:
    """PWD, PACK and keys."""
    return frozenset(page for area in chip.unreadable for page in area)


def by_number(chip: Chip) -> tuple[int, ...]:
    """The page numbers of a list that goes by page numbers and has sector 0 alone, as Proxmark3 has it; addresses
    where ``chip`` has nothing are in it."""
    return tuple(range(max(page for page in image_pages(chip) if page < SECTOR) + 1))


def fits(chip: Chip, order: Sequence[int], count: int) -> bool:
    """Whether a list of ``count`` pages in this order is that of a whole tag, be it without the secret pages at its
    end."""
    secret = secret_pages(chip)
    readable = max(index for index, page in enumerate(order) if page not in secret) + 1
    return count in (len(order), readable)


def split_pages(data: bytes, start: int = 0) -> list[bytes]:
    """The pages in ``data`` from ``start`` on. Raises DumpFormatError where the last one is not whole."""
    if extra := (len(data) - start) % PAGE_SIZE:
        raise DumpFormatError(f"The last page has {extra} bytes instead of 4.", offset=len(data) - extra)
    return [data[at : at + PAGE_SIZE] for at in range(start, len(data), PAGE_SIZE)]


def one_chip(format_key: str, format_name: str, possible: Iterable[Chip], count: int) -> Chip:
    """The only one of ``possible``. Raises AmbiguousDumpError for several, and for none DumpFormatError, which names
    the ``count`` of pages."""
    found = tuple(dict.fromkeys(possible))
    if not found:
        raise DumpFormatError(f"The file has {count} pages, and no known chip has as many.")
    chip, *others = found
    if others:
        raise AmbiguousDumpError(candidates(format_key, format_name, found))
    return chip


def chips_of(count: int, first: Sequence[bytes]) -> tuple[Chip, ...]:
    """The chips that have ``count`` pages in the order of :func:`by_number` and can have these ``first`` 3."""
    return tuple(chip for chip in chips().values() if fits(chip, by_number(chip), count) and can_begin(chip, first))


def can_begin(chip: Chip, first: Sequence[bytes]) -> bool:
    """Whether the ``first`` 3 pages can be those of ``chip``."""
    data = b"".join(first[:3])
    if chip.bcc:
        uid = data[:3] + data[4:8]
        return data[3] == bcc0(uid) and data[8] == bcc1(uid)
    return data[7] == _I2C_SAK and data[8:10] == _I2C_ATQA


def known_pages(
    chip: Chip, order: Sequence[int], contents: Sequence[bytes | None]
) -> tuple[dict[int, bytes], tuple[str, ...]]:
    """The pages that a list in this order tells, and what to say of the others. ``None`` stands for an unknown one."""
    held, secret = frozenset(image_pages(chip)), secret_pages(chip)
    listed = {page: content for page, content in zip(order, contents, strict=False) if page in held}
    hidden = [page for page, content in listed.items() if page in secret and content == EMPTY_PAGE]
    pages = {page: content for page, content in listed.items() if content is not None and page not in hidden}
    if not hidden:
        return pages, ()
    they = "it holds is" if len(hidden) == 1 else "they hold is"
    note = f"The file shows {named_pages(hidden)} as 00, as every reader does: what {they} taken for unknown."
    return pages, (note,)


def filled_page(snapshot: TagSnapshot, page: int) -> bytes:
    """The page for a format that cannot leave one out: 00 where it is unknown; page 2 has the check byte that goes
    with the UID."""
    if (content := snapshot.pages.get(page)) is not None:
        return content
    return factory_pages(snapshot.chip, snapshot.uid)[2] if page == 2 else EMPTY_PAGE


def known_counters(chip: Chip, told: Mapping[int, tuple[int, int]]) -> dict[int, int]:
    """The counters out of value and tearing flag by address. Tools write 0 for what they could not read; an
    interrupted or finished count has a tearing flag too, but that of a counter that reading moves can be read while
    it is off, and the counter cannot."""
    return {
        address: value
        for address, (value, tearing) in told.items()
        if address in chip.counters and (value or (tearing and address != chip.nfc_counter))
    }


def torn_counters(chip: Chip, told: Mapping[int, tuple[int, int]]) -> tuple[str, ...]:
    """What to say of tearing flags that are not as they should be."""
    return tuple(
        f"The tearing flag of counter {address} is {tearing:02X}: a count was interrupted. That is left out."
        for address, (_, tearing) in told.items()
        if address in chip.counters and tearing not in (0, TEARING_NORMAL)
    )


def known(data: bytes) -> bytes | None:
    """``data``, or ``None`` for the zeros that stand for what could not be read."""
    return data if any(data) else None


def snapshot_of(
    chip: Chip,
    pages: Mapping[int, bytes],
    *,
    version: bytes | None = None,
    signature: bytes | None = None,
    counters: Mapping[int, int] | None = None,
    auth_failures: int | None = None,
) -> TagSnapshot:
    """The snapshot; raises DumpFormatError for contents that no ``chip`` can have."""
    try:
        return TagSnapshot(chip, pages, signature, counters or {}, auth_failures, version)
    except CardScopeError as error:
        raise DumpFormatError(str(error).replace(" this snapshot", " this file"), remedy=error.remedy) from error


def check_uid(uid: bytes, snapshot: TagSnapshot, *, line: int | None = None) -> None:
    """Raises DumpFormatError unless ``uid``, which the file names too, is the one in the pages."""
    if len(uid) != UID_SIZE:
        raise DumpFormatError(f"The UID has {len(uid)} bytes instead of 7.", line=line)
    if uid != snapshot.uid:
        raise DumpFormatError(
            f"The file names the UID {uid.hex().upper()}, and its pages hold {snapshot.uid.hex().upper()}.", line=line
        )


def named_pages(pages: Iterable[int]) -> str:
    """“page 04” or “pages 04 to 0F, 12 and 14”; numbers in hex, counted through the sectors."""
    runs: list[list[int]] = []
    for page in sorted(pages):
        if runs and page == runs[-1][-1] + 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    parts = [f"{run[0]:02X}" if len(run) == 1 else f"{run[0]:02X} to {run[-1]:02X}" for run in runs]
    text = f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]
    return f"page {text}" if len(runs) == 1 and len(runs[0]) == 1 else f"pages {text}"
