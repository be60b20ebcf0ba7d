"""Some hundred runs of the campaign; all 10,000 are a benchmark."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from cardscope.virtual.faults import FaultKind
from support.killed_writes import KILLED
from support.write_campaign import KINDS, run

ROOT = Path(__file__).parents[3]
_A_KIND = 30


@pytest.mark.parametrize("kind", list(FaultKind))
def test_accidents_of_every_kind(kind: FaultKind, tmp_path: Path) -> None:
    first = KINDS.index(kind.value)
    results = [run(first + len(KINDS) * number, tmp_path) for number in range(_A_KIND)]
    assert [text for result in results for text in result.violations] == []
    assert all(result.end for result in results)
    assert sum(result.happened for result in results) > _A_KIND / 3


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
async def test_processes_that_are_killed() -> None:
    """In a process of its own: one with threads must not be copied."""
    program = ROOT / "packaging" / "benchmarks" / "programs" / "write_campaign.py"
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(program), "20000", "20300", stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    found = json.loads(out)
    assert (process.returncode, found["violations"]) == (0, [])
    assert found["kinds"][KILLED] > 10
    assert "" not in found["ends"]
