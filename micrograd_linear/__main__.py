"""``python -m micrograd_linear`` is the command ``micrograd-linear``."""

import sys

from .cli import main

sys.exit(main())
