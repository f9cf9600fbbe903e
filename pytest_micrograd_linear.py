"""The plug-in for pytest: ``pytest --check-backward FILES`` checks the backward passes in them.

pytest loads it at every start, so it stands outside of the package and imports nothing of it, nor
NumPy, unless it is asked to.
"""

from __future__ import annotations

import fnmatch
from pathlib import Path

import pytest

_ENDINGS = (".py", ".ipynb")
_NO_LAYERS = ("conftest.py", "setup.py", "noxfile.py", "__main__.py")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--check-backward``, and the tolerances that belong to it."""
    group = parser.getgroup("micrograd_linear", "backward passes (micrograd_linear)")
    group.addoption(
        "--check-backward",
        action="store_true",
        help="check every backward pass in the Python files and notebooks that are collected, "
        "against the gradients of its forward pass",
    )
    for option in ("rtol", "atol"):
        group.addoption(
            f"--check-backward-{option}",
            type=float,
            metavar="X",
            help=f"the {option} of --check-backward (default: only rounding passes)",
        )
    group.addoption(
        "--check-backward-precision",
        choices=("bfloat16", "tf32", "float16"),
        help="the type that the backward passes compute in: agreement to its rounding passes",
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A file whose backward passes are to be checked; None for all others."""
    config = parent.config
    if not config.getoption("check_backward") or file_path.suffix not in _ENDINGS:
        return None
    named = parent.session.isinitpath(file_path)
    if not named and _is_no_layer(file_path, config.getini("python_files")):
        return None
    from micrograd_linear.command.pytest_items import BackwardFile

    return BackwardFile.from_parent(parent, path=file_path, is_named=named)


def _is_no_layer(path, tests):
    """Whether a file holds tests or settings; a folder may hold these beside layers."""
    return path.name in _NO_LAYERS or any(fnmatch.fnmatch(path.name, glob) for glob in tests)
