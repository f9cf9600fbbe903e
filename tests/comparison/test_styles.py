"""Each style, with activations at random: the right file agrees, and its broken twin does not."""

import importlib.util
import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from micrograd_linear import check_backward
from micrograd_linear.command import cli
from micrograd_linear.comparison import UnusableLayer
from micrograd_linear.comparison.styles import naming
from micrograd_linear.comparison.styles.source import documented, hints_of, returned_names

# (f(z), f'(z)) as text
ACTIVATIONS = [
    ("np.tanh(z)", "(1 - np.tanh(z) ** 2)"),
    ("z * z", "2 * z"),
    ("np.exp(-z * z)", "(-2 * z * np.exp(-z * z))"),
    ("np.maximum(z, 0)", "(z > 0)"),
    ("1 / (1 + np.exp(-z))", "(np.exp(-z) / (1 + np.exp(-z)) ** 2)"),
    ("np.sin(z)", "np.cos(z)"),
]
# {style: text}; F and G stand for the activation and its derivative.
STYLES = {
    "pairs with a cache": """
def layer_forward(x, W, b):
    z = x @ W + b
    return F, (x, W, z)
def layer_backward(dout, cache):
    x, W, z = cache
    dz = dout * G
    dW, db = x.T @ dz, dz.sum(axis=0)
    return dz @ W.T, dW, db
""",
    "columns": """
def forward_layer(A_prev, W, b):
    z = np.dot(W, A_prev) + b
    return F, {"A_prev": A_prev, "W": W, "z": z}
def backward_layer(dA, cache):
    z = cache["z"]
    dz = dA * G
    dW, db = dz @ cache["A_prev"].T, np.sum(dz, axis=1, keepdims=True)
    return {"dA_prev": cache["W"].T @ dz, "dW": dW, "db": db}
""",
    "a function and its derivative": """
def act(z):
    return F
def act_prime(z):
    dW = 1 * G
    return dW
""",
    "a class that leaves gradients on self": """
class Layer:
    def __init__(self, in_size, out_size):
        self.W, self.b = np.random.randn(in_size, out_size), np.zeros(out_size)
    def forward(self, x):
        self.x = x
        self.z = z = x @ self.W + self.b
        return F
    def backward(self, dout):
        z = self.z
        dz = dout * G
        dW, db = self.x.T @ dz, dz.sum(axis=0)
        self.dW, self.db = dW, db
        return dz @ self.W.T
""",
    "a class with lists of parameters and gradients": """
class Layer:
    def __init__(self, W, b):
        self.params, self.grads = [W, b], [np.zeros_like(W), np.zeros_like(b)]
    def __call__(self, x):
        W, b = self.params
        self.x = x
        self.z = z = x @ W + b
        return F
    def backward(self, dout):
        z = self.z
        dz = dout * G
        dW, db = self.x.T @ dz, dz.sum(axis=0)
        self.grads[0][...] = dW
        self.grads[1][...] = db
        return dz @ self.params[0].T
""",
    "a class that updates its parameters": """
class Layer:
    def __init__(self, n_in, n_out):
        self.weights, self.bias = np.random.randn(n_in, n_out), np.zeros((1, n_out))
    def forward(self, x):
        self.x = x
        self.z = z = x @ self.weights + self.bias
        return F
    def backward(self, grad, learning_rate):
        z = self.z
        dz = grad * G
        out = dz @ self.weights.T
        dW, db = self.x.T @ dz, dz.sum(axis=0, keepdims=True)
        self.weights -= learning_rate * dW
        self.bias -= learning_rate * db
        return out
""",
    "results and gradients left on self": """
class Layer:
    def __init__(self, n_inputs, n_neurons):
        self.weights, self.biases = np.random.randn(n_inputs, n_neurons), np.zeros((1, n_neurons))
    def forward(self, inputs):
        self.inputs = inputs
        self.z = z = inputs @ self.weights + self.biases
        self.output = F
    def backward(self, dvalues):
        z = self.z
        dz = dvalues * G
        dW, db = self.inputs.T @ dz, dz.sum(axis=0, keepdims=True)
        self.dweights, self.dbiases = dW, db
        self.dinputs = dz @ self.weights.T
""",
    "a loss and its gradients in one go": """
def loss(W, b, X, y):
    z = X @ W + b
    value = np.sum((F - y[:, None]) ** 2) / len(X)
    dz = 2 * (F - y[:, None]) * G / len(X)
    dW, db = X.T @ dz, dz.sum(axis=0)
    return value, {"dW": dW, "db": db}
""",
    "a dict of parameters": """
def forward(X, params):
    z = X @ params["W1"] + params["b1"]
    return F, (X, z)
def backward(dout, params, cache):
    X, z = cache
    dz = dout * G
    dW, db = X.T @ dz, dz.sum(axis=0, keepdims=True)
    return {"dW1": dW, "db1": db}
""",
    "a network whose loss the file defines": """
def forward_propagation(X, parameters):
    z = parameters["W1"] @ X + parameters["b1"]
    return F, {"z": z}
def compute_cost(A, Y):
    return np.sum((A - Y) ** 2) / Y.shape[1]
def backward_propagation(parameters, cache, X, Y):
    z = cache["z"]
    dz = 2 * (F - Y) * G / X.shape[1]
    dW, db = dz @ X.T, dz.sum(axis=1, keepdims=True)
    return {"dW1": dW, "db1": db}
""",
}
# What may be wrong, as a change of the text.
MISTAKES = [
    ("dW, db = ", "dW, db = -1 * ", "the sign"),
    (" * G", " * G * 1.5", "a factor"),
    ("* G", "", "the derivative left out"),
]


