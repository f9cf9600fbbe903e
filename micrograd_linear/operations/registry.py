"""The table of all rules: what one is, and how a formula becomes one."""

import inspect

RULES = {}  # name -> Rule
BY_NUMPY_FUNCTION = {}  # the NumPy function or ufunc that means the same -> Rule


class Rule:
    """A named formula.

    Calling it computes the value; an argument whose type defines ``__apply_rule__``, such as a
    Tensor, takes the call over.
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
    """True for what reads rules, such as a Tensor; False for the numbers that they compute on."""
    return hasattr(type(x), "__apply_rule__")


def rule(function_or_name):
    """Decorator: register a formula under a name, or under the NumPy function of the same value."""
    named = isinstance(function_or_name, str)
    name = function_or_name if named else function_or_name.__name__
    numpy_function = None if named else function_or_name

    def register(formula):
        registered = RULES[name] = Rule(name, formula, numpy_function)
        if numpy_function is not None:
            BY_NUMPY_FUNCTION[numpy_function] = registered
        return registered

    return register
