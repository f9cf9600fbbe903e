"""Rules: one formula per operation, written once and read by many readers.

A rule is a function that returns its value and one pullback for each argument. A pullback takes
g = dL/d(value), in the layout of the value, and returns dL/d(argument). What holds for all of them:

- Positional arguments are differentiable, keyword-only arguments are static.
- Rules are plain NumPy maths and pure, so whatever speaks NumPy's protocols can be put through
  them.
- Broadcasting is undone by the caller: it sums every pullback's result back to its argument's
  shape, and casts it to its type.
- A pullback closes over a shape rather than an array where the shape is all it needs.

Importing this package registers every rule.
"""

from . import elementwise, indexing, linear_algebra, reductions, shapes
from .registry import BY_NUMPY_FUNCTION, RULES, Rule, is_read, rule

__all__ = [
    "BY_NUMPY_FUNCTION",
    "RULES",
    "Rule",
    "elementwise",
    "indexing",
    "is_read",
    "linear_algebra",
    "reductions",
    "rule",
    "shapes",
]
