"""`check` on a file with several pairs: a row each, details of what fails, and what is said of a
file that cannot be used.
"""

import json
import os
import re
from pathlib import Path

import pytest

LAYERS = """import numpy as np

def affine_forward(x, w, b):
    return x @ w + b, (x, w)

def affine_backward(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)

def relu_forward(x):
    return np.maximum(0, x), x

def relu_backward(dout, cache):
    return dout * (cache > 0)

class Scale:
    def __init__(self, dim):
        self.gamma = np.ones(dim)
    def forward(self, x):
        self.x = x
        return x * self.gamma
    def backward(self, dout):
        self.dgamma = (dout * self.x).sum(axis=0)
        return dout * self.gamma
"""
WRONG = LAYERS.replace("(cache > 0)", "(cache < 0)")


def written(text, name="layers.py"):
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text)
    return name


def test_every_pair_of_a_file_has_a_row_and_what_fails_has_details(run):
    status, out, err = run("check", written(LAYERS))
    assert (status, err) == (0, "") and out.startswith("✓ layers.py: All 3 pairs agree.\n\n")
    rows = [line.split() for line in out.splitlines()[3:6]]
    assert [row[0] for row in rows] == ["affine", "relu", "Scale"]
    assert [row[1] for row in rows] == ["layers.py:6", "layers.py:13", "layers.py:22"]
    assert all(row[-1] == "agrees" for row in rows) and "no pair" not in out
    status, out, _ = run("check", written(WRONG))
    assert status == 1 and "2 of 3 pairs agree; relu does not." in out
    assert out.count("name  shape") == 1 and "x     (5, 7)  WRONG" in out


def test_pairs_are_picked_by_the_names_of_functions_classes_and_methods(run):
    written(WRONG)
    for name in ("relu", "relu_forward", "relu_backward"):
        assert run("check", "layers.py", name)[0] == 1
    for name in ("Scale", "Scale.backward", "affine"):
        assert run("check", "layers.py", name)[0] == 0
    status, out, _ = run("check", "layers.py", "affine", "Scale")
    assert status == 0 and "All 2 pairs agree." in out
    status, _, err = run("check", "layers.py", "conv")
    assert status == 2 and "has no pair conv; it has affine, relu, Scale" in err


def test_json_tells_the_file_and_the_line_of_each_pair(run):
    status, out, err = run("check", written(WRONG), "--json")
    said = json.loads(out)
    assert (status, err) == (1, "") and said["ok"] is False
    assert [(p["name"], p["file"], p["line"], p["ok"]) for p in said["pairs"]] == [
        ("affine", "layers.py", 6, True),
        ("relu", "layers.py", 13, False),
        ("Scale", "layers.py", 22, True),
    ]
    single = json.loads(run("check", "layers.py", "affine", "--json")[1])
    assert single["ok"] and single["line"] == 6 and single["gradients"]["w"]["shape"] == [7, 3]


def test_one_pair_without_a_verdict_leaves_the_others_theirs(run):
    broken = LAYERS + "def odd_forward(x): return nothing(x)\ndef odd_backward(dy, x): return dy\n"
    status, out, _ = run("check", written(broken))
    assert status == 2 and "3 of 4 pairs agree; no verdict: odd." in out
    assert "NameError: name 'nothing' is not defined (layers.py:25: " in out
    assert "no shapes" not in out and "no inputs" not in out
    status, out, _ = run("check", written(broken.replace("cache > 0", "cache < 0")), "--json")
    said = json.loads(out)
    assert status == 1 and said["ok"] is False and said["pairs"][3]["ok"] is None
    assert "NameError" in said["pairs"][3]["error"]


def test_a_file_without_a_pair_is_told_what_it_holds_and_the_two_lines_to_write(run):
    text = "def work(x): return x\nclass Thing:\n    def go(self): pass\n"
    status, _, err = run("check", written(text))
    assert status == 2 and err.count("\n") == 1
    for words in ("functions work", "classes Thing (go)", "forward = ", "backward = "):
        assert words in err


def test_inputs_may_be_given_for_each_pair(run):
    text = (
        LAYERS + 'inputs = {"affine": {"x": (2, 3), "w": (3, 4), "b": (4,)}, "Scale": {"dim": 6}}\n'
    )
    said = json.loads(run("check", written(text), "--json")[1])
    shapes = {p["name"]: {n: g["shape"] for n, g in p["gradients"].items()} for p in said["pairs"]}
    assert shapes["affine"] == {"x": [2, 3], "w": [3, 4], "b": [4]}
    assert shapes["Scale"]["gamma"] == [6] and shapes["relu"]["x"] == [5, 7]


