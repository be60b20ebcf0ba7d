"""The text of scripts on disk, and the examples that come with CardScope."""

from dataclasses import dataclass
from pathlib import Path

from cardscope_resources import resource

LONGEST = 4_000_000
"""Bytes: more is no script."""


@dataclass(frozen=True, slots=True)
class Example:
    """A script that comes with CardScope; ``about`` is its first comment."""

    name: str
    about: str
    text: str


def read_script(path: Path) -> str:
    """The text of the script at ``path``. Raises OSError, also for a file that is much too long."""
    with path.open("rb") as file:
        data = file.read(LONGEST + 1)
    if len(data) > LONGEST:
        raise OSError(f"It has more than {LONGEST:,} bytes, which no script has.")
    return _decoded(data).replace("\r\n", "\n").replace("\r", "\n")


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")  # older scripts have comments in it; all that counts is ASCII


def examples() -> tuple[Example, ...]:
    """The scripts that come with CardScope."""
    found: list[Example] = []
    for path in sorted(resource("scripts").glob("*.script")):
        text = read_script(path)
        comments = [line for line in text.split("\n") if line.startswith("#") and not line.startswith("#!")]
        about = comments[0].lstrip("# ") if comments else ""
        found.append(Example(path.stem.replace("_", " ").capitalize(), about, text))
    return tuple(found)
