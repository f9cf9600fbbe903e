"""Rules: one formula per operation, written once and read by many readers.

A rule is a function that returns its value and one pullback for each argument. A pullback takes
g = dL/d(value), in the layout of the value, and returns dL/d(argument). What holds for all of them:

- Positional arguments are differentiable, keyword-only arguments are static.
- Rules are plain NumPy maths and pure, so whatever speaks NumPy's protocols can be put through
  them.
- Broadcasting is undone by the caller: it sums every pullback's result back to its argument's
  shape, and casts it to its type.
- A pullback closes over a shape rather than an array where the shape is all it needs.
"""

import inspect

RULES = {}  # name -> Rule
BY_NUMPY_FUNCTION = {}  # the NumPy function or ufunc that means the same -> Rule


class Rule:
    """A named formula. Calling it computes the value; an argument whose type defines
    ``__apply_rule__`` (a Tensor, say) takes it over.
    """

    def __init__(self, name, formula, numpy_function=None):
        parameters = inspect.signature(formula).parameters.values()
        self.name = name
        self.formula = formula
        self.numpy_function = numpy_function
        self.operand_count = sum(p.kind is p.POSITIONAL_OR_KEYWORD for p in parameters)
        self.static_names = tuple(p.name for p in parameters if p.kind is p.KEYWORD_ONLY)
        self.__doc__ = formula.__doc__

    def __call__(self, *operands, **static):
        for operand in operands:
            apply = getattr(type(operand), "__apply_rule__", None)
            if apply is not None:
                return apply(self, operands, static)
        return self.formula(*operands, **static)[0]

    def __repr__(self):
        return f"<rule {self.name}>"


def is_read(x):
    """True for what reads rules (a Tensor, say), False for the numbers and arrays that they are
    computed on.
    """
    return hasattr(type(x), "__apply_rule__")


def rule(function_or_name):
    """Decorator: register a formula under a name, or under the NumPy function that computes the
    same value.
    """
    named = isinstance(function_or_name, str)
    name = function_or_name if named else function_or_name.__name__
    numpy_function = None if named else function_or_name

    def register(formula):
        registered = RULES[name] = Rule(name, formula, numpy_function)
        if numpy_function is not None:
            BY_NUMPY_FUNCTION[numpy_function] = registered
        return registered

    return register


# This import registers every rule.
from . import elementwise, indexing, linear_algebra, reductions, shapes  # noqa: E402, F401
