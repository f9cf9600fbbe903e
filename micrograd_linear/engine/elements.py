"""The elements of a Tensor in an array of objects: ``np.array([t, u])`` holds such, as it holds
Values. They stay in the graph, and NumPy computes with them one by one.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import numpy as np

from .scipy_functions import is_of_scipy
from .tensor import Tensor

MOST = 10_000  # elements: each is a node of its own, and np.stack is the way for more


def as_objects(tensor: Any, dtype: Any = None) -> np.ndarray | None:
    """An array of objects, the elements of the Tensor, where NumPy asks for an array of it; None
    where the numbers are wanted, or there are too many. Of a Tensor without axes NumPy takes no
    element, but the Tensor itself, which is one from then on.
    """
    frame = sys._getframe(2)
    if (
        dtype not in (None, object)
        or tensor.size > MOST
        or _is_stored(frame)
        or _is_of_floats(frame)
    ):
        return None
    found = np.empty(tensor.shape, dtype=object)
    if not tensor.shape:
        tensor.__class__ = Element
        found[()] = tensor
        return found
    for place in np.ndindex(found.shape):
        element = tensor[place]
        element.__class__ = Element
        element.element_of = tensor
        found[place] = element
    return found


def _is_stored(frame: FrameType) -> bool:
    """Whether the line that runs there is ``array[i] = ...``: the elements would be read as floats
    at once, and NumPy would word that as an error of its own.
    """
    return dis.opname[frame.f_code.co_code[frame.f_lasti]] in ("STORE_SUBSCR", "STORE_SLICE")


def _is_of_floats(frame: FrameType | None) -> bool:
    """Whether a function of SciPy asks that can compute with floats alone: it asks whether they are
    finite, or of what type, or calls ufuncs that know no objects.
    """
    while frame is not None:
        names = frame.f_code.co_names
        if frame.f_globals.get("__name__", "").startswith("scipy.special") and (
            {"isfinite", "isdtype"} & set(names)
            or any(is_of_scipy(frame.f_globals.get(name)) for name in names)
        ):
            return True
        frame = frame.f_back
    return False


def _closed(name: str) -> Callable[[Any, Any], Any]:
    operation = getattr(Tensor, name)

    def of_elements(self: Tensor, other: Any) -> Any:
        result = operation(self, int(other) if isinstance(other, np.integer) else other)
        if isinstance(result, Tensor) and result.shape == () and type(result) is Tensor:
            result.__class__ = Element
        return result

    return of_elements


class Element(Tensor):
    """One element: a Tensor without axes. Elements make elements.

    NumPy's own ``mean`` and ``var`` make a float of a sum that has a ``dtype``, and its gradient
    would be lost, so for them an element has none, as a Value has none.
    """

    __slots__ = ()

    @property
    def dtype(self) -> Any:
        """The NumPy dtype."""
        if sys._getframe(1).f_globals.get("__name__", "").endswith("._methods"):
            raise AttributeError("dtype")
        return self._data.dtype

    def conjugate(self) -> Element:
        """The element itself, which is real."""
        return self

    __add__: Any = _closed("__add__")
    __radd__: Any = _closed("__radd__")
    __sub__: Any = _closed("__sub__")
    __rsub__: Any = _closed("__rsub__")
    __mul__: Any = _closed("__mul__")
    __rmul__: Any = _closed("__rmul__")
    __truediv__: Any = _closed("__truediv__")
    __rtruediv__: Any = _closed("__rtruediv__")
    __pow__: Any = _closed("__pow__")
    __rpow__: Any = _closed("__rpow__")
