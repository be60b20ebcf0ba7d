"""Names of applications by their AIDs and of data objects by their tags (``applications.toml``, ``tlv.toml``, and for
the transparent session ``iso7816.toml``)."""

import tomllib
from functools import cache

from cardscope_resources import resource


@cache
def _applications() -> tuple[tuple[bytes, str], ...]:
    rows: list[dict[str, str]] = tomllib.loads(resource("applications.toml").read_text("utf-8"))["application"]
    named = ((bytes.fromhex(row["aid"]), row["name"]) for row in rows)
    return tuple(sorted(named, key=lambda one: -len(one[0])))


def application_name(aid: bytes) -> str:
    """The name of the application that ``aid`` selects: the known one with the longest AID that ``aid`` begins with;
    else ``""``."""
    return next((name for known, name in _applications() if aid.startswith(known)), "")


@cache
def _tags() -> dict[str, str]:
    return tomllib.loads(resource("tlv.toml").read_text("utf-8"))["tags"]


def data_object_name(tag: str) -> str:
    """The name of the BER-TLV data object with ``tag`` (upper-case hex), as far as it has the same one everywhere; else
    ``""``."""
    return _tags().get(tag, "")


@cache
def _session_objects() -> dict[str, str]:
    return tomllib.loads(resource("iso7816.toml").read_text("utf-8"))["session_objects"]


def session_object_name(tag: int) -> str:
    """The name of the data object with ``tag`` in a transparent session (PC/SC Part 3 §3.3); else ``""``."""
    return _session_objects().get(f"{tag:02X}", "")
