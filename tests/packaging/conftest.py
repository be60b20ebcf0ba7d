import sys
from pathlib import Path

# dev.py finds its modules beside itself, as any script does.
sys.path.insert(0, str(Path(__file__).parents[2] / "packaging"))
