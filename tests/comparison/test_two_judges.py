"""A verdict has two judges: the recorded graph, and finite differences of the plain function."""

import math
import textwrap

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from leaving_programs import random_program

from micrograd_linear import check_backward
from micrograd_linear.comparison import UnusableLayer
from micrograd_linear.comparison.pair import Disagreement
from micrograd_linear.comparison.referee import AGREES, REFUTED, UNSEEN, Referee
from micrograd_linear.operations import RULES

# What people write, as (name, source, what makes it wrong), of kinds that were once judged falsely.
PROGRAMS = [
    (
        "a buffer of column means",
        """
        def forward(x):
            s = np.zeros(x.shape[1])
            for j in range(x.shape[1]):
                s[j] = x[:, j].mean()
            return x - s
        def backward(dy, x):
            return {"x": dy - dy.mean(axis=0)}
        inputs = {"x": (3, 4)}
        """,
        ("dy - dy.mean(axis=0)", "dy"),
        False,
    ),
    (
        "float of a mean",
        """
        def forward(x, w):
            m = float(np.mean(x))
            return (x - m) * w
        def backward(dy, x, w):
            d = dy * w
            return {"x": d - d.mean(), "w": (dy * (x - x.mean())).sum(axis=0)}
        inputs = {"x": (3, 4), "w": (4,)}
        """,
        ("d - d.mean()", "d"),
        False,
    ),
    (
        "math.exp",
        """
        def forward(z):
            return 1 / (1 + math.exp(-z))
        def backward(dy, z):
            f = 1 / (1 + math.exp(-z))
            return {"z": dy * f * (1 - f)}
        inputs = {"z": np.array(0.3)}
        """,
        ("f * (1 - f)", "f"),
        False,
    ),
    (
        "a buffer that is used again",
        """
        def forward(x, w):
            h = np.zeros(len(x))
            for i in range(len(x)):
                h[i] = np.sum(x[i] * w)
            return h[:, None] * w
        def backward(dy, x, w):
            h = x @ w
            dh = (dy * w).sum(axis=1)
            return {"x": dh[:, None] * w, "w": (dy * h[:, None]).sum(axis=0) + dh @ x}
        inputs = {"x": (3, 4), "w": (4,)}
        """,
        (" + dh @ x", ""),
        False,
    ),
    (
        "floats in a list",
        """
        def forward(x, W):
            h = [float(np.sum(x[i])) for i in range(3)]
            return np.array(h)[:, None] * x @ W
        def backward(dy, x, W):
            h = x.sum(axis=1, keepdims=True)
            d = dy @ W.T
            return {"x": h * d + (d * x).sum(axis=1, keepdims=True), "W": (h * x).T @ dy}
        inputs = {"x": (3, 4), "W": (4, 2)}
        """,
        (" + (d * x).sum(axis=1, keepdims=True)", ""),
        False,
    ),
    (
        "a product in two loops",
        """
        def forward(x, W):
            n, m = x.shape[0], W.shape[1]
            out = np.zeros((n, m))
            for i in range(n):
                for j in range(m):
                    out[i, j] = np.sum(x[i] * W[:, j])
            return out * x
        def backward(dy, x, W):
            d = dy * x
            return {"x": dy * (x @ W) + d @ W.T, "W": x.T @ d}
        inputs = {"x": (3, 4), "W": (4, 4)}
        """,
        ("x.T @ d", "np.zeros_like(W)"),
        False,
    ),
    (
        "np.array of results",
        """
        def forward(x):
            return np.array([x[0] * x[1], x.sum()]) * 2.0
        def backward(dy, x):
            first = np.array([x[1], x[0], 0.0])
            return {"x": 2 * dy[0] * first + 2 * dy[1]}
        inputs = {"x": (3,)}
        """,
        (" + 2 * dy[1]", ""),
        False,
    ),
    (
        "an item in a product",
        """
        def forward(x):
            return x * x.sum().item()
        def backward(dy, x):
            return {"x": dy * x.sum() + (dy * x).sum()}
        inputs = {"x": (3, 4)}
        """,
        (" + (dy * x).sum()", ""),
        False,
    ),
    (
        "an item in a branch",
        """
        def forward(x):
            return x * 2 if x.sum().item() > 0 else x * 3
        def backward(dy, x):
            return {"x": dy * (2 if x.sum() > 0 else 3)}
        inputs = {"x": (3, 4)}
        """,
        ("2 if x.sum() > 0 else 3", "5"),
        True,
    ),
    (
        "samples in columns",
        """
        def forward(X, W, b):
            return W @ X + b
        def backward(dy, X, W, b):
            return {"X": W.T @ dy, "W": dy @ X.T, "b": dy.sum(axis=1, keepdims=True)}
        inputs = {"X": (4, 6), "W": (1, 4), "b": (1, 1)}
        """,
        ("dy.sum(axis=1, keepdims=True)", "dy.mean(axis=1, keepdims=True)"),
        True,
    ),
    (
        "a net of columns",
        """
        def forward(X, W1, b1, W2, b2, Y):
            return np.mean((W2 @ np.tanh(W1 @ X + b1) + b2 - Y) ** 2)
        def backward(dy, X, W1, b1, W2, b2, Y):
            A = np.tanh(W1 @ X + b1)
            d = dy * 2 * (W2 @ A + b2 - Y) / Y.size
            dZ = W2.T @ d * (1 - A * A)
            return {"W1": dZ @ X.T, "b1": dZ.sum(axis=1, keepdims=True), "W2": d @ A.T,
                    "b2": d.sum(axis=1, keepdims=True), "X": W1.T @ dZ, "Y": -d}
        inputs = {"X": (4, 6), "W1": (3, 4), "b1": (3, 1), "W2": (1, 3), "b2": (1, 1), "Y": (1, 6)}
        """,
        ("dZ @ X.T", "2 * dZ @ X.T"),
        True,
    ),
    (
        "a target of one row",
        """
        Y = np.array([[0.2, 0.9, 0.4]])
        def forward(x, W, b):
            return np.mean((x @ W + b - Y) ** 2)
        def backward(dy, x, W, b):
            d = dy * 2 * (x @ W + b - Y) / Y.size
            return {"x": d @ W.T, "W": x.T @ d, "b": d.sum(axis=0, keepdims=True)}
        inputs = {"x": (1, 4), "W": (4, 3), "b": (1, 3)}
        """,
        ("/ Y.size", ""),
        True,
    ),
    (
        "one label",
        """
        label = np.array([2])
        def forward(x, W):
            z = x @ W
            z = z - z.max(axis=1, keepdims=True)
            return -(z - np.log(np.exp(z).sum(axis=1, keepdims=True)))[np.arange(1), label].mean()
        def backward(dy, x, W):
            z = x @ W
            p = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
            p[0, label] -= 1
            return {"x": dy * p @ W.T, "W": dy * x.T @ p}
        inputs = {"x": (1, 4), "W": (4, 3)}
        """,
        ("p[0, label] -= 1", "pass"),
        True,
    ),
    (
        "dropout without a seed",
        """
        def forward(x):
            mask = (np.random.rand(*x.shape) > 0.5) / 0.5
            return x * mask, mask
        def backward(dy, mask):
            return {"x": dy * mask}
        inputs = {"x": (3, 4)}
        """,
        ("dy * mask", "dy"),
        True,
    ),
    (
        "dropout by a generator of the module",
        """
        rng = np.random.default_rng()
        def forward(x):
            mask = rng.random(x.shape) > 0.5
            return x * mask, mask
        def backward(dy, mask):
            return {"x": dy * mask}
        inputs = {"x": (3, 4)}
        """,
        ("dy * mask", "dy"),
        True,
    ),
    (
        "an alias that is changed in place",
        """
        def forward(x, b):
            h = x
            h += b
            return h * x
        def backward(dy, x, b):
            d = 2 * dy * (x + b)
            return {"x": d, "b": d.sum(axis=0)}
        inputs = {"x": (3, 4), "b": (4,)}
        """,
        ("2 * dy * (x + b)", "dy * (2 * x + b)"),
        False,
    ),
    (
        "a result that is filled with a number",
        """
        def forward(x):
            out = np.empty(x.shape)
            out.fill(np.sum(x * x))
            return out + x
        def backward(dy, x):
            return {"x": dy + 2 * x * dy.sum()}
        inputs = {"x": (3, 4)}
        """,
        (" + 2 * x * dy.sum()", ""),
        False,
    ),
]


