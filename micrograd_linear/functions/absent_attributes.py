"""Attributes that an array has and Tensor does not define: methods of which NumPy has a function of
the same name are that function, and of the others reading one says why, and what to write.
"""

import functools
from typing import Any

import numpy as np

from ..engine.numpy_protocol import implementation
from ..engine.tensor import Tensor


class Absent:
    """An attribute that is not there: ``hasattr`` is False, and the error gives advice; or a method
    that is loaded when it is asked for.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, node: Any, kind: type) -> Any:
        from ..engine.refusals import REFUSALS  # which is read when one is needed

        refusal = REFUSALS.get(f"ndarray.{self.name}")
        method = self._method() if refusal is None else None
        if method is not None:
            return method if node is None else functools.partial(method, node)
        if node is None or refusal is None:
            raise AttributeError(f"{kind.__name__!r} object has no attribute {self.name!r}")
        raise AttributeError(
            f"{self.name} of {node.describe()}: {refusal.reason}; write {refusal.write}"
        )

    def _method(self) -> Any:
        """What NumPy's function of the same name, such as ``np.choose``, does on a Tensor."""
        function = getattr(np, self.name, None)
        return implementation(function) if callable(function) else None


def tell_of_absent_attributes() -> None:
    """Give Tensor a word on every attribute of an array that it lacks, after all others."""
    for name in set(dir(np.ndarray)) - set(dir(Tensor)):
        if not name.startswith("_"):
            setattr(Tensor, name, Absent(name))
