"""Files read and written, in a thread of its own: nothing here knows the window."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from cardscope.dumps import Candidate
    from cardscope.identify.identification import Identification
    from cardscope.tags.snapshot import TagSnapshot

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A tag from a file."""

    snapshot: "TagSnapshot"
    known: "Identification"
    format: str
    """What people call the format."""
    notes: tuple[str, ...] = ()
    """What had to be assumed or left out, a sentence each."""


def read_dump(path: Path, candidate: "Candidate | None") -> Loaded:
    """The tag in the file at ``path``, which is a ``candidate`` if that was asked. Raises what
    :func:`cardscope.dumps.load` raises, and OSError."""
    from cardscope.dumps import formats, load, read_file  # noqa: PLC0415 in the thread: it takes as long as reading
    from cardscope.identify.from_snapshot import identification_of  # noqa: PLC0415

    chosen = (None, None) if candidate is None else (candidate.format, candidate.chip)
    dump = load(read_file(path), path.name, format=chosen[0], chip=chosen[1])
    return Loaded(dump.snapshot, identification_of(dump.snapshot), formats()[dump.format].name, dump.notes)


def write_dump(path: Path, snapshot: "TagSnapshot", format: str, *, replace: bool) -> Loaded:  # noqa: A002
    """Writes the file whole or not at all, in the format (a key), and over another one only with ``replace``; what it
    was written from. Raises UsageError, with the reason, where it cannot."""
    from cardscope.commands.dump_files import write_file  # noqa: PLC0415
    from cardscope.dumps import formats, save  # noqa: PLC0415
    from cardscope.identify.from_snapshot import identification_of  # noqa: PLC0415

    # What a link leads to is replaced, not the link.
    write_file(path.resolve(), save(snapshot, format).data, force=replace)
    return Loaded(snapshot, identification_of(snapshot), formats()[format].name)


async def aside(function: Callable[[], T]) -> T:
    """The result of ``function``, which takes longer than a window may stand still, from a thread of its own."""
    from cardscope.worker import Worker  # noqa: PLC0415

    worker = Worker("dump file")
    try:
        return await worker.call(function)
    finally:
        worker.stop()
