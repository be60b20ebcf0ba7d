"""Decodes COUNT byte strings, made from SEED, as ATRs; looks that nothing is raised and every span is in its place.

Writes how many it has done now and then, at last `ok` or the first string that failed.
"""

import random
import sys
import traceback

from cardscope.decode.atr import decode_atr
from cardscope.fields import Field

_STEP = 20_000
_INTERFACE = (0x00, 0x01, 0x0F, 0x10, 0x11, 0x1F, 0x71, 0x80, 0x81, 0x91, 0x9F, 0xD1, 0xF0, 0xF1, 0xFF)
_CATEGORIES = (0x00, 0x10, 0x80, 0x80, 0x80, 0x81, 0x41)
_STORAGE = bytes.fromhex("804F0CA000000306")


def byte_string(generator: random.Random) -> bytes:
    """Of each sort as many: any bytes, any after TS, and two that look ever more like an ATR."""
    sort = generator.randrange(4)
    if sort == 0:
        return generator.randbytes(generator.randrange(41))
    start = b"\x3b" if generator.random() < 0.8 else b"\x3f"
    if sort == 1:
        return start + generator.randbytes(generator.randrange(40))
    historical = _historical(generator)
    if sort == 2:
        interface = bytes(generator.choices(_INTERFACE, k=generator.randrange(9)))
        return start + interface + historical + generator.randbytes(generator.randrange(4))
    body = bytes((0x80 | len(historical), 0x80, 0x01)) + historical
    check = 0
    for byte in body:
        check ^= byte
    return b"\x3b" + body + bytes((check,)) + generator.randbytes(generator.randrange(2))


def _historical(generator: random.Random) -> bytes:
    if generator.random() < 0.1:
        return _STORAGE + generator.randbytes(7)
    out = bytearray((generator.choice(_CATEGORIES),))
    while len(out) < 15 and generator.random() < 0.85:
        tag, length = generator.randrange(16), generator.randrange(6)
        out.append(tag << 4 | length)
        out += generator.randbytes(length)
    return bytes(out[: generator.randrange(1, 16)])


def fault(root: Field, size: int) -> str:
    """The first rule of spans that the tree breaks; empty when it keeps them all."""
    if root.span != (0, size):
        return f"the root has the span {root.span}"
    waiting = [root]
    while waiting:
        node = waiting.pop()
        low, high = node.span
        taken = low * 8
        for child in node.children:
            start, end = child.span
            if child.bits is None:
                first, after = start * 8, end * 8
            else:
                top, bottom = child.bits
                first, after = start * 8 + 7 - top, start * 8 + 8 - bottom
                if end != start + 1 or not 7 >= top >= bottom >= 0:
                    return f"{child.name} has the bits {child.bits} of {child.span}"
            if not low <= start < end <= high:
                return f"{child.name} at {child.span} is outside {node.name} at {node.span}"
            if first < taken:
                return f"{child.name} at {child.span} overlaps the field before it"
            taken = after
            if child.children:
                waiting.append(child)
    return ""


def main(count: int, seed: int) -> int:
    generator = random.Random(seed)
    for number in range(1, count + 1):
        data = byte_string(generator)
        try:
            found = fault(decode_atr(data).field, len(data))
        except Exception:
            found = traceback.format_exc().replace("\n", " | ")
        if found:
            print(f"{data.hex()}: {found}", flush=True)
            return 1
        if number % _STEP == 0:
            print(number, flush=True)
    print("ok", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