def test_settings_are_given_among_the_inputs(run):
    text = """
import numpy as np
def pool_forward(x, how, size):
    parts = x.reshape(x.shape[0] // size, size)
    return (parts.mean(axis=1) if how == "mean" else parts.sum(axis=1)), (x, how, size)
def pool_backward(dout, cache):
    x, how, size = cache
    return np.repeat(dout, size) / (size if how == "mean" else 1)
inputs = {"x": (12,), "how": "mean", "size": 3}
"""
    assert run("check", written(text))[0] == 0
    assert run("check", written(text.replace('"mean", "size": 3', '"sum", "size": 4')))[0] == 0
    wrong = text.replace('if how == "mean" else 1)', 'if how == "sum" else 1)')
    assert run("check", written(wrong))[0] == 1


@pytest.mark.parametrize(
    "statement", ["from .layers import affine_forward, affine_backward", "from net.layers import *"]
)
def test_a_module_of_a_package_is_imported_under_its_own_name(run, statement):
    written(LAYERS, "work/net/layers.py")
    text = f"""{statement}
assert __name__ != "__main__"
def twice_forward(x, w, b):
    y, cache = affine_forward(x, w, b)
    return 2 * y, cache
def twice_backward(dout, cache):
    return affine_backward(2 * dout, cache)
"""
    written(text, "work/net/twice.py")
    status, out, err = run("check", "work/net/twice.py")
    assert (status, err) == (0, "") and "All 3 gradients agree." in out
    written(text.replace("affine_backward(2 * dout", "affine_backward(dout"), "work/net/twice.py")
    assert run("check", "work/net/twice.py")[0] == 1


def test_a_relative_import_from_the_folder_above_finds_the_package_root(run):
    written("", "work/net/__init__.py")
    written(LAYERS, "work/net/layers.py")
    written(
        "from ..layers import relu_forward, relu_backward\n"
        "def out_forward(x): return relu_forward(x)\n"
        "def out_backward(dout, cache): return relu_backward(dout, cache)\n",
        "work/net/parts/out.py",
    )
    assert run("check", "work/net/parts/out.py")[0] == 0


def test_a_plotting_library_that_is_not_installed_is_said_below_the_verdict(run, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "seaborn", None)
    monkeypatch.delitem(__import__("sys").modules, "seaborn")
    head = "import seaborn as sns\nsns.set_theme()\nfor color in sns.palette(3): pass\n"
    status, out, _ = run("check", written(head + LAYERS))
    assert status == 0 and out.splitlines()[-1].startswith("seaborn is not installed: ")
    said = json.loads(run("check", "layers.py", "--json")[1])
    assert said["notes"] == [out.splitlines()[-1]]
    status, _, err = run("check", written("import no_such_layers\n" + LAYERS))
    assert status == 2 and "No module named 'no_such_layers'" in err


def test_a_pair_that_needs_a_missing_library_has_no_verdict(run):
    text = (
        "import seaborn\ndef forward(x): return seaborn.smooth(x)\ndef backward(dy, x): return dy\n"
    )
    status, out, err = run("check", written(text))
    assert (status, out) == (2, "") and "seaborn is not installed" in err


def test_data_that_is_not_there_and_a_demo_at_the_end_do_not_matter(run):
    text = 'import numpy as np\ndata = np.load("weights.npy")\nmean = data.mean()\n' + LAYERS
    text += "print('demo', affine_forward(np.ones((2, 3)), np.ones((3, 1)), 0)[0])\n"
    status, out, err = run("check", written(text))
    assert status == 0 and "\nleft out: layers.py:2: FileNotFoundError: " in out
    assert "demo" in err and "demo" not in out


def notebook(*cells):
    made = [
        {"cell_type": kind, "metadata": {}, "source": source.splitlines(keepends=True)}
        for kind, source in cells
    ]
    return json.dumps({"cells": made, "nbformat": 4, "nbformat_minor": 5, "metadata": {}})


