"""What people compute in place of one contribution of an operation: its derivative left out, taken
at the output, of another function, ...

``mistakes(operation, position, arrays, y, static)`` lists (kind, words, f) for y =
operation(*arrays): f(g) is what somebody may have written for what g = dL/dy adds to the gradient
of arrays[position]. Right contributions are among them where numbers happen to coincide; that is
for the caller to see. Elementwise operations and matrix products are written so that arrays may
carry one more leading axis, of several nodes at once.
"""

import numpy as np

from ..operations import RULES, SCALAR_RULES
from ..operations import names as op
from .function_mistakes import mistakes_of_function
from .layout_mistakes import MISTAKES_OF_LAYOUT
from .matrix_mistakes import MISTAKES_OF_MATRICES
from .pair_mistakes import MISTAKES_OF_PAIRS, largest_alone
from .reduction_mistakes import MISTAKES_OF_REDUCTIONS


def is_of_numbers(operation):
    """True for an elementwise operation: its arrays may carry a leading axis, of several nodes."""
    return operation in SCALAR_RULES and RULES[operation].elementwise


def tells_apart(operation):
    """True for a reduction whose mistakes tell one element from the others: it is no sum."""
    return RULES[operation].reduces and not RULES[operation].sums


_OF = {
    **MISTAKES_OF_PAIRS,
    **MISTAKES_OF_MATRICES,
    **MISTAKES_OF_REDUCTIONS,
    **MISTAKES_OF_LAYOUT,
}


def mistakes(operation, position, arrays, y, static, shape=None):
    """[(kind, words, f)] for one operand of an operation; see above. ``shape`` is that of one
    node's y, where arrays are of several.
    """
    shape = np.shape(y) if shape is None else shape
    if operation not in _OF and is_of_numbers(operation) and not RULES[operation].operator:
        return mistakes_of_function(operation, position, arrays, y)
    if operation not in _OF or (tells_apart(operation) and np.size(arrays[position]) == 1):
        return []
    forms = _OF[operation](position, arrays, y, static)
    if operation == op.MULTIPLY and shape and shape[-1] > 1:
        forms.append(largest_alone(arrays[1 - position]))
    return forms
