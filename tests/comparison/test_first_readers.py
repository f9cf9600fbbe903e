"""What readers of the first hour stumbled over: gaps, inputs that were given, integers for data."""

import functools
import importlib.util
import inspect
import itertools

import numpy as np
import pytest

from micrograd_linear import check_backward
from micrograd_linear.command.checking import Checked
from micrograd_linear.comparison import UnusableLayer
from micrograd_linear.comparison.statement import signature_of
from micrograd_linear.comparison.styles import left, trial

numbers = itertools.count()


def module_of(folder, text):
    path = folder / f"program_{next(numbers)}.py"
    path.write_text(f"import numpy as np\n{text}")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


NET = """
class TwoLayers:
    def __init__(self, n_in=6, n_hidden=5, n_out=3):
        rng = np.random.default_rng(1)
        self.W1, self.b1 = rng.normal(size=(n_in, n_hidden)), np.zeros(n_hidden)
        self.W2, self.b2 = rng.normal(size=(n_hidden, n_out)), np.zeros(n_out)

    def forward(self, x):
        self.x = x
        self.h = np.tanh(x @ self.W1 + self.b1)
        return self.h @ self.W2 + self.b2

    def backward(self, dout):
        self.dW2 = self.h.T @ dout
        self.db2 = dout.sum(axis=0)
        dz = (dout @ self.W2.T) * (1 - self.h**2)
        self.dW1 = self.x.T @ dz
        self.db1 = dz.sum(axis=0)
        return dz @ self.W1.T
"""


def test_a_gap_on_an_object_is_missing(tmp_path):
    assert check_backward(module_of(tmp_path, NET).TwoLayers).ok
    gap = NET.replace("self.db1 = dz.sum(axis=0)", "self.db1 = None")
    comparison = check_backward(module_of(tmp_path, gap).TwoLayers)
    assert not comparison.ok and comparison["b1"].status == "missing"


def test_a_check_that_looks_for_no_gaps_is_found_out(tmp_path, monkeypatch):
    monkeypatch.setattr(left.LeftBehind, "_is_gap", lambda *_: False)
    with pytest.raises(AssertionError):
        test_a_gap_on_an_object_is_missing(tmp_path)


def test_what_is_unchecked_stands_in_the_row_of_a_file(tmp_path):
    without = NET.replace("        return dz @ self.W1.T\n", "")
    comparison = check_backward(module_of(tmp_path, without).TwoLayers)
    assert Checked(None, comparison).verdict == "agrees; unchecked: x"


def test_an_operand_of_another_width_is_found_in_a_product(tmp_path):
    wrong = NET.replace("self.h.T @ dout", "self.x.T @ dout")
    comparison = check_backward(module_of(tmp_path, wrong).TwoLayers)
    assert "self.dW2 = self.h.T @ dout" in str(comparison)
    assert comparison["x"].status == "identical"


PAIR = """
def forward(x, W1, W2):
    h = np.tanh(x @ W1)
    return h @ W2, (x, h, W1, W2)

def backward(dy, cache):
    x, h, W1, W2 = cache
    dz = (dy @ W2.T) * (1 - h**2)
    return {"x": dz @ W1.T, "W1": x.T @ dz, "W2": x.T @ dy}
"""
INPUTS = {"x": (5, 6), "W1": (6, 4), "W2": (4, 3)}


def shapes_of(folder):
    module = module_of(folder, PAIR)
    comparison = check_backward(module.forward, module.backward, INPUTS)
    assert not comparison.ok and comparison["W2"].status == "shape"
    return {name: result.engine.shape for name, result in comparison.items()}


def test_inputs_that_are_given_stay_as_they_are(tmp_path):
    assert shapes_of(tmp_path) == INPUTS


def test_a_search_that_changes_given_inputs_is_found_out(tmp_path, monkeypatch):
    monkeypatch.setattr(trial, "_keeps", lambda *_: True)
    with pytest.raises(AssertionError):
        shapes_of(tmp_path)


def test_a_bias_of_a_norm_is_an_array(tmp_path):
    text = """
class Norm:
    @staticmethod
    def forward(ctx, x, weight, bias):
        ctx.save_for_backward(x, weight)
        return x * weight + bias
    @staticmethod
    def backward(ctx, dy):
        x, weight = ctx.saved_tensors
        return dy * weight, (dy * x).sum(0), dy.sum(0)
"""
    comparison = check_backward(module_of(tmp_path, text).Norm)
    assert comparison.ok and np.ndim(comparison["bias"].engine) == 1


def test_an_error_of_backward_is_that_of_backward(tmp_path):
    broken = NET.replace("self.x.T @ dz", "self.x.T @ missing")
    with pytest.raises(UnusableLayer, match=r"^backward failed: NameError: name 'missing'"):
        check_backward(module_of(tmp_path, broken).TwoLayers)


def test_a_wrapper_that_says_its_signature_is_believed():
    def inner(x):
        return x

    @functools.wraps(inner)
    def wrapper(*args):
        return inner(args[-1])

    assert list(signature_of(wrapper).parameters) == ["x"]
    own = inspect.Signature(
        [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in ("ctx", "x")]
    )
    wrapper.__signature__ = own
    assert list(signature_of(wrapper).parameters) == ["ctx", "x"]
