"""Two switches: ``no_grad()`` records nothing, ``debug()`` stops at the operation that first makes a NaN or an infinity.

Both are for the whole process, and are set back when the block ends, by an error too.
"""

import contextlib
import traceback
from pathlib import Path

import numpy as np

from . import backward, tensor, value

_PACKAGE = str(Path(__file__).parent)


@contextlib.contextmanager
def no_grad():
    """Inside this block operations compute, and record nothing: results are constants.

    >>> from micrograd_linear import Tensor, no_grad
    >>> t = Tensor([1.0, 2.0])
    >>> with no_grad():
    ...     y = t * 2
    >>> y.requires_grad
    False
    """
    before = tensor.recording
    tensor.recording = value.recording = False
    try:
        yield
    finally:
        tensor.recording = value.recording = before


@contextlib.contextmanager
def debug():
    """Inside this block the operation on Tensors that first makes a NaN or an infinity, forward or backward, raises ``FloatingPointError``.

    The message names the operation, its line in the user's file and its operands. A result that is not finite because an operand was
    not is no cause. (Changed data and constants need no switch: ``backward`` always refuses them.)

    >>> from micrograd_linear import Tensor, debug
    >>> with debug():
    ...     Tensor([-1.0], "x").log()
    Traceback (most recent call last):
        ...
    FloatingPointError: log of x (1,) made nan at [0] from -1.0 (forward, <doctest micrograd_linear.modes.debug[1]>:2)
    """
    before = tensor.after_forward, backward.watch
    tensor.after_forward, backward.watch = _check_forward, _check_backward
    try:
        with np.errstate(all="ignore"):  # the error says more than NumPy's warning
            yield
    finally:
        tensor.after_forward, backward.watch = before


def _check_forward(result, rule, operands, inputs):
    result.line = users_line()
    bad = ~np.isfinite(result.current)
    if not bad.any() or not all(np.isfinite(x).all() for x in inputs):
        return
    where = tuple(int(i) for i in np.unravel_index(np.argmax(bad), bad.shape))
    elements = [np.broadcast_to(x, bad.shape)[where] for x in inputs] if all(_broadcasts(x, bad.shape) for x in inputs) else []
    made_from = f" from {', '.join(str(float(x)) for x in elements)}" if elements else ""
    raise FloatingPointError(
        f"{rule.name} of {tensor.described(operands)} made {result.current[where]} at {list(where)}{made_from} (forward, {result.line})"
    )


def _check_backward(node, operand, g, contribution):
    bad = ~np.isfinite(contribution)
    if not bad.any() or not np.isfinite(g).all():
        return
    where = tuple(int(i) for i in np.unravel_index(np.argmax(bad), bad.shape))
    raise FloatingPointError(
        f"the derivative of {node.operation} with respect to {operand.describe()} made {contribution[where]} at {list(where)}, where {operand.describe()} "
        f"is {operand.current[where]} (backward; forward at {getattr(node, 'line', 'a line outside of debug()')})"
    )


def _broadcasts(x, shape):
    try:
        return np.broadcast_shapes(np.shape(x), shape) == shape
    except ValueError:
        return False


def users_line():
    """file:line of the innermost caller outside of this package."""
    for frame, number in traceback.walk_stack(None):
        name = frame.f_code.co_filename
        if not name.startswith(_PACKAGE):
            return f"{Path(name).name}:{number}"
    return "unknown line"
