"""Functions that make a network bend, element by element. g = dL/d(result)."""

import numpy as np

from . import ieee
from .operation import REAL, Lesson, Notation, is_read, rule


@rule(
    "sigmoid",
    elementwise=True,
    scalar=ieee.sigmoid,
    domains=(REAL,),
    notation=Notation(text="σ", latex=r"\sigma", javascript="sigmoid({0})"),
    lesson=Lesson(
        "σ(z) (1 - σ(z))",
        "activation",
        lambda x, y: {
            "z (1 - z)": x * (1 - x),
            "1 - σ(z)": 1 - y,
            "σ(z) (1 + σ(z))": y * (1 + y),
            "1 - σ(z)**2": 1 - y * y,
            "(1 - σ(z))**2": (1 - y) ** 2,
        },
    ),
)
def sigmoid(x):
    """1 / (1 + e^-x), computed from e^-|x|, which cannot overflow."""
    if is_read(x):
        # The smooth function is read, not the pieces of the formula below, which have a kink at 0.
        y = sigmoid(x)
    else:
        e = np.exp(-np.absolute(x))
        y = np.where(x >= 0, 1, e) / (1 + e)
    return y, (lambda g: g * y * (1 - y),)


@rule(
    "softplus",
    elementwise=True,
    scalar=ieee.softplus,
    domains=(REAL,),
    composed=True,
    lesson=Lesson(
        "σ(z)",
        "activation",
        lambda x, y: {"σ(z) (1 - σ(z))": sigmoid(x) * (1 - sigmoid(x)), "σ(y)": sigmoid(y)},
    ),
)
def softplus(x):
    """log(1 + e^x), computed from e^-|x|, which cannot overflow."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.absolute(x))), (lambda g: g * sigmoid(x),)


@rule(
    "relu",
    elementwise=True,
    scalar=ieee.relu,
    domains=(REAL,),
    kinked=True,
    composed=True,
    notation=Notation("ReLU"),
    lesson=Lesson(
        "z > 0",
        "activation",
        other_slopes={"relu'(0) = 1, the engine 0": 1, "relu'(0) = 1/2, the engine 0": 0.5},
    ),
)
def relu(x):
    """max(x, 0), with derivative 0 at 0."""
    return np.maximum(x, 0), (lambda g: np.where(x > 0, g, 0),)


@rule(
    "leaky_relu",
    elementwise=True,
    scalar=ieee.leaky_relu,
    domains=(REAL, (0.05, 0.5)),
    parameters=1,
    roles=("x", "slope"),
    kinked=True,
    composed=True,
    lesson=Lesson(
        "1 where z > 0, the slope elsewhere",
        "activation",
        other_slopes={"leaky_relu'(0) = 1, the engine the other slope": 1},
    ),
)
def leaky_relu(x, slope):
    """x where x > 0, slope * x elsewhere, with derivative ``slope`` at 0."""
    return np.where(x > 0, x, slope * x), (
        lambda g: np.where(x > 0, g, slope * g),
        lambda g: np.where(x > 0, 0, g * x),
    )
