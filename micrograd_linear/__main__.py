"""``python -m micrograd_linear`` is the command ``micrograd-linear``."""

import sys

from .command.cli import run

sys.exit(run())
