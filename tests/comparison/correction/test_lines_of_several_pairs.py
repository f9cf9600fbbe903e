"""What pairs of a file say of each other's lines; several mistakes at once; other inputs."""

import json

import numpy as np
import pytest

from micrograd_linear.command import cli
from micrograd_linear.comparison.correction.inputs import other_inputs

NET = """
import numpy as np


def forward(x, W1, W2):
    z = x @ W1
    h = np.maximum(z, 0)
    return h @ W2


def backward(dy, x, W1, W2):
    z = x @ W1
    h = np.maximum(z, 0)
    dW2 = h.T @ dy
    dh = dy @ W2.T
    dz = dh * (z > 0)
    dW1 = x.T @ dz
    return {"W1": dW1, "W2": dW2}


inputs = {"x": (5, 4), "W1": (4, 4), "W2": (4, 4)}
"""
PARTS = """
import numpy as np


def scale_forward(x, gamma):
    return x * gamma, (x, gamma)


def scale_backward(dout, cache):
    x, gamma = cache
    dgamma = np.sum(dout * x, axis=0)
    dx = dout * gamma
    return dx, dgamma


def other_scale_backward(dout, cache):
    x, gamma = cache
    return dout * gamma, np.sum(dout * x, axis=0)


def smooth_forward(x, gamma):
    scaled, cache = scale_forward(x, gamma)
    out = np.tanh(scaled)
    return out, (cache, out)


def smooth_backward(dout, caches):
    cache, out = caches
    dscaled = dout * (1 - out**2)
    dx, dgamma = scale_backward(dscaled, cache)
    return dx, dgamma
"""
AVERAGED = """
import numpy as np


def linear_forward(A, W, b):
    return W.dot(A) + b, (A, W, b)


def linear_backward(dZ, cache):
    A_prev, W, b = cache
    m = A_prev.shape[1]
    dW = np.dot(dZ, A_prev.T) / m
    db = np.sum(dZ, axis=1, keepdims=True) / m
    dA_prev = np.dot(W.T, dZ)
    return dA_prev, dW, db


inputs = {"A": (4, 5), "W": (4, 4), "b": (4, 1)}
"""


def told(tmp_path, capsys, program, *changes):
    """{the pair: [(line, the first correction)]} of a program with changes, and the pairs."""
    for right, wrong in changes:
        assert program.count(right) == 1, right
        program = program.replace(right, wrong)
    path = tmp_path / "layers.py"
    path.write_text(program)
    cli.main(["check", "--json", str(path)])
    said = json.loads(capsys.readouterr().out)
    pairs = {pair["name"]: pair for pair in said["pairs"]}
    lines = program.splitlines()
    found = {
        name: [
            (lines[m["line"] - 1].strip(), [c["line"] for c in m["corrections"]][:1])
            for m in pair["mistakes"]
        ]
        for name, pair in pairs.items()
    }
    return found, pairs


def test_two_mistakes_of_one_way_are_told_one_after_the_other(tmp_path, capsys):
    changes = ("dy @ W2.T", "dy @ W2"), ("(z > 0)", "(z < 0)")
    found, pairs = told(tmp_path, capsys, NET, *changes)
    (mistakes,) = found.values()
    assert mistakes[0] == ("dh = dy @ W2", ["dh = dy @ W2.T"])
    assert mistakes[1][0] == "dz = dh * (z < 0)"
    assert all(pair["verified"] for pair in pairs.values())


def test_of_one_mistake_of_that_way_no_other_line_is_told(tmp_path, capsys):
    found, _ = told(tmp_path, capsys, NET, ("dy @ W2.T", "dy @ W2"))
    (mistakes,) = found.values()
    assert mistakes == [("dh = dy @ W2", ["dh = dy @ W2.T"])]


def test_what_is_wrong_in_one_pair_is_told_of_each_that_runs_it(tmp_path, capsys):
    found, pairs = told(tmp_path, capsys, PARTS, ("dx = dout * gamma", "dx = dout * x"))
    same = [("dx = dout * x", ["dx = dout * gamma"])]
    wrong = {name: lines for name, lines in found.items() if not pairs[name]["ok"]}
    assert len(wrong) == 2 and all(lines == same for lines in wrong.values())


def test_a_line_that_a_right_pair_runs_is_not_accused(tmp_path, capsys):
    found, _ = told(tmp_path, capsys, PARTS, ("(1 - out**2)", "(1 - out)"))
    assert not found["scale (scale_backward)" if "scale" not in found else "scale"]
    assert {line for line, _ in found["smooth"]} == {"dscaled = dout * (1 - out)"}


def test_an_average_by_convention_is_not_accused_for_another_mistake(tmp_path, capsys):
    found, pairs = told(tmp_path, capsys, AVERAGED, ("np.dot(W.T, dZ)", "np.dot(W, dZ)"))
    assert found["linear"] == [("dA_prev = np.dot(W, dZ)", ["dA_prev = np.dot(W.T, dZ)"])]
    assert pairs["linear"]["verified"]


def test_an_average_alone_is_still_told(tmp_path, capsys):
    found, pairs = told(tmp_path, capsys, AVERAGED)
    assert not pairs["linear"]["ok"] and found["linear"]


@pytest.mark.parametrize("low, high", [(0.0, 1.0), (0.0, 9.0), (-4.0, 0.0)])
def test_other_inputs_stay_in_the_range_of_the_first_ones(low, high):
    values = {"p": np.linspace(low, high, 12).reshape(3, 4)[:, ::-1]}
    for drawn in other_inputs(values, np.random.default_rng(0)):
        assert not np.array_equal(drawn["p"], values["p"])
        assert (drawn["p"] >= 0).all() if low == 0 else (drawn["p"] <= 0).all()
        assert high != 1 or (drawn["p"] <= 1).all()


def test_inputs_of_both_signs_are_drawn_with_both():
    values = {"x": np.linspace(-1, 1, 12)}
    far, _ = other_inputs(values, np.random.default_rng(0))
    assert (far["x"] < 0).any() and (far["x"] > 0).any()
