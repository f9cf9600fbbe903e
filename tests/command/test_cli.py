"""The command: what it prints, what it writes, and its exit status."""

import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest

from micrograd_linear import check_backward
from micrograd_linear.command import cli, iris
from micrograd_linear.comparison import UnusableLayer

LINEAR = """
import numpy as np
def forward(x, W, b):
    return x @ W + b
def backward(dy, x, W):
    return {"x": dy @ W.T, "W": x.T @ dy, "b": dy.sum(axis=0, keepdims=True)}
inputs = {"x": (5, 7), "W": (7, 3), "b": np.zeros((1, 3))}
"""


def check(run, text, *arguments, name="layer.py"):
    with open(name, "w") as file:
        file.write(text)
    return run("check", name, *arguments)


def test_the_main_job(run):
    status, out, err = run()
    assert (status, err) == (0, "")
    assert "All 3 gradients agree." in out and re.search(r"W +\(4, 3\) +(identical|rounding)", out)
    assert out.strip().splitlines()[-1].startswith("Next: micrograd-linear check")
    assert sorted(os.listdir()) == ["linear.html", "linear.png", "linear.svg"]


def test_the_main_job_notices_a_wrong_formula(run, monkeypatch):
    right = cli.hand_derived.linear_backward

    def wrong(dL_dy, x, W):
        return right(dL_dy, x, W)._replace(b=dL_dy.mean(axis=0, keepdims=True))

    monkeypatch.setattr(cli.hand_derived, "linear_backward", wrong)
    status, out, _ = run()
    assert (
        status == 1
        and re.search(r"b +\(1, 3\) +WRONG", out)
        and "2 of 3 gradients agree; b does not." in out
    )


def test_the_data_are_fishers():
    x, species = iris.load()
    assert x.shape == (150, 4) and np.bincount(species).tolist() == [50, 50, 50]
    assert np.allclose(x.mean(axis=0), [5.843333, 3.057333, 3.758, 1.199333])


def test_output_folder(run):
    os.mkdir("out")
    assert run("-o", "out")[0] == 0 and sorted(os.listdir("out")) == [
        "linear.html",
        "linear.png",
        "linear.svg",
    ]
    assert run("-o", "new/folder")[0] == 0 and sorted(os.listdir("new/folder")) == sorted(
        os.listdir("out")
    )


def test_help_and_version(run):
    for arguments in (["-h"], ["check", "-h"]):
        status, out, _ = run(*arguments)
        assert status == 0 and "exit status: 0 all gradients agree" in out
    status, out, _ = run("--version")
    assert status == 0 and re.fullmatch(r"micrograd-linear \d+\.\d+\.\d+\n", out)
    assert run("nonsense")[0] == 2


def test_check_agrees(run):
    status, out, err = check(run, LINEAR)
    assert (status, err) == (0, "") and "All 3 gradients agree." in out
    assert sorted(os.listdir()) == ["layer.html", "layer.png", "layer.py", "layer.svg"]


@pytest.mark.parametrize(
    "right, wrong, name",
    [
        ("dy @ W.T", "dy @ W.T * 2", "x"),
        ("x.T @ dy", "-x.T @ dy", "W"),
        ("dy.sum(axis=0, keepdims=True)", "dy", "b"),
        ("dy @ W.T", "dy * np.nan @ W.T", "x"),
    ],
)
def test_check_differs(run, right, wrong, name):
    status, out, err = check(run, LINEAR.replace(right, wrong))
    assert (status, err) == (1, "") and f"2 of 3 gradients agree; {name} does not." in out


@pytest.mark.parametrize(
    "text",
    [
        "def forward(x): return x * x\ndef backward(dy, x): return 2 * x * dy",
        "def forward(x, W, b): return x @ W + b\n"
        "def backward(dy, x, W, b): return dy @ W.T, x.T @ dy, dy.sum(0, keepdims=b.ndim == 2)",
        "import numpy as np\ndef forward(x, w): return np.tanh(x @ w)\n"
        "def backward(dy, **k): g = dy * (1 - np.tanh(k['x'] @ k['w'])**2); return {'x': g @ "
        "k['w'].T, 'w': k['x'].T @ g}",
        "def forward(a, b): return a * b + a\n"
        "def backward(dy, a, b): return (dy * (b + 1), dy * a)",
        "def forward(x, i): return x[i]\ndef backward(dy, x, i):\n  g = x * 0\n"
        "  for k, d in zip(i, dy): g[k] += d\n  return {'x': g}\nimport numpy as np\n"
        "inputs = {'x': (4, 3), 'i': np.array([0, 2, 0])}",
        "def forward(x): return x.sum()\ndef backward(dy, x): return dy + 0 * x\ninputs = [(3, 4)]",
    ],
)
def test_check_of_other_right_layers(run, text):
    status, out, err = check(run, text)
    assert (status, err) == (0, ""), out


