"""SciPy's elementwise functions on Tensors and Values, by their names.

SciPy is no dependency: whoever calls one of its functions has imported it, and it is looked at
only then.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from ..operations import BY_NUMPY_FUNCTION
from ..operations import special as ours
from ..operations.activations import sigmoid, softplus


def _plain(x: Any) -> Any:
    return getattr(x, "current", x)


def _off_pole(x: Any, y: Any, pole: float) -> Any:
    """y, with pole + 1 where x is 0 and the logarithm of y infinite or none at all."""
    a, b = np.asarray(_plain(x)), np.asarray(_plain(y))
    zero = (a == 0) & ((b <= pole) | (b == np.inf))
    return np.where(zero, np.asarray(pole + 1, b.dtype), y) if zero.any() else y


def xlogy(x: Any, y: Any) -> Any:
    """x log(y), and 0 where x is 0."""
    return x * np.log(_off_pole(x, y, 0.0))


def xlog1py(x: Any, y: Any) -> Any:
    """x log(1 + y), and 0 where x is 0."""
    return x * np.log1p(_off_pole(x, y, -1.0))


def rel_entr(x: Any, y: Any) -> Any:
    """x log(x / y); 0 where x is 0, and infinite outside of the domain."""
    a, b = np.asarray(_plain(x)), np.asarray(_plain(y))
    inside = (a > 0) & (b > 0)
    outside = np.where((a == 0) & (b >= 0), 0.0 * b, np.where(np.isnan(a + b), np.nan, np.inf))
    if not inside.ndim:
        return x * np.log(x / y) if inside else outside
    one = np.ones((), np.result_type(a, b))
    x, y = np.where(inside, x, one), np.where(inside, y, one)
    return np.where(inside, x * np.log(x / y), outside.astype(one.dtype))


def entr(x: Any) -> Any:
    """-x log(x); 0 at 0, and minus infinity below."""
    return -rel_entr(x, np.ones((), getattr(x, "dtype", np.float64)))


def _ndtr(x: Any) -> Any:
    return 0.5 * ours.erfc(x * -math.sqrt(0.5))


def _huber(delta: Any, r: Any) -> Any:
    """r² / 2, and a straight line where |r| is larger than delta."""
    size = np.absolute(r)
    inside = np.minimum(size, delta)
    return inside * (size - 0.5 * inside)


_BY_NAME: dict[str, Callable[..., Any]] = {
    **{rule.name: rule for rule in (ours.erf, ours.erfc, ours.gammaln)},
    "ndtr": _ndtr,
    "psi": ours.digamma,
    "betaln": lambda x, y: ours.gammaln(x) + ours.gammaln(y) - ours.gammaln(x + y),
    "expit": sigmoid,
    "log_expit": lambda x: -softplus(-x),
    "logit": lambda x: np.log(x) - np.log1p(-x),
    "xlogy": xlogy,
    "xlog1py": xlog1py,
    "entr": entr,
    "rel_entr": rel_entr,
    "exp10": lambda x: 10.0**x,
    "kl_div": lambda x, y: rel_entr(x, y) - x + y,
    "huber": _huber,
    "pseudo_huber": lambda d, r: d * d * (np.sqrt(1 + (r / d) ** 2) - 1),
}


def of_scipy(ufunc: Any) -> Callable[..., Any] | None:
    """What SciPy's function does on Tensors; None where it is not SciPy's, or not known."""
    if not is_of_scipy(ufunc):
        return None
    of_both: Any = getattr(np, ufunc.__name__, None)  # such as log1p
    known = _BY_NAME.get(ufunc.__name__) or BY_NUMPY_FUNCTION.get(of_both)
    if known is None:
        from .scipy_slopes import of_slopes  # which few programs need

        known = of_slopes(ufunc)
    return known


def is_of_scipy(ufunc: Any) -> bool:
    """Whether it is an elementwise function of SciPy, where SciPy has been imported."""
    scipy, name = sys.modules.get("scipy.special"), getattr(ufunc, "__name__", "")
    if scipy is None or not isinstance(ufunc, np.ufunc):
        return False
    # Of some, such as zeta, the public function hands on to a ufunc of another name.
    return any(getattr(module, name, None) is ufunc for module in (scipy, scipy._ufuncs))