def functions(source):
    names = {"np": np, "math": math}
    exec(textwrap.dedent(source), names)
    return names["forward"], names["backward"], names["inputs"]


@pytest.mark.parametrize(
    "source, mistake, is_recorded", [p[1:] for p in PROGRAMS], ids=[p[0] for p in PROGRAMS]
)
def test_a_verdict_is_true_of_the_plain_function(source, mistake, is_recorded):
    right = check_backward(*functions(source))
    assert right.ok, right
    assert mistake[0] in source
    wrong = check_backward(*functions(source.replace(*mistake)))
    assert not wrong.ok, wrong
    for comparison in (right, wrong) if is_recorded else ():
        assert comparison.root is not None
    if not is_recorded and wrong.root is None:
        assert wrong.columns[
            -1
        ] == "differences" and "Finite differences of forward alone judge." in str(wrong)


def test_the_statement_that_left_the_graph_is_named_in_one_line(tmp_path):
    path = tmp_path / "layer.py"
    path.write_text(
        "import numpy as np\ndef forward(x):\n    m = float(np.mean(x))\n    return x - m\n"
    )
    names = {}
    exec(compile(path.read_text(), str(path), "exec"), names)
    comparison = check_backward(names["forward"], lambda dy, x: dy - dy.mean(), {"x": (3, 4)})
    assert comparison.ok and len(comparison.remarks) == 1
    assert comparison.remarks[0] == (
        "forward cannot be recorded (layer.py:3: m = float(np.mean(x))): float() reads the number "
        "of a mean result () "
        "out of the graph. Finite differences of forward alone judge."
    )


