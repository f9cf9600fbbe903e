"""Doctests, also those of README.md and docs, run in an empty folder of their own.

So the files that they write are thrown away.
"""

from importlib import util

import pytest
from _pytest.doctest import DoctestItem

# Programs of users, which tests give to the type checker and to the command.
collect_ignore = ["tests/typing", "tests/corpus"]
collect_ignore += ["tests/with_pytorch"]  # nox -s pytorch, where PyTorch is installed
if not util.find_spec("numba"):  # these two are imported only where it is installed
    collect_ignore += [
        "micrograd_linear/compilation/jitted.py",
        "micrograd_linear/compilation/kernels.py",
    ]


@pytest.fixture(autouse=True)
def in_an_empty_folder(request, monkeypatch, tmp_path):
    if isinstance(request.node, DoctestItem):
        monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def at_a_desk(monkeypatch):
    """What the command prints depends on no workflow that the tests run in, and on no terminal."""
    for name in ("GITHUB_ACTIONS", "GITHUB_WORKSPACE", "FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
