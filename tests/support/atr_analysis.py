"""pcsc-tools' ATR_analysis, run over many ATRs: a program of someone else's that decodes ATRs, to compare with."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cardscope.identify.atr_list import FILE_NAME, find_lists
from support.pcscd import REQUIRE_ALL

_MARK = "\x1e"

# The program handles one ATR and ends. Loading perl and its modules takes most of its time, so this runs the same file
# again and again in one perl, in which ending is an exception.
_LOOP = r"""
BEGIN { *CORE::GLOBAL::exit = sub { die "ended\n" } }
$SIG{__WARN__} = sub { };
my $program = shift @ARGV;
while (my $atr = <STDIN>) {
    chomp $atr;
    print "\x1e\n";
    @ARGV = ($atr);
    do $program;
    print "FAILED $@" if $@ && $@ ne "ended\n";
}
"""


@dataclass(frozen=True)
class Verdict:
    """What ATR_analysis says of one ATR."""

    protocols: tuple[int, ...]
    """Every T but 15 that it names, each once; T=0 where it names none at all."""
    tck: str
    """``none``, ``correct`` or ``wrong``, then the byte that it expects."""
    says: tuple[str, ...]
    """The lines of the matching entries of the list."""


def require_program() -> Path:
    """The program; the test is skipped where it is not installed, or fails where every test has to run."""
    found = shutil.which("ATR_analysis")
    if found is None:
        if REQUIRE_ALL:
            pytest.fail("must run here, but pcsc-tools is not installed")
        pytest.skip("pcsc-tools is not installed")
    return Path(found)


def installed_list() -> Path:
    """The list that pcsc-tools has installed; the test is skipped or fails as with :func:`require_program`."""
    require_program()
    lists = find_lists()
    assert lists, "pcsc-tools is installed without its list"
    return lists[-1]


def analyse(atrs: Iterable[bytes], known: str = "") -> list[Verdict]:
    """The verdicts on ``atrs``, with ``known`` as the list of known ATRs."""
    lines = "".join(f"{atr.hex(' ').upper()}\n" for atr in atrs)
    with tempfile.TemporaryDirectory(prefix="cardscope-") as folder:
        # Its own list, just written, keeps the program from fetching one when it does not know an ATR.
        (Path(folder) / FILE_NAME).write_text(known, "utf-8")
        environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": folder, "XDG_CACHE_HOME": folder}
        command = ["perl", "-e", _LOOP, str(require_program())]
        done = subprocess.run(command, input=lines.encode(), capture_output=True, check=True, env=environment)
    answers = done.stdout.decode(errors="replace").split(_MARK)[1:]
    assert "FAILED" not in done.stdout.decode(errors="replace"), answers[-1]
    return [_verdict(answer) for answer in answers]


def _verdict(answer: str) -> Verdict:
    named = re.findall(r"Protocol T = (\d+)", answer)
    protocols = tuple(dict.fromkeys(int(t) for t in named if t != "15")) if named else (0,)
    checked = re.search(r"\+ TCK = .. (?:\(correct checksum\)|WRONG CHECKSUM, expected (..))", answer)
    tck = "none" if checked is None else f"wrong {checked[1]}" if checked[1] else "correct"
    return Verdict(protocols, tck, tuple(line.strip() for line in re.findall(r"\x1b\[34m\t(.*?)\x1b", answer)))
