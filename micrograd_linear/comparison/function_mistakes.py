"""What people write in place of the derivative of an elementwise function: none, another, or it
taken elsewhere.
"""

import numpy as np

from ..operations import RULES

ACTIVATIONS = ("tanh", "sigmoid", "relu", "softplus", "leaky_relu")
FUNCTIONS = ("exp", "log", "sqrt", "square", "sin", "cos")
UNARY = (*ACTIVATIONS, *FUNCTIONS, "tan", "expm1", "log1p", "absolute")
DERIVATIVES = {
    "tanh": "1 - tanh(z)**2",
    "sigmoid": "σ(z) (1 - σ(z))",
    "relu": "z > 0",
    "exp": "exp(z)",
    "log": "1 / z",
    "softplus": "σ(z)",
    "square": "2 z",
    "sqrt": "1 / (2 sqrt(z))",
    "sin": "cos(z)",
    "cos": "-sin(z)",
}


def derivative(operation, x, static=None):
    """f'(x), elementwise."""
    return RULES[operation].formula(x, **(static or {}))[1][0](np.ones_like(x))


def mistakes_of_function(operation, x, y, static):
    """[(kind, words, f)] for y = operation(x), elementwise; f(g) as of ``mistakes``."""
    written = DERIVATIVES.get(operation, f"that of {operation}")
    return [
        *(
            (
                "local-derivative",
                f"you used {words}; it is {written}",
                lambda g, value=value: g * value,
            )
            for words, value in _written(operation, x, y)
        ),
        *_misplaced_derivatives(operation, written, x, y, static),
        *_masks(operation, x),
        *_derivatives_of_others(operation, x, y),
    ]


def _misplaced_derivatives(operation, written, x, y, static):
    """The derivative left out, taken elsewhere, there twice, or without the upstream gradient."""
    right = derivative(operation, x, static)
    forms = [
        ("the derivative is left out", lambda g: g),
        (
            f"the derivative is taken at the output; it is {written} of the input z",
            lambda g: g * derivative(operation, y, static),
        ),
        (f"the value of {operation} stands in place of its derivative", lambda g: g * y),
        (f"the input stands in place of the derivative, which is {written}", lambda g: g * x),
        ("the derivative is there twice", lambda g: g * right * right),
        ("it was divided by the derivative", lambda g: g / right),
        (
            "the derivative is taken of the gradient, not of the input",
            lambda g: derivative(operation, g, static),
        ),
        (
            "the derivative stands alone, without the gradient that comes in",
            lambda g: right + 0 * g,
        ),
    ]
    return [("local-derivative", words, form) for words, form in forms]


def _masks(operation, x):
    if operation not in ("relu", "leaky_relu"):
        return []
    return [
        (
            "local-derivative",
            "it passes where the gradient that comes in is positive, not where the input is",
            lambda g: g * (g > 0),
        ),
        ("local-derivative", "it passes where the input is negative", lambda g: g * (x <= 0)),
    ]


def _derivatives_of_others(operation, x, y):
    """The derivatives of the functions that are used for the same purpose."""
    forms = []
    for family in (ACTIVATIONS, FUNCTIONS):
        for other in family if operation in family else ():
            if other == operation:
                continue
            words = f"you used the derivative of {other}; the step is {operation}"
            for ending, at in (("", x), (", and took it at the output", y)):
                forms.append(
                    (
                        "local-derivative",
                        words + ending,
                        lambda g, other=other, at=at: g * derivative(other, at),
                    )
                )
    return forms


def _written(operation, x, y):
    """(words, value): what stands on paper for the derivative of one function."""
    return {
        "tanh": [
            ("1 - z**2", 1 - x * x),
            ("1 - tanh(z)", 1 - y),
            ("1 + tanh(z)**2", 1 + y * y),
            ("(1 - tanh(z))**2", (1 - y) ** 2),
        ],
        "sigmoid": [
            ("z (1 - z)", x * (1 - x)),
            ("1 - σ(z)", 1 - y),
            ("σ(z) (1 + σ(z))", y * (1 + y)),
            ("1 - σ(z)**2", 1 - y * y),
            ("(1 - σ(z))**2", (1 - y) ** 2),
        ],
        "square": [("z, without the 2", x), ("z**2", x * x), ("2", 2 + 0 * x)],
        "sqrt": [
            ("1 / sqrt(z), without the 1/2", 1 / y),
            ("1 / (2 z)", 0.5 / x),
            ("sqrt(z) / 2", y / 2),
            ("2 sqrt(z)", 2 * y),
            ("1 / 2", 0.5 + 0 * x),
        ],
        "log": [("1 / log(z)", 1 / y), ("1 / z**2", 1 / (x * x)), ("1", 1 + 0 * x)],
        "exp": [("z exp(z - 1)", x * np.exp(x - 1)), ("z exp(z)", x * y), ("exp(-z)", 1 / y)],
        "softplus": [("σ(z) (1 - σ(z))", derivative("sigmoid", x)), ("σ(y)", 1 / (1 + np.exp(-y)))],
        "absolute": [("z", x), ("1", 1 + 0 * x), ("z / |z|**2", np.sign(x) / y)],
        "sin": [("-cos(z)", -np.cos(x))],
        "cos": [("sin(z)", np.sin(x))],
    }.get(operation, [])
