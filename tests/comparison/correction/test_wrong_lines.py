"""Which line of a backward pass is wrong, and what it should say: in every style, with its twin."""

import textwrap

import numpy as np
import pytest

from micrograd_linear import check_backward
from micrograd_linear.command import cli

NET = """
import numpy as np


def forward(x, W1, b1, W2, b2):
    z = x @ W1 + b1
    h = np.maximum(z, 0)
    return h @ W2 + b2


def backward(dy, x, W1, b1, W2, b2):
    z = x @ W1 + b1
    h = np.maximum(z, 0)
    dW2 = h.T @ dy
    db2 = dy.sum(axis=0)
    dh = dy @ W2.T
    dz = dh * (z > 0)
    dW1 = x.T @ dz
    db1 = dz.sum(axis=0)
    dx = dz @ W1.T
    return {"x": dx, "W1": dW1, "b1": db1, "W2": dW2, "b2": db2}


inputs = {"x": (5, 7), "W1": (7, 4), "b1": (4,), "W2": (4, 3), "b2": (3,)}
"""
CLASS = """
import numpy as np


class Tanh:
    def __init__(self, n, m, rng=np.random.default_rng(0)):
        self.W = rng.normal(size=(n, m))
        self.b = rng.normal(size=m)

    def forward(self, x):
        self.x = x
        self.h = np.tanh(x @ self.W + self.b)
        return self.h

    def backward(self, grad_h):
        grad_z = grad_h * (1 - self.h ** 2)
        self.grad_W = self.x.T @ grad_z
        self.grad_b = grad_z.sum(axis=0)
        return grad_z @ self.W.T
"""
LOSS = """
import numpy as np


def softmax_loss(X, W, y, reg=0.1):
    scores = X @ W
    scores -= scores.max(axis=1, keepdims=True)
    p = np.exp(scores)
    p /= p.sum(axis=1, keepdims=True)
    N = X.shape[0]
    loss = -np.log(p[np.arange(N), y]).mean() + 0.5 * reg * np.sum(W * W)
    dscores = p.copy()
    dscores[np.arange(N), y] -= 1
    dscores /= N
    dW = X.T @ dscores
    dW += reg * W
    return loss, dW
"""
RNN = """
import numpy as np


def rnn_forward(x, h0, Wx, Wh, b):
    h, states = h0, []
    for t in range(x.shape[1]):
        prev = h
        h = np.tanh(x[:, t] @ Wx + prev @ Wh + b)
        states.append((prev, h))
    return h, (x, Wx, Wh, states)


def rnn_backward(dh, cache):
    x, Wx, Wh, states = cache
    dx, dWx, dWh = np.zeros_like(x), np.zeros_like(Wx), np.zeros_like(Wh)
    db = np.zeros(Wh.shape[1])
    for t in reversed(range(x.shape[1])):
        prev, h = states[t]
        da = dh * (1 - h ** 2)
        dx[:, t] = da @ Wx.T
        dWx += x[:, t].T @ da
        dWh += prev.T @ da
        db += da.sum(axis=0)
        dh = da @ Wh.T
    return dx, dh, dWx, dWh, db
"""
HELPER = """
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoid_grad(s):
    return s * (1 - s)


def gate_forward(x, w):
    s = sigmoid(x * w)
    return s * x, (x, w, s)


def gate_backward(dy, cache):
    x, w, s = cache
    ds = dy * x
    da = ds * sigmoid_grad(s)
    dx = da * w + dy * s
    dw = (da * x).sum(axis=0)
    return dx, dw
"""
# (a program, what stands in it, what is written instead, what the correction must be)
MISTAKES = [
    (NET, "dz = dh * (z > 0)", "dz = dh * (h < 0)", "dz = dh * (h > 0)"),
    (NET, "dz = dh * (z > 0)", "dz = dh", "dz = dh * (z > 0)"),
    (NET, "dh = dy @ W2.T", "dh = 2 * dy @ W2.T", "dh = dy @ W2.T"),
    (NET, "db1 = dz.sum(axis=0)", "db1 = dz.mean(axis=0)", "db1 = dz.sum(axis=0)"),
    (NET, "dW1 = x.T @ dz", "dW1 = x.T @ dh", "dW1 = x.T @ dz"),
    (NET, "dx = dz @ W1.T", "dx = -dz @ W1.T", "dx = dz @ W1.T"),
    (CLASS, "(1 - self.h ** 2)", "(1 - self.h)", "grad_z = grad_h * (1 - self.h ** 2)"),
    (CLASS, "grad_z.sum(axis=0)", "grad_h.sum(axis=0)", "self.grad_b = grad_z.sum(axis=0)"),
    (LOSS, "dscores[np.arange(N), y] -= 1", "dscores[np.arange(N), y] += 1",
     "dscores[np.arange(N), y] -= 1"),
    (LOSS, "dW += reg * W", "dW = reg * W", "dW += reg * W"),
    (LOSS, "dW += reg * W", "dW += 2 * reg * W", "dW += reg * W"),
    (RNN, "db += da.sum(axis=0)", "db = da.sum(axis=0)", "db += da.sum(axis=0)"),
    (RNN, "dh = da @ Wh.T", "dh = da @ Wh", "dh = da @ Wh.T"),
    (RNN, "prev.T @ da", "h.T @ da", "dWh += prev.T @ da"),
    (HELPER, "return s * (1 - s)", "return s * (1 + s)", "return s * (1 - s)"),
    (HELPER, "dx = da * w + dy * s", "dx = da * w", "dx = da * w + dy * s"),
]  # fmt: skip
# (a program, the line that is left out, a line that says where, what the missing line must be)
MISSING = [
    (LOSS, "    dW += reg * W\n", "dW = X.T @ dscores", "+ reg * W"),
    (LOSS, "    dscores /= N\n", "dW = X.T @ dscores", "dW = X.T @ dscores / N"),
    (RNN, "        db += da.sum(axis=0)\n", "dh = da @ Wh.T", "db += da.sum(axis=0)"),
]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def checked(source, capsys, *options):
    """What the command says of a file with that source."""
    with open("layer.py", "w") as file:
        file.write(source)
    status = cli.main(["check", "layer.py", *options])
    return status, capsys.readouterr().out


