"""CardScope's own format, which loses nothing: the JSON of :meth:`TagSnapshot.to_json`."""

from cardscope.dumps.dump import Dump, DumpFormat, DumpFormatError
from cardscope.dumps.lines import text_of
from cardscope.errors import CardScopeError
from cardscope.tags.catalogue import Chip
from cardscope.tags.snapshot import TagSnapshot

KEY = "cardscope"


def _looks_like(data: bytes) -> bool:
    return data.lstrip()[:1] == b"{" and b'"cardscope-snapshot-' in data


def _read(data: bytes, chip: Chip | None) -> Dump:
    text = text_of(data)
    if text is None:
        raise DumpFormatError("The file is not text.")
    try:
        snapshot = TagSnapshot.from_json(text)
    except CardScopeError as error:
        raise DumpFormatError(str(error), remedy=error.remedy) from error
    if chip not in (None, snapshot.chip):
        raise DumpFormatError(f"The file is of an {snapshot.chip.name}, not of an {chip.name}.")
    return Dump(snapshot, KEY)


def _write(snapshot: TagSnapshot) -> bytes:
    return f"{snapshot.to_json()}\n".encode()


FORMAT = DumpFormat(KEY, "CardScope", (".cardscope.json", ".json"), _looks_like, _read, _write)
