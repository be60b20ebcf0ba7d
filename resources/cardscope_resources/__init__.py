"""Data of CardScope: tables as TOML, icons as SVG. No code but this accessor."""

from pathlib import Path


def resource(name: str) -> Path:
    """The file ``name``, with ``/`` between folders, for example ``icons/reader.svg``.

    A plain path and not ``importlib.resources``, whose import alone costs 7 ms of the start: the packages are never
    run from inside an archive.
    """
    return Path(__file__).parent / name
