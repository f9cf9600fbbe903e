"""What people compute in place of one contribution of an operation: its derivative left out, taken
at the output, of another function, ...

``mistakes(operation, position, arrays, y, static)`` lists (kind, words, f) for y =
operation(*arrays): f(g) is what somebody may have written for what g = dL/dy adds to the gradient
of arrays[position]. Right contributions are among them where numbers happen to coincide; that is
for the caller to see. Elementwise operations and matrix products are written so that arrays may
carry one more leading axis, of several nodes at once.
"""

import numpy as np

from .function_mistakes import UNARY, mistakes_of_function
from .layout_mistakes import MISTAKES_OF_LAYOUT
from .matrix_mistakes import MISTAKES_OF_MATRICES
from .pair_mistakes import MISTAKES_OF_PAIRS, largest_alone
from .reduction_mistakes import MISTAKES_OF_REDUCTIONS

# The mistakes of these tell one element from the others.
OF_SEVERAL = ("max", "min", "prod")
# Arrays of these may carry a leading axis, of several nodes at once.
BATCHED = {
    *UNARY,
    "negative",
    "add",
    "subtract",
    "multiply",
    "divide",
    "power",
    "maximum",
    "minimum",
}
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
    if operation in UNARY:
        return mistakes_of_function(operation, arrays[0], y, static)
    if operation not in _OF or (operation in OF_SEVERAL and np.size(arrays[position]) == 1):
        return []
    forms = _OF[operation](position, arrays, y, static)
    if operation == "multiply" and shape and shape[-1] > 1:
        forms.append(largest_alone(arrays[1 - position]))
    return forms