def test_a_buffer_says_what_the_tensor_said_and_not_what_numpy_made_of_it():
    def forward(x):
        s = np.arange(len(x)) * 0.0  # a plain array, which cannot take what is recorded
        for i in range(len(x)):
            s[i] = x[i].sum()
        return s[:, None] * x

    def backward(dy, x):
        return {"x": dy * x.sum(axis=1, keepdims=True) + (dy * x).sum(axis=1, keepdims=True)}

    comparison = check_backward(forward, backward, {"x": (3, 4)})
    assert (
        comparison.ok
        and "s[i] = x[i].sum()): float() reads the number of a sum result () out of"
        in str(comparison)
    )
    assert not check_backward(
        forward, lambda dy, x: {"x": dy * x.sum(axis=1, keepdims=True)}, {"x": (3, 4)}
    ).ok


def test_the_convention_of_a_cost_whose_1_m_is_taken_in_the_parameters_alone_is_named():
    def forward(A, W, b):
        return W @ A + b

    def backward(dZ, A, W, b):
        m = A.shape[1]
        return {"A": W.T @ dZ, "W": dZ @ A.T / m, "b": dZ.sum(axis=1, keepdims=True) / m}

    inputs = {"A": (3, 5), "W": (2, 3), "b": (2, 1)}
    comparison = check_backward(forward, backward, inputs)
    assert not comparison.ok and comparison["A"].status == "identical"
    assert str(comparison).count("the convention in which") == 1 and "1/5" in comparison["W"].note

    def other(dZ, A, W, b):
        found = backward(dZ, A, W, b)
        return {**found, "W": found["W"] * 2}

    assert "convention" not in str(check_backward(forward, other, inputs))


def test_one_factor_upstream_is_one_mistake():
    def forward(x, W1, b1, W2, b2, t):
        z = np.tanh(x @ W1 + b1) @ W2 + b2
        return ((z - t) ** 2).sum() / len(x)

    def backward(dy, x, W1, b1, W2, b2, t, n=1):
        h = np.tanh(x @ W1 + b1)
        d = 2 * (h @ W2 + b2 - t) * dy / n
        g = d @ W2.T * (1 - h**2)
        return {"x": g @ W1.T, "W1": x.T @ g, "b1": g.sum(0), "W2": h.T @ d, "b2": d.sum(0)}

    inputs = {"x": (5, 4), "W1": (4, 3), "b1": (3,), "W2": (3, 2), "b2": (2,), "t": (5, 2)}
    forgotten = str(check_backward(forward, backward, inputs))
    assert forgotten.count("one mistake") == 1 and forgotten.count("right is") <= 1
    assert check_backward(forward, lambda dy, **given: backward(dy, **given, n=5), inputs).ok


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_no_wrong_gradient_passes_and_no_right_one_fails_where_the_graph_is_left(seed):
    program = random_program(np.random.default_rng(seed))
    with np.errstate(all="ignore"):
        try:
            right = check_backward(program.forward, program.right, program.inputs)
        except UnusableLayer as error:
            assert "cannot see" in str(error)  # a function that turns within any step
            return
        assert right.ok, f"{program.source}\n{right}"
        if program.wrong_differs():
            wrong = check_backward(program.forward, program.wrong, program.inputs)
            assert not wrong.ok, f"{program.source}\n{wrong}"


