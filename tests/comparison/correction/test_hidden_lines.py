"""Wrong lines that are hard to see: parameters in the module, items of tables that a loop fills,
forward passes that no graph stands for, terms and factors that are nowhere in backward.
"""

import json

import pytest

from micrograd_linear.command import cli

# Parameters are arrays of the module, which a check holds other numbers in while it runs.
CHARACTERS = """
import numpy as np

rng = np.random.RandomState(0)
Wxh, Whh, Why = rng.randn(5, 4) * 0.3, rng.randn(5, 5) * 0.3, rng.randn(4, 5) * 0.3
bh, by = np.zeros((5, 1)), np.zeros((4, 1))


def loss_fun(inputs, targets, hprev):
    xs, hs, ps = {}, {}, {}
    hs[-1] = np.copy(hprev)
    loss = 0
    for t in range(len(inputs)):
        xs[t] = np.zeros((4, 1))
        xs[t][inputs[t]] = 1
        hs[t] = np.tanh(np.dot(Wxh, xs[t]) + np.dot(Whh, hs[t - 1]) + bh)
        y = np.dot(Why, hs[t]) + by
        ps[t] = np.exp(y) / np.sum(np.exp(y))
        loss += -np.log(ps[t][targets[t], 0])
    dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
    dbh, dby = np.zeros_like(bh), np.zeros_like(by)
    dhnext = np.zeros_like(hs[0])
    for t in reversed(range(len(inputs))):
        dy = np.copy(ps[t])
        dy[targets[t]] -= 1
        dWhy += np.dot(dy, hs[t].T)
        dby += dy
        dh = np.dot(Why.T, dy) + dhnext
        dhraw = (1 - hs[t] * hs[t]) * dh
        dbh += dhraw
        dWxh += np.dot(dhraw, xs[t].T)
        dWhh += np.dot(dhraw, hs[t - 1].T)
        dhnext = np.dot(Whh.T, dhraw)
    return loss, dWxh, dWhh, dWhy, dbh, dby, hs[len(inputs) - 1]
"""
# float() reads numbers out of the graph, so differences alone judge, at some elements.
LOOPS = """
import numpy as np


def conv_forward(x, w):
    n, k = x.shape[0], w.shape[0]
    y = np.zeros((n, x.shape[1] - k + 1))
    for i in range(n):
        for t in range(y.shape[1]):
            y[i, t] = float(np.sum(x[i, t:t + k] * w))
    return y, (x, w)


def conv_backward(dy, cache):
    x, w = cache
    n, k = x.shape[0], w.shape[0]
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for i in range(n):
        for t in range(dy.shape[1]):
            dx[i, t:t + k] += w * dy[i, t]
            dw += x[i, t:t + k] * dy[i, t]
    return dx, dw


inputs = {"x": (6, 12), "w": (3,)}
"""
HEADS = """
import numpy as np


def forward(x, W, U, V):
    h = np.tanh(x @ W)
    return (h @ U) * (h @ V)


def backward(dy, x, W, U, V):
    h = np.tanh(x @ W)
    a, b = h @ U, h @ V
    da, db = dy * b, dy * a
    dU, dV = h.T @ da, h.T @ db
    dh = da @ U.T + db @ V.T
    dz = dh * (1 - h ** 2)
    return {"x": dz @ W.T, "W": x.T @ dz, "U": dU, "V": dV}


inputs = {"x": (5, 4), "W": (4, 6), "U": (6, 3), "V": (6, 3)}
"""
# (a program, what stands in it, what is written instead, what a correction must be)
MISTAKES = [
    (CHARACTERS, "dhnext = np.dot(Whh.T, dhraw)", "dhnext = np.dot(Whh, dhraw)",
     "dhnext = np.dot(Whh.T, dhraw)"),
    (CHARACTERS, "(1 - hs[t] * hs[t]) * dh", "(1 - hs[t]) * hs[t] * dh",
     "dhraw = (1 - hs[t] * hs[t]) * dh"),
    (CHARACTERS, "dby += dy", "dby = dy", "dby += dy"),
    (LOOPS, "dx[i, t:t + k] += w * dy[i, t]", "dx[i, t:t + k] = w * dy[i, t]",
     "dx[i, t:t + k] += w * dy[i, t]"),
    (HEADS, "dh = da @ U.T + db @ V.T", "dh = da @ U.T", "dh = da @ U.T + db @ V.T"),
]  # fmt: skip


@pytest.mark.parametrize("program, right, mistake, correction", MISTAKES)
def test_the_line_is_named_and_the_right_program_accuses_none(
    tmp_path, capsys, program, right, mistake, correction
):
    assert program.count(right) == 1
    source = program.replace(right, mistake)
    line = source[: source.index(mistake)].count("\n") + 1
    path = tmp_path / "layer.py"
    path.write_text(source)
    assert cli.main(["check", str(path), "--json", "--write"]) == 1
    found = [m for pair in json.loads(capsys.readouterr().out)["pairs"] for m in pair["mistakes"]]
    assert [m["line"] for m in found] == [line], found
    assert correction in [each["line"] for each in found[0]["corrections"]], found
    # The broken twin: with the correction the file is right, and no line of it is accused.
    assert cli.main(["check", str(path), "--json"]) == 0
    assert not any(p["mistakes"] for p in json.loads(capsys.readouterr().out)["pairs"])
