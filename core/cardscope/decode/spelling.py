"""Text to bytes, in any of the notations that people paste: see :func:`read_bytes`."""

import re
from typing import Final, NamedTuple

from cardscope.decode.hex import HEX_DIGITS
from cardscope.decode.literals import Kind, Token, after_assignment, characters, tokens
from cardscope.decode.notation import Base, Fix, Problem, Reading, decimal_list, plain_hex, prefixed_pairs

_PAIRS = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_PAIR = re.compile(r"[0-9A-Fa-f]{2}[hH]?")
_DECIMAL = re.compile(r"-?[0-9]+")
_MISREAD = str.maketrans("OoIl", "0011")
_CLOSING: Final = {"[": "]", "(": ")", "{": "}"}
_MOST_PROBLEMS: Final = 20
_MASK: Final = "•"
"""Stands in recalled commands where a secret was."""


def read_bytes(text: str) -> Reading:
    """The bytes that ``text`` spells. Never raises, and makes up nothing: data comes from the characters of the text.

    Understood are hex digits with white space, colons, commas or dashes; ``0x`` and ``\\x``; lists of Python, Java, C
    and their kin in hex or decimal, with casts and negative numbers; byte strings; and hex in quotes, with the words
    that turn these into bytes around them. With problems, ``data`` is what stands before the first.
    """
    return plain_hex(text) or prefixed_pairs(text) or decimal_list(text) or _Reader(text).read()


