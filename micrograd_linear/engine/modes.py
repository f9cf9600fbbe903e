"""Two switches: ``no_grad()`` records nothing, ``debug()`` stops where a NaN or infinity begins.

Each holds for the thread or the task that enters it, and ends with its block, also by an error.
"""

import contextlib
import math
import os
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from . import tensor
from .explain import described
from .graph import is_node
from .recording import changing

# Paths are taken apart as texts here: pathlib would be a tenth of the time of an import.
_NOT_THE_USERS = (
    __file__.rsplit(os.sep, 2)[0] + os.sep,
    str(np.__file__).rsplit(os.sep, 1)[0] + os.sep,
)
# Python's own library. Installed packages lie inside of it, in a folder called site-packages.
_LIBRARY = os.__file__.rsplit(os.sep, 1)[0] + os.sep


@contextlib.contextmanager
def no_grad() -> Iterator[None]:
    """Inside this block operations compute, and record nothing: results are constants.

    >>> from micrograd_linear import Tensor, no_grad
    >>> t = Tensor([1.0, 2.0])
    >>> with no_grad():
    ...     y = t * 2
    >>> y.requires_grad
    False
    """
    with changing(on=False):
        yield


@contextlib.contextmanager
def debug() -> Iterator[None]:
    """Inside this block the first NaN or infinity, forward or backward, is an error.

    The ``FloatingPointError`` names the operation that made it, its line in the user's file and
    its operands. An operation whose operand was not finite already is not named. Every result
    remembers its line as ``.line``, which ``draw`` shows on its page. (Changed data and constants
    need no switch: ``backward`` always refuses them.)

    >>> from micrograd_linear import Tensor, debug
    >>> with debug():  # doctest: +ELLIPSIS
    ...     Tensor([-1.0], "x").log()
    Traceback (most recent call last):
        ...
    FloatingPointError: log of x (1,) made nan at [0] from -1.0 (forward, <...>:2)
    """
    # NumPy's warnings are silenced: the error says more.
    with changing(looks=(_check_result,), watchers=(_check_backward,)), np.errstate(all="ignore"):
        yield


def _check_result(result: Any, rule: Any, operands: tuple, inputs: tuple) -> None:
    """Remember the line of a result; raise if it is the first that is not finite."""
    result.line = users_line()
    if isinstance(result, tensor.Tensor):
        _check_forward(result, rule, operands, inputs)
    else:
        _check_value(result, rule, operands, inputs)


def _check_forward(result: Any, rule: Any, operands: tuple, inputs: tuple) -> None:
    bad = ~np.isfinite(result.current)
    if not bad.any() or not all(np.isfinite(x).all() for x in inputs):
        return
    where = tuple(int(i) for i in np.unravel_index(np.argmax(bad), bad.shape))
    elements = (
        [np.broadcast_to(x, bad.shape)[where] for x in inputs]
        if all(_broadcasts(x, bad.shape) for x in inputs)
        else []
    )
    made_from = f" from {', '.join(str(float(x)) for x in elements)}" if elements else ""
    raise FloatingPointError(
        f"{rule.name} of {described(operands)} made {result.current[where]} at "
        f"{list(where)}{made_from} (forward, {result.line})"
    )


def _check_value(result: Any, rule: Any, operands: tuple, numbers: tuple) -> None:
    if math.isfinite(result.current) or not all(map(math.isfinite, numbers)):
        return
    words = ", ".join(x.describe() if is_node(x) else repr(x) for x in operands)
    made_from = ", ".join(map(str, numbers))
    raise FloatingPointError(
        f"{rule.name} of {words} made {result.current} from {made_from} (forward, {result.line})"
    )


def _check_backward(node: Any, operand: Any, g: Any, contribution: Any) -> None:
    """Raise if the derivative of a node is the first number that is not finite."""
    bad = ~np.isfinite(contribution)
    if not bad.any() or not np.isfinite(g).all():
        return
    made, where, number = contribution, ", where it", operand.current
    if np.ndim(contribution) or isinstance(operand, tensor.Tensor):
        index = tuple(int(i) for i in np.unravel_index(np.argmax(bad), bad.shape))
        made, number = f"{contribution[index]} at {list(index)}", operand.current[index]
        where = f", where {operand.describe()}"
    line = getattr(node, "line", "a line outside of debug()")
    raise FloatingPointError(
        f"the derivative of {node.operation} with respect to {operand.describe()} made {made}"
        f"{where} is {number} (backward; forward at {line})"
    )


def _broadcasts(x: Any, shape: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(np.shape(x), shape) == shape
    except ValueError:
        return False


def users_line() -> str:
    """file:line of the innermost caller outside of this package, NumPy and Python's library."""
    frame = sys._getframe()
    while frame is not None:
        name = frame.f_code.co_filename
        if not name.startswith(_NOT_THE_USERS) and (
            "site-packages" in name or not name.startswith(_LIBRARY)
        ):
            return f"{name.rpartition(os.sep)[2]}:{frame.f_lineno}"
        frame = frame.f_back
    return "unknown line"
