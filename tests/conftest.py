import os

import numpy as np
import pytest
from hypothesis import settings

from micrograd_linear import cli

settings.register_profile("ci", derandomize=True)  # CI repeats itself; at the desk every run draws anew
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """The command in an empty folder: run(*arguments) gives its exit status, its output and its errors."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        try:
            status = cli.main([str(a) for a in arguments])
        except SystemExit as error:
            status = error.code
        out = capsys.readouterr()
        return status, out.out, out.err

    return run