class _Number(NamedTuple):
    """A bare number whose base the whole list decides; ``start`` is where its cast begins."""

    start: int
    token: Token


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._end = len(text.rstrip())
        self._bytes: list[tuple[int, int, int]] = []
        self._problems: list[Problem] = []
        self._numbers: list[_Number] = []
        self._kinds: set[Kind] = set()
        self._open: list[Token] = []
        self._listed = False
        self._closed = False
        self._cast: int | None = None
        self._base = Base.HEX
        self._last_junk: Token | None = None

    def read(self) -> Reading:
        for token in tokens(self._text, after_assignment(self._text), self._end):
            if len(self._problems) >= _MOST_PROBLEMS:
                break
            if self._closed and token.kind in (Kind.OPEN, Kind.STRING, Kind.PREFIXED, Kind.BARE, Kind.ESCAPED):
                if token.text.strip("\"'").lower() != "hex":
                    fix = Fix("Keep the first only", token.start, self._end, "")
                    self._blame(token.start, self._end, "A second list begins here; this is one command.", fix)
                    break
                continue
            self._take(token)
        self._settle_numbers()
        for token in reversed(self._open):
            closing = "".join(_CLOSING[one.text[-1]] for one in reversed(self._open))
            fix = Fix(f"Close it with {closing}", self._end, self._end, closing)
            message = f"The {token.text[-1]} is not closed."
            self._blame(self._end, self._end, message, fix, unfinished=True)
            break
        return self._reading()

    def _reading(self) -> Reading:
        problems = sorted(self._problems, key=lambda problem: problem.start)
        if problems:
            cut = problems[0].start
            self._bytes = [one for one in self._bytes if one[1] <= cut]
        places = sorted(self._bytes)
        edges = [edge for start, end, _ in places for edge in (start, end - 1)]
        data = bytes(value for _, _, value in places)
        if not data and not problems and self._text.strip():
            start = len(self._text) - len(self._text.lstrip())
            problems = [Problem(start, self._end, "No bytes here.")]
        return Reading(self._text, data, tuple(problems), self._base, lambda: edges)

    def _take(self, token: Token) -> None:
        start, self._cast = token.start if self._cast is None else self._cast, None
        match token.kind:
            case Kind.CAST:
                self._cast = start
            case Kind.OPEN:
                self._open.append(token)
                self._listed = True
            case Kind.CLOSE:
                self._close(token)
            case Kind.STRING:
                self._string(token)
            case Kind.PREFIXED:
                self._kinds.add(token.kind)
                self._prefixed(start, token)
            case Kind.ESCAPED:
                self._kinds.add(token.kind)
                self._base = Base.ESCAPED
                self._bytes.append((start, token.end, int(token.text[2:], 16)))
            case Kind.BARE:
                self._numbers.append(_Number(start, token))
            case Kind.WORD if token.text[0] == "." or not (self._bytes or self._numbers):
                pass
            case Kind.WORD | Kind.JUNK:
                self._junk(token)

    def _blame(self, start: int, end: int, message: str, *fixes: Fix, unfinished: bool = False) -> None:
        self._last_junk = None
        self._problems.append(Problem(start, end, message, fixes, unfinished=unfinished))

    def _close(self, token: Token) -> None:
        if self._open and _CLOSING[self._open[-1].text[-1]] == token.text:
            self._open.pop()
            self._closed = not self._open
        else:
            fix = Fix(f"Remove {token.text}", token.start, token.end, "")
            self._blame(token.start, token.end, f"{token.text} closes nothing.", fix)

    def _junk(self, token: Token) -> None:
        last = self._last_junk
        if last is not None and not self._text[last.end : token.start].strip(" ,;:"):
            # Words that follow each other are one remark.
            self._problems.pop()
            token = Token(Kind.JUNK, last.start, token.end, self._text[last.start : token.end])
        shown = token.text if len(token.text) <= 24 else f"{token.text[:24]}…"
        if not token.text.strip(f"{_MASK} "):
            self._blame(token.start, token.end, "A secret that was not kept: type these bytes again.")
            self._last_junk = token
            return
        fixes = [Fix(f"Remove “{shown}”", token.start, token.end, "")]
        if _PAIRS.fullmatch(meant := token.text.translate(_MISREAD)):
            fixes.insert(0, Fix(f"Read it as {meant}", token.start, token.end, meant))
        self._blame(token.start, token.end, f"“{shown}” is no byte: two hex digits expected.", *fixes)
        self._last_junk = token

    def _prefixed(self, start: int, token: Token) -> None:
        self._base = Base.PREFIXED
        digits = token.text[2:].rstrip("uUlL")
        if digits.endswith("u8"):
            digits = digits[:-2]
        first = token.start + 2
        if len(digits) <= 2 and digits:
            self._bytes.append((start, token.end, int(digits, 16)))
        elif not digits:
            fix = Fix(f"Remove {token.text}", token.start, token.end, "")
            last = token.end == self._end
            self._blame(token.start, token.end, "The hex digits after 0x are missing.", fix, unfinished=last)
        elif self._listed:
            pairs = ", ".join(f"0x{digits[at : at + 2]}" for at in range(0, len(digits), 2))
            fixes = [] if len(digits) % 2 else [Fix(f"Write {pairs}", token.start, token.end, pairs)]
            self._blame(token.start, token.end, f"{token.text} is more than one byte holds (FF).", *fixes)
        else:
            self._pairs(start, first, first + len(digits))

    def _pairs(self, start: int, first: int, end: int) -> None:
        """The pairs of digits from ``first`` to ``end``; what stands from ``start`` on belongs to the first of them."""
        for at in range(first, end - 1, 2):
            self._bytes.append((start if at == first else at, at + 2, int(self._text[at : at + 2], 16)))
        if (end - first) % 2:
            digit = self._text[end - 1]
            fixes = (
                Fix(f"Remove the digit {digit}", end - 1, end, ""),
                Fix(f"Write 0{digit}", end - 1, end, f"0{digit}"),
            )
            message = f"One more hex digit expected after {digit}: a byte is two digits."
            self._blame(end - 1, end, message, *fixes, unfinished=end == self._end)

    # ---- strings -----------------------------------------------------------------------------------------------------

    def _string(self, token: Token) -> None:
        quote = token.text.lstrip("bB")[0]
        start = token.start + token.text.index(quote) + 1
        closed = token.end > start and self._text[token.end - 1] == quote
        end = token.end - closed
        literal, body = start > token.start + 1, self._text[start:end]
        if body == "hex" and self._bytes:
            return  # the encoding, as Node wants it
        if not closed:
            fix = Fix(f"Close it with {quote}", self._end, self._end, quote)
            self._blame(self._end, self._end, f"The {quote} is not closed.", fix, unfinished=True)
        if literal or "\\" in body:
            self._characters(token, start, end, literal=literal)
        else:
            self._quoted_hex(start, end)
        # A string closes what it opened; more strings may follow, as languages join them.
        self._closed = False

    def _characters(self, token: Token, start: int, end: int, *, literal: bool) -> None:
        body = self._text[start:end]
        if literal and _PAIRS.fullmatch(body):
            self._two_readings(token.start, token.end, "ASCII characters", body.encode(), bytes.fromhex(body))
            return
        self._base = Base.ESCAPED
        after_hex = False
        for each in characters(self._text, start, end):
            shown = self._text[each.start : each.end]
            if each.value is None:
                fix = Fix(f"Remove {shown}", each.start, each.end, "")
                last = each.end == self._end and shown[0] == "\\"
                self._blame(each.start, each.end, f"{shown} is no byte in a string.", fix, unfinished=last)
            elif after_hex and not literal and shown in HEX_DIGITS:
                message = f"In C, {shown} would still belong to the \\x before it; elsewhere it is a character."
                fixes = (
                    Fix(f"Write \\x{ord(shown):02x}", each.start, each.end, f"\\x{ord(shown):02x}"),
                    Fix(f"Remove {shown}", each.start, each.end, ""),
                )
                self._blame(each.start, each.end, message, *fixes)
            else:
                self._bytes.append((each.start, each.end, each.value))
            after_hex = shown.startswith("\\x")

    def _quoted_hex(self, start: int, end: int) -> None:
        for token in tokens(self._text, start, end):
            if token.kind is Kind.PREFIXED and 2 < len(token.text) <= 4:
                self._prefixed(token.start, token)
            elif token.kind is Kind.BARE and "-" not in token.text:
                self._pairs(token.start, token.start, token.end - (token.text[-1] in "hH"))
            else:
                self._junk(token)

    def _two_readings(self, start: int, end: int, other: str, one: bytes, hexadecimal: bytes) -> None:
        message = f"Two readings: hex, or {other}."
        fixes = (
            Fix(f"Read it as hex: {_brief(hexadecimal)}", start, end, hexadecimal.hex(" ").upper()),
            Fix(f"Read it as {other}: {_brief(one)}", start, end, one.hex(" ").upper()),
        )
        self._blame(start, end, message, *fixes)

    # ---- bare numbers ------------------------------------------------------------------------------------------------

    def _settle_numbers(self) -> None:
        """Decides what the bare numbers are, from all of them and from what stands around them."""
        numbers = self._numbers
        if not numbers:
            return
        if Kind.ESCAPED in self._kinds:
            for each in numbers:
                fixes = (Fix(f"Remove {each.token.text}", each.start, each.token.end, ""),)
                if _PAIR.fullmatch(each.token.text):
                    fixes = (
                        Fix(f"Write \\x{each.token.text}", each.start, each.token.end, f"\\x{each.token.text}"),
                        *fixes,
                    )
                self._blame(each.start, each.token.end, f"{each.token.text} stands among \\x without one.", *fixes)
            return
        texts = [each.token.text for each in numbers]
        decimal = all(_DECIMAL.fullmatch(text) for text in texts)
        language = self._listed or Kind.PREFIXED in self._kinds
        if not decimal or not language:
            if decimal and any(len(text) == 3 or text[0] == "-" for text in texts) and self._offer_decimal():
                return
            for each in numbers:
                self._hex_number(each)
        elif (doubtful := self._doubtful()) is not None:
            self._doubt(doubtful)
        else:
            self._base = Base.PREFIXED if Kind.PREFIXED in self._kinds else Base.DECIMAL
            for each in numbers:
                self._decimal_number(each)

    def _hex_number(self, each: _Number) -> None:
        token = each.token
        if token.text[0] == "-":
            fix = Fix("Remove the sign", token.start, token.start + 1, "")
            self._blame(each.start, token.end, f"{token.text}: hex digits have no sign.", fix)
            return
        end = token.end - (token.text[-1] in "hH")
        if self._listed and end - token.start > 2:
            pairs = ", ".join(self._text[at : at + 2] for at in range(token.start, end, 2))
            fixes = [] if (end - token.start) % 2 else [Fix(f"Write {pairs}", token.start, token.end, pairs)]
            self._blame(each.start, token.end, f"{token.text} is more than one byte holds (FF).", *fixes)
        elif self._listed and end - token.start == 1 and token.text in "123456789":
            self._bytes.append((each.start, token.end, int(token.text)))
        elif self._listed and token.text == "0":
            self._bytes.append((each.start, token.end, 0))
        else:
            self._pairs(each.start, token.start, end)

    def _decimal_number(self, each: _Number) -> None:
        token, value = each.token, int(each.token.text)
        if -128 <= value <= 255:
            self._bytes.append((each.start, token.end, value & 0xFF))
        else:
            held = "is more than one byte holds (255)" if value > 0 else "is less than one byte holds (-128)"
            self._blame(each.start, token.end, f"{token.text} {held}.")

    def _doubtful(self) -> _Number | None:
        """The first number that is another one in hex (or octal) than in decimal, where something speaks for hex."""
        texts = [each.token.text for each in self._numbers]
        padded = any(len(text) > 1 and text[0] == "0" for text in texts)
        loose = not self._listed
        for each in self._numbers:
            text = each.token.text
            if text[0] == "0" and len(text) > 1 and int(text) > 7:
                return each
            if (padded or loose) and len(text) == 2 and text[0] in "123456789":
                return each
        return None

    def _doubt(self, each: _Number) -> None:
        """Two readings of the whole list, the fix for each being what it comes to in hex."""
        token = each.token
        first, end = self._numbers[0].start, self._numbers[-1].token.end
        fixes: list[Fix] = []
        if Kind.PREFIXED in self._kinds:
            if len(token.text) == 2:
                fixes.append(Fix(f"Read it as hex: 0x{token.text}", token.start, token.end, f"0x{token.text}"))
            if int(token.text) < 256:
                spelled = f"0x{int(token.text):02X}"
                fixes.append(Fix(f"Read it as decimal: {spelled}", token.start, token.end, spelled))
            self._blame(each.start, token.end, f"{token.text} may be hex or decimal.", *fixes)
            return
        texts = [one.token.text for one in self._numbers]
        if all(_PAIR.fullmatch(text) for text in texts):
            fixes.append(self._whole("hex", [f"0x{text}" for text in texts], first, end))
        if all(-128 <= int(text) <= 255 for text in texts):
            fixes.append(self._whole("decimal", [f"0x{int(text) & 0xFF:02X}" for text in texts], first, end))
        self._blame(each.start, token.end, f"{token.text} may be hex, octal or decimal.", *fixes)

    def _whole(self, base: str, spelled: list[str], first: int, end: int) -> Fix:
        replacement: list[str] = []
        at = first
        for each, new in zip(self._numbers, spelled, strict=True):
            replacement += (self._text[at : each.token.start], new)
            at = each.token.end
        return Fix(f"Read all as {base}", first, end, "".join(replacement))

    def _offer_decimal(self) -> bool:
        """Numbers without brackets that cannot be pairs of hex digits, and can be decimal."""
        values = [int(each.token.text) for each in self._numbers]
        if not all(-128 <= value <= 255 for value in values):
            return False
        first, end = self._numbers[0].start, self._numbers[-1].token.end
        listed = ", ".join(each.token.text for each in self._numbers)
        fix = Fix("Read them as decimal numbers", first, end, f"[{listed}]")
        self._blame(first, end, "Decimal numbers stand in brackets; without, these would be hex digits.", fix)
        return True


def _brief(data: bytes) -> str:
    shown = data[:8].hex(" ").upper()
    return f"{shown} …" if len(data) > 8 else shown
