"""Files as they are published: in packages of many forms, without helpers, of an older Python."""

import collections
import json
import sys
from pathlib import Path

import pytest

from micrograd_linear.command import cli

SCALE = """
import numpy as np
{head}

def scale_forward(x, w):
    return {x} * w, (x, w)

def scale_backward(dout, cache):
    x, w = cache
    return dout * w, {dw}
"""


def written(name, text=""):
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text)
    return name


def scale(head="", x="x", dw="(dout * x).sum(axis=0)"):
    return SCALE.format(head=head, x=x, dw=dw)


def said_of(file, capsys):
    """(exit status, what is said as plain data)."""
    status = cli.main(["check", file, "--json"])
    return status, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("dw, status", [("(dout * x).sum(axis=0)", 0), ("dout.sum(axis=0)", 1)])
def test_a_package_may_hold_a_module_of_its_own_name(tmp_path, monkeypatch, capsys, dw, status):
    monkeypatch.chdir(tmp_path)
    written("net/__init__.py", "from .net import width\n")
    written("net/net.py", "from .tools import width\n")
    written("net/tools.py", "width = 3\n")
    text = scale("from . import marked\nfrom net.tools import width", dw=dw)
    written("net/parts/__init__.py", "marked = True\n")
    assert said_of(written("net/parts/scale.py", text), capsys)[0] == status


