"""The functions that are called seldom: they are loaded when one of them is called."""

from . import (  # noqa: F401  each gives NumPy's functions to Tensors
    along_axes,
    choices,
    differences,
    elementwise_of_numpy,
    polynomials,
    statistics,
    without_nan,
    writing,
)
