"""What can be filled in of a library entry: each parameter reads a text and gives the bytes that it stands for."""

import re
from dataclasses import dataclass
from typing import Final

from cardscope.decode.apdu_structure import counted
from cardscope.decode.hex import HexError, format_hex, parse_hex
from cardscope.errors import UsageError

_NUMBER: Final = re.compile(r"0[xX]([0-9A-Fa-f]+)|([0-9A-Fa-f]+)[hH]|([0-9]+)")


class ParameterError(UsageError):
    """A text does not fit the parameter ``name``. The message is a sentence without that name."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


@dataclass(frozen=True, slots=True)
class Parameter:
    """``default`` is what it begins with; ``None`` where every user has to fill it in, as a PIN. ``example`` then is
    what such a text looks like."""

    name: str
    """As the template calls it."""
    label: str
    """As people call it."""
    default: str | None
    example: str

    @property
    def hint(self) -> str:
        """What may be filled in, a few words."""
        raise NotImplementedError

    def read(self, text: str) -> bytes:
        """The bytes for ``text``. Raises :class:`ParameterError`."""
        raise NotImplementedError

    def error(self, message: str) -> ParameterError:
        return ParameterError(self.name, message)


@dataclass(frozen=True, slots=True)
class Number(Parameter):
    """A number from ``least`` to ``most``, most significant byte first.

    It is shifted to the left by ``shift`` bits and ``add`` is added, for what shares a byte with something else. As in
    Le, ``most`` may be one more than the bytes hold, and is all zeros then.
    """

    least: int
    most: int
    size: int
    shift: int
    add: int

    @property
    def hint(self) -> str:
        return f"{self.least} to {self.most}, or 0x{self.least:02X} to 0x{self.most:02X}"

    def read(self, text: str) -> bytes:
        found = _NUMBER.fullmatch(text.strip())
        if found is None:
            raise self.error("It is no number: 12, or 0x0C in hex." if text.strip() else "A number is missing.")
        in_hex = found[1] or found[2]
        digits = in_hex or found[3]
        if len(digits.lstrip("0")) > 10 or not self.least <= (value := int(digits, 16 if in_hex else 10)) <= self.most:
            raise self.error(f"It is not from {self.least} to {self.most} (0x{self.least:02X} to 0x{self.most:02X}).")
        return (((value << self.shift) + self.add) % (1 << 8 * self.size)).to_bytes(self.size)


@dataclass(frozen=True, slots=True)
class Hex(Parameter):
    """From ``least`` to ``most`` bytes in hex."""

    least: int
    most: int

    @property
    def hint(self) -> str:
        return f"{_length(self.least, self.most)} in hex"

    def read(self, text: str) -> bytes:
        try:
            data = parse_hex(text) if text.strip() else b""
        except HexError as error:
            raise self.error(str(error)) from None
        return _measured(self, data, self.least, self.most)


@dataclass(frozen=True, slots=True)
class Text(Parameter):
    """From ``least`` to ``most`` bytes of UTF-8; with ``pad``, filled up to ``most`` with that byte."""

    least: int
    most: int
    pad: bytes

    @property
    def hint(self) -> str:
        filled = f", filled up with {format_hex(self.pad)}" if self.pad else ""
        return f"Text of {_length(self.least, self.most)}{filled}"

    def read(self, text: str) -> bytes:
        try:
            data = text.encode()
        except UnicodeEncodeError:
            raise self.error("It has a character that is none by itself.") from None
        return _measured(self, data, self.least, self.most).ljust(self.most if self.pad else 0, self.pad or b"\0")


@dataclass(frozen=True, slots=True)
class Choice(Parameter):
    """One of several, by its words."""

    choices: dict[str, bytes]

    @property
    def hint(self) -> str:
        return ""

    def read(self, text: str) -> bytes:
        if (data := self.choices.get(text)) is None:
            raise self.error(f"It is none of: {', '.join(self.choices)}." if text else "Nothing is chosen.")
        return data


def _measured(parameter: Parameter, data: bytes, least: int, most: int) -> bytes:
    if not least <= len(data) <= most:
        came = counted(len(data)) if data else "nothing"
        raise parameter.error(f"{_length(least, most).capitalize()} are wanted, here is {came}.")
    return data


def _length(least: int, most: int) -> str:
    return counted(most) if least == most else f"{least} to {counted(most)}"
