"""The conformance suite of the Type 2 silicon: its files, its notation, and how a case is played.

The files are ``tests/core/virtual/type2/cases/*.toml``; ``values.toml`` beside that folder has the names that they use.
Nothing in them was taken from the code under test. Each ``[[case]]`` has

``name``, ``source``
    What is shown, and the paragraph (§), table (t.) or figure that says so: of the data sheet that is named with it, or
    of the project's reference of tag facts, which goes back to the data sheets. "by choice" marks what no source says:
    the default of SiliconChoices.
``chips``
    The chips that the case is for, or names of groups of chips: each gives a test of its own.
``each``
    Texts that are put in place of ``{each}``, one test for each (optional).
``uid``, ``pages``, ``counters``, ``auth_failures``, ``signature``
    The state before, where it is not that at delivery. Keys are hex; a page number is 256 times the sector plus the
    page. Counters are by address.
``steps``
    What is sent and what comes back, after power-up and selection. ``{name}`` is the chip's value of that name.

A step is one of

``FRAME = ANSWER``
    Hex without CRC. ``??`` in an answer is any byte. Other answers: ``ACK``, ``NAK n``, ``NAK ?`` (the source leaves
    the nibble open: any but A) and ``SILENCE``.
``SELECT``, ``WAKE``
    Selection; the field off and on and selection. The tag answers with its UID; with ``= SILENCE`` it does not.
``SECTOR n``
    SECTOR_SELECT (NTAG I²C).
``LOCKED p ...``, ``OPEN p ...``
    A WRITE to each of these pages is refused; is accepted. On NTAG I²C the sector is selected first.
``AUTH key``
    3DES authentication (Ultralight C) with K1 and K2 in the data sheet's order; ``AUTH key = NAK ?`` fails.
"""

import tomllib
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

from cardscope.tags.catalogue import chips
from cardscope.virtual.answers import ACK, Answer, Nibble
from cardscope.virtual.type2 import Type2Tag, factory_image, image_pages

UID = "04E141124C2880"
"""The UID of the data sheet's examples."""

_FOLDER = Path(__file__).parents[1] / "core" / "virtual" / "type2"
_RND_A = bytes.fromhex("A8AF3B256C75ED40")


class Link(Enum):
    """What a reader does besides sending frames. Both are answered by the UID, or by silence."""

    SELECT = auto()
    WAKE = auto()


Request = bytes | Link


@dataclass(frozen=True)
class Case:
    """One test: a chip, its state before, and the steps."""

    id: str
    chip: str
    source: str
    uid: bytes
    pages: Mapping[int, bytes]
    counters: Mapping[int, int]
    auth_failures: int
    signature: bytes
    steps: tuple[str, ...]


@cache
def cases() -> tuple[Case, ...]:
    """Every case of every file, in a fixed order. Raises KeyError when a case uses a name that its chip has no value
    for."""
    names = tomllib.loads((_FOLDER / "values.toml").read_text("utf-8"))
    return tuple(
        case
        for file in sorted((_FOLDER / "cases").glob("*.toml"))
        for table in tomllib.loads(file.read_text("utf-8"))["case"]
        for case in _expanded(table, names)
    )


def _expanded(table: dict[str, Any], names: dict[str, Any]) -> Iterator[Case]:
    asked: list[str] = [table["chips"]] if isinstance(table["chips"], str) else table["chips"]
    for chip in [chip for name in asked for chip in names["groups"].get(name, [name])]:
        for each in table.get("each", [None]):
            values: dict[str, str] = names["chips"][chip] | {"each": each}
            case_id = f"{table['name']} [{chip}]".format(**values)
            yield Case(
                id=case_id if each is None or "{each}" in table["name"] else f"{case_id[:-1]}, {each}]",
                chip=chip,
                source=table["source"],
                uid=bytes.fromhex(table.get("uid", UID)),
                pages={
                    int(page.format(**values), 16): bytes.fromhex(content.format(**values))
                    for page, content in table.get("pages", {}).items()
                },
                counters={int(address, 16): value for address, value in table.get("counters", {}).items()},
                auth_failures=table.get("auth_failures", 0),
                signature=bytes.fromhex(table.get("signature", "00" * 32)),
                steps=tuple(step.format(**values) for step in table["steps"]),
            )


def make_tag(case: Case) -> Type2Tag:
    """The tag in the state before the case, without power."""
    chip = chips()[case.chip]
    image = bytearray(factory_image(chip, case.uid))
    order = image_pages(chip)
    for page, content in case.pages.items():
        start = 4 * order.index(page)
        image[start : start + 4] = content
    return Type2Tag(
        chip, bytes(image), counters=case.counters, auth_failures=case.auth_failures, signature=case.signature
    )


