"""The hyperbolic functions beside tanh, element by element. g = dL/d(result)."""

import math

import numpy as np

from . import ieee
from .operation import REAL, Lesson, Notation, rule


@rule(
    np.sinh,
    scalar=ieee.unary(math.sinh, np.sinh),
    domains=(REAL,),
    seldom=True,
    notation=Notation(latex=r"\sinh", javascript="Math.sinh({0})"),
    lesson=Lesson(
        "cosh(z)", "function", lambda x, y: {"-cosh(z)": -np.cosh(x), "cos(z)": np.cos(x)}
    ),
)
def sinh(x):
    return np.sinh(x), (lambda g: g * np.cosh(x),)


@rule(
    np.cosh,
    scalar=ieee.unary(math.cosh, np.cosh),
    domains=(REAL,),
    seldom=True,
    notation=Notation(latex=r"\cosh", javascript="Math.cosh({0})"),
    lesson=Lesson(
        "sinh(z)", "function", lambda x, y: {"-sinh(z)": -np.sinh(x), "sin(z)": np.sin(x)}
    ),
)
def cosh(x):
    return np.cosh(x), (lambda g: g * np.sinh(x),)
