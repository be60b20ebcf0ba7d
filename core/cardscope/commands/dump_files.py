"""What the sub-commands that write dump files have in common."""

import os
import tempfile
from pathlib import Path

from cardscope.dumps import dump_format, formats, formats_of_name, native
from cardscope.errors import UsageError


def format_for(path: Path, wanted: str | None) -> str:
    """The key of the format in which to write the file at ``path``: the ``wanted`` one, or else that whose files end
    so; among several, CardScope's own, which loses nothing. Raises UsageError where that does not tell, or no format is
    called so."""
    if wanted is not None:
        return dump_format(wanted).key
    fitting = [one.key for one in formats_of_name(path.name)]
    if len(fitting) == 1:
        return fitting[0]
    if native.KEY in fitting:
        return native.KEY
    keys = ", ".join(fitting or formats())
    if fitting:
        raise UsageError(f"{path} can be of several formats: {keys}.", remedy="--format says which.")
    raise UsageError(f"The name {path} tells no format.", remedy=f"--format says which: {keys}.")


def write_file(path: Path, data: bytes, *, force: bool) -> None:
    """Writes the file whole or not at all, and over another one only with ``force``. Raises UsageError, with the
    reason, where it cannot."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            _put(Path(name), path, force=force)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}.") from error


def _put(made: Path, path: Path, *, force: bool) -> None:
    # mkstemp keeps others out, and a dump is no secret file.
    mask = os.umask(0)
    os.umask(mask)
    made.chmod(0o666 & ~mask)
    if force:
        made.replace(path)
        return
    try:
        path.hardlink_to(made)
    except FileExistsError:
        raise
    except OSError:  # a file system without links, as FAT
        with path.open("xb"):
            pass
        made.replace(path)
