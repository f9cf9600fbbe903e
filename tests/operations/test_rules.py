"""The contract of every rule, generated from its rows of sample arguments.

Tested are value, derivative, type and purity, and that the scalar engine agrees.
"""

import itertools
import math

import numpy as np
import pytest

from micrograd_linear import Tensor, Value
from micrograd_linear.engine.tensor import apply
from micrograd_linear.operations import RULES, SCALAR_RULES, Rule, gamma, special

R = np.random.default_rng(0)
A, B = R.uniform(0.3, 2.0, (3, 3)), R.uniform(0.3, 2.0, (3, 3))
SIGNED, CUBE, ROW, COLUMN = (
    R.normal(size=(3, 3)),
    R.normal(size=(3, 3, 3)),
    R.uniform(0.5, 1.5, (1, 3)),
    R.uniform(0.5, 1.5, (3, 1)),
)
INDEX = np.array([0, 2, 0])
NEAR_ONE = R.uniform(0.7, 1.4, (3, 3, 3))
ZEROS = np.where(
    np.arange(27).reshape(3, 3, 3) % 5 == 1, 0.0, NEAR_ONE
)  # one zero, or two, in many rows
WELL = R.normal(size=(3, 3)) + 4 * np.eye(3)
STACK = R.normal(size=(2, 3, 3)) + 4 * np.eye(3)
GRAM = WELL @ WELL.T
REAL = WELL @ np.diag([3.0, 1.0, -2.0]) @ np.linalg.inv(WELL)
PAIRS = [(A, B), (A, ROW), (COLUMN, ROW), (R.uniform(0.5, 2, 3), CUBE**2 + 0.1), (np.array(1.3), A)]


def sample(domain, shape, k):
    """Numbers that cover a domain; ``k`` tells the operands of one row apart."""
    low, high = domain
    size = int(np.prod(shape))
    part = ((np.arange(size) * 7 + 3 * k) % size + 0.37 + 0.2 * k) / size if shape else 0.8
    return np.array(low + (high - low) * part).reshape(shape)


def sample_rows(rule):
    """Rows of an elementwise operation: arrays from the domains that its record names."""
    of_one = [(3, 3)], [()], [(3, 3, 3)]
    of_two = [(3, 3), (3, 3)], [(3, 3), (1, 3)], [(3, 1), (1, 3)], [(3,), (3, 3, 3)], [(3, 3), ()]
    return [
        (tuple(sample(rule.domains[k], shape, k) for k, shape in enumerate(row)), {})
        for row in (of_one if rule.operand_count == 1 else of_two)
    ]


