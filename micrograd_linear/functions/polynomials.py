"""Polynomials as vectors of coefficients, the highest power first."""

import numpy as np

from ..engine.numpy_protocol import implements
from .base import as_array, by_numpy, described, given, hollow, part, plain, row
from .construction import vander
from .decompositions import lstsq
from .differences import convolve
from .joins import concatenate
from .products import inv, matmul, outer
from .shapes import atleast_1d


@implements(np.polyval)
def polyval(p, x):
    """The polynomial at x, by Horner's rule."""
    p, x = as_array(p), as_array(x)
    value = x * 0
    for i in range(len(p)):
        value = value * x + p[i]
    return value


def _of_one_length(*polynomials):
    """The coefficients, with zeros before the shorter ones."""
    parts = [atleast_1d(as_array(p)) for p in polynomials]
    n = max(p.size for p in parts)
    return [p if p.size == n else concatenate([np.zeros(n - p.size, p.dtype), p]) for p in parts]


@implements(np.polyadd)
def polyadd(a1, a2):
    """The sum of two polynomials."""
    a1, a2 = _of_one_length(a1, a2)
    return a1 + a2


@implements(np.polysub)
def polysub(a1, a2):
    """The difference of two polynomials."""
    a1, a2 = _of_one_length(a1, a2)
    return a1 - a2


@implements(np.polymul)
def polymul(a1, a2):
    """The product of two polynomials."""
    return convolve(atleast_1d(as_array(a1)), atleast_1d(as_array(a2)))


@implements(np.polyder)
def polyder(p, m=1):
    """The derivative of a polynomial, m times."""
    p = as_array(p)
    by_numpy("polyder", p, np.polyder, hollow(p), m)
    for _ in range(int(m)):
        p = p[:-1] * np.arange(len(p) - 1, 0, -1).astype(p.dtype)
    return p


@implements(np.polyint)
def polyint(p, m=1, k=None):
    """The antiderivative of a polynomial, m times, with the constants k."""
    p, m = as_array(p), int(m)
    by_numpy("polyint", p, np.polyint, hollow(p), m, None if k is None else hollow(k))
    constants = row(as_array(k if given(k) else 0.0))
    for i in range(m):
        constant = constants[
            (i if constants.size > 1 else 0) : (i if constants.size > 1 else 0) + 1
        ]
        powers = np.arange(len(p), 0, -1).astype(p.dtype)
        p = concatenate([p / powers, constant if p.dtype == constant.dtype else
                         constant.astype(p.dtype)])  # fmt: skip
    return p


@implements(np.poly)
def poly(seq_of_zeros):
    """The polynomial with the given zeros, and 1 before the highest power."""
    zeros = atleast_1d(as_array(seq_of_zeros))
    if zeros.ndim != 1:
        raise TypeError(
            f"poly of {described([zeros])}: the characteristic polynomial of a matrix is not "
            "supported; give its zeros, np.linalg.eigvalsh(t) of a symmetric one"
        )
    found = np.ones(1, zeros.dtype)
    for i in range(zeros.size):
        found = convolve(found, concatenate([np.ones(1, zeros.dtype), -zeros[i : i + 1]]))
    return found


@implements(np.polydiv)
def polydiv(u, v):
    """(quotient, remainder) of two polynomials; zeros before the remainder are taken away."""
    u, v = atleast_1d(as_array(u)), atleast_1d(as_array(v))
    quotient, rest = by_numpy("polydiv", u, np.polydiv, plain(u), plain(v))
    steps, n, scale = u.size - v.size + 1, v.size, 1.0 / v[0]
    if steps < 1:
        return quotient, +u
    factors = []
    for k in range(steps):
        factors.append(part(u, slice(k, k + 1)) * scale)
        part_k = part(u, slice(k, k + n)) - factors[-1] * v
        u = concatenate([part(u, slice(0, k)), part_k, part(u, slice(k + n, None))])
    return concatenate(factors), u[u.size - rest.size :]


@implements(np.polyfit)
def polyfit(x, y, deg, rcond=None, full=False, w=None, cov=False):
    """The polynomial of a degree that fits y at the places x best, by least squares."""
    x, y = as_array(x) + 0.0, as_array(y) + 0.0
    weights = None if w is None else as_array(w) + 0.0
    told = by_numpy(
        "polyfit", y, np.polyfit, plain(x), plain(y), deg, rcond, full, plain(weights), cov
    )
    left, right = vander(x, int(deg) + 1), y
    if weights is not None:
        left, right = left * weights[:, None], right * (weights[:, None] if y.ndim > 1 else weights)
    scale = (left * left).sum(axis=0) ** 0.5
    left = left / scale
    rcond = x.size * float(np.finfo(x.dtype).eps) if rcond is None else rcond
    fitted, residuals, rank, singular = lstsq(left, right, rcond)
    fitted = (fitted.T / scale).T
    if full:
        return fitted, residuals, rank, singular, rcond
    if not cov:
        return fitted
    spread = inv(matmul(left.T, left)) / outer(scale, scale)
    if not (isinstance(cov, str) and cov == "unscaled"):
        factor = residuals / (x.size - int(deg) - 1)
        spread = spread * factor if y.ndim == 1 else spread[:, :, None] * factor
    return fitted, spread.reshape(told[1].shape)
