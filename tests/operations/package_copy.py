"""A copy of the package with one more record in it."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
RECORD_FILE = "micrograd_linear/operations/elementary.py"


def run(copy, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(copy), "NUMBA_CACHE_DIR": str(copy / "numba")}
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=copy, env=environment)


def add(copy, record):
    path = copy / RECORD_FILE
    path.write_text(path.read_text() + record)
