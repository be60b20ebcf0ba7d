"""One module a figure, and the programs that they measure against. The real parts are those of the tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
