"""Operations: one record each, which every reader asks.

The heart of a record is its formula: a function that returns its value and one pullback for each
argument. A pullback takes g = dL/d(value), in the layout of the value, and returns dL/d(argument).
What holds for all of them:

- Positional arguments are differentiable, keyword-only arguments are static.
- Formulas are plain NumPy maths and pure, so whatever speaks NumPy's protocols can be put through
  them.
- Broadcasting is undone by the caller: it sums every pullback's result back to its argument's
  shape, and casts it to its type.
- A pullback closes over a shape rather than an array where the shape is all it needs.

Importing this package registers every operation.
"""

from . import (
    activations,
    arithmetic,
    assignment,
    bases,
    decompositions,
    elementary,
    fourier,
    hyperbolic,
    indexing,
    inverses,
    linear_algebra,
    ordering,
    pairs,
    reductions,
    shapes,
    special,
    steps,
)
from .operation import BY_NUMPY_FUNCTION, RULES, Lesson, Notation, Rule, is_read, record_of, rule
from .scalar import ScalarRule

# The operations on single numbers: operators first, what is seldom used last. One with settings
# that are no numbers is none.
SCALAR_RULES = {
    each.name: ScalarRule(each)
    for each in sorted(RULES.values(), key=lambda each: (each.seldom, not each.operator))
    if each.elementwise and not each.flat and not each.static_names
}

__all__ = [
    "BY_NUMPY_FUNCTION",
    "RULES",
    "SCALAR_RULES",
    "Lesson",
    "Notation",
    "Rule",
    "ScalarRule",
    "activations",
    "arithmetic",
    "assignment",
    "bases",
    "decompositions",
    "elementary",
    "fourier",
    "hyperbolic",
    "indexing",
    "inverses",
    "is_read",
    "linear_algebra",
    "ordering",
    "pairs",
    "record_of",
    "reductions",
    "rule",
    "shapes",
    "special",
    "steps",
]
