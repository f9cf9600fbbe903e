"""``python -m micrograd_linear`` is the command ``micrograd-linear``."""

import sys

from .cli import run

sys.exit(run())
