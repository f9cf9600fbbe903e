"""A catalogue of right derivatives, each in the forms in which people write it.

``ELEMENTWISE``: name -> (function of a Tensor or an array, domain, {form: derivative of x and y}).
``OF_ARRAYS``: name -> (function, shape, domain, {form: gradient of g, x and y}).
All of it is computed in the type of x.
"""

import numpy as np

import micrograd_linear as mgl


def expit(z):
    return 1 / (1 + np.exp(-z))


def _stable_expit(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)


def _tanh_written_out(z):
    return (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))


def _softplus(z):
    return np.log(1 + np.exp(z))


_C = 0.7978845608028654


def _gelu(x):
    return 0.5 * x * (1 + np.tanh(_C * (x + 0.044715 * x**3)))


def _gelu_slope(x):
    t = np.tanh(_C * (x + 0.044715 * x**3))
    return 0.5 * (1 + t) + 0.5 * x * (1 - t**2) * _C * (1 + 3 * 0.044715 * x**2)


def _gelu_slope_by_sech(x):
    t = np.tanh(_C * (x + 0.044715 * x**3))
    u = np.clip(_C * (x + 0.044715 * x**3), -40, 40)
    return 0.5 * (1 + t) + 0.5 * x / np.cosh(u) ** 2 * _C * (1 + 3 * 0.044715 * x**2)


SIGMOID = {
    "f (1 - f)": lambda x, y: y * (1 - y),
    "f (1 - f), computed again": lambda x, y: expit(x) * (1 - expit(x)),
    "f - f**2": lambda x, y: y - y**2,
    "e / (1 + e)**2": lambda x, y: np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x))) ** 2,
    "f(z) f(-z)": lambda x, y: _stable_expit(x) * _stable_expit(-x),
    "1/4 / cosh(z/2)**2": lambda x, y: 0.25 / np.cosh(np.clip(x, -80, 80) / 2) ** 2,
    "(1 - tanh(z/2)**2) / 4": lambda x, y: (1 - np.tanh(x / 2) ** 2) / 4,
    "f**2 e": lambda x, y: y * (y * np.exp(-np.clip(x, -40, 40))),
}
TANH = {
    "1 - t**2": lambda x, y: 1 - y**2,
    "1 - t t": lambda x, y: 1 - y * y,
    "1 / cosh**2": lambda x, y: 1 / np.cosh(np.clip(x, -40, 40)) ** 2,
    "(1 - t) (1 + t)": lambda x, y: (1 - y) * (1 + y),
    "4 / (e + 1/e)**2": lambda x, y: (
        4 / (np.exp(np.clip(x, -40, 40)) + np.exp(-np.clip(x, -40, 40))) ** 2
    ),
    "1 - (2 s - 1)**2": lambda x, y: 1 - (2 * _stable_expit(2 * x) - 1) ** 2,
    "4 s (1 - s)": lambda x, y: 4 * _stable_expit(2 * x) * (1 - _stable_expit(2 * x)),
}
SOFTPLUS = {
    "the sigmoid": lambda x, y: expit(x),
    "1 - exp(-y)": lambda x, y: 1 - np.exp(-y),
    "1 - 1 / (1 + e)": lambda x, y: 1 - 1 / (1 + np.exp(x)),
    "e / (1 + e)": lambda x, y: np.exp(x) / (1 + np.exp(x)),
    "(1 + tanh(z/2)) / 2": lambda x, y: 0.5 * (1 + np.tanh(x / 2)),
    "exp(x - y)": lambda x, y: np.exp(x - y),
}
ANY, POSITIVE, INSIDE = "any", "positive", "inside (-1, 1)"

