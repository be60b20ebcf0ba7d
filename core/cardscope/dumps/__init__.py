"""Dump files of Type 2 tags: those of other tools and CardScope's own, told by their content, to a snapshot and back.

Pure: nothing here knows a reader or a window.
"""

from cardscope.dumps.dump import (
    MAX_SIZE,
    AmbiguousDumpError,
    Candidate,
    Dump,
    DumpFormat,
    DumpFormatError,
    Saved,
)
from cardscope.dumps.registry import dump_format, formats, formats_of_name, load, read_file, save, sniff

__all__ = [
    "MAX_SIZE",
    "AmbiguousDumpError",
    "Candidate",
    "Dump",
    "DumpFormat",
    "DumpFormatError",
    "Saved",
    "dump_format",
    "formats",
    "formats_of_name",
    "load",
    "read_file",
    "save",
    "sniff",
]
