"""Files that fill arrays, write into arguments and ask for arrays are recorded as they are."""

import types

import numpy as np
import pytest

from micrograd_linear import Tensor, check_backward
from micrograd_linear.comparison.random_state import RandomState
from micrograd_linear.comparison.recording_numpy import seen_by
from micrograd_linear.comparison.run import Run, engine_gradient
from micrograd_linear.engine.graph import topological_order

RNG = np.random.default_rng(0)


def X(*shape):
    return RNG.normal(size=shape)


PROGRAMS = {  # source of forward, its arguments
    "centred columns": (
        """
def forward(x):
    s = np.zeros(x.shape[1])
    for j in range(x.shape[1]):
        s[j] = x[:, j].mean()
    return x - s
""",
        {"x": X(3, 4)},
    ),
    "two loops": (
        """
def forward(x, W):
    n, m = x.shape[0], W.shape[1]
    out = np.zeros((n, m))
    for i in range(n):
        for j in range(m):
            out[i, j] = np.sum(x[i] * W[:, j])
    return out * x[:, :m]
""",
        {"x": X(3, 4), "W": X(4, 2)},
    ),
    "rnn over time": (
        """
def step(x, h, Wx, Wh, b):
    return np.tanh(x @ Wx + h @ Wh + b)
def forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    h = np.zeros((N, T, h0.shape[1]))
    prev = h0
    for t in range(T):
        prev = step(x[:, t, :], prev, Wx, Wh, b)
        h[:, t, :] = prev
    return h
""",
        {"x": X(2, 3, 4), "h0": X(2, 3), "Wx": X(4, 3), "Wh": X(3, 3), "b": X(3)},
    ),
    "lstm over time": (
        """
def sigmoid(x):
    pos_mask = x >= 0
    neg_mask = x < 0
    z = np.zeros_like(x)
    z[pos_mask] = np.exp(-x[pos_mask])
    z[neg_mask] = np.exp(x[neg_mask])
    top = np.ones_like(x)
    top[neg_mask] = z[neg_mask]
    return top / (1 + z)
def forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    H = h0.shape[1]
    h = np.zeros((N, T, H))
    c = np.zeros((N, H))
    prev = h0
    for t in range(T):
        a = x[:, t].dot(Wx) + prev.dot(Wh) + b
        i, f, o, g = np.array_split(a, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        prev = sigmoid(o) * np.tanh(c)
        h[:, t] = prev
    return h
""",
        {"x": X(2, 3, 4), "h0": X(2, 3), "Wx": X(4, 12), "Wh": X(3, 12), "b": X(12)},
    ),
    "max pool": (
        """
def forward(x):
    N, C, H, W = x.shape
    out = np.zeros((N, C, H // 2, W // 2), dtype=x.dtype)
    for i in range(H // 2):
        for j in range(W // 2):
            out[:, :, i, j] = np.max(x[:, :, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2], axis=(2, 3))
    return out
""",
        {"x": X(2, 3, 4, 4)},
    ),
    "svm": (
        """
y = np.array([0, 2, 1, 1, 0])
def forward(x):
    N = x.shape[0]
    correct = x[np.arange(N), y]
    margins = np.maximum(0, x - correct[:, np.newaxis] + 1.0)
    margins[np.arange(N), y] = 0
    return np.sum(margins) / N
""",
        {"x": X(5, 3)},
    ),
    "svm in loops": (
        """
y = [0, 2, 1]
def forward(W, X):
    loss = 0.0
    for i in range(X.shape[0]):
        scores = X[i].dot(W)
        for j in range(W.shape[1]):
            if j == y[i]:
                continue
            margin = scores[j] - scores[y[i]] + 1
            if margin > 0:
                loss += margin
    loss /= X.shape[0]
    loss += 0.1 * np.sum(W * W)
    return loss
""",
        {"W": X(4, 3), "X": X(3, 4)},
    ),
    "softmax": (
        """
y = np.array([0, 2, 1, 1, 0])
def forward(x):
    shifted = x - np.max(x, axis=1, keepdims=True)
    Z = np.sum(np.exp(shifted), axis=1, keepdims=True)
    log_probs = shifted - np.log(Z)
    N = x.shape[0]
    return -np.sum(log_probs[np.arange(N), y]) / N
""",
        {"x": X(5, 3)},
    ),
    "softmax in place": (
        """
def forward(x):
    e = x.copy()
    e -= e.max(axis=1, keepdims=True)
    np.exp(e, out=e)
    e /= e.sum(axis=1, keepdims=True)
    assert isinstance(e, np.ndarray) and not np.isnan(e).any() and np.isfinite(e).all()
    return e
""",
        {"x": X(5, 3)},
    ),
    "relu in place": (
        """
def forward(x):
    out = np.copy(x)
    out[out < 0] = 0
    return out
""",
        {"x": X(4, 5)},
    ),
    "relu of the argument itself": (
        """
def forward(x):
    x[x < 0] = 0
    x *= 3
    return x
""",
        {"x": X(4, 5)},
    ),
    "an alias of the argument": (
        """
def forward(x, b):
    h = x
    h += b
    return h * x
""",
        {"x": X(4, 5), "b": X(5)},
    ),
    "im2col by indices": (
        """
def indices(x_shape, fh, fw, padding=1, stride=1):
    N, C, H, W = x_shape
    oh, ow = (H + 2 * padding - fh) // stride + 1, (W + 2 * padding - fw) // stride + 1
    i0 = np.tile(np.repeat(np.arange(fh), fw), C)
    i1 = stride * np.repeat(np.arange(oh), ow)
    j0 = np.tile(np.arange(fw), fh * C)
    j1 = stride * np.tile(np.arange(ow), oh)
    i = i0.reshape(-1, 1) + i1.reshape(1, -1)
    j = j0.reshape(-1, 1) + j1.reshape(1, -1)
    k = np.repeat(np.arange(C), fh * fw).reshape(-1, 1)
    return k.astype(int), i.astype(int), j.astype(int)
def forward(x, w):
    xp = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), mode="constant")
    k, i, j = indices(x.shape, 3, 3)
    cols = xp[:, k, i, j]
    cols = cols.transpose(1, 2, 0).reshape(9 * x.shape[1], -1)
    out = w.reshape(w.shape[0], -1).dot(cols)
    return out.reshape(w.shape[0], 4, 4, x.shape[0]).transpose(3, 0, 1, 2)
""",
        {"x": X(2, 3, 4, 4), "w": X(2, 3, 3, 3)},
    ),
    "im2col in loops": (
        """
def im2col(x, k):
    N, C, H, W = x.shape
    oh, ow = H - k + 1, W - k + 1
    col = np.zeros((N, C, k, k, oh, ow))
    for y in range(k):
        for z in range(k):
            col[:, :, y, z, :, :] = x[:, :, y : y + oh, z : z + ow]
    return col.transpose(0, 4, 5, 1, 2, 3).reshape(N * oh * ow, -1)
def forward(x, w):
    return np.dot(im2col(x, 2), w.reshape(w.shape[0], -1).T)
""",
        {"x": X(2, 2, 3, 4), "w": X(3, 2, 2, 2)},
    ),
    "col2im": (
        """
def forward(cols):
    xp = np.zeros((2, 3, 6, 6), dtype=cols.dtype)
    k = np.repeat(np.arange(3), 4).reshape(-1, 1)
    i = np.tile(np.array([0, 0, 1, 1]), 3).reshape(-1, 1) + np.repeat(np.arange(5), 5)
    j = np.tile(np.array([0, 1, 0, 1]), 3).reshape(-1, 1) + np.tile(np.arange(5), 5)
    np.add.at(xp, (slice(None), k, i, j), cols)
    return xp[:, :, 1:-1, 1:-1]
""",
        {"cols": X(2, 12, 25)},
    ),
    "overlapping windows added": (
        """
def forward(d):
    dx = np.zeros((2, 6))
    for i in range(2):
        for j in range(2):
            dx[i, 2 * j : 2 * j + 4] += d[i, j] * np.arange(4.0)
            dx[i, j] *= 2
            dx[i, -1] -= d[i, j]
    return dx
""",
        {"d": X(2, 2)},
    ),
    "strided windows": (
        """
def forward(x, w):
    N, C, H, W = x.shape
    xp = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), mode="constant")
    H, W = H + 2, W + 2
    shape = (C, 3, 3, N, H - 2, W - 2)
    strides = (H * W, W, 1, C * H * W, W, 1)
    strides = x.itemsize * np.array(strides)
    cols = np.lib.stride_tricks.as_strided(xp, shape=shape, strides=strides)
    cols = np.ascontiguousarray(cols)
    cols.shape
    res = w.reshape(w.shape[0], -1).dot(cols.reshape(C * 9, -1))
    return np.ascontiguousarray(res.reshape(w.shape[0], N, H - 2, W - 2).transpose(1, 0, 2, 3))
""",
        {"x": X(2, 3, 4, 4), "w": X(2, 3, 3, 3)},
    ),
    "sliding windows": (
        """
from numpy.lib.stride_tricks import sliding_window_view
def forward(x, w):
    return np.einsum("ijkl,kl->ij", sliding_window_view(x, (2, 3)), w)
""",
        {"x": X(4, 5), "w": X(2, 3)},
    ),
    "views of a buffer": (
        """
def forward(x, w):
    out = np.empty((3, 4))
    first, rest = out[0], out[1:]
    first[:] = x[0] * w
    rest[...] = first * x[1:]
    rest.T[1] += 1
    np.maximum(rest, first, out=rest)
    return out * first
""",
        {"x": X(3, 4), "w": X(4)},
    ),
    "names of numpy's functions": (
        """
from numpy import zeros, full, array
import numpy
def forward(x):
    s = zeros(len(x))
    for i in range(len(x)):
        s[i] = numpy.dot(x[i], x[i])
    m = array([s[0], s[1] * 2, s[2]])
    f = full(3, s[1])
    numpy.put_along_axis(f, numpy.array([2]), s[:1], axis=0)
    numpy.fill_diagonal(x, s)
    return m[:, None] * x + f[:, None]
""",
        {"x": X(3, 4)},
    ),
    "fill, copyto and put": (
        """
def forward(x):
    a, b = np.zeros((2, 3)), np.ones_like(x)
    a.fill(x[0, 0])
    np.copyto(b, a * x, where=np.array([[True, False, True], [False, True, True]]))
    np.put(a, [0, 4], x[1, :2])
    return a * b
""",
        {"x": X(2, 3)},
    ),
    "data as they are": (
        """
def forward(x):
    order = np.argsort(x, axis=1)
    labels, counts = np.unique(np.floor(x), return_counts=True)
    n = np.count_nonzero(x > 0) + labels.size + np.searchsorted(np.array([0.0, 1.0]), 0.5)
    steps = np.linspace(0, 1, 3)
    return np.take_along_axis(x, order, 1) * n * steps + np.round(x, 1).sum() * x
""",
        {"x": X(2, 3)},
    ),
    "constants are arrays": (
        """
def forward(x):
    rows = np.arange(4.0) % 2
    weights = np.array([0.5, 1.5, 2.5, 3.5])
    scale = sum(weights.tolist()) + float(weights[0]) + int(weights[1]) + np.median(weights)
    order = np.sort(weights)[::-1] // 1
    assert weights.dtype == np.float64 and weights.flags.c_contiguous and weights.nbytes == 32
    assert f"{weights[0]:.1f}" == "0.5" and weights.any() and not weights.all(axis=0) - 1
    both = np.array([x[0], weights, rows], ndmin=3)
    picked = x[:, weights.astype(int).clip(0, 3)]
    both[0, 1] *= order + np.asarray(rows) + np.asarray(x)[1]
    return both[0] * scale + picked.round(1).sum() + np.array(x[0], ndmin=2)
""",
        {"x": X(2, 4)},
    ),
    "constants that change": (
        """
def forward(x):
    mask = np.ones(3)
    y = x * mask
    mask[1] = 0
    running = np.zeros(3)
    running += mask
    return y + np.sin(x) * mask + running * x
""",
        {"x": X(2, 3)},
    ),
    "a closure": (
        """
def made():
    import numpy as mine
    def forward(x):
        out = mine.zeros(3)
        out[1] = x.sum()
        return out * x
    return forward
forward = made()
""",
        {"x": X(2, 3)},
    ),
    "an object that is called": (
        """
import functools
class Layer:
    def __call__(self, x):
        out = np.zeros_like(x)
        out[:, 0] = x.sum(axis=1)
        return out * x
def logged(f):
    @functools.wraps(f)
    def wrapper(*args, **keywords):
        return f(*args, **keywords)
    return wrapper
layers = [Layer(), Layer()]
@logged
def forward(x):
    for layer in layers:
        x = layer(x)
    return x
""",
        {"x": X(2, 3)},
    ),
    "a method": (
        """
class Layer:
    def __init__(self):
        self.w = np.arange(3.0)
    def forward(self, x):
        self.out = np.zeros_like(x)
        self.out[:, 0] = (x * self.w).sum(axis=1)
        return self.out * x
forward = Layer().forward
""",
        {"x": X(2, 3)},
    ),
}


