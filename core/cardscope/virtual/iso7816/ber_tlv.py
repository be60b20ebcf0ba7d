"""BER-TLV data objects (ISO/IEC 7816-4 §5.2.2): tags of one or two bytes, definite lengths."""

from collections.abc import Sequence


def encode(tag: int, value: bytes) -> bytes:
    """The data object ``tag`` (one or two bytes as a number) with ``value`` (0 to 65,535 bytes)."""
    length = len(value)
    if length < 0x80:
        head = bytes((length,))
    elif length < 0x100:
        head = bytes((0x81, length))
    else:
        head = b"\x82" + length.to_bytes(2)
    return tag.to_bytes(2 if tag > 0xFF else 1) + head + value


def decode(data: bytes) -> Sequence[tuple[int, bytes]]:
    """The data objects that ``data`` is made of, in order. Raises ValueError when it is not made of data objects."""
    objects: list[tuple[int, bytes]] = []
    at = 0
    while at < len(data):
        tag, at = _tag(data, at)
        length, at = _length(data, at)
        if at + length > len(data):
            raise ValueError("a data object ends after the data")
        objects.append((tag, data[at : at + length]))
        at += length
    return objects


def _tag(data: bytes, at: int) -> tuple[int, int]:
    if data[at] & 0x1F != 0x1F:
        return data[at], at + 1
    if at + 1 >= len(data) or data[at + 1] & 0x80:
        raise ValueError("a tag of three bytes or a tag cut short")
    return int.from_bytes(data[at : at + 2]), at + 2


def _length(data: bytes, at: int) -> tuple[int, int]:
    if at >= len(data):
        raise ValueError("a data object without a length")
    first = data[at]
    if first < 0x80:
        return first, at + 1
    size = first & 0x7F
    if size not in (1, 2) or at + 1 + size > len(data):
        raise ValueError("a length that is indefinite, too long, or cut short")
    return int.from_bytes(data[at + 1 : at + 1 + size]), at + 1 + size
