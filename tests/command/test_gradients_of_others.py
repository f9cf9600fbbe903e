"""``check FILE --gradients``: gradients that another program computed and dumped."""

import json

import numpy as np
import pytest
from handed_in import RIGHT, written

KERNEL = """
import numpy as np
def forward(x, W, b):
    return x @ W + b
inputs = dict(np.load("in.npz"))
"""
GRAPH = """
import numpy as np
from micrograd_linear import Tensor
held = np.load("in.npz")
x, W, b = (Tensor(held[name], name) for name in "xWb")
y = x @ W + b
"""


@pytest.fixture
def dumps(run, rng):
    """The arrays of a kernel: its inputs in in.npz; gives the command, and the right gradients."""
    x, W = rng.normal(size=(5, 4)), rng.normal(size=(4, 3))
    dy = rng.normal(size=(5, 3))
    np.savez("in.npz", x=x, W=W, b=np.zeros((1, 3)))
    return run, {"dx": dy @ W.T, "dW": x.T @ dy, "db": dy.sum(axis=0, keepdims=True), "dy": dy}


@pytest.mark.parametrize("text", [KERNEL, GRAPH])
def test_the_gradients_of_a_dump_are_judged_by_their_keys(dumps, text):
    run, right = dumps
    written(text, "kernel.py")
    np.savez("dump.npz", **right)
    status, out, err = run("check", "kernel.py", "--gradients", "dump.npz")
    assert (status, err) == (0, "") and out.startswith("✓ kernel.py: All 3 gradients agree.")
    assert "dy as given" in out and "random" not in out
    np.savez("dump.npz", **{**right, "db": right["db"] / 5})
    status, out, _ = run("check", "kernel.py", "--gradients", "dump.npz", "--json")
    said = json.loads(out)
    assert status == 1 and said["gradients"]["b"]["causes"][0]["kind"] == "factor"
    assert [name for name, g in said["gradients"].items() if g["status"] == "wrong"] == ["b"]


def test_arrays_in_files_of_their_own_have_the_names_of_the_files_or_those_given(dumps):
    run, right = dumps
    written(KERNEL + 'dy = np.load("dy.npy")\n', "kernel.py")
    np.save("dy.npy", right["dy"])
    np.save("dW.npy", right["dW"])
    np.save("out7.npy", right["db"])
    arguments = ("--gradients", "dW.npy", "--gradients", "b=out7.npy")
    status, out, _ = run("check", "kernel.py", *arguments)
    assert status == 0 and "All 2 gradients agree. 1 unchecked." in out
    np.save("out7.npy", 2 * right["db"])
    status, out, _ = run("check", "kernel.py", *arguments)
    assert status == 1 and "Fix first: b: it is 2 times the gradient" in out
    assert "it is 2 times" not in run("check", "kernel.py", *arguments, "--hint")[1]


def test_float32_of_a_kernel_is_allowed_its_rounding_and_a_tolerance_more(dumps):
    run, right = dumps
    written(KERNEL, "kernel.py")
    np.savez("dump.npz", **{k: v.astype(np.float32) for k, v in right.items()})
    assert run("check", "kernel.py", "--gradients", "dump.npz")[0] == 0
    np.savez("dump.npz", **{**right, "dW": right["dW"] * (1 + 1e-4)})
    assert run("check", "kernel.py", "--gradients", "dump.npz")[0] == 1
    assert run("check", "kernel.py", "--gradients", "dump.npz", "--rtol", "1e-3")[0] == 0


def test_a_cache_and_another_function_and_results_in_between(dumps):
    run, right = dumps
    text = KERNEL.replace("forward", "affine").replace(
        "    return x @ W + b", "    z = x @ W\n    return z + b, (x, W)"
    )
    written(text + "def other(x): return x\n", "kernel.py")
    np.savez("dump.npz", **right, dz=right["dy"])
    status, out, _ = run("check", "kernel.py", "affine", "--gradients", "dump.npz")
    assert status == 0 and "All 4 gradients agree." in out
    err = run("check", "kernel.py", "afine", "--gradients", "dump.npz")[2]
    assert "has no function afine; it has affine, other; did you mean affine?" in err


@pytest.mark.parametrize(
    "change, words",
    [
        ({"dy": None}, "dL/dy is not known, and y has shape (5, 3)"),
        ({"dy": np.ones((3, 5))}, "dy: expected the shape of y, (5, 3), got (3, 5)"),
        ({"weigths": np.ones(3)}, "there is a gradient of 'weigths'; expected some of x, W, b"),
        ({"W": np.ones((4, 3))}, "two of them are of 'W'"),
        ({"dx": np.array(["no"])}, "x"),
    ],
)
def test_what_does_not_fit_is_said_in_one_line(dumps, change, words):
    run, right = dumps
    written(KERNEL, "kernel.py")
    arrays = {name: a for name, a in {**right, **change}.items() if a is not None}
    np.savez("dump.npz", **arrays)
    status, out, err = run("check", "kernel.py", "--gradients", "dump.npz")
    assert (status, out) == (2, "") and words in err and err.count("\n") == 1, err


def test_inputs_that_are_drawn_are_not_those_of_the_other_program(dumps):
    run, right = dumps
    np.savez("dump.npz", **right)
    err = run("check", written(RIGHT), "--gradients", "dump.npz")[2]
    assert "expected the arrays that the other program had" in err and "x, W, b" in err
    written(KERNEL.partition("inputs")[0], "kernel.py")
    assert "got none" in run("check", "kernel.py", "--gradients", "dump.npz")[2]


def test_files_that_are_no_dumps(dumps):
    run, right = dumps
    written(KERNEL, "kernel.py")
    np.savez("dump.npz", **right)
    written("no", "text.npz")
    for file, words in (
        ("dumb.npz", "dumb.npz: no such file; there is dump.npz"),
        ("text.npz", "expected a .npy or .npz file"),
        ("W=dump.npz", "under their own names; leave out W="),
    ):
        status, _, err = run("check", "kernel.py", "--gradients", file)
        assert status == 2 and words in err
    both = ("--gradients", "dump.npz", "--gradients", "dump.npz")
    assert "is in another file, too" in run("check", "kernel.py", *both)[2]
    several = run("check", "kernel.py", written(RIGHT), "--gradients", "dump.npz")
    assert several[0] == 2 and "are those of one file" in several[2]
    assert "have nothing to correct" in run("check", "kernel.py", *both, "--fix")[2]