def loaded(source, name="a_file_of_a_test"):
    module = types.ModuleType(name)
    module.__dict__["np"] = np
    exec(compile(source, f"/tmp/{name}.py", "exec"), module.__dict__)
    return module


def differences(f, values):
    """The gradient of (f * dy).sum() by central differences, and dy."""
    dy = np.random.default_rng(1).normal(size=np.shape(f(**copies(values))))
    found = {}
    for name, value in values.items():
        found[name] = np.zeros_like(value)
        for at in np.ndindex(value.shape):
            ends = []
            for step in (1e-6, -1e-6):
                moved = copies(values)
                moved[name][at] += step
                ends.append(np.sum(f(**moved) * dy))
            found[name][at] = (ends[0] - ends[1]) / 2e-6
    return dy, found


def copies(values):
    return {name: value.copy() for name, value in values.items()}


def recorded(forward, values):
    return Run.of(forward, None, values, RandomState(forward))


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_is_recorded_unchanged_and_has_the_gradient_of_its_differences(name):
    source, values = PROGRAMS[name]
    forward = loaded(source).forward
    run = recorded(forward, values)
    assert run.recorded is not None, run.unrecorded
    dy, expected = differences(forward, values)
    run.recorded.y.backward(dy)
    for argument, gradient in expected.items():
        assert np.allclose(engine_gradient(run, argument), gradient, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_right_derivation_passes_and_a_broken_twin_does_not(name):
    source, values = PROGRAMS[name]
    forward = loaded(source).forward

    def backward(dy, **inputs):
        run = recorded(forward, inputs)
        run.recorded.y.backward(dy)
        return {name: engine_gradient(run, name) for name in inputs}

    def broken(dy, **inputs):
        found = backward(dy, **inputs)
        last = found[list(found)[-1]]
        at = np.unravel_index(np.argmax(np.absolute(last)), last.shape)
        last[at] *= 1.25
        return found

    right = check_backward(forward, backward, values)
    assert right.ok, str(right)
    wrong = check_backward(forward, broken, values)
    assert not wrong.ok and "WRONG" in str(wrong)


def test_numpy_itself_is_not_changed_and_the_names_are_put_back():
    file = loaded(
        """
from numpy import zeros
other = None
def forward(x, fails=False):
    global seen, other
    seen, other = np, zeros(2)
    if fails:
        raise KeyError("x")
    return zeros(3)
"""
    )
    bystander = loaded("array = np.zeros(2)", "another_file_of_a_test")
    before = {name: getattr(np, name) for name in dir(np) if name != "_CopyMode"}
    for fails in (False, True):
        try:
            with seen_by(file.forward):
                assert file.np is not np and file.zeros is not np.zeros
                assert bystander.np is np and np.__dict__["zeros"] is before["zeros"]
                assert isinstance(file.forward(1.0, fails), Tensor)
        except KeyError:
            assert fails
        assert file.np is np and file.zeros is np.zeros and isinstance(file.other, Tensor)
    assert all(getattr(np, name) is value for name, value in before.items())


def test_an_imported_module_of_the_users_sees_it_too(tmp_path, monkeypatch):
    (tmp_path / "helper_of_a_test.py").write_text(
        "import numpy as np\ndef padded(x):\n    out = np.zeros(5)\n"
        "    out[1:4] = x\n    return out\n"
    )
    (tmp_path / "layer_of_a_test.py").write_text(
        "import helper_of_a_test as helper\nimport numpy as np\n"
        "def forward(x):\n    return helper.padded(x) * np.arange(5.0)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    import layer_of_a_test

    run = recorded(layer_of_a_test.forward, {"x": np.ones(3)})
    assert run.recorded is not None, run.unrecorded
    run.recorded.y.sum().backward()
    assert engine_gradient(run, "x").tolist() == [1.0, 2.0, 3.0]
    assert layer_of_a_test.helper.np is np


def test_what_an_argument_was_is_what_is_differentiated():
    run = recorded(
        loaded(PROGRAMS["an alias of the argument"][0]).forward, {"x": X(2, 2), "b": X(2)}
    )
    arguments = run.recorded.arguments
    assert arguments["x"].name == "x" and not arguments["x"].operands
    order = topological_order(run.recorded.y)
    assert sum(node.name == "x" for node in order) == 1
    assert any(node.operation == "add" for node in order)


def test_an_array_of_a_numpy_by_another_name_is_refused_and_one_of_the_module_is_not():
    within = "buffer[:] = x\n    return buffer * 2\n"
    other = f"def forward(x):\n    import numpy as mine\n    buffer = mine.zeros(3)\n    {within}"
    refused = recorded(loaded(other).forward, {"x": X(3)})
    assert refused.recorded is None and "plain array" in str(refused.unrecorded)
    right = check_backward(loaded(other).forward, lambda dy, x: {"x": dy * 2}, {"x": X(3)})
    assert right.ok and "cannot be recorded" in str(right)
    for taken in (
        f"buffer = np.zeros(3)\ndef forward(x):\n    {within}",
        f"def forward(x):\n    buffer = np.zeros(3)\n    {within}",
    ):
        module = loaded(taken)
        assert recorded(module.forward, {"x": X(3)}).recorded is not None
        assert type(getattr(module, "buffer", X(1))) is np.ndarray
        wrong = check_backward(module.forward, lambda dy, x: {"x": dy}, {"x": X(3)})
        assert wrong["x"].status == "wrong" and wrong.root is not None


def test_an_argument_that_was_written_into_and_is_returned_has_the_name_of_a_result():
    def relu(x):
        x[x < 0] = 0
        return x

    def ignored(dy, x):
        return {"x": dy}

    comparison = check_backward(relu, ignored, {"x": (3, 4)})
    assert comparison.root.name == "y" and not comparison.ok
    assert "what was written over keeps its gradient" in comparison["x"].note
