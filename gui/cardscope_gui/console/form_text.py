"""The fields of the form, out of a command and back into text."""

from dataclasses import dataclass

from cardscope.decode.apdu_structure import HEADER, lay_out
from cardscope.decode.hex import format_hex
from cardscope.decode.spelling import read_bytes

MISSING = "??"
"""Stands in the text for a byte of the header that is not filled in, though one after it is. It is no hex."""


@dataclass(frozen=True, slots=True)
class FormText:
    """What the fields hold, as typed; hex, and for the data any notation."""

    cla: str = ""
    ins: str = ""
    p1: str = ""
    p2: str = ""
    data: str = ""
    le: str = ""
    extended: bool = False
    """Lengths of two bytes, where one would do too."""

    @property
    def lc(self) -> str:
        """The computed Lc; empty without data."""
        size = len(read_bytes(self.data).data)
        if not size:
            return ""
        return f"00 {size >> 8:02X} {size & 0xFF:02X}" if self._extended(size) else f"{size:02X}"

    def text(self) -> str:
        """The command as hex. What the fields hold and is no hex stands in it as it is, so that it is marked."""
        header = [self.cla, self.ins, self.p1, self.p2]
        reading = read_bytes(self.data)
        body = format_hex(reading.data, " ") if reading.data and not reading.problems else self.data
        rest = [part for part in (self.lc, body, self._le(len(reading.data))) if part]
        while not rest and header and not header[-1]:
            header.pop()
        return " ".join([*(part or MISSING for part in header), *rest]).upper()

    def _extended(self, size: int) -> bool:
        return self.extended or size > 0xFF or len(self.le) > 2

    def _le(self, size: int) -> str:
        if not self.le or not self._extended(size):
            return self.le
        # Half a byte stays half a byte: it is being typed.
        digits = self.le if len(self.le) % 2 else self.le.zfill(4)
        spaced = " ".join(digits[at : at + 2] for at in range(0, len(digits), 2))
        return spaced if size else f"00 {spaced}"


def form_text(command: bytes) -> FormText:
    """The fields of ``command``. Of a malformed one, all bytes after its Lc are data."""
    layout = lay_out(command)
    cla, ins, p1, p2 = (command[at : at + 1].hex().upper() for at in range(HEADER))
    start = layout.lc[1] if layout.lc else HEADER
    end = layout.le[0] if layout.le else len(command)
    le = command[slice(*layout.le)] if layout.le else b""
    extended = layout.case.endswith("E") or (layout.lc is not None and layout.lc[1] - layout.lc[0] > 1)
    # Le of case 2E begins with a 00 that says so.
    return FormText(cla, ins, p1, p2, format_hex(command[start:end], " "), le[-2:].hex().upper(), extended)
