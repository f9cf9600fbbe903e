"""``check --fix`` prints the corrections as a diff, ``--write`` puts them into the user's file."""

import json
import subprocess
from pathlib import Path

import pytest

from micrograd_linear.command import cli
from micrograd_linear.command.corrections import Corrected, write
from micrograd_linear.comparison import UnusableLayer

LAYER = """\
import numpy as np


def affine_forward(x, w, b):
    return x @ w + b, (x, w)


def affine_backward(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout, {0}


def tanh_forward(x):
    y = np.tanh(x)
    return y, y


def tanh_backward(dy, y):
    return dy * {1}
"""
RIGHT = LAYER.replace("{0}", "dout.sum(axis=0)").replace("{1}", "(1 - y ** 2)")
WRONG = LAYER.replace("{0}", "dout.mean(axis=0)").replace("{1}", "(1 - y)")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_corrections_of_all_pairs_are_one_diff_that_patch_takes(capsys):
    Path("layer.py").write_text(WRONG)
    assert cli.main(["check", "layer.py", "--fix"]) == 1
    said = capsys.readouterr().out
    Path("fix.diff").write_text(said[said.index("--- a/layer.py") :].rstrip() + "\n")
    assert Path("layer.py").read_text() == WRONG  # printed, not written
    subprocess.run(["git", "apply", "fix.diff"], check=True)
    assert Path("layer.py").read_text() == RIGHT


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_what_is_written_keeps_all_else(capsys, ending):
    text = "# -*- coding: latin-1 -*-\n# Höhe\n" + WRONG
    Path("layer.py").write_bytes(text.replace("\n", ending).encode("latin-1"))
    assert cli.main(["check", "layer.py", "--write"]) == 1
    assert "written: layer.py" in capsys.readouterr().out
    new = Path("layer.py").read_bytes().decode("latin-1")
    assert new == text.replace(WRONG, RIGHT).replace("\n", ending)
    assert cli.main(["check", "layer.py"]) == 0


def test_a_right_file_is_not_touched(capsys):
    Path("layer.py").write_text(RIGHT)
    before = Path("layer.py").stat().st_mtime_ns
    assert cli.main(["check", "layer.py", "--write"]) == 0
    said = capsys.readouterr().out
    assert "so there is nothing to write" in said and "written" not in said
    assert Path("layer.py").stat().st_mtime_ns == before


def notebook(source):
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Höhe\n", "text"]},
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": ["%matplotlib inline\n"]},
        {
            "cell_type": "code",
            "metadata": {"kept": True},
            "outputs": [{"text": "old"}],
            "source": ["%time 1\n", *source.splitlines(keepends=True)],
        },
    ]
    return {"cells": cells, "metadata": {"a": 1}, "nbformat": 4, "nbformat_minor": 5}


def test_a_cell_of_a_notebook_is_corrected_and_nothing_else(capsys):
    Path("work.ipynb").write_text(json.dumps(notebook(WRONG), indent=1, ensure_ascii=False) + "\n")
    assert cli.main(["check", "work.ipynb", "--write"]) == 1
    said = capsys.readouterr().out
    assert "cell 2, line 11" in said and "written: work.ipynb" in said
    text = Path("work.ipynb").read_text()
    assert text == json.dumps(notebook(RIGHT), indent=1, ensure_ascii=False) + "\n"
    assert cli.main(["check", "work.ipynb"]) == 0


def test_the_json_has_the_diff_and_the_mistakes(capsys):
    Path("layer.py").write_text(WRONG)
    assert cli.main(["check", "layer.py", "--fix", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["fix"].startswith("--- a/layer.py\n")
    affine, tanh = found["pairs"]
    assert affine["mistakes"][0]["line"] == 10
    assert tanh["mistakes"][0]["corrections"][0]["line"] == "return dy * (1 - y ** 2)"
    assert tanh["mistakes"][0]["columns"] == [17, 18]


@pytest.mark.parametrize("name", ["layer.py", "work.ipynb cell 2"])
def test_a_file_that_has_changed_meanwhile_is_left_alone(name):
    changed = json.dumps(notebook("x = 1\n")) if "ipynb" in name else WRONG + "\n# more\n"
    path = Path(name.partition(" cell")[0])
    path.write_text(changed)
    with pytest.raises(UnusableLayer, match="has changed since it was checked"):
        write(Corrected(name, WRONG, RIGHT))
    assert path.read_text() == changed


def test_corrections_of_the_same_lines_are_not_mixed():
    """Two versions that change one line: the first is taken, and the other is counted."""
    from micrograd_linear.command import corrections

    before, one, two = "a\nb\nc\n", "a\nB\nc\n", "a\nbb\nC\n"
    merged = corrections._merged_lines(before, [one, two])
    assert merged == ("a\nB\nc\n", 1)
    assert corrections._merged_lines(before, ["A\nb\nc\n", "a\nb\nC\n"]) == ("A\nb\nC\n", 0)


BLOCK = """\
import numpy as np


class Skip:
    def __init__(self, n=4):
        self.W = np.random.default_rng(1).normal(size=(n, n)) / 2

    def forward(self, x):
        self.x = x
        return x + np.tanh(x @ self.W)

    def backward(self, dy):
        dz = dy * (1 - np.tanh(self.x @ self.W) ** 2)
        self.dW = self.x.T @ dz
        dx = dz @ self.W.T + dy
        return dx


class Tower:
    def __init__(self):
        self.blocks = [Skip(), Skip()]

    def forward(self, x):
        for block in self.blocks:
            x = block.forward(x)
        return x

    def backward(self, dy):
        for block in reversed(self.blocks):
            dy = block.backward(dy)
        return dy
"""


def test_a_pair_that_runs_a_corrected_function_is_checked_again_first(capsys):
    """Each of the two pairs could be mended by itself; both corrections together would be wrong."""
    Path("net.py").write_text(BLOCK.replace("self.W.T + dy", "self.W.T"))
    assert cli.main(["check", "net.py", "--write"]) == 1
    assert "1 more may follow from these" in capsys.readouterr().out
    assert "dx = dz @ self.W.T + dy\n" in Path("net.py").read_text()
    assert cli.main(["check", "net.py"]) == 0
