"""SciPy's special functions by their derivatives: the value is SciPy's own, the slope a formula.

It is read when one of them is called. What the formulas call, such as ``special.psi``, is recorded
in its turn, so that there are second derivatives.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from ..operations import Rule

_ROOT_OF_PI, _ROOT_OF_2PI = math.sqrt(math.pi), math.sqrt(2 * math.pi)


def _slopes(s: Any) -> dict[str, tuple[Callable[..., Any] | None, ...]]:
    """{name: for each operand its slope, of the result y and the operands; None: it has none}.

    s is ``scipy.special``. The formulas are those of the NIST Digital Library of Mathematical
    Functions, chapters 5 to 10 and 25.
    """
    return {
        "gamma": (lambda y, x: y * s.psi(x),),
        "rgamma": (lambda y, x: -y * s.psi(x),),
        "loggamma": (lambda y, x: s.psi(x),),
        "beta": (
            lambda y, a, b: y * (s.psi(a) - s.psi(a + b)),
            lambda y, a, b: y * (s.psi(b) - s.psi(a + b)),
        ),
        "zeta": (None, lambda y, x, q: -x * s.zeta(x + 1, q)),
        "gammainc": (None, lambda y, a, x: _density_of_gamma(s, a, x)),
        "gammaincc": (None, lambda y, a, x: -_density_of_gamma(s, a, x)),
        "betainc": (None, None, lambda y, a, b, x: _density_of_beta(s, a, b, x)),
        "erfcx": (lambda y, x: 2 * x * y - 2 / _ROOT_OF_PI,),
        "erfinv": (lambda y, x: _ROOT_OF_PI / 2 * np.exp(y * y),),
        "erfcinv": (lambda y, x: -_ROOT_OF_PI / 2 * np.exp(y * y),),
        "ndtri": (lambda y, x: _ROOT_OF_2PI * np.exp(y * y / 2),),
        "log_ndtr": (lambda y, x: np.exp(-x * x / 2 - y) / _ROOT_OF_2PI,),
        "dawsn": (lambda y, x: 1 - 2 * x * y,),
        "expi": (lambda y, x: np.exp(x) / x,),
        "exp1": (lambda y, x: -np.exp(-x) / x,),
        "i0": (lambda y, x: s.i1(x),),
        "i1": (lambda y, x: (s.i0(x) + s.iv(2, x)) / 2,),
        "iv": (None, lambda y, n, x: (s.iv(n - 1, x) + s.iv(n + 1, x)) / 2),
        "kv": (None, lambda y, n, x: -(s.kv(n - 1, x) + s.kv(n + 1, x)) / 2),
        "j0": (lambda y, x: -s.j1(x),),
        "j1": (lambda y, x: (s.j0(x) - s.jv(2, x)) / 2,),
        "jv": (None, lambda y, n, x: (s.jv(n - 1, x) - s.jv(n + 1, x)) / 2),
        "y0": (lambda y, x: -s.y1(x),),
        "y1": (lambda y, x: (s.y0(x) - s.yn(2, x)) / 2,),
        "yn": (None, lambda y, n, x: (s.yn(n - 1, x) - s.yn(n + 1, x)) / 2),
        "yv": (None, lambda y, n, x: (s.yv(n - 1, x) - s.yv(n + 1, x)) / 2),
    }


def _density_of_gamma(s: Any, a: Any, x: Any) -> Any:
    return np.exp((a - 1) * np.log(x) - x - s.gammaln(a))


def _density_of_beta(s: Any, a: Any, b: Any, x: Any) -> Any:
    return np.exp((a - 1) * np.log(x) + (b - 1) * np.log1p(-x) - s.betaln(a, b))


_MADE: dict[Any, Callable[..., Any] | None] = {}


def of_slopes(ufunc: Any) -> Callable[..., Any] | None:
    """The function of SciPy as an operation; None where no slope of it is known."""
    if ufunc not in _MADE:
        table = _slopes(sys.modules["scipy.special"])
        name = ufunc.__name__.lstrip("_")  # that of zeta has one
        _MADE[ufunc] = _operation(name, ufunc, table[name]) if name in table else None
    return _MADE[ufunc]


def _operation(name: str, ufunc: Any, slopes: tuple) -> Callable[..., Any]:
    """The operation of the operands that have a slope; the others are constants."""
    varied = [i for i, slope in enumerate(slopes) if slope is not None]

    def operation(*operands: Any) -> Any:
        for i, x in enumerate(operands):
            if slopes[i] is None and getattr(x, "requires_grad", False):
                raise TypeError(
                    f"scipy.special.{name}: operand {i + 1} requires a gradient, and its "
                    "derivative has no closed form; pass .detach() of it"
                )
        constants = [getattr(x, "current", x) for x in operands]

        def all_of(given: tuple) -> list:
            found = dict(zip(varied, given))
            return [found.get(i, x) for i, x in enumerate(constants)]

        def formula(*given: Any) -> Any:
            everything = all_of(given)
            y = ufunc(*everything)
            return y, tuple((lambda g, i=i: g * slopes[i](y, *everything)) for i in varied)

        rule = Rule(name, formula, elementwise=True)
        rule.operand_count = len(varied)
        return rule(*(operands[i] for i in varied))

    return operation