# rule: rows of (operands, keywords)
ROWS = {
    **{name: sample_rows(rule.rule) for name, rule in SCALAR_RULES.items()},
    "matmul": [
        ((A, B), {}),
        ((CUBE, SIGNED), {}),
        ((SIGNED, CUBE), {}),
        ((CUBE, CUBE[::-1]), {}),
        ((R.normal(size=(2, 4)), R.normal(size=(4, 5))), {}),
    ],
    "sum": [
        ((CUBE,), k)
        for k in (
            {},
            {"axis": 0},
            {"axis": -1, "keepdims": True},
            {"axis": (0, 2)},
            {"axis": (-1, 1), "keepdims": True},
            {"axis": ()},
        )
    ],
    "mean": [
        ((CUBE,), k)
        for k in (
            {},
            {"axis": 1},
            {"axis": -2, "keepdims": True},
            {"axis": (0, 1)},
            {"keepdims": True},
        )
    ],
    "max": [
        ((CUBE,), k)
        for k in (
            {},
            {"axis": 1},
            {"axis": -2, "keepdims": True},
            {"axis": (0, 1)},
            {"keepdims": True},
        )
    ],
    "reshape": [
        ((CUBE,), {"shape": (9, 3)}),
        ((A,), {"shape": (-1,)}),
        ((np.array(2.0),), {"shape": (1, 1)}),
    ],
    "transpose": [((CUBE,), {}), ((CUBE,), {"axes": (1, 2, 0)}), ((CUBE,), {"axes": (-1, 0, 1)})],
    "broadcast_to": [((ROW,), {"shape": (4, 2, 3)}), ((COLUMN,), {"shape": (3, 5)})],
    "getitem": [
        ((CUBE,), {"index": i})
        for i in (
            0,
            slice(1, None),
            (..., None, 1),
            INDEX,
            (slice(None), INDEX),
            (INDEX, INDEX),
            CUBE > 0,
            (INDEX, 1),
        )
    ],
    "assign": [
        ((SIGNED, ROW[0]), {"indices": (1,)}),
        ((SIGNED, ROW[0], COLUMN, CUBE[0, 1, 0]), {"indices": (0, np.s_[:, 1:], (2, 2))}),
        ((SIGNED, B[0]), {"indices": (([0, 1, 0], [1, 2, 1]),)}),
    ],
    "identity": [((SIGNED,), {})],
    "clip": [
        ((SIGNED,), {"min": -0.5, "max": 0.5}),
        ((SIGNED,), {"min": np.array([-0.1, 0.2, -0.3], np.float32)}),
        ((SIGNED,), {"max": 0.1}),
    ],
    "where": [((SIGNED, A), {"condition": SIGNED > 0}), ((ROW, COLUMN), {"condition": A > 1})],
    "min": [((CUBE,), k) for k in ({}, {"axis": 1}, {"axis": (0, -1)}, {"keepdims": True})],
    "var": [
        ((CUBE,), k)
        for k in ({}, {"axis": 1}, {"axis": (0, -1), "ddof": 1}, {"keepdims": True, "ddof": 2})
    ],
    "std": [
        ((CUBE,), k) for k in ({}, {"axis": 1}, {"axis": (0, -1), "ddof": 1}, {"keepdims": True})
    ],
    "norm": [
        ((CUBE,), {}),
        ((CUBE,), {"axis": 1}),
        ((SIGNED,), {"axis": (0, 1), "keepdims": True}),
    ],
    "logsumexp": [
        ((CUBE,), {}),
        ((CUBE,), {"axis": 1}),
        ((CUBE,), {"axis": (0, 2), "keepdims": True}),
    ],
    "prod": [
        *(((NEAR_ONE,), k) for k in ({}, {"axis": 1}, {"axis": (0, -1)}, {"keepdims": True})),
        *(((ZEROS,), k) for k in ({"axis": 0}, {"axis": 1, "keepdims": True}, {"axis": (-1,)})),
    ],
    "cumsum": [((CUBE,), {"axis": 0}), ((CUBE,), {"axis": -1})],
    "cumprod": [*(((NEAR_ONE,), {"axis": i}) for i in (0, -1)), ((ZEROS,), {"axis": 1})],
    "sort": [((CUBE,), {"axis": 0}), ((CUBE,), {"axis": -1})],
    "concatenate": [((A, ROW, B), {"axis": 0}), ((A, COLUMN), {"axis": -1})],
    "pad": [((SIGNED,), {"widths": ((1, 0), (2, 3))})],
    "astype": [((SIGNED,), {"dtype": np.dtype(np.float64)})],
    "einsum": [
        (operands, {"subscripts": subscripts})
        for subscripts, *operands in (
            ("ij,jk->ik", A, B),
            ("ij,kj,k->i", A, B, ROW[0]),
            ("ij->j", A),
            ("ij->", A),
            ("ii->", SIGNED),
            ("ii->i", SIGNED),
            ("iij->j", CUBE),
            ("i,j->ji", ROW[0], ROW[0]),
            ("bij,bjk->bik", CUBE, CUBE[::-1].copy()),
            ("ij,kl->il", A, B),
            ("ij,ij->", A, B),
            ("ij->ij", A),
        )
    ],
    "inv": [((WELL,), {}), ((STACK,), {})],
    "det": [((WELL,), {}), ((STACK,), {})],
    "logabsdet": [((WELL,), {}), ((-STACK,), {})],
    "solve": [((WELL, SIGNED), {}), ((STACK, CUBE[:2]), {}), ((WELL, CUBE), {})],
    "cholesky": [((WELL @ WELL.T,), {}), ((STACK @ STACK.mT,), {})],
    "fft_real": [((CUBE,), {"axis": 0}), ((A,), {"axis": -1})],
    "fft_imag": [((CUBE,), {"axis": 0}), ((A,), {"axis": -1})],
    "eigvalsh": [((GRAM,), {}), ((STACK @ STACK.mT,), {"UPLO": "U"})],
    "eigenvectors": [((GRAM,), {}), ((STACK @ STACK.mT,), {"UPLO": "U"})],
    "eigvals": [((REAL,), {}), ((np.stack([REAL, REAL.T + np.eye(3)]),), {})],
    "eig_vectors": [((REAL,), {}), ((np.stack([REAL, REAL.T + np.eye(3)]),), {})],
    "svdvals": [((CUBE[..., :2],), {}), ((SIGNED,), {})],
    "left_singular_vectors": [((CUBE[..., :2],), {}), ((SIGNED,), {})],
    "right_singular_vectors": [((CUBE[:, :2],), {}), ((SIGNED,), {})],
    "orthogonal_factor": [((CUBE[..., :2],), {}), ((SIGNED,), {})],
    "triangular_factor": [((CUBE[..., :2],), {}), ((SIGNED,), {})],
    "pinv": [
        ((CUBE[..., :2],), {"rcond": 1e-12}),
        ((SIGNED[:2],), {"rcond": 1e-12}),
        ((GRAM,), {"rcond": 1e-12, "hermitian": True}),
    ],
    "adjugate": [((WELL,), {}), ((STACK,), {}), ((SIGNED[:, [0, 1, 1]],), {})],
    "power_norm": [
        ((CUBE,), {"ord": 3}),
        ((CUBE,), {"ord": 2.5, "axis": 1}),
        ((NEAR_ONE,), {"ord": -2, "axis": (0, 2), "keepdims": True}),
    ],
    "trigamma": [((A,), {}), ((CUBE**2 + 0.3,), {})],
    "polygamma": [((A + 1,), {"order": 2}), ((CUBE**2 + 1,), {"order": 3})],
    "scatter_add": [
        ((SIGNED,), {"index": INDEX, "shape": (5, 3)}),
        ((SIGNED,), {"index": slice(0, 6, 2), "shape": (6, 3)}),
    ],
}
FLAT = [name for name, rule in RULES.items() if rule.flat]
CASES = [(name, i) for name, rows in ROWS.items() for i in range(len(rows))]


