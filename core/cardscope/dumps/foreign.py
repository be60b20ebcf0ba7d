"""Files that are known, and are no dumps of Type 2 tags."""

from typing import Final

from cardscope.dumps.lines import text_of

_CLASSIC_SIZES: Final = {320: "Mini", 1024: "1K", 2048: "2K", 4096: "4K"}
"""Bytes of the images of MIFARE Classic."""


def foreign(data: bytes) -> str:
    """What the file is, a sentence; empty where that is not known."""
    if (size := _CLASSIC_SIZES.get(len(data))) is not None:
        return (
            f"The file has {len(data)} bytes, as an image of MIFARE Classic {size}, which is no NTAG or MIFARE "
            "Ultralight tag."
        )
    text = (text_of(data) or "").lstrip()
    if text.startswith("+Sector"):
        return "The file is a dump of MIFARE Classic Tool, and so of a MIFARE Classic card."
    if text.startswith(("<?xml", "<scan")):
        return "The file is XML. A report of TagInfo is taken as text."
    return ""
