"""Writes to virtual tags with accidents, the runs from FIRST to LAST (not included), and prints one JSON object: how
many runs there were, how they ended, which accidents happened, and what went wrong that must not.

A process of its own, since runs whose process is killed need one without threads.
"""

import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "tests"))

from support.write_campaign import run_campaign


def main() -> None:
    first, last = map(int, sys.argv[1:3])
    with tempfile.TemporaryDirectory(prefix="cardscope-campaign-") as folder:
        summary = run_campaign(range(first, last), Path(folder))
    result = {
        "runs": summary.runs,
        "ends": summary.ends,
        "kinds": summary.kinds,
        "violations": summary.violations,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
