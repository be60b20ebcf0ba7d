"""BER-TLV data objects (ISO/IEC 7816-4 §5.2.2): the form of FCI templates and of most GET DATA answers.

Names of tags are in ``tlv.toml``; a tag can mean something else inside another one.
"""

import tomllib
from functools import cache
from typing import Final

from cardscope.decode.tag_parts import octet, spelled
from cardscope.fields import Field
from cardscope_resources import resource

_MOST_DEPTH: Final = 16
_MOST_LENGTH_BYTES: Final = 4
_CONSTRUCTED: Final = 0x20


@cache
def _names() -> dict[str, str]:
    return tomllib.loads(resource("tlv.toml").read_text(encoding="utf-8"))["tags"]


def decode_tlv(data: bytes, name: str = "Data objects") -> Field:
    """``data`` as the tree of its data objects. Nothing is refused: what is malformed is in ``problems``.

    Each object's field has its tag's name, spans tag, length and value, and holds further objects or shows its value.
    """
    return Field(name, (0, len(data)), spelled(data), children=_objects(data, 0, len(data), "", 0))


def tlv_values(data: bytes, *path: int) -> list[bytes]:
    """The values of the objects that ``path`` (tags, from outside in) leads to. None are found at and behind a fault in
    ``data``."""
    values = [data]
    for tag in path:
        values = [value for one in values for found, value in _pairs(one) if found == tag]
    return values


def _pairs(data: bytes) -> list[tuple[int, bytes]]:
    pairs: list[tuple[int, bytes]] = []
    at = 0
    while at < len(data):
        if data[at] in (0x00, 0xFF):
            at += 1
            continue
        header = _header(data, at, len(data))
        if isinstance(header, str):
            break
        tag_end, start, size = header
        if start + size > len(data):
            break
        pairs.append((int.from_bytes(data[at:tag_end]), data[start : start + size]))
        at = start + size
    return pairs


def _objects(data: bytes, at: int, end: int, within: str, depth: int) -> tuple[Field, ...]:
    parts: list[Field] = []
    while at < end:
        if data[at] in (0x00, 0xFF):  # filling between data objects (ISO/IEC 7816-4 §5.2.2.1)
            start = at
            while at < end and data[at] in (0x00, 0xFF):
                at += 1
            parts.append(octet("Filling", start, data[start:at]))
            continue
        header = _header(data, at, end)
        if isinstance(header, str):
            parts.append(octet("Malformed", at, data[at:end], problems=(header,)))
            break
        tag_end, start, size = header
        stop = min(start + size, end)
        lack = start + size - stop
        problems = (f"{size} bytes announced, {lack} missing.",) if lack else ()
        tag = spelled(data[at:tag_end])
        children: tuple[Field, ...] = ()
        if data[at] & _CONSTRUCTED and depth < _MOST_DEPTH:
            children = _objects(data, start, stop, tag, depth + 1)
        known = _names().get(f"{within}/{tag}") or _names().get(tag, "")
        value = data[start:stop]
        parts.append(
            Field(f"{tag} {known}".rstrip(), (at, stop), "" if children else _shown(value), "", problems, children)
        )
        at = stop
    return tuple(parts)


def _header(data: bytes, at: int, end: int) -> tuple[int, int, int] | str:
    """Where the tag that begins at ``at`` ends, where its value begins, and its length; or what is wrong."""
    tag_end = at + 1
    if data[at] & 0x1F == 0x1F:
        while tag_end < end and data[tag_end] & 0x80:
            tag_end += 1
        tag_end += 1
    if tag_end > end:
        return "The tag is not complete."
    if tag_end == end:
        return "The length is missing."
    first = data[tag_end]
    start = tag_end + 1
    if first < 0x80:
        return tag_end, start, first
    count = first & 0x7F
    if not 1 <= count <= _MOST_LENGTH_BYTES:
        return f"{first:02X} is not a length that ISO/IEC 7816-4 allows."
    if start + count > end:
        return "The length is not complete."
    return tag_end, start + count, int.from_bytes(data[start : start + count])


def _shown(value: bytes) -> str:
    text = value.decode("ascii") if len(value) > 2 and all(0x20 <= byte < 0x7F for byte in value) else ""
    return f"{spelled(value)} “{text}”" if text else spelled(value)