def text_of(style, activation):
    f, g = activation
    return "import numpy as np\n" + STYLES[style].replace("F", f).replace(" G", f" {g}")


def status_of(text, folder, capsys):
    path = Path(folder) / "layers.py"
    path.write_text(text)
    status = cli.main(["check", str(path), "--json"])
    return status, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("style", STYLES)
@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(activation=st.sampled_from(ACTIVATIONS), factor=st.sampled_from([-1.0, 2.0, 0.5, 1.1]))
def test_a_right_file_of_each_style_agrees_and_its_twin_does_not(
    style, activation, factor, tmp_path, capsys
):
    right = text_of(style, activation)
    status, said = status_of(right, tmp_path, capsys)
    assert status == 0, said
    (pair,) = said["pairs"]
    checked = {n for n, g in pair["gradients"].items() if g["status"] != "unchecked"}
    assert checked
    twin = right.replace("dW, db = ", f"dW, db = {factor} * ", 1).replace(
        "dW = 1", f"dW = {factor}"
    )
    status, said = status_of(twin, tmp_path, capsys)
    assert twin != right and status == 1, said
    left_out = right.replace(f" {activation[1]}", " 1.0")
    assert status_of(left_out, tmp_path, capsys)[0] == 1


@pytest.mark.parametrize("style", STYLES)
def test_what_is_in_the_wrong_place_is_found_too(style, tmp_path, capsys):
    text = text_of(style, ACTIVATIONS[0])
    for before, after in (
        ("dz.sum(axis=0", "(2 * dz).sum(axis=0"),
        ("dz.sum(axis=1", "(2 * dz).sum(axis=1"),
    ):
        if before in text:
            status, said = status_of(text.replace(before, after), tmp_path, capsys)
            (pair,) = said["pairs"]
            wrong = {n for n, g in pair["gradients"].items() if g["status"] == "wrong"}
            assert status == 1 and len(wrong) == 1 and re.search(r"b|\[1\]", wrong.pop())


class Dense:
    """A layer of these tests."""

    def __init__(self, n_in, n_out):
        self.W, self.b = np.ones((n_in, n_out)), np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW, self.db = self.x.T @ dout, dout.sum(axis=0)
        return dout @ self.W.T


class Halved(Dense):
    """Its broken twin."""

    def backward(self, dout):
        dx = super().backward(dout)
        self.dW = self.dW / 2
        return dx


def test_a_class_an_object_and_a_function_are_checked_from_python():
    comparison = check_backward(Dense)
    assert comparison.ok and set(comparison) == {"W", "b", "x"}
    wrong = check_backward(Halved)
    assert not wrong.ok and [result.name for result in wrong.wrong] == ["W"]
    layer = Dense(3, 4)
    assert check_backward(layer)["W"].engine.shape == (3, 4) and (layer.W == 1).all()
    assert not hasattr(layer, "dW")  # the object itself is left alone
    assert not check_backward(Halved(3, 4)).ok

    def loss(x, y):
        return np.sum((x - y) ** 2), 2 * (x - y)

    def twin(x, y):
        return np.sum((x - y) ** 2), x - y

    assert check_backward(loss).ok and not check_backward(twin).ok


