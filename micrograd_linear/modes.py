"""Two switches: ``no_grad()`` records nothing, ``debug()`` stops at the operation that first makes a NaN or an infinity.

Both are for the whole process, and are set back when the block ends, by an error too.
"""

import contextlib
import math
import os
import sys
import traceback
from pathlib import Path

import numpy as np

from . import backward, tensor, value
from .graph import is_node

_NOT_THE_USERS = tuple(f"{Path(module.__file__).parent}{os.sep}" for module in (sys.modules[__package__], np))
_LIBRARY = f"{Path(os.__file__).parent}{os.sep}"  # Python's own; what is installed is in a folder of its own inside of it


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
    before = tensor.recording, value.recording, value.otherwise
    checked = None if value.recording else value.otherwise  # inside debug()
    tensor.recording = value.recording = False
    value.otherwise = (lambda node: value.forgotten(checked(node))) if checked else value.forgotten
    try:
        yield
    finally:
        tensor.recording, value.recording, value.otherwise = before


@contextlib.contextmanager
def debug():
    """Inside this block the operation that first makes a NaN or an infinity, forward or backward, raises ``FloatingPointError``.

    The message names the operation, its line in the user's file and its operands. A result that is not finite because an operand was
    not is no cause. Every result remembers its line as ``.line``, which ``draw`` shows on its page. (Changed data and constants need no switch:
    ``backward`` always refuses them.)

    >>> from micrograd_linear import Tensor, debug
    >>> with debug():
    ...     Tensor([-1.0], "x").log()
    Traceback (most recent call last):
        ...
    FloatingPointError: log of x (1,) made nan at [0] from -1.0 (forward, <doctest micrograd_linear.modes.debug[1]>:2)
    """
    before = tensor.after_forward, backward.debugging, value.recording, value.otherwise, value.before_backward
    forget = not value.recording and value.otherwise is value.forgotten  # inside no_grad()
    tensor.after_forward, backward.debugging = _check_forward, _check_backward
    value.recording, value.before_backward = False, _check_backward_of_values
    value.otherwise = (lambda node: value.forgotten(_check_value(node))) if forget else _check_value
    try:
        with np.errstate(all="ignore"):  # the error says more than NumPy's warning
            yield
    finally:
        tensor.after_forward, backward.debugging, value.recording, value.otherwise, value.before_backward = before


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


def _check_value(node):
    """The node, which remembers its line; raises if it is the first that is not finite."""
    node.line = users_line()
    numbers = [float(x.current if is_node(x) else x) for x in node.operands]
    if not math.isfinite(node.current) and all(map(math.isfinite, numbers)):
        operands = ", ".join(x.describe() if is_node(x) else repr(x) for x in node.operands)
        raise FloatingPointError(f"{node.operation} of {operands} made {node.current} from {', '.join(map(str, numbers))} (forward, {node.line})")
    return node


def _check_backward_of_values(order, gradient):
    """The walk that is to come, to see whether a derivative in it is not finite; changes nothing."""
    gradients = {order[0]: gradient}
    for node in order:
        g = gradients[node]
        for operand, part in node.contributions(g):
            if not math.isfinite(part) and math.isfinite(g):
                raise FloatingPointError(
                    f"the derivative of {node.operation} with respect to {operand.describe()} made {part}, where it is {operand.current} "
                    f"(backward; forward at {getattr(node, 'line', 'a line outside of debug()')})"
                )
            gradients[operand] = gradients.get(operand, 0.0) + part


def _broadcasts(x, shape):
    try:
        return np.broadcast_shapes(np.shape(x), shape) == shape
    except ValueError:
        return False


def users_line():
    """file:line of the innermost caller outside of this package, of NumPy, and of Python's own library."""
    for frame, number in traceback.walk_stack(None):
        name = frame.f_code.co_filename
        if not name.startswith(_NOT_THE_USERS) and ("site-packages" in name or not name.startswith(_LIBRARY)):
            return f"{Path(name).name}:{number}"
    return "unknown line"