def is_analytic(rule):
    """Whether the formula can be run on complex numbers."""
    if rule.ufunc is not None:
        return not rule.kinked and any(
            t.startswith("D" * rule.operand_count) for t in rule.ufunc.types
        )
    real = ("sigmoid", "softplus", "logsumexp", "logabsdet", "cholesky", "astype", "norm")
    real += ("power_norm", "adjugate")
    by_number = special.__name__
    unreal = rule.kinked or rule.source is not None or rule.name in real
    return not (unreal or rule.formula.__module__ == by_number)


ANALYTIC = {name for name in ROWS if is_analytic(RULES[name])}
NOT_SCALAR = {
    "inv",
    "det",
    "logabsdet",
    "solve",
    "cholesky",
    "astype",
    "adjugate",
    *(name for name, rule in RULES.items() if rule.source is not None),
    "logaddexp",
    "logaddexp2",
    "trigamma",
    "polygamma",
}  # NumPy has these for arrays of floats alone
OWN_NAMES = {
    "concatenate",
    "pad",
    "einsum",
    "where",
    "var",
    "std",
    "norm",
}  # whose arguments NumPy's own function takes in another form


def case(name, i):
    operands, static = ROWS[name][i]
    for operand in operands:
        operand.setflags(write=False)  # a rule that writes into its arguments fails
    return RULES[name], operands, static


def directional_derivative(rule, operands, static, direction):
    """d rule(operands + t direction)/dt at t = 0.

    It is taken by a complex step, exact to rounding, or for kinked rules by central differences.
    """
    if rule.name in ANALYTIC:
        moved = [x + 1e-30j * d for x, d in zip(operands, direction, strict=True)]
        return np.imag(rule(*moved, **static)) / 1e-30, 1e-12
    h = 1e-6
    ends = [
        rule(*(x + s * h * d for x, d in zip(operands, direction, strict=True)), **static)
        for s in (1, -1)
    ]
    return (ends[0] - ends[1]) / (2 * h), 1e-8


def gradient_errors(rule, operands, static):
    """|analytic - numeric| / magnitude for each operand, in a random direction.

    The upstream gradient is random, too.
    """
    rng = np.random.default_rng(1)
    errors = []
    tensors = [Tensor(x) for x in operands]
    y = apply(rule, tuple(tensors), static)
    g = rng.normal(size=y.shape)
    y.backward(g)
    for i, tensor in enumerate(tensors):
        direction = [
            rng.normal(size=x.shape) if i == j else np.zeros(x.shape)
            for j, x in enumerate(operands)
        ]
        if rule.symmetric or static.get("hermitian"):  # a function of symmetric matrices
            direction[0] = direction[0] + direction[0].mT
        numeric, tolerance = directional_derivative(rule, operands, static, direction)
        expected = np.sum(g * numeric)
        magnitude = np.sum(np.abs(g * numeric)) + 1e-300
        errors.append(abs(np.sum(tensor.grad * direction[i]) - expected) / magnitude / tolerance)
        assert magnitude > 1e-3, "the row says nothing: its gradient is near zero"
    return errors


