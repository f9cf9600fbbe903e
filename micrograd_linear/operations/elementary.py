"""Elementary functions, element by element. g = dL/d(result)."""

import math

import numpy as np

from . import ieee
from .operation import ABOVE_MINUS_ONE, POSITIVE, REAL, Lesson, Notation, rule


@rule(
    np.square,
    domains=(REAL,),
    notation=Notation(javascript="({0}*{0})"),
    lesson=Lesson(
        "2 z",
        "function",
        lambda x, y: {"z, without the 2": x, "z**2": x * x, "2": 2 + 0 * x},
    ),
)
def square(x):
    return x * x, (lambda g: 2 * g * x,)


@rule(
    np.absolute,
    scalar=abs,
    domains=(REAL,),
    aliases=("abs",),
    kinked=True,
    notation=Notation("abs", javascript="Math.abs({0})"),
    lesson=Lesson(
        instead=lambda x, y: {"z": x, "1": 1 + 0 * x, "z / |z|**2": np.sign(x) / y},
        other_slopes={"|x|' = 1 at 0, the engine 0": 1, "|x|' = -1 at 0, the engine 0": -1},
    ),
)
def absolute(x):
    """|x|, with derivative 0 at 0."""
    return np.absolute(x), (lambda g: g * np.sign(x),)


@rule(
    np.exp,
    scalar=ieee.exp,
    domains=(REAL,),
    notation=Notation(latex=r"\exp", javascript="Math.exp({0})"),
    lesson=Lesson(
        "exp(z)",
        "function",
        lambda x, y: {"z exp(z - 1)": x * np.exp(x - 1), "z exp(z)": x * y, "exp(-z)": 1 / y},
    ),
)
def exp(x):
    y = np.exp(x)
    return y, (lambda g: g * y,)


@rule(
    np.expm1,
    scalar=ieee.unary(math.expm1, np.expm1),
    domains=(REAL,),
    notation=Notation(javascript="Math.expm1({0})"),
)
def expm1(x):
    return np.expm1(x), (lambda g: g * np.exp(x),)


@rule(
    np.log,
    scalar=ieee.unary(math.log, np.log),
    domains=(POSITIVE,),
    notation=Notation(latex=r"\log", javascript="Math.log({0})"),
    lesson=Lesson(
        "1 / z",
        "function",
        lambda x, y: {"1 / log(z)": 1 / y, "1 / z**2": 1 / (x * x), "1": 1 + 0 * x},
    ),
)
def log(x):
    return np.log(x), (lambda g: g / x,)


@rule(
    np.log1p,
    scalar=ieee.unary(math.log1p, np.log1p),
    domains=(ABOVE_MINUS_ONE,),
    notation=Notation(javascript="Math.log1p({0})"),
)
def log1p(x):
    return np.log1p(x), (lambda g: g / (1 + x),)


@rule(
    np.sqrt,
    scalar=ieee.unary(math.sqrt, np.sqrt),
    domains=(POSITIVE,),
    notation=Notation(javascript="Math.sqrt({0})"),
    lesson=Lesson(
        "1 / (2 sqrt(z))",
        "function",
        lambda x, y: {
            "1 / sqrt(z), without the 1/2": 1 / y,
            "1 / (2 z)": 0.5 / x,
            "sqrt(z) / 2": y / 2,
            "2 sqrt(z)": 2 * y,
            "1 / 2": 0.5 + 0 * x,
        },
    ),
)
def sqrt(x):
    y = np.sqrt(x)
    return y, (lambda g: g / (2 * y),)


@rule(
    np.cbrt,
    scalar=ieee.of_ufunc(np.cbrt),
    domains=(POSITIVE,),
    seldom=True,
    notation=Notation(javascript="Math.cbrt({0})"),
    lesson=Lesson(
        "1 / (3 cbrt(z)**2)",
        "function",
        lambda x, y: {
            "1 / cbrt(z)**2, without the 1/3": 1 / (y * y),
            "cbrt(z)**2 / 3": y * y / 3,
            "1 / (3 cbrt(z))": 1 / (3 * y),
        },
    ),
)
def cbrt(x):
    y = np.cbrt(x)
    return y, (lambda g: g / (3 * y**2),)


@rule(
    np.sin,
    scalar=ieee.unary(math.sin, np.sin),
    domains=(REAL,),
    notation=Notation(latex=r"\sin", javascript="Math.sin({0})"),
    lesson=Lesson("cos(z)", "function", lambda x, y: {"-cos(z)": -np.cos(x)}),
)
def sin(x):
    return np.sin(x), (lambda g: g * np.cos(x),)


@rule(
    np.cos,
    scalar=ieee.unary(math.cos, np.cos),
    domains=(REAL,),
    notation=Notation(latex=r"\cos", javascript="Math.cos({0})"),
    lesson=Lesson("-sin(z)", "function", lambda x, y: {"sin(z)": np.sin(x)}),
)
def cos(x):
    return np.cos(x), (lambda g: -g * np.sin(x),)


@rule(
    np.tan,
    scalar=ieee.unary(math.tan, np.tan),
    domains=((-1.2, 1.2),),
    notation=Notation(latex=r"\tan", javascript="Math.tan({0})"),
)
def tan(x):
    y = np.tan(x)
    return y, (lambda g: g * (1 + y**2),)


@rule(
    np.tanh,
    scalar=math.tanh,
    domains=(REAL,),
    notation=Notation(latex=r"\tanh", javascript="Math.tanh({0})"),
    lesson=Lesson(
        "1 - tanh(z)**2",
        "activation",
        lambda x, y: {
            "1 - z**2": 1 - x * x,
            "1 - tanh(z)": 1 - y,
            "1 + tanh(z)**2": 1 + y * y,
            "(1 - tanh(z))**2": (1 - y) ** 2,
        },
    ),
)
def tanh(x):
    y = np.tanh(x)
    return y, (lambda g: g * (1 - y**2),)
