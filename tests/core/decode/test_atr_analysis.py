"""All ATRs of pcsc-tools' list, beside what pcsc-tools' ATR_analysis says of them.

python -m pytest tests/core/decode/test_atr_analysis.py            those with faults, and some of the others
PYTHONPATH=tests python tests/core/decode/test_atr_analysis.py [LIST]    all, and a table of the differences
"""

import random
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cardscope.decode.atr import Atr, decode_atr
from cardscope.fields import Field
from support.atr_analysis import Verdict, analyse, installed_list

_PATTERN = re.compile(r"^[^#\t\n].*$", re.MULTILINE)
_SAMPLE = 300

SETTLED = {
    (
        "wrong",
        "none",
    ): "ISO/IEC 7816-3:2006 §8.2.5: without a T other than 0 there is no TCK. One byte too many is then an "
    "extra byte; ATR_analysis takes any last byte after the historical ones for a TCK.",
    ("correct", "superfluous"): "ISO/IEC 7816-3:2006 §8.2.5: as before, even if that byte happens to check.",
    ("none", "correct"): "ISO/IEC 7816-3:2006 §8.2.4 and §8.2.5: K historical bytes, then TCK; what follows is extra. "
    "ATR_analysis looks for a TCK only when exactly one byte follows the historical ones.",
    ("none", "wrong"): "ISO/IEC 7816-3:2006 §8.2.4 and §8.2.5: as before, and the byte in TCK's place does not check.",
}
"""The differences in the verdict on TCK, ATR_analysis's first and ours second, and the paragraph that settles each."""


def literal_atrs(text: str) -> list[bytes]:
    """The patterns that are an ATR as it stands."""
    found: list[bytes] = []
    for pattern in _PATTERN.findall(text):
        try:
            found.append(bytes.fromhex(pattern))
        except ValueError:
            continue
    return found


def our_tck(atr: Atr) -> str:
    tck = atr.tck
    if not tck.present:
        return "none"
    return "correct" if tck.correct else "superfluous" if tck.expected is None else f"wrong {tck.expected:02X}"


def differences(atrs: list[bytes], verdicts: list[Verdict]) -> Iterator[tuple[bytes, str, str, str]]:
    """The ATR, what ATR_analysis says, what we say, and what settles it (empty when nothing does)."""
    for atr, verdict in zip(atrs, verdicts, strict=True):
        decoded = decode_atr(atr)
        if verdict.protocols != decoded.protocols:
            yield atr, f"T of {verdict.protocols}", f"T of {decoded.protocols}", ""
        ours = our_tck(decoded)
        if verdict.tck != ours:
            yield atr, f"TCK {verdict.tck}", f"TCK {ours}", SETTLED.get((verdict.tck.split()[0], ours.split()[0]), "")


@pytest.fixture(scope="module")
def list_text() -> str:
    return installed_list().read_text("utf-8")


def test_every_pattern_decodes(list_text: str, check_spans: Callable[[Field], None]) -> None:
    generator = random.Random(7816)
    patterns = _PATTERN.findall(list_text)
    assert len(patterns) > 4000
    for pattern in patterns:
        # Any digit for a dot, one of a set's digits; the two that say ".*" become an ATR of some length.
        text = re.sub(r"\[(.).*?\]", r"\1", pattern).replace(".*", "00" * generator.randrange(4)).replace(" ", "")
        atr = bytes.fromhex(re.sub(r"\.", lambda _: generator.choice("0123456789ABCDEF"), text))
        decoded = decode_atr(atr)
        assert decoded.raw == atr
        check_spans(decoded.field)


def test_protocols_and_tck_are_those_of_atr_analysis(list_text: str) -> None:
    literal = literal_atrs(list_text)
    assert len(literal) > 3500
    faulty = [atr for atr in literal if not decode_atr(atr).valid]
    chosen = faulty + random.Random(7816).sample([atr for atr in literal if atr not in set(faulty)], _SAMPLE)
    verdicts = analyse(chosen)
    assert {verdict.tck.split()[0] for verdict in verdicts} == {"none", "correct", "wrong"}
    unsettled = [found for found in differences(chosen, verdicts) if not found[3]]
    assert not unsettled


def _all(path: Path) -> None:
    atrs = literal_atrs(path.read_text("utf-8"))
    found = list(differences(atrs, analyse(atrs)))
    for atr, theirs, ours, settled in found:
        says = f"ATR_analysis: {theirs}; CardScope: {ours}"
        sys.stdout.write(f"{atr.hex(' ').upper()}\n  {says}\n  {settled or 'NOT SETTLED'}\n")
    unsettled = sum(not one[3] for one in found)
    sys.stdout.write(f"{len(atrs)} ATRs, {len(found)} differences, {unsettled} of them not settled\n")


if __name__ == "__main__":
    _all(Path(sys.argv[1]) if len(sys.argv) > 1 else installed_list())