def wrong(program, right, mistake):
    """The program with the mistake, and the number of the line that has it."""
    assert program.count(right) == 1
    source = program.replace(right, mistake)
    return source, source[: source.index(mistake)].count("\n") + 1


@pytest.mark.parametrize("program, right, mistake, correction", MISTAKES)
def test_the_line_is_named_with_a_correction_that_holds(
    folder, capsys, program, right, mistake, correction
):
    source, line = wrong(program, right, mistake)
    status, said = checked(source, capsys, "--write")
    assert status == 1
    first = [each for each in said.splitlines() if each.startswith(f"layer.py:{line}  ")]
    assert first, said
    shown = said[said.index(first[0]) :].split("\n\n")[0].splitlines()
    assert any(each.strip().startswith(correction) for each in shown), said
    assert "verified: with this line" in said
    # The broken twin: what is left in the file now is right, and no line of it is accused.
    assert cli.main(["check", "layer.py"]) == 0
    assert "verified" not in capsys.readouterr().out


@pytest.mark.parametrize("program, line, after, missing", MISSING)
def test_a_missing_line_is_shown_with_its_place(folder, capsys, program, line, after, missing):
    assert program.count(line) == 1
    status, said = checked(program.replace(line, ""), capsys, "--write")
    assert status == 1
    first = said.split("\n\n")[1]
    assert after in first and missing in first, said
    assert cli.main(["check", "layer.py"]) == 0


@pytest.mark.parametrize("program", [NET, CLASS, LOSS, RNN, HELPER])
def test_of_a_right_pass_the_lines_are_counted_and_none_is_accused(folder, capsys, program):
    status, said = checked(program, capsys, "--fix")
    assert status == 0
    several = " pairs" in said.splitlines()[0]
    assert several or "; all are right." in said or "; it is right." in said
    assert "^" not in said
    assert "so there is nothing to write" in said


def test_the_lines_of_a_right_net_are_counted(folder, capsys):
    _, said = checked(NET, capsys)
    assert "backward: 10 lines were run, 7 of them gradients; all are right." in said


def test_the_part_at_fault_is_marked_and_what_follows_is_told(folder, capsys):
    source, _ = wrong(NET, "dz = dh * (z > 0)", "dz = dh * (h < 0)")
    _, said = checked(source, capsys)
    assert said.split("\n\n")[1] == textwrap.dedent(
        """\
        Fix first:
        layer.py:17  dz = dh * (h < 0)
                                ^^^^^ the mask is inverted
                     dz = dh * (h > 0)                               verified: with this line all 5 gradients agree
        3 lines were right before it; dW1, db1, dx follow from it.
        Right is relative to the forward pass of this file."""  # noqa: E501
    )


def test_two_mistakes_are_found_one_after_the_other(folder, capsys):
    source, _ = wrong(NET, "dz = dh * (z > 0)", "dz = dh * (h < 0)")
    source = source.replace("db2 = dy.sum(axis=0)", "db2 = dy.mean(axis=0)")
    _, said = checked(source, capsys, "--write")
    assert "dz = dh * (h > 0)" in said and "db2 = dy.sum(axis=0)" in said
    assert "and, with that corrected:" in said
    assert cli.main(["check", "layer.py"]) == 0


def test_what_no_edit_mends_has_no_correction(folder, capsys):
    """The line is named where its own name says so, and nothing is put in its place."""
    source, line = wrong(NET, "dz = dh * (z > 0)", "dz = np.sort(dh, axis=0) ** 3 / 7 - z")
    _, said = checked(source, capsys)
    assert f"layer.py:{line}  dz" in said and "dz is not the gradient of z" in said
    assert "verified" not in said


def test_the_python_interface_has_the_same_mistake():
    def forward(x, w):
        return np.tanh(x @ w)

    def backward(dy, x, w):
        y = np.tanh(x @ w)
        dz = dy * (1 - y)
        return {"x": dz @ w.T, "w": x.T @ dz}

    found = check_backward(forward, backward, {"x": (5, 4), "w": (4, 3)})
    (mistake,) = found.diagnosis.mistakes
    assert mistake.text == "dz = dy * (1 - y)"
    assert mistake.corrections[0].line == "dz = dy * (1 - y ** 2)"
    assert str(found).startswith(mistake.place.where)
    as_data = found.to_dict()["mistakes"][0]
    assert as_data["line"] == mistake.place.line
    assert as_data["corrections"][0]["agreeing"] == ["w", "x"]


def test_a_search_leaves_the_functions_and_the_random_numbers_as_they_were():
    def forward(x, w):
        return x @ w

    def backward(dy, x, w):
        return {"x": dy @ w.T, "w": 2 * x.T @ dy}

    code, names = backward.__code__, set(backward.__globals__)
    found = check_backward(forward, backward, {"x": (5, 4), "w": (4, 3)})
    before = np.random.get_state()[1].copy()
    assert found.diagnosis.is_verified
    assert backward.__code__ is code and set(backward.__globals__) == names
    assert np.array_equal(np.random.get_state()[1], before)
