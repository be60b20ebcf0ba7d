"""All formats, and a file of any of them to a snapshot and back."""

import errno
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from cardscope.dumps import eml, flipper, native, proxmark_bin, proxmark_json, raw, taginfo
from cardscope.dumps.dump import MAX_SIZE, AmbiguousDumpError, Candidate, Dump, DumpFormat, DumpFormatError, Saved
from cardscope.dumps.dump import candidates as candidates_of
from cardscope.dumps.foreign import foreign
from cardscope.dumps.losses import losses
from cardscope.errors import UsageError
from cardscope.tags.catalogue import Chip
from cardscope.tags.snapshot import TagSnapshot


@cache
def formats() -> Mapping[str, DumpFormat]:
    """All formats by key: CardScope's own first, and those that are told by little more than their size last."""
    ordered = (
        native.FORMAT,
        flipper.FORMAT,
        proxmark_json.FORMAT,
        taginfo.FORMAT,
        proxmark_bin.FORMAT,
        proxmark_bin.OLD_FORMAT,
        eml.FORMAT,
        raw.FORMAT,
    )
    return MappingProxyType({one.key: one for one in ordered})


def dump_format(key: str) -> DumpFormat:
    """The format of this key. Raises UsageError, which names all there are."""
    if key not in formats():
        raise UsageError(f"There is no format “{key}”.", remedy=f"Formats: {', '.join(formats())}.")
    return formats()[key]


def formats_of_name(name: str) -> tuple[DumpFormat, ...]:
    """The formats whose files end as ``name`` does: several, for some; of two endings the longer counts."""
    lower = name.lower()
    best: dict[str, int] = {}
    for key, one in formats().items():
        best[key] = max((len(suffix) for suffix in one.suffixes if lower.endswith(suffix)), default=0)
    longest = max(best.values())
    return tuple(formats()[key] for key, size in best.items() if size and size == longest)


def read_file(path: Path) -> bytes:
    """What the file at ``path`` holds. Raises OSError, also for a file that is far longer than any dump or endless."""
    with path.open("rb") as file:
        data = file.read(MAX_SIZE + 1)
    if len(data) > MAX_SIZE:
        raise OSError(errno.EFBIG, f"it has more than {MAX_SIZE} bytes, and no dump is as long as that", str(path))
    return data


def sniff(data: bytes, name: str = "") -> tuple[Candidate, ...]:
    """Everything that the content of a file can be; empty for what is no whole dump in any format. Only among several
    formats the file's ``name`` counts."""
    if len(data) > MAX_SIZE:
        return ()
    dumps, candidates, _ = _attempts(data, tuple(formats().values()), None)
    return _named((*(_candidate(dump) for dump in dumps), *candidates), name)


def load(
    data: bytes,
    name: str = "",
    *,
    format: str | None = None,  # noqa: A002 - its own word
    chip: Chip | None = None,
) -> Dump:
    """The tag that the content of a file describes. Where it can be of several formats or chips, ``format`` (a key)
    and ``chip`` choose; only among several formats the file's ``name`` counts.

    Raises DumpFormatError, with place and reason, for what is no dump, damaged or cut short; AmbiguousDumpError, with
    the candidates, for what can be several things; and UsageError for a format that does not exist.
    """
    wanted = tuple(formats().values()) if format is None else (dump_format(format),)
    if len(data) > MAX_SIZE:
        raise DumpFormatError(f"The file has {len(data)} bytes, and no dump is as long as that.")
    if not data:
        raise DumpFormatError("The file is empty.")
    dumps, candidates, errors = _attempts(data, wanted, chip) if format is None else _one(data, wanted[0], chip)
    if possible := _named((*(_candidate(dump) for dump in dumps), *candidates), name):
        first, *others = possible
        if others or first in candidates:
            raise AmbiguousDumpError(possible)
        return next(dump for dump in dumps if _candidate(dump) == first)
    if format is None and (kind := foreign(data)):
        raise DumpFormatError(kind)
    if errors:
        raise errors[0]
    if chip is not None:  # what has no other sign of its format may be meant as an image, and has the wrong size
        return raw.FORMAT.read(data, chip)
    raise DumpFormatError(
        f"The file, {len(data)} bytes, is no dump of an NTAG or MIFARE Ultralight tag in any known format.",
        remedy=f"Known are: {', '.join(one.name for one in formats().values())}.",
    )


def save(snapshot: TagSnapshot, format: str) -> Saved:  # noqa: A002 - its own word
    """The content of a file in the format (a key) for ``snapshot``. Raises UsageError for a format that does not
    exist."""
    chosen = dump_format(format)
    data = chosen.write(snapshot)
    read = chosen.read(data, snapshot.chip).snapshot
    return Saved(data, losses(snapshot, read, _alike(data, chosen, snapshot.chip)))


def _alike(data: bytes, chosen: DumpFormat, chip: Chip) -> tuple[Candidate, ...]:
    """What else a file can be, as long as nobody says which chip it is of."""
    try:
        dump = chosen.read(data, None)
    except AmbiguousDumpError as error:
        return error.candidates
    if dump.snapshot.chip is chip:
        return ()
    return candidates_of(chosen.key, chosen.name, (dump.snapshot.chip, chip))


def _named(candidates: tuple[Candidate, ...], name: str) -> tuple[Candidate, ...]:
    """Those of the formats whose files end as ``name`` does, where there are such."""
    keys = [one.key for one in formats_of_name(name)]
    return tuple(candidate for candidate in candidates if candidate.format in keys) or candidates


def _attempts(
    data: bytes, wanted: tuple[DumpFormat, ...], chip: Chip | None
) -> tuple[list[Dump], list[Candidate], list[DumpFormatError]]:
    """What comes of reading ``data`` in each of the formats that it looks like."""
    dumps: list[Dump] = []
    candidates: list[Candidate] = []
    errors: list[DumpFormatError] = []
    for one in wanted:
        if one.looks_like(data):
            more = _one(data, one, chip)
            dumps += more[0]
            candidates += more[1]
            errors += more[2]
    return dumps, candidates, errors


def _one(
    data: bytes, chosen: DumpFormat, chip: Chip | None
) -> tuple[list[Dump], list[Candidate], list[DumpFormatError]]:
    try:
        return [chosen.read(data, chip)], [], []
    except AmbiguousDumpError as error:
        return [], list(error.candidates), []
    except DumpFormatError as error:
        return [], [], [error]


def _candidate(dump: Dump) -> Candidate:
    return candidates_of(dump.format, formats()[dump.format].name, (dump.snapshot.chip,))[0]