def play(case: Case) -> Generator[Request, Answer, None]:
    """Yields each request, and asserts that the answer sent back is the expected one."""
    player = _Player(case)
    yield from player.step("WAKE")
    for step in case.steps:
        yield from player.step(step)


def drive(playing: Generator[Request, Answer, None], act: Callable[[Request], Answer]) -> None:
    """Plays to the end with ``act`` as the reader."""
    try:
        request = next(playing)
        while True:
            request = playing.send(act(request))
    except StopIteration:
        return


def is_answer(answer: Answer, expected: str) -> bool:
    """Whether the answer is what the notation says."""
    if expected == "SILENCE":
        return answer is None
    if expected == "ACK":
        return answer == ACK
    if expected.startswith("NAK"):
        return isinstance(answer, Nibble) and not answer.is_ack and expected[4:] in ("?", f"{answer.value:X}")
    if not isinstance(answer, bytes):
        return False
    digits = expected.replace(" ", "")
    return 2 * len(answer) == len(digits) and all(
        wanted in ("?", got) for wanted, got in zip(digits, answer.hex().upper(), strict=True)
    )


class _Player:
    def __init__(self, case: Case) -> None:
        self._case = case
        self._i2c = case.chip.startswith("nt3h")
        self._sector: int | None = 0  # None: whether selection goes back to sector 0 is left open by the data sheet

    def step(self, step: str) -> Generator[Request, Answer, None]:
        what, _, expected = step.partition(" = ")
        word, *rest = what.split()
        match word:
            case "SELECT" | "WAKE":
                yield from self._ask(Link[word], expected or self._case.uid.hex().upper(), step)
                self._sector = 0 if word == "WAKE" else None
            case "SECTOR":
                yield from self._select_sector(int(rest[0]), step)
            case "LOCKED":
                for page in rest:
                    yield from self._write(int(page, 16), "NAK ?", step)
                    yield from self.step("SELECT")
            case "OPEN":
                for page in rest:
                    yield from self._write(int(page, 16), "ACK", step)
            case "AUTH":
                yield from self._authenticate(bytes.fromhex(rest[0]), expected, step)
            case _:
                yield from self._ask(bytes.fromhex(what), expected, step)

    def _ask(self, request: Request, expected: str, step: str) -> Generator[Request, Answer, Answer]:
        answer = yield request
        shown = answer.hex(" ", 4).upper() if isinstance(answer, bytes) else answer
        sent = request.hex().upper() if isinstance(request, bytes) else request.name
        assert is_answer(answer, expected), f"{step!r}: {sent} gave {shown}, not {expected} ({self._case.source})"
        return answer

    def _select_sector(self, sector: int, step: str) -> Generator[Request, Answer, None]:
        yield from self._ask(b"\xc2\xff", "ACK", step)
        yield from self._ask(bytes((sector, 0, 0, 0)), "SILENCE", step)
        self._sector = sector

    def _write(self, page: int, expected: str, step: str) -> Generator[Request, Answer, None]:
        sector, page = divmod(page, 256)
        if self._i2c and self._sector != sector:
            yield from self._select_sector(sector, step)
        yield from self._ask(bytes((0xA2, page, 0, 0, 0, 0)), expected, step)

    def _authenticate(self, key: bytes, expected: str, step: str) -> Generator[Request, Answer, None]:
        challenge = yield from self._ask(b"\x1a\x00", "AF" + 8 * "??", step)
        assert isinstance(challenge, bytes)
        rnd_b = decrypted(key, bytes(8), challenge[1:])
        token = encrypted(key, challenge[1:], _RND_A + rnd_b[1:] + rnd_b[:1])
        proof = encrypted(key, token[8:], _RND_A[1:] + _RND_A[:1])
        yield from self._ask(b"\xaf" + token, expected or f"00{proof.hex().upper()}", step)


def encrypted(key: bytes, iv: bytes, data: bytes) -> bytes:
    """2-key 3DES in CBC mode (DSULC §7.5.5)."""
    encryptor = Cipher(TripleDES(key + key[:8]), modes.CBC(iv)).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def decrypted(key: bytes, iv: bytes, data: bytes) -> bytes:
    """The inverse of :func:`encrypted`."""
    decryptor = Cipher(TripleDES(key + key[:8]), modes.CBC(iv)).decryptor()
    return decryptor.update(data) + decryptor.finalize()
