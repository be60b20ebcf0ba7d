"""How sentences about a tag's memory name pages."""

from collections.abc import Iterable


def pages_text(pages: Iterable[int]) -> str:
    """``page 3``, or ``pages 4 to 7 and 9``; empty for none. Pages count through the sectors."""
    ranges: list[tuple[int, int]] = []
    for page in sorted(set(pages)):
        if ranges and ranges[-1][1] == page - 1:
            ranges[-1] = (ranges[-1][0], page)
        else:
            ranges.append((page, page))
    if not ranges:
        return ""
    words = [f"{first} to {last}" if last > first else str(first) for first, last in ranges]
    listed = f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]
    return f"page{'' if len(ranges) == 1 and ranges[0][0] == ranges[0][1] else 's'} {listed}"


def sentence(text: str) -> str:
    """``text`` with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def hex_of(data: bytes) -> str:
    """Upper-case hex."""
    return data.hex().upper()