def test_the_code_cells_of_a_notebook_are_checked_without_magics_and_shell_lines(run):
    cells = [
        ("markdown", "# Layers"),
        (
            "code",
            "%matplotlib inline\nimport numpy as np\n!pip list\nfiles = !ls\n%time x = 1\nnp.dot?",
        ),
        ("code", "%%bash\nexit 1"),
        (
            "code",
            "def cube(x):\n    return x**3\n\ndef cube_backward(dy, x):\n    return 3 * dy * x**2",
        ),
    ]
    status, out, err = run("check", written(notebook(*cells), "notes.ipynb"))
    assert (status, err) == (0, "") and "The gradient agrees." in out
    cells[-1] = ("code", cells[-1][1].replace("3 * dy", "2 * dy"))
    status, out, _ = run("check", written(notebook(*cells), "notes.ipynb"), "--json")
    (pair,) = json.loads(out)["pairs"]
    assert status == 1 and (pair["place"], pair["line"]) == ("cell 3, line 4", 4)
    cells.append(("code", "y = 1\nz = undefined + y"))
    status, _, err = run("check", written(notebook(*cells), "notes.ipynb"))
    assert status == 2 and "cell 4, line 2: NameError: name 'undefined' is not defined" in err


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"cells": []}', '{"cells": 3}', "null", '{"cells": [{}]}']
)
def test_what_is_no_notebook_is_said_in_one_line(run, text):
    status, out, err = run("check", written(text, "notes.ipynb"))
    assert (status, out) == (2, "") and err.count("\n") == 1 and "fault" not in err


def test_numpy_is_as_it_was_after_a_file_of_older_days(run):
    import numpy as np

    before = dict(vars(np))
    text = "import numpy as np\ndef forward(x): return x * np.float(np.int(2.5))\n"
    text += "def backward(dy, x): return dy * 2\n"
    status, out, _ = run("check", written(text))
    assert status == 0 and "np.int, np.float: this NumPy has it no more" in out
    assert dict(vars(np)) == before and os.path.exists("layers.svg")


ODD = """

def odd_forward(x):
    return lost(x)

def odd_backward(dy, x):
    return dy
"""
TRIPLE = """
import numpy as np

def forward(x):
    return 3 * x

def backward(dy, x):
    return 3 * dy
"""
REINFORCE = """

def policy_step(states, actions, advantages):
    dlogits = actions * advantages[:, None]
    dW = states.T @ dlogits
    return dW, dlogits.sum(axis=0)

def late_backward(dout, cache):
    dx = dout * cache
    return dx

def clipped(grads):
    return {k: np.clip(g, -1, 1) for k, g in grads.items()}

def data_of(n):
    data, dates, depth = np.zeros(n), np.arange(n), 3
    return data, dates, depth
"""


def test_what_holds_a_gradient_and_is_not_checked_is_named_with_the_reason(run):
    status, out, _ = run("check", written(f"{LAYERS}{REINFORCE}"))
    lines = [line for line in out.splitlines() if line.startswith("not checked: ")]
    assert status == 0 and len(lines) == 2
    assert "policy_step (layers.py:" in lines[0] and "returns dW" in lines[0]
    assert "it returns no loss" in lines[0]
    assert "late_backward" in lines[1] and "it takes dout, and no forward function" in lines[1]
    assert "not checked" not in run("check", "layers.py", "affine")[1]
    assert "not checked" not in run("check", written(LAYERS))[1]


def test_a_page_holds_all_pairs_of_a_file_or_those_that_are_named(run):
    status, out, _ = run("check", written(LAYERS), "--html", "page.html")
    page = Path("page.html").read_text()
    assert status == 0 and "The report: page.html" in out
    assert all(f"id='pair{i}'" in page for i in (1, 2, 3)) and "id='pair4'" not in page
    ids = re.findall(r" id=[\"']([^\"']*)", page)
    assert len(ids) == len(set(ids)) > 3
    assert run("check", "layers.py", "Scale", "--html", "page.html")[0] == 0
    single = Path("page.html").read_text()
    assert "∇" in single and "id='pair1'" not in single


def test_a_pair_without_a_verdict_says_so_on_the_page(run):
    assert run("check", written(f"{LAYERS}{ODD}"), "--html", "page.html")[0] == 2
    assert "No verdict: " in Path("page.html").read_text()


def test_files_of_one_name_have_pictures_of_their_own(run):
    for folder in ("one", "two"):
        os.mkdir(folder)
        Path(folder, "layer.py").write_text(TRIPLE)
        assert run("check", f"{folder}/layer.py")[0] == 0
    Path("layer.py").write_text(TRIPLE)
    run("check", "layer.py")
    pictures = sorted(name for name in os.listdir() if name.endswith(".svg"))
    assert pictures == ["layer.svg", "one.layer.svg", "two.layer.svg"]


def test_a_misspelled_file_or_pair_is_answered_with_the_nearest_names(run):
    written(LAYERS)
    assert "no such file; there is layers.py" in run("check", "layer.py")[2]
    assert "there is" not in run("check", "other.py")[2]
    assert "did you mean affine?" in run("check", "layers.py", "afine")[2]
    assert "did you mean" not in run("check", "layers.py", "zzzz")[2]