def test_every_rule_has_a_row():
    assert {
        name
        for name, rule in RULES.items()
        if rule.formula.__module__.startswith("micrograd_linear.")
    } - {"swish"} - set(FLAT) == set(ROWS)


@pytest.mark.parametrize("name", FLAT)
def test_a_flat_operation_has_the_values_of_numpy_and_the_derivative_0(name):
    rule, x = RULES[name], np.array([-2.0, -0.0, 0.0, 3.5])
    operands = (x, x + 1.25)[: rule.operand_count]
    value, pullbacks = rule.formula(*operands)
    assert np.array_equal(value, rule.numpy_function(*operands))
    assert not any(pull(np.ones(4)).any() for pull in pullbacks)
    assert type(rule.numpy_function(*map(Tensor, operands))) is np.ndarray
    assert [rule.scalar(*pair) for pair in zip(*operands)] == value.tolist()
    pair = (3.5, 2.0)[: len(operands)]
    assert rule.numpy_function(*map(Value, pair)) == rule.numpy_function(*pair)


@pytest.mark.parametrize("name, i", CASES)
def test_value_equals_numpy(name, i):
    rule, operands, static = case(name, i)
    if rule.numpy_function is None or name in OWN_NAMES:
        return check_own_value(name, operands, static)
    keywords = {"shape" if k == "shape" else k: v for k, v in static.items()}
    assert np.array_equal(rule(*operands, **static), rule.numpy_function(*operands, **keywords))


def check_own_value(name, operands, static):
    x = operands[0]
    expected = {
        "sigmoid": lambda: 1 / (1 + np.exp(-x)),
        "softplus": lambda: np.log(1 + np.exp(x)),
        "relu": lambda: x * (x > 0),
        "leaky_relu": lambda: np.where(x > 0, x, operands[1] * x),
        "getitem": lambda: x[static["index"]],
        "scatter_add": lambda: scattered(x, **static),
        "concatenate": lambda: np.concatenate(operands, **static),
        "pad": lambda: np.pad(x, static["widths"]),
        "einsum": lambda: np.einsum(static["subscripts"], *operands),
        "where": lambda: np.where(static["condition"], *operands),
        "var": lambda: np.var(x, **static),
        "std": lambda: np.std(x, **static),
        "norm": lambda: np.linalg.norm(x.reshape(-1) if not static else x, **static),
        "astype": lambda: x,
        "identity": lambda: x,
        "assign": lambda: assigned(x, operands[1:], static["indices"]),
        "logsumexp": lambda: np.log(np.sum(np.exp(x), **static)),
        "logabsdet": lambda: np.linalg.slogdet(x)[1],
        "fft_real": lambda: np.fft.fft(x, **static).real,
        "fft_imag": lambda: np.fft.fft(x, **static).imag,
        "eigenvectors": lambda: np.linalg.eigh(x, **static)[1],
        "eigvals": lambda: np.linalg.eigvals(x),
        "eig_vectors": lambda: np.linalg.eig(x)[1],
        "left_singular_vectors": lambda: np.linalg.svd(x, full_matrices=False)[0],
        "right_singular_vectors": lambda: np.linalg.svd(x, full_matrices=False)[2],
        "orthogonal_factor": lambda: np.linalg.qr(x)[0],
        "triangular_factor": lambda: np.linalg.qr(x)[1],
        "adjugate": lambda: cofactors(x),
        "power_norm": lambda: power_sum(x, **static) ** (1 / static["ord"]),
        "erf": lambda: np.vectorize(math.erf)(x),
        "erfc": lambda: np.vectorize(math.erfc)(x),
        "gammaln": lambda: np.vectorize(math.lgamma)(x),
        "digamma": lambda: slope(math.lgamma, x),
        "trigamma": lambda: slope(gamma.digamma, x),
        "polygamma": lambda: slope(
            gamma.trigamma if static["order"] == 2 else lambda v: gamma.polygamma_of_positive(2, v),
            x,
        ),
    }[name]()
    by_differences = name in ("digamma", "trigamma", "polygamma")
    rtol = 1e-9 if by_differences else 1e-14
    atol = 1e-9 if by_differences else 1e-13 if name == "adjugate" else 1e-15
    assert np.allclose(RULES[name](*operands, **static), expected, rtol, atol)


