"""Operations of one's own."""

import numpy as np

from ..engine.numpy_protocol import implements
from ..engine.tensor import Tensor
from ..engine.value import Value
from ..operations import RULES, SCALAR_RULES, ScalarRule
from ..operations import rule as register_rule
from . import (  # noqa: F401
    construction,
    elementwise,
    ordering,
    padding,
    products,
    rearrangements,
    reductions,
    running,
    shapes,
    shares,
)

# The modules imported above have given Tensor all of its methods by now.
PREDEFINED = frozenset(dir(Tensor)) | frozenset(RULES)


def rule(function_or_name, **record):
    """Decorator: add an operation of your own.

    It becomes a method, a function, and, where a NumPy function is given, what that function does
    on a Tensor. The formula is plain NumPy maths on its arguments; it returns the value and one
    pullback for each positional argument. Keyword-only arguments are static. Drawing, comparing and
    further derivatives know the operation at once, and Values too, where the formula can be run on
    single numbers.

    ``record`` is what else is known of it: its notation, its scalar form, what people write by
    mistake; see ``Rule`` in ``micrograd_linear.operations``.

    >>> from micrograd_linear import Value, rule
    >>> @rule("swish")
    ... def swish(x):
    ...     s = 1 / (1 + np.exp(-x))
    ...     return x * s, (lambda g: g * (s + x * s * (1 - s)),)
    >>> t = Tensor([0.0, 1.0]); y = t.swish(); y.backward([1, 1]); t.grad
    array([0.5       , 0.92767051])
    >>> v = Value(1.0); v.swish().backward(); round(v.grad, 8)
    0.92767051
    """
    if not isinstance(function_or_name, str) and not callable(function_or_name):
        raise TypeError(
            "rule: expected a name or a NumPy function, got "
            f"{type(function_or_name).__name__}; write @rule('name')"
        )
    name = function_or_name if isinstance(function_or_name, str) else function_or_name.__name__
    if name in PREDEFINED:
        raise ValueError(f"rule: Tensor already has {name!r}; choose another name")

    def register(formula):
        made = register_rule(function_or_name, **{"composed": True, **record})(formula)
        _attach(made)
        return made

    return register


def _attach(made):
    """Make an operation a method of both levels, and what NumPy's function does on a Tensor."""

    def as_method(self, *operands, **static):
        return made(self, *operands, **static)

    as_method.__name__, as_method.__doc__ = made.name, made.__doc__
    levels = [Tensor] if made.static_names else [Tensor, Value]
    for level in levels:
        for name in made.method_names:
            setattr(level, name, as_method)
    if not made.static_names:
        SCALAR_RULES[made.name] = ScalarRule(made)
    if made.numpy_function is not None and not isinstance(made.numpy_function, np.ufunc):
        implements(made.numpy_function)(made)
