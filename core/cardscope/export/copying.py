"""What exchanges can be copied as."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from cardscope.export.exchange import ExportedExchange, ExportError
from cardscope.export.java import write_java
from cardscope.export.lines import write_hex, write_opensc_tool, write_scriptor
from cardscope.export.node import write_node
from cardscope.export.program import Program, program
from cardscope.export.python import write_python
from cardscope.export.winscard import write_c


class CopyFormat(StrEnum):
    """A form for the clipboard."""

    HEX = "hex"
    PYTHON = "python"
    JAVA = "java"
    NODE = "node"
    C = "c"
    OPENSC_TOOL = "opensc-tool"
    SCRIPTOR = "scriptor"


MOST: Final = 10_000
"""A Java class has 65,535 constants at most (Java Virtual Machine Specification §4.11), and a command needs several."""
_PROGRAMS: Final[Mapping[CopyFormat, Callable[[Program], str]]] = MappingProxyType(
    {
        CopyFormat.PYTHON: write_python,
        CopyFormat.JAVA: write_java,
        CopyFormat.NODE: write_node,
        CopyFormat.C: write_c,
        CopyFormat.OPENSC_TOOL: write_opensc_tool,
        CopyFormat.SCRIPTOR: write_scriptor,
    }
)


def check_number(number: int) -> None:
    """Raises ExportError when that many exchanges are more than :data:`MOST`."""
    if number > MOST:
        raise ExportError(
            f"At most {MOST:,} exchanges can be copied at a time; these are {number:,}.",
            remedy="Select fewer rows, or save the transcript.",
        )


def copied(exchanges: Sequence[ExportedExchange], form: CopyFormat, *, include_secrets: bool = False) -> str:
    """``exchanges``, in their order, as text of that form. Without ``include_secrets`` a program has a blank for each
    PIN, password and key, and does nothing before they are filled in. Raises ExportError where it cannot be done, also
    for more than :data:`MOST`."""
    check_number(len(exchanges))
    if form is CopyFormat.HEX:
        return write_hex(exchanges, include_secrets=include_secrets)
    return _PROGRAMS[form](program(exchanges, include_secrets=include_secrets))
