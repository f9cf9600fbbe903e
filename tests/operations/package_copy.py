"""A copy of the package with one more record in it, or one less."""

import os
import re
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


def remove(copy, name):
    """Take the record of an operation out of the copy."""
    for path in (copy / "micrograd_linear/operations").glob("*.py"):
        text = path.read_text()
        record = re.compile(
            rf"\n\n@rule\((?:(?!\n@rule).)*?\ndef {name}\(.*?(?=\n\n\n|\n*\Z)", re.S
        )
        shorter, count = record.subn("\n", text)
        if count:
            path.write_text(shorter)
            return
    raise LookupError(f"there is no record of {name}")