def test_shapes_that_were_found_are_said(run):
    _, out, _ = check(
        run,
        "def forward(x, W, b): return x @ W + b\ndef backward(dy, x, W): return {'W': x.T @ dy}",
    )
    assert (
        "x (5, 7), W (7, 3), b (1, 3) (drawn at random, in the first shapes that fit)" in out
        and "2 unchecked" in out
    )


@pytest.mark.parametrize(
    "text, words",
    [
        ("def forward(x: return", "layer.py:1: SyntaxError: invalid syntax: def forward(x: return"),
        ("import nothing_of_this_name", "ModuleNotFoundError"),
        ("1 / 0", "division by zero"),
        ("raise SystemExit(0)", "SystemExit"),
        ("x = 1", "defines no function forward"),
        ("def forward(x): return x", "defines no function backward"),
        (
            "def forward(x): return 3.0\ndef backward(dy, x): return dy",
            "depends on none of its floating-point arguments",
        ),
        (
            "def forward(x): return x, 1\ndef backward(dy, x): return dy\ninputs = {'x': (2,)}",
            "return y alone",
        ),
        (
            "def forward(x): raise KeyError('k')\ndef backward(dy, x): return dy\n"
            "inputs = {'x': (2,)}",
            "forward failed: KeyError: 'k' (layer.py:1",
        ),
        (
            "def forward(x): return x\ndef backward(dy, x):\n  return dy / {}",
            "backward failed: TypeError: unsupported operand type(s) for /: 'float' and 'dict' "
            "(layer.py:3: return dy / {})",
        ),
        ("def forward(x): return x * 2\ndef backward(dy, q): return dy", "backward takes q"),
        (
            "def forward(x): return x * 2\ndef backward(dy, x): return {'z': dy}",
            "a gradient of 'z'",
        ),
        (
            "def forward(x): return x * 2\ndef backward(dy, x): return dy, dy, dy",
            "returned 3 gradients, expected 1: x",
        ),
        ("def forward(x): return x * 2\ndef backward(dy, x): return 'no'", "must return a dict"),
        ("def forward(x): return x * 2\ndef backward(dy, x): return None", "must return a dict"),
        ("def forward(x): return x * 2\ndef backward(dy, x): return {'x': 'no'}", "strings"),
        (
            "def forward(x): return x * 2\ndef backward(dy, x): return dy\ninputs = {'y': (2,)}",
            "inputs: expected x, got y",
        ),
        (
            "def forward(x): return x * 2\ndef backward(dy, x): return dy\ninputs = {'x': 'no'}",
            "inputs: x",
        ),
        (
            "def forward(x): return x * 2\ndef backward(dy, x): return dy\ninputs = {'x': (-2, 3)}",
            "inputs: x",
        ),
        ("def forward(x): return x @ x @ x.q\ndef backward(dy, x): return dy", "define inputs"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(run, text, words):
    status, _, err = check(run, text)
    assert (
        status == 2
        and words in err
        and err.count("\n") == 1
        and err.startswith("micrograd-linear: ")
    ), err
    assert os.listdir() == ["layer.py"]


def test_a_missing_file(run):
    status, _, err = run("check", "none.py")
    assert status == 2 and err == "micrograd-linear: none.py: no such file\n"


def test_the_user_file_may_import_its_neighbours_and_a_pass_needs_no_clean_inputs(run):
    with open("helper.py", "w") as file:
        file.write("def double(x): return 2 * x")
    os.mkdir("sub")
    text = (
        "import helper\ndef forward(x): return helper.double(x)\n"
        "def backward(dy, x): dy *= 2; return dy"
    )
    assert check(run, text)[0] == 0


def test_the_installed_command_and_the_module(tmp_path):
    for command in (["micrograd-linear"], [sys.executable, "-m", "micrograd_linear"]):
        program = (
            os.path.join(os.path.dirname(sys.executable), command[0])
            if len(command) == 1
            else command[0]
        )
        done = subprocess.run(
            [program, *command[1:], "-o", str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0 and "All 3 gradients agree." in done.stdout


def test_check_backward_from_python():
    def forward(x, w):
        return (x @ w).sum()

    def right(dy, x, w):
        return {
            "x": dy * np.ones((len(x), 1)) @ w.sum(1)[None],
            "w": dy * x.sum(0)[:, None] * np.ones_like(w),
        }

    inputs = {"x": (5, 7), "w": (7, 3)}
    for seed in range(5):
        assert check_backward(forward, right, inputs, seed=seed).ok
    wrong = check_backward(forward, lambda dy, x, w: {"x": right(1.0, x, w)["x"]}, inputs)
    assert wrong["x"].status == "wrong" and wrong["w"].status == "unchecked"
    with pytest.raises(UnusableLayer, match="inputs: expected x, w"):
        check_backward(forward, right, {"x": (5, 7)})


@pytest.mark.parametrize(
    "text, shapes",
    [
        (
            "def forward(x, k=2.0): return x * k\ndef backward(dy, x): return {'x': dy * 2}",
            "x (5, 7)",
        ),
        (
            "def forward(x, slope=0.1): return x * slope\n"
            "def backward(dy, x, slope=0.1): return dy * slope\ninputs = {'x': (3, 4)}",
            "x (3, 4)",
        ),
        (
            "import numpy as np\ndef forward(x, W1, b1, W2, b2): return np.tanh(x @ W1 + b1) @ W2 "
            "+ b2\ndef backward(dy, x, W1, b1, W2, b2):\n"
            "  h = np.tanh(x @ W1 + b1)\n  g = dy @ W2.T * (1 - h**2)\n"
            "  return g @ W1.T, x.T @ g, g.sum(0, keepdims=True), h.T @ dy, dy.sum(0, "
            "keepdims=True)",
            "x (5, 7), W1 (7, 4), b1 (1, 4), W2 (4, 3), b2 (1, 3)",
        ),
        (
            "def forward(x, y): return x * y\ndef backward(dy, x, y): return dy * y, dy * x",
            "x (5, 7), y (5, 7)",
        ),
        (
            "import numpy as np\ndef forward(x): return np.log(x)\n"
            "def backward(dy, x): return dy / x",
            "x (5, 7)",
        ),
        (
            "import numpy as np\ndef forward(x): return np.sqrt(x)\n"
            "def backward(dy, x): return dy / np.sqrt(x) / 2",
            "x (5, 7)",
        ),
    ],
)
def test_inputs_that_are_found_for_right_layers(run, text, shapes):
    status, out, err = check(run, text)
    assert (status, err) == (0, "") and f"from {shapes} (" in out, out


def test_a_bias_that_was_not_summed_is_not_hidden_by_the_choice_of_shapes(run):
    status, out, _ = check(
        run,
        "def forward(x, W, b): return x @ W + b\n"
        "def backward(dy, x, W): return {'W': x.T @ dy, 'b': dy}",
    )
    assert status == 1 and re.search(r"b +\(1, 3\) +SHAPE", out)


@pytest.mark.parametrize(
    "text, words",
    [
        (
            "import sys\ndef forward(x): return x * 2\ndef backward(dy, x): sys.exit(0)",
            "backward failed: SystemExit: 0 (layer.py:3: def backward(dy, x): sys.exit(0)), given "
            "x (5, 7)",
        ),
        (
            "import sys\ndef forward(x): sys.exit(0)\ndef backward(dy, x): return dy\n"
            "inputs = {'x': (2,)}",
            "forward failed: SystemExit",
        ),
        (
            "def forward(x): return x * 2\ndef backward(dy, x): return dy\ninputs = {'x': [5, 7]}",
            "x is int64 (2,); a shape to be drawn is a tuple",
        ),
        (
            "def forward(x): return x * 2\ndef backward(dy, x): return dy\n"
            "inputs = {'x': (100000, 100000, 1000)}",
            "inputs: x: Unable to allocate",
        ),
        (
            "def forward(): return 2\ndef backward(dy): return dy",
            "takes no argument without a default",
        ),
        ("def forward(x): return x.nothing\ndef backward(dy, x): return dy", "AttributeError"),
        ("x = 1\n1 / 0", "layer.py:2: ZeroDivisionError: division by zero: 1 / 0"),
    ],
)
def test_more_that_cannot_be_used(run, text, words):
    status, out, err = check(run, text)
    assert (status, out) == (2, "") and words in err and err.count("\n") == 1, err


def test_odd_arguments(run):
    status, _, err = run("check", "--seed", "-1", "layer.py")
    assert status == 2 and "expected an integer from 0 upward, got '-1'" in err
    status, _, err = run("check", ".")
    assert status == 2 and "is a folder" in err


def test_a_file_named_like_a_module_does_not_disturb_the_picture(run):
    with open("json.py", "w") as file:
        file.write("raise RuntimeError('not this one')")
    assert check(run, LINEAR)[0] == 0


@pytest.mark.parametrize(
    "text, ok",
    [
        (
            "def forward(x, w): return x * 2\n"
            "def backward(dy, x, w): return {'x': 2 * dy, 'w': 0 * w}\n"
            "inputs = {'x': (2, 3), 'w': (4,)}",
            0,
        ),
        (
            "def forward(x, w): return x * 2\n"
            "def backward(dy, x, w): return {'x': 2 * dy, 'w': 1 + 0 * w}\n"
            "inputs = {'x': (2, 3), 'w': (4,)}",
            1,
        ),
    ],
)
def test_an_argument_that_forward_does_not_use_has_gradient_zero(run, text, ok):
    assert check(run, text)[0] == ok


def test_a_callable_object_that_fails(run):
    status, _, err = check(
        run,
        "def forward(x): return x * 2\nclass B:\n  def __call__(self, dy, x): return dy / {}\n"
        "backward = B()\ninputs = {'x': (2,)}",
    )
    assert status == 2 and "backward failed: TypeError" in err


def test_a_terminal_without_unicode(tmp_path):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-m", "micrograd_linear", "-o", str(tmp_path)],
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0 and b"All 3 gradients agree." in done.stdout


@pytest.mark.parametrize(
    "db, shape",
    [
        ("dy.sum(axis=0)", "(3,)"),
        ("dy.sum(axis=0, keepdims=True)", "(1, 3)"),
        ("dy.sum(axis=0)[:, None].T", "(1, 3)"),
    ],
)
def test_a_bias_is_drawn_in_the_form_in_which_its_gradient_is_returned(run, db, shape):
    text = (
        "def forward(x, W, b): return x @ W + b\n"
        f"def backward(dy, x, W): return {{'x': dy @ W.T, 'W': x.T @ dy, 'b': {db}}}"
    )
    status, out, _ = check(run, text)
    assert status == 0 and f"b {shape} (drawn" in out
    status, out, _ = check(run, text.replace(".sum", ".mean"))
    assert status == 1 and re.search(r"b +\(.*\) +WRONG", out)


def test_a_result_that_is_not_finite_is_no_agreement(run):
    text = (
        "import numpy as np\ndef forward(x): return np.sqrt(x)\n"
        "def backward(dy, x): return dy / 2 / np.sqrt(x)\ninputs = {'x': np.array([-1.0, 1.0])}"
    )
    with np.errstate(all="ignore"):
        status, _, err = check(run, text)
    assert status == 2 and "not finite for these inputs (x (2,))" in err


def test_an_argument_named_y(run):
    status, out, _ = check(run, "def forward(y): return y * 2\ndef backward(dy, y): return dy * 2")
    assert status == 0 and re.search(r"^y +\(5, 7\)", out, re.M)


CACHED = """
import numpy as np
def affine_forward(x, w, b):
    out = x @ w + b
    return out, (x, w)
def affine_backward(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)
forward, backward = affine_forward, affine_backward
inputs = {"x": (5, 7), "w": (7, 3), "b": (3,)}
"""


def test_a_forward_that_returns_a_cache(run):
    assert check(run, CACHED)[0] == 0
    assert check(run, CACHED.split("inputs")[0])[0] == 0
    status, out, _ = check(run, CACHED.replace("dout.sum(axis=0)", "dout"))
    assert status == 1 and "b: it has shape (5, 3): sum over axis 0" in out
    status, out, _ = check(run, CACHED.replace("x.T @ dout", "-x.T @ dout"))
    assert status == 1 and "the minus sign does not belong here" in out


def test_gradients_of_results_in_between(run):
    text = """
import numpy as np
def forward(x, W, b):
    z = x @ W + b
    h = np.tanh(z)
    return h * h
def backward(dy, x, W, b):
    z = x @ W + b
    h = np.tanh(z)
    dh = 2 * h * dy
    dz = dh * (1 - z ** 2)
    return {"h": dh, "z": dz, "x": dz @ W.T, "W": x.T @ dz, "b": dz.sum(axis=0, keepdims=True)}
inputs = {"x": (5, 7), "W": (7, 3), "b": (1, 3)}
"""
    status, out, _ = check(run, text)
    assert status == 1 and "z: at h = tanh(z): you used 1 - z**2; it is 1 - tanh(z)**2" in out
    assert (
        out.count("INHERITED") == 3
        and out.count("WRONG STEP") == 1
        and "h     (5, 3)  identical" in out
    )
    assert check(run, text.replace("1 - z ** 2", "1 - h ** 2"))[0] == 0
    status, _, err = check(run, text.replace('"h": dh', '"q": dh'))
    assert (
        status == 2 and "backward returned a gradient of 'q'; expected some of x, W, b, z, h" in err
    )


def test_json(run):
    status, out, _ = check(run, CACHED.replace("x.T @ dout", "-x.T @ dout"), "--json")
    data = json.loads(out)
    assert (
        status == 1
        and not data["ok"]
        and data["gradients"]["w"]["causes"][0]["kind"] == "sign"
        and not [f for f in os.listdir() if f.endswith("svg")]
    )
    status, out, _ = check(run, CACHED.replace("x.T @ dout", "x.T @ dout * np.nan"), "--json")
    assert status == 1 and json.loads(out)["gradients"]["w"]["max_difference"] == "nan"
