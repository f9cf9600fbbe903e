"""The user's forward function on plain arrays: what a verdict has to be true of."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from ..engine.graph import is_node
from ..engine.tensor import Tensor
from .pair import Arrays, UnusableLayer, called, in_words, result_of
from .random_state import RandomState
from .statement import code_of


class PlainForward:
    """``forward`` as a function from plain arrays to one plain array, which draws the same numbers
    in each run.

    A forward that is written for Tensors alone, ``x.relu()``, is run on constant ones.
    """

    def __init__(self, forward: Callable, backward: Callable | None, state: RandomState):
        self.forward, self.backward, self.state = forward, backward, state
        self.on_tensors = False
        self.locals: dict[str, np.ndarray] = {}

    def returned(self, values: Arrays) -> object:
        """What ``forward`` returns, y or (y, cache), on copies of the values; remembers its local
        arrays.
        """
        self.locals = {}
        function = observed(self.forward, self._remember)
        try:
            return self._run(function, values, in_words(values))
        except UnusableLayer as error:
            if not isinstance(error.__cause__, (AttributeError, TypeError)):
                raise
            self.on_tensors = True
            try:
                return self._run(function, values, in_words(values))
            except UnusableLayer:
                raise error from error.__cause__

    def again(self, values: Arrays) -> object:
        """What ``forward`` returns, run as it ran before; raises whatever it raises."""
        self.state.restore()
        return self.forward(**{name: self._argument(value) for name, value in values.items()})

    def result(self, returned: Any, names: list[str]) -> np.ndarray:
        """y as a plain array of floats; an error that says what was returned instead."""
        y = result_of(returned, self.backward, names)
        y = y.current if is_node(y) else y
        if isinstance(y, (tuple, list)):
            raise UnusableLayer(
                "forward must return one array that depends on its arguments, "
                f"got {type(y).__name__}; return y alone"
            )
        kind = getattr(np.asarray(y), "dtype", np.dtype(object)).kind
        if kind not in "fiub":
            raise UnusableLayer(
                f"forward must return one array of real numbers, got {type(y).__name__}"
                "; compute it from the arguments with NumPy functions"
            )
        return np.array(y) if kind == "f" else np.asarray(y, dtype=np.float64)

    def __call__(self, values: Arrays) -> np.ndarray:
        """y for the values, without a warning of NumPy's: not a number where it has none."""
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self.result(self._run(self.forward, values, ""), list(values))

    def _run(self, function, values, shapes):
        self.state.restore()
        arguments = {name: self._argument(value) for name, value in values.items()}
        return called("forward", function, arguments, shapes)

    def _argument(self, value):
        if self.on_tensors and value.dtype.kind == "f":
            return Tensor(value, requires_grad=False)
        return value.copy()

    def _remember(self, name, value):
        if isinstance(value, np.ndarray | np.floating) and value.dtype.kind == "f":
            self.locals[name] = np.asarray(value)


def observed(function: Callable, see: Callable[[str, object], None]) -> Callable:
    """The function; ``see(name, value)`` is called with its local variables when it returns."""
    code = code_of(function)
    if code is None:
        return function

    def run(*args, **keywords):
        def at_return(frame, event, arg):
            if event == "return" and frame.f_code is code:
                for name, value in list(frame.f_locals.items()):
                    see(name, value)

        before = sys.getprofile()
        sys.setprofile(at_return)
        try:
            return function(*args, **keywords)
        finally:
            sys.setprofile(before)

    run.written_as = function
    return run
