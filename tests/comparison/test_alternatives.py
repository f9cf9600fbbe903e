"""Inputs that were guessed: other shapes may mend a guess, and may not hide a mistake."""

import importlib.util
import sys

import pytest

from micrograd_linear import check_backward
from micrograd_linear.comparison.check import check_pair
from micrograd_linear.comparison.styles.finding import pairs_of

# Files that another filling would make right: one output, a number, one row, no axis of samples.
WRONG = {
    "the mean of all elements, divided by the samples alone": """
def mse_loss(pred, target):
    loss = np.mean((pred - target) ** 2)
    dpred = 2 * (pred - target) / len(pred)
    return loss, dpred
""",
    "the same with weights": """
def mse_loss(x, W, y):
    miss = x @ W - y
    loss = np.mean(miss ** 2)
    dW = 2 * x.T @ miss / x.shape[0]
    return loss, dW
""",
    "a bias without the sum over the batch": """
def affine_forward(x, W, b):
    return x @ W + b, (x, W)
def affine_backward(dout, cache):
    x, W = cache
    return dout @ W.T, x.T.dot(dout), dout * np.ones((x.shape[0], 1))
""",
    "a gain that is summed over everything": """
def scalenorm_forward(x, g):
    r = 1 / np.sqrt(np.mean(x ** 2, axis=-1, keepdims=True))
    return x * r * g, (x, g, r)
def scalenorm_backward(dy, cache):
    x, g, r = cache
    dg = np.sum(dy * x * r)
    d = dy * g
    dx = d * r - x * r ** 3 * np.mean(d * x, axis=-1, keepdims=True)
    return dx, dg
""",
    "a gamma that is summed over everything": """
def batchnorm_forward(x, gamma, beta):
    s = np.sqrt(x.var(axis=0) + 1e-5)
    xh = (x - x.mean(axis=0)) / s
    return gamma * xh + beta, (xh, s, gamma)
def batchnorm_backward(dy, cache):
    xh, s, gamma = cache
    d = dy * gamma
    dx = (d - d.mean(axis=0) - xh * (d * xh).mean(axis=0)) / s
    return dx, np.sum(dy * xh), np.sum(dy)
""",
    "groups that are counted as if each had one channel": """
def group_forward(x, gamma, groups):
    N, C, H, W = x.shape
    parts = x.reshape(N, groups, -1)
    off = parts - parts.mean(axis=2, keepdims=True)
    return gamma * off.reshape(x.shape), (off.reshape(x.shape), gamma, groups)
def group_backward(dy, cache):
    off, gamma, groups = cache
    N, C, H, W = dy.shape
    d = (dy * gamma).reshape(N, groups, -1)
    dx = d - d.sum(axis=2, keepdims=True) / (H * W)
    return dx.reshape(dy.shape), np.sum(dy * off, axis=(0, 2, 3), keepdims=True)
""",
    "a gain that is not summed": """
def scalenorm_forward(x, g):
    return x / np.sqrt(np.sum(x ** 2, axis=-1, keepdims=True)) * g, (x, g)
def scalenorm_backward(dy, cache):
    x, g = cache
    s = np.sqrt(np.sum(x ** 2, axis=-1, keepdims=True))
    d = dy * g
    return d / s - x * np.sum(d * x, axis=-1, keepdims=True) / s ** 3, dy * x / s
""",
    "data whose gradient is summed over the samples": """
def squared_loss(pred, target):
    loss = np.sum((pred - target) ** 2)
    dpred = 2 * np.sum(pred - target, axis=0)
    return loss, dpred
""",
    "a shift that is averaged": """
class Shift:
    def __init__(self, width):
        self.beta = np.zeros(width)
        self.dbeta = np.zeros(width)
    def forward(self, x):
        return np.tanh(x) + self.beta
    def backward(self, dout):
        self.x = 0
        self.dbeta = dout.mean(axis=0)
        return dout
""",
}


def loaded(text, tmp_path, name):
    path = tmp_path / f"{name}.py"
    path.write_text("import numpy as np\n" + text)
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("kind", WRONG)
def test_a_mistake_is_not_hidden_by_other_shapes(kind, tmp_path):
    module = loaded(WRONG[kind], tmp_path, f"wrong_{list(WRONG).index(kind)}")
    (pair,) = pairs_of(vars(module), module.__file__)
    for seed in range(3):
        assert not check_pair(pair, seed=seed).ok


def test_data_of_three_axes_are_found_where_gradients_are_summed_over_two(tmp_path):
    text = """
class Gain:
    def __init__(self, dim):
        self.gamma = np.ones(dim)
        self.dgamma = np.zeros(dim)
    def forward(self, x):
        self.x = x
        return x * self.gamma
    def backward(self, dy):
        self.dgamma = (dy * self.x).sum(axis=(0, 1))
        return dy * self.gamma
"""
    right = check_backward(loaded(text, tmp_path, "gain_right"))
    assert right.ok and len(right.inputs["x"]) == 3
    assert "Shapes were guessed: more gradients agree for" in right.remarks[-1]
    wrong = check_backward(
        loaded(text.replace("self.x).sum", "self.x * 2).sum"), tmp_path, "gain_wrong")
    )
    assert {result.name for result in wrong.wrong} == {"gamma"}


def test_shapes_that_were_given_are_not_changed(tmp_path):
    text = """
def scale_forward(x, g):
    return x * g, (x, g)
def scale_backward(dy, cache):
    x, g = cache
    return dy * g, np.sum(dy * x, axis=0)
"""
    module = loaded(text, tmp_path, "given_shapes")
    assert check_backward(module).ok
    given = check_backward(module, inputs={"x": (5, 7), "g": (5, 7)})
    assert given["g"].status == "shape"
    assert check_backward(module, inputs={"x": (5, 7), "g": (7,)}).ok


def test_the_place_of_a_gradient_is_no_parameter_and_a_bias_of_a_gate_is(tmp_path):
    text = """
class Gated:
    def __init__(self, width):
        self.b = np.zeros(width)
        self.gb = np.zeros(width)
        self.db = np.zeros(width)
        self.dgb = np.zeros(width)
    def forward(self, x):
        self.x = x
        self.gate = np.tanh(x + self.gb)
        return self.gate * (x + self.b)
    def backward(self, dy):
        dgate = dy * (self.x + self.b) * (1 - self.gate ** 2)
        self.dgb = dgate.sum(axis=0)
        self.db = (dy * self.gate).sum(axis=0)
        return dgate + dy * self.gate
"""
    right = check_backward(loaded(text, tmp_path, "gated_right"))
    assert right.ok and set(right) == {"b", "gb", "x"}
    wrong = loaded(text.replace("self.dgb = dgate.sum", "self.dgb = -dgate.sum"), tmp_path, "gated")
    assert {result.name for result in check_backward(wrong).wrong} == {"gb"}