def cofactors(x):
    """The adjugate, element by element."""
    n, y = x.shape[-1], np.zeros(x.shape)
    for i in range(n):
        for j in range(n):
            minor = np.delete(np.delete(x, i, axis=-2), j, axis=-1)
            y[..., j, i] = (-1) ** (i + j) * np.linalg.det(minor)
    return y


def power_sum(x, ord, **over):
    return np.sum(np.abs(x) ** ord, **over)


def slope(f, x):
    """The derivative of a function of one number, by differences of the sixth order."""
    h, weights = 1e-3, {1: 45, 2: -9, 3: 1}
    return sum(
        weight * (np.vectorize(f)(x + k * h) - np.vectorize(f)(x - k * h)) / (60 * h)
        for k, weight in weights.items()
    )


def assigned(x, values, indices):
    y = x.copy()
    for index, value in zip(indices, values, strict=True):
        y[index] = value
    return y


def scattered(x, index, shape):
    y = np.zeros(shape)
    for source, target in zip(x, np.arange(shape[0])[index], strict=True):
        y[target] += source
    return y


@pytest.mark.parametrize("name, i", CASES)
def test_gradient(name, i):
    assert max(gradient_errors(*case(name, i))) < 1


def wrong(pullback):
    return [
        lambda g: 2 * pullback(g),
        lambda g: -pullback(g),
        lambda g: pullback(g) * (1 + 1e-4),
        lambda g: pullback(g) * 0,
    ]


@pytest.mark.parametrize("name", ROWS)
def test_a_wrong_pullback_is_found(name):
    rule, operands, static = case(name, 0)
    for k, twin in itertools.product(range(len(operands)), range(4)):

        def formula(*x, k=k, twin=twin, **s):
            value, pullbacks = rule.formula(*x, **s)
            return value, tuple(
                wrong(pull)[twin] if i == k else pull for i, pull in enumerate(pullbacks)
            )

        broken = Rule(name, rule.formula)
        broken.formula = formula
        assert max(gradient_errors(broken, operands, static)) > 1, (k, twin)


@pytest.mark.parametrize("name, i", CASES)
def test_gradients_have_shape_and_type_and_come_out_the_same_twice(name, i):
    rule, operands, static = case(name, i)
    for dtype in (np.float32, np.float64):
        tensors = [Tensor(x.astype(dtype)) for x in operands]
        y = apply(rule, tuple(tensors), static)
        assert (y.dtype == dtype or name == "astype") and y.shape == rule(*operands, **static).shape
        g = np.ones(y.shape, dtype)
        first, second = y.gradients(g), y.gradients(g)
        for tensor in tensors:
            assert first[tensor].shape == tensor.shape and first[tensor].dtype == dtype
            assert np.array_equal(first[tensor], second[tensor])
            assert not np.shares_memory(first[tensor], tensor.data) and not np.shares_memory(
                first[tensor], g
            )


@pytest.mark.parametrize("name, i", [case for case in CASES if case[0] not in NOT_SCALAR])
def test_the_rule_on_an_array_of_values_equals_the_scalar_engine(name, i):
    rule, operands, static = case(name, i)
    tensors = [Tensor(x) for x in operands]
    y = apply(rule, tuple(tensors), static)
    g = np.random.default_rng(2).normal(size=y.shape)
    y.backward(g)
    values = [
        np.array([Value(v) for v in x.flat] + [None], dtype=object)[:-1].reshape(x.shape)
        for x in operands
    ]
    outputs = np.asarray(rule.formula(*values, **static)[0], dtype=object)
    plain = [v.data if isinstance(v, Value) else v for v in outputs.flat]
    numbers = np.array(plain, dtype=float).reshape(outputs.shape)
    assert np.allclose(numbers, y.data, rtol=1e-13, atol=1e-15)
    for value, upstream in zip(outputs.flat, g.flat, strict=True):
        if isinstance(value, Value):
            value.backward(upstream)
    for tensor, array in zip(tensors, values, strict=True):
        grads = np.array([v.grad for v in array.flat]).reshape(array.shape)
        assert np.allclose(grads, tensor.grad, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    "make, grad",
    [
        (lambda x: x.relu(), 0.0),
        (abs, 0.0),
        (lambda x: x.leaky_relu(0.1), 0.1),
        (lambda x: x**0, 0.0),
        (lambda x: x**1, 1.0),
        (lambda x: x**2, 0.0),
        (lambda x: x.maximum(0), 0.5),
        (lambda x: x.minimum(x), 1.0),
        (lambda x: 0 ** (x + 1), 0.0),
    ],
)
def test_kinks_are_where_the_scalar_engine_has_them(make, grad):
    t, v = Tensor([0.0]), Value(0.0)
    make(t).backward([1.0])
    make(v).backward()
    assert t.grad[0] == v.grad == grad