def linear(x, W, b):
    return np.tanh(x @ W + b)


def linear_backward(dy, x, W, b):
    d = dy * (1 - np.tanh(x @ W + b) ** 2)
    return {"x": d @ W.T, "W": x.T @ d, "b": d.sum(axis=0)}


def test_an_engine_that_is_wrong_is_noticed(monkeypatch):
    inputs = {"x": (5, 4), "W": (4, 3), "b": (3,)}
    assert check_backward(linear, linear_backward, inputs).ok
    tanh = RULES["tanh"]
    right = tanh.formula

    def slightly_wrong(x):
        y, (pull,) = right(x)
        return y, (lambda g: 1.0001 * pull(g),)

    monkeypatch.setattr(tanh, "formula", slightly_wrong)
    with pytest.raises(
        Disagreement,
        match="the engine and finite differences of forward disagree on the gradient of x, W, b",
    ):
        check_backward(linear, linear_backward, inputs)


def test_the_referee_costs_four_evaluations_for_each_argument():
    calls = []

    def forward(x, W, b):
        calls.append(1)
        return linear(x, W, b)

    assert check_backward(forward, linear_backward, {"x": (5, 4), "W": (4, 3), "b": (3,)}).ok
    # Plain, recorded, plain again before backward, and at the point of the finite differences.
    ordinary = 4
    assert len(calls) <= ordinary + 4 * 3


def test_random_numbers_are_put_back():
    np.random.seed(3)
    expected = np.random.rand(2)
    np.random.seed(3)

    def forward(x):
        mask = np.random.rand(*x.shape) > 0.5
        return x * mask, mask

    assert check_backward(forward, lambda dy, mask: {"x": dy * mask}, {"x": (3, 4)}).ok
    assert np.array_equal(np.random.rand(2), expected)


def test_a_forward_that_cannot_be_repeated_is_refused():
    def forward(x):
        return x * np.random.default_rng().random(x.shape)

    with pytest.raises(
        UnusableLayer, match="gives other numbers, by up to .* when it is called again"
    ):
        check_backward(forward, lambda dy, x: {"x": dy}, {"x": (3, 4)})


def test_what_forward_keeps_for_backward_is_of_plain_arrays():
    kept = {}

    def forward(x, W):
        kept["h"] = np.tanh(x @ W)
        return kept["h"]

    def backward(dy, x, W):
        assert isinstance(kept["h"], np.ndarray)
        d = dy * (1 - kept["h"] ** 2)
        return {"x": d @ W.T, "W": x.T @ d}

    assert check_backward(forward, backward, {"x": (3, 4), "W": (4, 2)}).ok
    assert not check_backward(
        forward, lambda dy, x, W: {"x": dy @ W.T}, {"x": (3, 4), "W": (4, 2)}
    ).ok


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [(3, 4), (30, 40)])
def test_differences_alone_find_one_wrong_element(dtype, size):
    x = np.random.default_rng(0).normal(size=size).astype(dtype)

    def forward(x):
        total = float(np.sum(x * x))
        return np.sin(x) * total

    def right(dy, x):
        return {"x": dy * np.cos(x) * (x * x).sum() + 2 * x * (dy * np.sin(x)).sum()}

    def wrong(dy, x):
        g = right(dy, x)["x"]
        g[-1, 2] *= 1.5
        return {"x": g}

    assert check_backward(forward, right, {"x": x}).ok
    comparison = check_backward(forward, wrong, {"x": x})
    assert not comparison.ok and comparison["x"].where == (size[0] - 1, 2)