def test_a_module_is_checked_from_python(tmp_path, monkeypatch):
    text = "".join(
        f"def {name}_forward(x): return {f} * x, x\ndef {name}_backward(dy, x): return {g} * dy\n"
        for name, f, g in (("one", 2, 2), ("two", 3, 3))
    )
    (tmp_path / "scales.py").write_text(text)
    (tmp_path / "wrong_scales.py").write_text(text.replace("return 3 * dy", "return 4 * dy"))
    monkeypatch.syspath_prepend(tmp_path)
    for name, wrong in (("scales", []), ("wrong_scales", ["two.x"])):
        module = importlib.import_module(name)
        comparison = check_backward(module)
        assert set(comparison) == {"one.x", "two.x"}
        assert [result.name for result in comparison.wrong] == wrong
        monkeypatch.delitem(sys.modules, name)


GAPS = """
def forward(x, W, b):
    z = x @ W + b
    return z, (x, W)
def backward(dy, cache):
    x, W = cache
    return {"x": dy @ W.T, "W": FIRST, "b": SECOND}
inputs = {"x": (5, 4), "W": (4, 3), "b": (1, 3)}
"""


@pytest.mark.parametrize(
    "first, second, missing",
    [
        ("x.T @ dy", "dy.sum(axis=0, keepdims=True)", []),
        ("x.T @ dy", "None", ["b"]),
        ("None", "None", ["W", "b"]),
    ],
)
def test_a_gap_in_a_dict_of_gradients_is_no_agreement(first, second, missing, tmp_path, capsys):
    path = tmp_path / "gaps.py"
    path.write_text(GAPS.replace("FIRST", first).replace("SECOND", second))
    assert cli.main(["check", str(path), "--json"]) == bool(missing)
    gradients = json.loads(capsys.readouterr().out)["gradients"]
    assert [n for n in gradients if gradients[n]["status"] == "missing"] == missing
    assert gradients["x"]["status"] == "identical"


def test_what_has_no_pair_is_an_error_that_says_what_is_expected():
    for x in (3, object(), json, int):
        with pytest.raises((UnusableLayer, TypeError), match=r"expected"):
            check_backward(x)


def test_a_missing_sum_is_not_hidden_by_the_choice_of_one_sample(tmp_path, capsys):
    text = """
def affine_forward(x, w, b):
    return x @ w + b, (x, w)
def affine_backward(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout, dout
"""
    status, said = status_of(text, tmp_path, capsys)
    assert status == 1 and said["gradients"]["b"]["status"] == "shape"


@pytest.mark.parametrize(
    "gradient, names, expected",
    [
        ("dW1", ["W1", "b1"], "W1"),
        ("grad_weights", ["weights", "x"], "weights"),
        ("W_grad", ["W", "b"], "W"),
        ("dx", ["X", "w"], "X"),
        ("dL_dW", ["x", "W"], "W"),
        ("dinputs", ["x", "w"], "x"),
        ("dW", ["W1", "W2"], None),
        ("loss", ["x"], None),
        ("dprev_h", ["x", "prev_h"], "prev_h"),
        ("nabla_b", ["weights", "biases"], "biases"),
    ],
)
def test_a_gradient_is_told_by_its_name(gradient, names, expected):
    assert naming.named_by(gradient, names, bare=False) == expected


def test_the_text_of_a_function_tells_axes_keys_words_and_results():
    def f(x, w, param, mode):
        N, C, H, W = x.shape
        if mode == "train":
            stride = param["stride"] + param.get("pad", 0)
        elif mode == "test":
            stride = 1
        return x[:, :, ::stride], (w, N, C, H, W)

    assert hints_of(f, "x").axes == [("N", "C", "H", "W")] and not hints_of(f, "w").axes
    assert hints_of(f, "param").keys == ["stride", "pad"]
    assert hints_of(f, "mode").words == ["train", "test"]
    assert returned_names(f) == ["", ""]


@pytest.mark.parametrize(
    "text, axes",
    [
        ("- x: A numpy array of shape (N, d_1, ..., d_k)", ("N", "d_1", "...", "d_k")),
        ("x -- input, numpy array of shape (n_x, m)", ("n_x", "m")),
        ("x : (N, D) array", ("N", "D")),
        ("x -- size of the layer", None),
        ("w: of shape (D, M)", None),
    ],
)
def test_a_docstring_tells_the_axes_of_an_argument(text, axes):
    assert documented(text, "x") == axes