def test_ties_in_max_share_the_gradient_equally():
    x = Tensor([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])
    x.max(axis=1).backward([1.0, 3.0])
    assert x.grad.tolist() == [[0.0, 0.5, 0.5], [1.0, 1.0, 1.0]]


def test_repeated_indices_add_up():
    C = Tensor(np.zeros((4, 2)), "C")
    C[np.array([[0, 1], [0, 0]])].backward(np.ones((2, 2, 2)))
    assert C.grad.tolist() == [[3.0, 3.0], [1.0, 1.0], [0.0, 0.0], [0.0, 0.0]]
    rows = Tensor(np.arange(6.0).reshape(2, 3))
    rows[range(2), [2, 0]].backward([1.0, 10.0])
    assert rows.grad.tolist() == [[0.0, 0.0, 1.0], [10.0, 0.0, 0.0]]


@pytest.mark.parametrize(
    "x, w",
    [
        ((3,), (3,)),
        ((3,), (3, 4)),
        ((2, 3), (3,)),
        ((3,), (5, 3, 4)),
        ((5, 2, 3), (3,)),
        ((5, 2, 3), (5, 3, 4)),
        ((1, 2, 3), (5, 3, 4)),
        ((5, 2, 3), (3, 4)),
        ((2, 3), (5, 3, 4)),
        ((0, 3), (3, 4)),
        ((2, 0), (0, 4)),
        ((6, 1, 2, 3), (5, 3, 4)),
    ],
)
def test_matmul_in_every_rank(x, w, rng):
    X, W = rng.normal(size=x), rng.normal(size=w)
    a, b = Tensor(X), Tensor(W)
    y = a @ b
    assert y.shape == (X @ W).shape and np.allclose(y.data, X @ W)
    g, dx, dw = rng.normal(size=y.shape), rng.normal(size=x), rng.normal(size=w)
    y.backward(g)
    assert np.sum(a.grad * dx) == pytest.approx(np.sum(g * (dx @ W)))
    assert np.sum(b.grad * dw) == pytest.approx(np.sum(g * (X @ dw)))


def test_stable_where_the_textbook_form_overflows():
    with np.errstate(all="raise", under="ignore"):
        x = Tensor([-1e4, 0.0, 1e4])
        y = x.sigmoid() + x.softplus()
        y.sum().backward()
    assert y.data.tolist() == [0.0, 0.5 + np.log(2), 1e4 + 1] and x.grad.tolist() == [
        0.0,
        0.75,
        1.0,
    ]


def test_a_nan_is_not_swallowed():
    x = Tensor([np.nan, 1.0])
    for name in ("relu", "abs", "sigmoid", "softplus", "tanh", "exp", "leaky_relu", "max"):
        assert np.isnan(getattr(x, name)().data).any(), name


@pytest.mark.parametrize(
    "subscripts",
    ["ij,ij->i", "ij,jk->ik", "ij,j->i", "i,i->", "ij,ij->", "ijk,ik->ij", "ij,ij->ij"],
)
def test_einsum_with_axes_of_length_1_that_broadcast(subscripts, rng):
    inputs, tried = subscripts.split("->")[0].split(","), 0
    for sizes in itertools.product((1, 3), repeat=sum(map(len, inputs))):
        lengths = iter(sizes)
        arrays = [rng.normal(size=[next(lengths) for _ in letters]) for letters in inputs]
        tensors = [Tensor(array) for array in arrays]
        y = np.einsum(subscripts, *tensors)
        g = rng.normal(size=y.shape)
        for i, tensor in enumerate(
            tensors
        ):  # linear in each operand: a difference of any size is the derivative
            v = rng.normal(size=tensor.shape)
            moved = [array + v if j == i else array for j, array in enumerate(arrays)]
            change = ((np.einsum(subscripts, *moved) - y.data) * g).sum()
            assert np.isclose((y.gradients(g)[tensor] * v).sum(), change, rtol=1e-9, atol=1e-12)
            tried += 1
    assert tried >= 8
