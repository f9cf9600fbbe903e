"""Inverses of the trigonometric and hyperbolic functions, element by element. g = dL/d(result)."""

import math

import numpy as np

from . import ieee
from .operation import BETWEEN_ONES, REAL, Lesson, Notation, rule


@rule(
    np.arcsin,
    scalar=ieee.unary(math.asin, np.arcsin),
    domains=(BETWEEN_ONES,),
    seldom=True,
    aliases=("asin",),
    notation=Notation(latex=r"\arcsin", javascript="Math.asin({0})"),
    lesson=Lesson(
        "1 / sqrt(1 - z**2)",
        "function",
        lambda x, y: {"1 / cos(z)": 1 / np.cos(x), "1 / sqrt(1 + z**2)": 1 / np.sqrt(1 + x * x)},
    ),
)
def arcsin(x):
    return np.arcsin(x), (lambda g: g / np.sqrt((1 - x) * (1 + x)),)


@rule(
    np.arccos,
    scalar=ieee.unary(math.acos, np.arccos),
    domains=(BETWEEN_ONES,),
    seldom=True,
    aliases=("acos",),
    notation=Notation(latex=r"\arccos", javascript="Math.acos({0})"),
    lesson=Lesson(
        "-1 / sqrt(1 - z**2)",
        "function",
        lambda x, y: {"1 / sqrt(1 - z**2)": 1 / np.sqrt(1 - x * x)},
    ),
)
def arccos(x):
    return np.arccos(x), (lambda g: -g / np.sqrt((1 - x) * (1 + x)),)


@rule(
    np.arctan,
    scalar=math.atan,
    domains=(REAL,),
    seldom=True,
    aliases=("atan",),
    notation=Notation(latex=r"\arctan", javascript="Math.atan({0})"),
    lesson=Lesson(
        "1 / (1 + z**2)",
        "function",
        lambda x, y: {
            "1 / (1 - z**2)": 1 / (1 - x * x),
            "1 / (1 + z)**2": 1 / (1 + x) ** 2,
            "1 / sqrt(1 + z**2)": 1 / np.sqrt(1 + x * x),
        },
    ),
)
def arctan(x):
    return np.arctan(x), (lambda g: g / (1 + x * x),)


@rule(
    np.arcsinh,
    scalar=math.asinh,
    domains=(REAL,),
    seldom=True,
    aliases=("asinh",),
    notation=Notation(javascript="Math.asinh({0})"),
    lesson=Lesson(
        "1 / sqrt(1 + z**2)",
        "function",
        lambda x, y: {"1 / cosh(z)": 1 / np.cosh(x), "1 / (1 + z**2)": 1 / (1 + x * x)},
    ),
)
def arcsinh(x):
    """log(x + sqrt(x² + 1)), with a derivative from hypot(x, 1), whose square cannot overflow."""
    return np.arcsinh(x), (lambda g: g / np.hypot(x, 1),)


@rule(
    np.arccosh,
    scalar=ieee.unary(math.acosh, np.arccosh),
    domains=((1.2, 3.0),),
    seldom=True,
    aliases=("acosh",),
    notation=Notation(javascript="Math.acosh({0})"),
    lesson=Lesson(
        "1 / sqrt(z**2 - 1)",
        "function",
        lambda x, y: {"1 / sinh(z)": 1 / np.sinh(x), "1 / (z**2 - 1)": 1 / (x * x - 1)},
    ),
)
def arccosh(x):
    return np.arccosh(x), (lambda g: g / (np.sqrt(x - 1) * np.sqrt(x + 1)),)


@rule(
    np.arctanh,
    scalar=ieee.unary(math.atanh, np.arctanh),
    domains=(BETWEEN_ONES,),
    seldom=True,
    aliases=("atanh",),
    notation=Notation(javascript="Math.atanh({0})"),
    lesson=Lesson(
        "1 / (1 - z**2)",
        "function",
        lambda x, y: {
            "1 - z**2": 1 - x * x,
            "1 / (1 + z**2)": 1 / (1 + x * x),
            "1 / sqrt(1 - z**2)": 1 / np.sqrt(1 - x * x),
        },
    ),
)
def arctanh(x):
    return np.arctanh(x), (lambda g: g / ((1 - x) * (1 + x)),)
