"""Data of CardScope: tables as TOML, icons as SVG. No code but this accessor."""

from importlib.resources import files
from importlib.resources.abc import Traversable


def resource(name: str) -> Traversable:
    """The packaged file ``name``, with ``/`` between folders, for example ``icons/reader.svg``."""
    return files(__name__).joinpath(*name.split("/"))
