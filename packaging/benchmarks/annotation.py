"""The annotation of a command that is typed: its bytes, its fields, where they stand in the text, and the words for
them, as the composer asks for them with every key."""

import random
import time
from collections.abc import Callable

from cardscope_gui.console.annotation import annotate, explain
from cardscope_gui.console.segments import segment
from cardscope_gui.console.typed_command import read

from .results import Number, median
from .stage import Stage

_SIZES = ((256, 1.0), (65_535, 10.0))
"""Bytes of the whole command, and the milliseconds allowed."""

_NOTATIONS: dict[str, Callable[[bytes], str]] = {
    "hex": lambda command: command.hex(),
    "hex with spaces": lambda command: command.hex(" ").upper(),
    "0x list": lambda command: f"[{', '.join(f'0x{byte:02X}' for byte in command)}]",
    "decimal list": lambda command: str(list(command)),
}
_OBJECTS = 60
"""As many as are shown one by one."""
_HEX = ("hex", "hex with spaces")


async def measure(stage: Stage) -> list[Number]:
    """Random data, and data of as many data objects as are shown one by one. The allowed times are those of hex; lists
    are there for comparison."""
    runs = 10 if stage.quick else 60
    return [
        median(
            f"{size:,} bytes of {kind} as {notation}",
            [_annotate(text) for text in [spell(_command(size, kind))] for _ in range(runs)],
            "ms",
            limit if notation in _HEX else None,
        )
        for size, limit in _SIZES
        for kind in ("random data", "data objects")
        for notation, spell in _NOTATIONS.items()
    ]


def _command(size: int, kind: str) -> bytes:
    """PUT DATA with an odd INS, whose data is BER-TLV by its definition, extended, with an Le."""
    room = size - 9
    data = random.Random(7816).randbytes(room)
    if kind != "random data":
        each = room // _OBJECTS
        values = [data[at : at + each - 4] for at in range(0, room, each)][:_OBJECTS]
        values[-1] += bytes(room - each * _OBJECTS)
        data = b"".join(b"\x4f\x82" + len(value).to_bytes(2) + value for value in values)
    return bytes.fromhex("00DB3FFF00") + room.to_bytes(2) + data + b"\0\0"


def _annotate(text: str) -> float:
    segment.cache_clear()
    start = time.perf_counter()
    typed = read(text)
    typed.spans()
    annotate(typed)
    explain(typed)
    took = (time.perf_counter() - start) * 1000
    if typed.command is None:
        raise RuntimeError(f"not understood: {typed.problems}")
    return took