def test_a_folder_that_is_no_package_may_be_imported_from_inside(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    written("work/shapes/sizes.py", "width = 3\n")
    text = scale("from shapes.sizes import width")
    assert said_of(written("work/shapes/scale.py", text), capsys)[0] == 0
    assert not any(name.partition(".")[0] == "shapes" for name in sys.modules)


def test_the_helpers_of_a_course_may_be_missing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    text = scale("from testCases_v3 import *\nfrom planar_utils import load_data\nX = some_case()")
    status, said = said_of(written("scale.py", text), capsys)
    assert status == 0 and said["notes"][0].startswith("testCases_v3, planar_utils are not inst")
    status, said = said_of(written("scale.py", scale(x="some_case(x)")), capsys)
    assert status == 2 and "some_case" in said["error"]  # what forward needs is not made up


def test_names_that_python_moved_are_there_while_the_file_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    before = set(vars(collections))
    status, _ = said_of(written("scale.py", scale("from collections import Hashable")), capsys)
    assert status == 0 and set(vars(collections)) == before
    status, said = said_of(written("scale.py", scale("from collections import Hashed")), capsys)
    assert status == 2 and "Hashed" in said["error"]


def test_a_backward_pass_that_is_not_written_yet_has_no_verdict(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    text = scale() + "\ndef scale_backward_alt(dout, cache):\n    dx, dw = None, None\n"
    status, said = said_of(written("scale.py", text + "    return dx, dw\n"), capsys)
    assert status != 0 and [pair["ok"] for pair in said["pairs"]] == [True, None]
    assert "not be written yet" in said["pairs"][1]["error"]
    text += "    dw = (dout * cache[0]).sum(axis=0)\n    return dx, dw\n"
    status, said = said_of(written("scale.py", text), capsys)
    assert said["pairs"][1]["gradients"]["w"]["status"] in ("identical", "rounding")


def test_a_base_class_that_leaves_its_work_to_others_is_no_pair(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    base = (
        "class Base:\n"
        "    def forward(self, x): return self.compute(x)\n"
        "    def backward(self, dy): return self.slope(dy)\n"
        "    def compute(self, x): raise NotImplementedError\n"
    )
    status, said = said_of(written("scale.py", scale() + base), capsys)
    assert status == 0 and [pair["name"] for pair in said["pairs"]] == ["scale"]
    status, said = said_of(written("scale.py", scale() + base.replace("NotImpl", "Value#")), capsys)
    assert status != 0 and len(said["pairs"]) == 2


PYTHON_2 = """
import numpy as np

def pool_forward(x, size=2):
    H = (x.shape[0] - size) / size + 1
    if H < 1: print "too small"
    out = np.zeros((H, x.shape[1]))
    for i in xrange(H):
        out[i] = x[i * size:(i + 1) * size].mean(axis=0)
    print 'rows: %d, ' % H, out.shape  # of the result
    try:
        pass
    except ValueError, e:
        print e, \\
            "again"; print
    return out, (x, size)

def pool_backward(dout, cache):
    x, size = cache
    dx = np.zeros_like(x)
    for i in xrange(dout.shape[0]):
        dx[i * size:(i + 1) * size] = {slope}
    return dx
"""


@pytest.mark.parametrize("slope, status", [("dout[i] * (1.0 / size)", 0), ("dout[i]", 1)])
def test_a_file_of_python_2_is_read_as_it_was_meant(tmp_path, monkeypatch, capsys, slope, status):
    monkeypatch.chdir(tmp_path)
    text = PYTHON_2.replace("{slope}", slope)
    found, said = said_of(written("pool.py", text), capsys)
    assert (
        found == status
        and said["pairs"][0]["line"] == text[: text.index("def pool_b")].count("\n") + 1
    )
    assert "Python 2" in said["notes"][0]


def test_one_over_a_whole_number_is_0_in_python_2(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    text = PYTHON_2.replace("{slope}", "dout[i] * (1 / size)")
    assert said_of(written("pool.py", text), capsys)[0] == 1
    text = text.replace("import numpy", "from __future__ import division\nimport numpy")
    text = text.replace("/ size + 1", "// size + 1")
    assert said_of(written("pool.py", text), capsys)[0] == 0


def test_what_is_no_python_at_all_stays_an_error(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    status, said = said_of(written("pool.py", "print 'a'\ndef f(:\n"), capsys)
    assert status == 2 and "SyntaxError" in said["error"] and "pool.py:" in said["error"]


COURSE = """
import numpy as np
from dnn_utils_v2 import sigmoid

def linear_forward(A, W, b):
    return np.dot(W, A) + b, (A, W, b)

def compute_cost(AL, Y):
    m = Y.shape[1]
    return {cost}

def linear_backward(dZ, cache):
    A_prev, W, b = cache
    m = A_prev.shape[1]
    dW = np.dot(dZ, A_prev.T) / m
    db = np.sum(dZ, axis=1, keepdims=True) / {m}
    return np.dot(W.T, dZ), dW, db
"""
AVERAGE = "-np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / m"


@pytest.mark.parametrize(
    "cost, m, status", [(AVERAGE, "m", 0), (AVERAGE[:-4], "m", 1), (AVERAGE, "(2 * m)", 1)]
)
def test_a_layer_takes_the_average_of_a_cost_of_its_file(
    tmp_path, monkeypatch, capsys, cost, m, status
):
    monkeypatch.chdir(tmp_path)
    text = COURSE.replace("{cost}", cost).replace("{m}", m)
    found, said = said_of(written("course.py", text), capsys)
    assert found == status
    statuses = {g["status"] for g in said["pairs"][0]["gradients"].values()}
    assert ("scaled" in statuses) == (status == 0)


@pytest.mark.parametrize("back, status", [("(y - t) / len(t)", 0), ("(y - 0.999 * t) / len(t)", 1)])
def test_a_small_constant_may_stand_in_a_folder_beside(tmp_path, monkeypatch, capsys, back, status):
    monkeypatch.chdir(tmp_path)
    written(
        "common/functions.py",
        "import numpy as np\ndef entropy(y, t): return -np.sum(t * np.log(y + 1e-7)) / len(t)\n",
    )
    text = (
        "import os, sys\nsys.path.append(os.path.join(os.path.dirname(__file__), '..'))\n"
        "import numpy as np\nfrom common.functions import entropy\n"
        "class Head:\n"
        "    def forward(self, x, t):\n"
        "        e = np.exp(x - x.max(axis=1, keepdims=True))\n"
        "        self.y, self.t = e / e.sum(axis=1, keepdims=True), t\n"
        "        return entropy(self.y, t)\n"
        "    def backward(self, dout=1):\n"
        "        y, t = self.y, self.t\n"
        f"        return dout * {back}\n"
    )
    assert said_of(written("ch/head.py", text), capsys)[0] == status