def test_a_kink_is_no_mistake_where_differences_alone_judge():
    def forward(x):
        return np.maximum(x, 0) * float(np.sum(x * x) + 1)

    def backward(dy, x):
        slope = (x > 0) * (np.sum(x * x) + 1)
        return {"x": dy * slope + 2 * x * (dy * np.maximum(x, 0)).sum()}

    x = np.array([[0.0, 1.0, -2.0], [3.0, 0.0, 0.5]])
    assert check_backward(forward, backward, {"x": x}).ok
    assert not check_backward(forward, lambda dy, x: {"x": 2 * backward(dy, x)["x"]}, {"x": x}).ok


def test_ties_are_judged_at_a_point_nearby():
    def forward(x):
        return np.maximum(x, 0) - np.maximum(-x, 0)

    right = check_backward(
        forward, lambda dy, x: {"x": dy * (x > 0) + dy * (x < 0)}, {"x": np.zeros((3, 4))}
    )
    assert right.ok


def test_a_number_that_overflows_in_the_engine_does_not_make_a_right_gradient_wrong():
    z = np.array([-800.0, 0.5])

    def forward(z):
        with np.errstate(over="ignore"):
            return 1 / (1 + np.exp(-z))

    def backward(dy, z):
        f = forward(z)
        return {"z": dy * f * (1 - f)}

    with np.errstate(all="ignore"):
        right = check_backward(forward, backward, {"z": z})
        wrong = check_backward(forward, lambda dy, z: {"z": dy * forward(z)}, {"z": z})
    assert right.ok and "is not finite" in str(right)
    assert not wrong.ok and wrong["z"].where == (1,)


# --- the referee itself ---------------------------------------------------------------------------


def referee(f, x, dy=None):
    dy = np.ones(np.shape(f(x))) if dy is None else dy

    def forward(values):
        with np.errstate(all="ignore"):
            return np.asarray(f(values["x"]))

    return Referee(forward, {"x": x}, dy, np.random.default_rng(0))


@pytest.mark.parametrize(
    "f, slope, x",
    [
        (np.sin, np.cos, np.linspace(-2, 2, 7)),
        (np.exp, np.exp, np.linspace(-30, 30, 7)),
        (np.log, lambda x: 1 / x, np.geomspace(1e-2, 1e2, 9)),
        (lambda x: x + 1e5, np.ones_like, np.linspace(-2, 2, 7)),
        (lambda x: np.sin(1e4 * x), lambda x: 1e4 * np.cos(1e4 * x), np.linspace(-2, 2, 7)),
        (lambda x: x - x.mean(), np.zeros_like, np.linspace(1, 2, 7)),
        (
            lambda x: x.astype(np.float32) * np.float32(2),
            lambda x: 2 * np.ones_like(x),
            np.linspace(1, 2, 7),
        ),
    ],
)
def test_the_referee_tells_right_from_wrong(f, slope, x):
    assert referee(f, x).verdict("x", slope(x)) == AGREES
    assert referee(f, x).verdict("x", slope(x) + 1e-2 * np.max(np.abs(slope(x))) + 1e-2) == REFUTED


def test_the_referee_does_not_claim_what_it_cannot_see():
    x = np.linspace(30.0, 40.0, 5)
    assert (
        referee(lambda x: np.sin(np.exp(x)), x).verdict("x", np.cos(np.exp(x)) * np.exp(x))
        != REFUTED
    )
    assert referee(lambda x: np.sin(np.exp(x)), x).verdict("x", np.zeros(5)) != REFUTED
    assert referee(lambda x: x + 1e15, x).verdict("x", np.full(5, 3.0)) == UNSEEN
    zero = np.zeros(4)
    assert referee(np.abs, zero).verdict("x", np.ones(4)) == UNSEEN
    assert referee(np.sqrt, zero).verdict("x", np.ones(4)) == UNSEEN


@pytest.mark.parametrize("seed", [0, 1, 7])
def test_no_generator_of_the_file_draws_the_numbers_of_dy(seed):
    """With dy equal to x, the gradient of a normalisation is 0, and hides every mistake."""
    x = np.random.default_rng(seed).normal(size=(8, 5))
    seen = []

    def forward(x):
        return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)

    def backward(dy, x):
        seen.append(dy)
        y, s = forward(x), np.sqrt(x.var(axis=0) + 1e-5)
        return {"x": 1.5 * (dy - dy.mean(axis=0) - y * (dy * y).mean(axis=0)) / s}

    assert not check_backward(forward, backward, {"x": x}, seed=seed).ok
    assert not np.array_equal(seen[0], x)
