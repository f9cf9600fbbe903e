"""A catalogue of right gradients of functions of arrays, in the forms in which people write them.

``OF_ARRAYS``: name -> (function, shape, domain, {form: gradient of g, x and y}). All of it is
computed in the type of x; the constants of this file are to be cast by whoever uses them.
"""

import numpy as np
from equivalent_forms import ANY, POSITIVE, expit


def _naive_softmax(z):
    return np.exp(z) / np.sum(np.exp(z), axis=1, keepdims=True)


def _softmax(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


def _by_jacobians(z, g):
    p = _softmax(z)
    return np.stack([(np.diag(row) - np.outer(row, row)) @ gi for row, gi in zip(p, g)])


SOFTMAX = {
    "p (g - Σ g p)": lambda g, x, y: y * (g - (g * y).sum(axis=1, keepdims=True)),
    "p g - p Σ g p": lambda g, x, y: y * g - y * (g * y).sum(axis=1, keepdims=True),
    "Jacobians": lambda g, x, y: _by_jacobians(x, g),
    "computed again": lambda g, x, y: (lambda p: p * (g - np.sum(g * p, axis=1, keepdims=True)))(
        _softmax(x)
    ),
}


def _labels(x):
    return np.arange(len(x)) % x.shape[1]


def _cross_entropy(z):
    return -np.log(_softmax(z)[np.arange(len(z)), np.arange(len(z)) % z.shape[1]])


def _cross_entropy_by_logsumexp(z):
    rows = np.arange(len(z))
    picked = z[rows, rows % z.shape[1]]
    return z.logsumexp(axis=1) - picked


def _p_minus_one(g, x, y):
    p = _softmax(x)
    p[np.arange(len(x)), _labels(x)] -= 1
    return p * g[:, None]


def _p_minus_y(g, x, y):
    return (_naive_softmax(x) - np.eye(x.shape[1], dtype=x.dtype)[_labels(x)]) * g[:, None]


CROSS_ENTROPY = {"p, less 1 at the label": _p_minus_one, "p - y": _p_minus_y}


def _normalised(x):
    mean = np.mean(x, axis=0, keepdims=True)
    centred = x - mean
    return centred / np.sqrt(np.mean(centred * centred, axis=0, keepdims=True) + 1e-5)


def _normalised_by_var(x):
    return (x - np.mean(x, axis=0)) * (np.var(x, axis=0) + 1e-5) ** -0.5


def _statistics(x):
    centred = x - x.mean(axis=0)
    return centred, 1 / np.sqrt((centred * centred).mean(axis=0) + 1e-5)


def _norm_compact(g, x, y):
    n, (_, inverse) = len(x), _statistics(x)
    return inverse / n * (n * g - g.sum(axis=0) - y * (g * y).sum(axis=0))


def _norm_by_means(g, x, y):
    _, inverse = _statistics(x)
    return inverse * (g - g.mean(axis=0) - y * (g * y).mean(axis=0))


def _norm_staged(g, x, y):
    n, (centred, inverse) = len(x), _statistics(x)
    dvar = (g * centred).sum(axis=0) * -0.5 * inverse**3
    dmean = -(g * inverse).sum(axis=0) + dvar * (-2 * centred).mean(axis=0)
    return g * inverse + dvar * 2 * centred / n + dmean / n


NORMALISATION = {"compact": _norm_compact, "by means": _norm_by_means, "staged": _norm_staged}


def _one_by_one(array, axis):
    """Sums in the type of the array, from the last to the first."""
    total = np.zeros_like(np.take(array, 0, axis))
    for i in reversed(range(array.shape[axis])):
        total = total + np.take(array, i, axis)
    return total


_W = np.random.default_rng(5).normal(size=(5, 3))
_X = np.random.default_rng(6).normal(size=(7, 6))


def _dot_by_dot(g, w):
    return np.array([[_one_by_one(gi * wj, 0) for wj in w] for gi in g], dtype=g.dtype)


def _w(x):
    return _W.astype(x.dtype)


def _others(x):
    return np.stack([np.prod(np.delete(x, j, axis=1), axis=1) for j in range(x.shape[1])], axis=1)


MATMUL = {
    "g W.T": lambda g, x, y: g @ _w(x).T,
    "einsum": lambda g, x, y: np.einsum("nk,dk->nd", g, _w(x)),
    "np.dot": lambda g, x, y: np.dot(_w(x), g.T).T,
    "sums one by one": lambda g, x, y: _dot_by_dot(g, _w(x)),
}
OF_ARRAYS = {
    "softmax": (_softmax, (6, 5), ANY, SOFTMAX),
    "softmax without a shift": (_naive_softmax, (6, 5), ANY, SOFTMAX),
    "log softmax": (
        lambda z: z - z.logsumexp(axis=1, keepdims=True),
        (6, 5),
        ANY,
        {
            "g - p Σ g": lambda g, x, y: g - _softmax(x) * g.sum(axis=1, keepdims=True),
            "g - exp(y) Σ g": lambda g, x, y: g - np.exp(y) * g.sum(axis=1, keepdims=True),
        },
    ),
    "cross entropy": (_cross_entropy, (6, 5), ANY, CROSS_ENTROPY),
    "cross entropy by logsumexp": (_cross_entropy_by_logsumexp, (6, 5), ANY, CROSS_ENTROPY),
    "logsumexp": (
        lambda z: z.logsumexp(axis=1),
        (6, 5),
        ANY,
        {
            "p": lambda g, x, y: g[:, None] * _softmax(x),
            "exp(z - y)": lambda g, x, y: g[:, None] * np.exp(x - y[:, None]),
            "naive": lambda g, x, y: g[:, None] * _naive_softmax(x),
        },
    ),
    "log sum exp": (
        lambda z: np.log(np.sum(np.exp(z), axis=1)),
        (6, 5),
        ANY,
        {
            "p": lambda g, x, y: g[:, None] * _softmax(x),
            "exp(z - y)": lambda g, x, y: g[:, None] * np.exp(x - y[:, None]),
        },
    ),
    "cross entropy with logits": (
        lambda z: (
            np.maximum(z, 0) - z * (np.arange(30).reshape(6, 5) % 2) + np.log1p(np.exp(-abs(z)))
        ),
        (6, 5),
        ANY,
        {
            "s - t": lambda g, x, y: (
                g * (expit(x) - (np.arange(30).reshape(6, 5) % 2).astype(x.dtype))
            ),
            "by tanh": lambda g, x, y: (
                g * (0.5 * (1 + np.tanh(x / 2)) - (np.arange(30).reshape(6, 5) % 2).astype(x.dtype))
            ),
        },
    ),
    "cross entropy of probabilities": (
        lambda z: -(_T * np.log(expit(z)) + (1 - _T) * np.log(1 - expit(z))),
        (6, 5),
        "moderate",
        {"s - t": lambda g, x, y: g * (expit(x) - _T.astype(x.dtype))},
    ),
    "mean squared error": (
        lambda x: np.mean((x - 0.3) ** 2),
        (6, 5),
        ANY,
        {
            "2 (x - t) / n": lambda g, x, y: g * 2 * (x - np.array(0.3, x.dtype)) / x.size,
            "(x - t) (2 / n)": lambda g, x, y: (
                g * (x - np.array(0.3, x.dtype)) * np.array(2 / x.size, x.dtype)
            ),
        },
    ),
    "mean squared error of a sigmoid": (
        lambda z: np.mean((expit(z) - _T) ** 2),
        (6, 5),
        ANY,
        {
            "2 (s - t) s (1 - s) / n": lambda g, x, y: (
                g * 2 * (expit(x) - _T.astype(x.dtype)) * expit(x) * (1 - expit(x)) / x.size
            )
        },
    ),
    "batch norm": (_normalised, (9, 4), ANY, NORMALISATION),
    "batch norm by var": (_normalised_by_var, (9, 4), ANY, NORMALISATION),
    "batch norm, far from 0": (
        lambda x: _normalised(x + 30.0),
        (9, 4),
        ANY,
        {k: lambda g, x, y, f=f: f(g, x + x.dtype.type(30), y) for k, f in NORMALISATION.items()},
    ),
    "layer norm": (
        lambda x: _normalised(x.T).T,
        (4, 9),
        ANY,
        {k: lambda g, x, y, f=f: f(g.T, x.T, y.T).T for k, f in NORMALISATION.items()},
    ),
    "variance": (
        lambda x: np.var(x, axis=0),
        (9, 4),
        ANY,
        {
            "2 (x - mean) / n": lambda g, x, y: g * 2 * (x - x.mean(axis=0)) / len(x),
            "2 x / n - 2 mean / n": lambda g, x, y: (
                g * (2 * x / len(x) - 2 * x.mean(axis=0) / len(x))
            ),
        },
    ),
    "variance as mean of squares": (
        lambda x: np.mean(x * x, axis=0) - np.mean(x, axis=0) ** 2,
        (9, 4),
        ANY,
        {"2 (x - mean) / n": lambda g, x, y: g * 2 * (x - x.mean(axis=0)) / len(x)},
    ),
    "std": (
        lambda x: np.std(x, axis=0),
        (9, 4),
        ANY,
        {"(x - mean) / (n y)": lambda g, x, y: g * (x - x.mean(axis=0)) / (len(x) * y)},
    ),
    "norm": (
        lambda x: np.linalg.norm(x, axis=1),
        (6, 5),
        ANY,
        {
            "x / y": lambda g, x, y: g[:, None] * x / y[:, None],
            "x (x x)**-0.5": lambda g, x, y: (
                g[:, None] * x * ((x * x).sum(axis=1, keepdims=True)) ** -0.5
            ),
        },
    ),
    "unit vectors": (
        lambda x: x / np.sqrt(np.sum(x * x, axis=1, keepdims=True)),
        (6, 5),
        ANY,
        {
            "(g - y (y g)) / n": lambda g, x, y: (
                (g - y * (y * g).sum(axis=1, keepdims=True))
                / np.linalg.norm(x, axis=1, keepdims=True)
            ),
            "g / n - x (x g) / n**3": lambda g, x, y: (
                g / np.linalg.norm(x, axis=1, keepdims=True)
                - x
                * (x * g).sum(axis=1, keepdims=True)
                / np.linalg.norm(x, axis=1, keepdims=True) ** 3
            ),
        },
    ),
    "x / y": (
        lambda x: _Y / x,
        (6, 5),
        POSITIVE,
        {
            "-a / x**2": lambda g, x, y: -g * _Y.astype(x.dtype) / x**2,
            "-(a / x) / x": lambda g, x, y: -g * (_Y.astype(x.dtype) / x) / x,
            "-y / x": lambda g, x, y: -g * y / x,
        },
    ),
    "matrix product": (lambda x: x @ _W.astype(x.dtype), (6, 5), ANY, MATMUL),
    "the other matrix": (
        lambda x: _X.astype(x.dtype) @ x,
        (6, 5),
        ANY,
        {
            "X.T g": lambda g, x, y: _X.astype(x.dtype).T @ g,
            "einsum": lambda g, x, y: np.einsum("nd,nk->dk", _X.astype(x.dtype), g),
            "outer products": lambda g, x, y: _one_by_one(
                _X.astype(x.dtype)[:, :, None] * g[:, None, :], 0
            ),
        },
    ),
    "a row of biases": (
        lambda x: _BIG.astype(x.dtype) + x,
        (1, 5),
        ANY,
        {
            "sum": lambda g, x, y: g.sum(axis=0, keepdims=True),
            "ones @ g": lambda g, x, y: np.ones((1, len(g)), g.dtype) @ g,
            "one by one": lambda g, x, y: _one_by_one(g, 0)[None],
            "einsum": lambda g, x, y: np.einsum("nk->k", g)[None],
        },
    ),
    "product": (
        lambda x: np.prod(x, axis=1),
        (6, 5),
        ANY,
        {
            "y / x": lambda g, x, y: g[:, None] * y[:, None] / x,
            "of the others": lambda g, x, y: g[:, None] * _others(x),
        },
    ),
    "cumulative sum": (
        lambda x: np.cumsum(x, axis=1),
        (6, 5),
        ANY,
        {
            "from the end": lambda g, x, y: np.cumsum(g[:, ::-1], axis=1)[:, ::-1],
            "total less what is before": lambda g, x, y: (
                g.sum(axis=1, keepdims=True) - np.cumsum(g, axis=1) + g
            ),
            "matrix of ones": lambda g, x, y: g @ np.tri(5, dtype=g.dtype),
        },
    ),
    "determinant": (
        lambda x: np.linalg.det(x),
        (4, 4),
        ANY,
        {
            "det inv.T": lambda g, x, y: g * y * np.linalg.inv(x).T,
            "computed again": lambda g, x, y: g * np.linalg.det(x) * np.linalg.inv(x.T),
            "cofactors": lambda g, x, y: g * _cofactors(x),
        },
    ),
    "logarithm of the determinant": (
        lambda x: np.linalg.slogdet(x)[1],
        (4, 4),
        ANY,
        {
            "inv.T": lambda g, x, y: g * np.linalg.inv(x).T,
            "solve": lambda g, x, y: g * np.linalg.solve(x.T, np.eye(4, dtype=x.dtype)),
        },
    ),
    "inverse": (
        np.linalg.inv,
        (4, 4),
        ANY,
        {
            "-y.T g y.T": lambda g, x, y: -y.T @ g @ y.T,
            "solve": lambda g, x, y: -np.linalg.solve(x.T, g @ y.T),
            "-y.T (g y.T)": lambda g, x, y: -(y.T @ (g @ y.T)),
        },
    ),
    "solution": (
        lambda x: np.linalg.solve(x, _B.astype(getattr(x, "dtype", float))),
        (4, 4),
        ANY,
        {
            "-solve(x.T, g) y.T": lambda g, x, y: -np.linalg.solve(x.T, g) @ y.T,
            "-inv.T g y.T": lambda g, x, y: -np.linalg.inv(x).T @ g @ y.T,
        },
    ),
    "quadratic form": (
        lambda x: np.einsum("ni,ij,nj->n", x, _Q.astype(x.dtype), x),
        (6, 5),
        ANY,
        {
            "x (A + A.T)": lambda g, x, y: g[:, None] * (x @ (_Q + _Q.T).astype(x.dtype)),
            "x A + x A.T": lambda g, x, y: (
                g[:, None] * (x @ _Q.astype(x.dtype)) + g[:, None] * (x @ _Q.astype(x.dtype).T)
            ),
        },
    ),
    "attention": (
        lambda x: _softmax(x @ x.T) @ x,
        (5, 5),
        "small",
        {"by hand": lambda g, x, y: _attention(g, x)},
    ),
}


def _attention(g, x):
    p = _softmax(x @ x.T)
    dp = g @ x.T
    ds = p * (dp - (dp * p).sum(axis=1, keepdims=True))
    return p.T @ g + ds @ x + ds.T @ x


def _cofactors(x):
    n = len(x)
    rows = [
        [np.linalg.det(np.delete(np.delete(x, i, 0), j, 1)) * (-1) ** (i + j) for j in range(n)]
        for i in range(n)
    ]
    return np.array(rows, dtype=x.dtype)


_T = np.arange(30).reshape(6, 5) % 2 * 1.0
_Y = np.random.default_rng(7).normal(size=(6, 5))
_Q = np.random.default_rng(8).normal(size=(5, 5))
_B = np.random.default_rng(9).normal(size=(4, 2))
_BIG = np.random.default_rng(10).normal(size=(400, 5))
