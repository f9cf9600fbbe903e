"""Tests that need PyTorch itself: ``nox -s pytorch``. Other runs do not come here."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "pytorch"))