ELEMENTWISE = {
    "sigmoid": (mgl.sigmoid, ANY, SIGMOID),
    "sigmoid as 1 / (1 + e)": (expit, ANY, SIGMOID),
    "sigmoid as (1 + e)**-1": (lambda x: (1 + np.exp(-x)) ** -1, ANY, SIGMOID),
    "sigmoid as e / (1 + e)": (lambda x: np.exp(x) / (np.exp(x) + 1), ANY, SIGMOID),
    "sigmoid by tanh": (lambda x: 0.5 * (np.tanh(x / 2) + 1), ANY, SIGMOID),
    "stable sigmoid": (
        lambda x: np.where(
            getattr(x, "data", x) >= 0,
            1 / (1 + np.exp(-abs(x))),
            np.exp(-abs(x)) / (1 + np.exp(-abs(x))),
        ),
        ANY,
        SIGMOID,
    ),
    "tanh": (np.tanh, ANY, TANH),
    "tanh written out": (_tanh_written_out, ANY, TANH),
    "tanh by e**2z": (lambda x: 1 - 2 / (np.exp(2 * x) + 1), ANY, TANH),
    "tanh by sigmoid": (lambda x: 2 * mgl.sigmoid(2 * x) - 1, ANY, TANH),
    "scaled tanh": (
        lambda x: 1.7159 * np.tanh(x * (2 / 3)),
        ANY,
        {
            "a b (1 - t**2)": lambda x, y: 1.7159 * (2 / 3) * (1 - np.tanh(x * (2 / 3)) ** 2),
            "b (a - y**2 / a)": lambda x, y: (2 / 3) * (1.7159 - y * y / 1.7159),
        },
    ),
    "softplus": (mgl.softplus, ANY, SOFTPLUS),
    "softplus written out": (_softplus, ANY, SOFTPLUS),
    "softplus by log1p": (lambda x: np.log1p(np.exp(x)), ANY, SOFTPLUS),
    "log sigmoid": (
        lambda x: np.log(expit(x)),
        ANY,
        {
            "1 - s": lambda x, y: 1 - expit(x),
            "s(-z)": lambda x, y: expit(-x),
            "1 - e**y": lambda x, y: 1 - np.exp(y),
        },
    ),
    "log sigmoid by softplus": (
        lambda x: -mgl.softplus(-x) if hasattr(x, "operands") else -np.log1p(np.exp(-x)),
        ANY,
        {"1 - s": lambda x, y: 1 - expit(x), "s(-z)": lambda x, y: expit(-x)},
    ),
    "silu": (
        lambda x: x * mgl.sigmoid(x),
        ANY,
        {
            "s + z s (1 - s)": lambda x, y: expit(x) + x * expit(x) * (1 - expit(x)),
            "y + s (1 - y)": lambda x, y: y + expit(x) * (1 - y),
            "s (1 + z (1 - s))": lambda x, y: expit(x) * (1 + x * (1 - expit(x))),
        },
    ),
    "silu written out": (
        lambda x: x / (1 + np.exp(-x)),
        ANY,
        {
            "s + z s (1 - s)": lambda x, y: expit(x) + x * expit(x) * (1 - expit(x)),
            "y + s (1 - y)": lambda x, y: y + expit(x) * (1 - y),
            "s (1 + z (1 - s))": lambda x, y: expit(x) * (1 + x * (1 - expit(x))),
        },
    ),
    "gelu": (
        _gelu,
        ANY,
        {"1 - t**2": lambda x, y: _gelu_slope(x), "sech": lambda x, y: _gelu_slope_by_sech(x)},
    ),
    "quick gelu": (
        lambda x: x / (1 + np.exp(-1.702 * x)),
        ANY,
        {
            "s + k z s (1 - s)": lambda x, y: (
                expit(1.702 * x) + 1.702 * x * expit(1.702 * x) * (1 - expit(1.702 * x))
            ),
            "s + k y (1 - s)": lambda x, y: expit(1.702 * x) + 1.702 * y * (1 - expit(1.702 * x)),
        },
    ),
    "exp": (
        np.exp,
        ANY,
        {
            "y": lambda x, y: y,
            "exp(z)": lambda x, y: np.exp(x),
            "1 / exp(-z)": lambda x, y: 1 / np.exp(-x),
        },
    ),
    "expm1": (np.expm1, ANY, {"exp(z)": lambda x, y: np.exp(x), "1 + y": lambda x, y: 1 + y}),
    "exp(x) - 1": (
        lambda x: np.exp(x) - 1,
        ANY,
        {"exp(z)": lambda x, y: np.exp(x), "1 + y": lambda x, y: 1 + y},
    ),
    "1 - exp(-x)": (
        lambda x: 1 - np.exp(-x),
        POSITIVE,
        {"exp(-z)": lambda x, y: np.exp(-x), "1 - y": lambda x, y: 1 - y},
    ),
    "elu": (
        lambda x: np.where(getattr(x, "data", x) > 0, x, np.exp(np.minimum(x, 0)) - 1),
        ANY,
        {
            "1, exp(z)": lambda x, y: np.where(x > 0, 1, np.exp(np.minimum(x, 0))).astype(x.dtype),
            "1, 1 + y": lambda x, y: np.where(x > 0, 1, 1 + y).astype(x.dtype),
        },
    ),
    "log": (
        np.log,
        POSITIVE,
        {
            "1 / x": lambda x, y: 1 / x,
            "exp(-y)": lambda x, y: np.exp(-y),
            "x**-1": lambda x, y: x**-1,
        },
    ),
    "log1p": (
        np.log1p,
        POSITIVE,
        {"1 / (1 + x)": lambda x, y: 1 / (1 + x), "exp(-y)": lambda x, y: np.exp(-y)},
    ),
    "sqrt": (
        np.sqrt,
        POSITIVE,
        {
            "1 / (2 y)": lambda x, y: 1 / (2 * y),
            "x**-0.5 / 2": lambda x, y: 0.5 * x**-0.5,
            "y / (2 x)": lambda x, y: y / (2 * x),
            "1 / (2 sqrt(x))": lambda x, y: 0.5 / np.sqrt(x),
        },
    ),
    "x**0.5": (
        lambda x: x**0.5,
        POSITIVE,
        {"1 / (2 y)": lambda x, y: 1 / (2 * y), "y / (2 x)": lambda x, y: y / (2 * x)},
    ),
    "x**3": (
        lambda x: x**3,
        ANY,
        {
            "3 x**2": lambda x, y: 3 * x**2,
            "3 x x": lambda x, y: 3 * x * x,
            "3 y / x": lambda x, y: 3 * y / x,
        },
    ),
    "x**-2": (
        lambda x: x**-2,
        POSITIVE,
        {
            "-2 x**-3": lambda x, y: -2 * x**-3,
            "-2 y / x": lambda x, y: -2 * y / x,
            "-2 / x**3": lambda x, y: -2 / x**3,
        },
    ),
    "x**2.5": (
        lambda x: x**2.5,
        POSITIVE,
        {"2.5 x**1.5": lambda x, y: 2.5 * x**1.5, "2.5 y / x": lambda x, y: 2.5 * y / x},
    ),
    "square": (np.square, ANY, {"2 x": lambda x, y: 2 * x, "2 y / x": lambda x, y: 2 * y / x}),
    "1 / x": (
        lambda x: 1 / x,
        POSITIVE,
        {
            "-y**2": lambda x, y: -(y**2),
            "-1 / x**2": lambda x, y: -1 / x**2,
            "-y / x": lambda x, y: -y / x,
        },
    ),
    "1 / x of both signs": (
        lambda x: 1 / x,
        ANY,
        {"-y**2": lambda x, y: -(y**2), "-1 / x**2": lambda x, y: -1 / x**2},
    ),
    "1 / x + 1": (
        lambda x: 1 / x + 1,
        POSITIVE,
        {"-(y - 1)**2": lambda x, y: -((y - 1) ** 2), "-1 / x**2": lambda x, y: -1 / x**2},
    ),
    "x / (1 + x)": (
        lambda x: x / (1 + x),
        POSITIVE,
        {"1 / (1 + x)**2": lambda x, y: 1 / (1 + x) ** 2, "(1 - y)**2": lambda x, y: (1 - y) ** 2},
    ),
    "softsign": (
        lambda x: x / (1 + abs(x)),
        ANY,
        {
            "1 / (1 + |x|)**2": lambda x, y: 1 / (1 + abs(x)) ** 2,
            "(1 - |y|)**2": lambda x, y: (1 - abs(y)) ** 2,
        },
    ),
    "x / sqrt(1 + x**2)": (
        lambda x: x / np.sqrt(1 + x * x),
        ANY,
        {
            "1 / s**3": lambda x, y: 1 / np.sqrt(1 + x * x) ** 3,
            "(1 - y**2) / s": lambda x, y: (1 - y * y) / np.sqrt(1 + x * x),
            "1/s - x**2 / s**3": lambda x, y: (
                1 / np.sqrt(1 + x * x) - x * x / np.sqrt(1 + x * x) ** 3
            ),
            "(1 - y**2)**1.5": lambda x, y: (1 - y * y) ** 1.5,
        },
    ),
    "1 / (1 + x**2)": (
        lambda x: 1 / (1 + x * x),
        ANY,
        {
            "-2 x y**2": lambda x, y: -2 * x * y * y,
            "-2 x / (1 + x**2)**2": lambda x, y: -2 * x / (1 + x**2) ** 2,
        },
    ),
    "(x - 3)**2": (
        lambda x: (x - 3) ** 2,
        ANY,
        {"2 (x - 3)": lambda x, y: 2 * (x - 3), "2 x - 6": lambda x, y: 2 * x - 6},
    ),
    "x**2 - 6 x": (
        lambda x: x * x - 6 * x,
        ANY,
        {"2 (x - 3)": lambda x, y: 2 * (x - 3), "2 x - 6": lambda x, y: 2 * x - 6},
    ),
    "sin": (np.sin, ANY, {"cos(x)": lambda x, y: np.cos(x)}),
    "cos": (np.cos, ANY, {"-sin(x)": lambda x, y: -np.sin(x)}),
    "sin**2": (
        lambda x: np.sin(x) ** 2,
        ANY,
        {
            "2 sin cos": lambda x, y: 2 * np.sin(x) * np.cos(x),
            "sin(2 x)": lambda x, y: np.sin(2 * x),
        },
    ),
    "tan": (
        np.tan,
        INSIDE,
        {"1 + t**2": lambda x, y: 1 + y * y, "1 / cos**2": lambda x, y: 1 / np.cos(x) ** 2},
    ),
    "absolute": (
        abs,
        ANY,
        {"sign(x)": lambda x, y: np.sign(x), "x / |x|": lambda x, y: x / abs(x)},
    ),
    "relu": (
        mgl.relu,
        ANY,
        {
            "x > 0": lambda x, y: x > 0,
            "y > 0": lambda x, y: (y > 0).astype(x.dtype),
            "y / x": lambda x, y: y / x,
        },
    ),
    "leaky relu": (
        mgl.leaky_relu,
        ANY,
        {
            "where": lambda x, y: np.where(x > 0, 1, 0.01).astype(x.dtype),
            "y / x": lambda x, y: y / x,
        },
    ),
    "relu by maximum": (lambda x: np.maximum(x, 0), ANY, {"x > 0": lambda x, y: x > 0}),
    "sqrt(1 - x**2)": (
        lambda x: np.sqrt(1 - x * x),
        INSIDE,
        {
            "-x / y": lambda x, y: -x / y,
            "-x / sqrt((1 - x)(1 + x))": lambda x, y: -x / np.sqrt((1 - x) * (1 + x)),
        },
    ),
    "log odds": (
        lambda x: np.log(x / (1 - x)),
        "inside (0, 1)",
        {
            "1 / (x (1 - x))": lambda x, y: 1 / (x * (1 - x)),
            "1/x + 1/(1 - x)": lambda x, y: 1 / x + 1 / (1 - x),
        },
    ),
    "sinh": (
        lambda x: (np.exp(x) - np.exp(-x)) / 2,
        ANY,
        {"cosh": lambda x, y: np.cosh(x), "sqrt(1 + y**2)": lambda x, y: np.sqrt(1 + y * y)},
    ),
    "gaussian": (lambda x: np.exp(-(x**2) / 2), ANY, {"-x y": lambda x, y: -x * y}),
    "entropy": (
        lambda x: -x * np.log(x),
        POSITIVE,
        {"-log(x) - 1": lambda x, y: -np.log(x) - 1, "y / x - 1": lambda x, y: y / x - 1},
    ),
}
