"""Arrays of other libraries as arrays of NumPy: PyTorch, JAX, CuPy, Numba, whatever speaks DLPack.

None of these libraries is imported: an array is asked what it can do. What it can do differs, so
the ways are tried in an order that loses nothing: numbers leave a graph, then a device, then a type
that NumPy has no name for.
"""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np

# PyTorch: no gradient is wanted of what is only compared, and some views are not yet computed.
_LEAVING = ("detach", "resolve_conj", "resolve_neg")
_TO_THE_HOST = ("cpu", "copy_to_host")  # PyTorch; Numba's arrays on a device


def hosted(data: Any, what: str) -> Any:
    """``data`` as NumPy can read it; itself where it is no array of another library.

    Raises ``TypeError`` where the library cannot hand its numbers on.
    """
    if isinstance(data, (np.ndarray, np.generic, int, float, list, tuple)):
        return data
    if not hasattr(data, "dtype") and not hasattr(data, "__dlpack__"):
        return data
    try:
        return _numbers(_on_the_host(data))
    except (BufferError, RuntimeError, TypeError, ValueError, AttributeError) as error:
        kind = f"{type(data).__module__.split('.')[0]}.{type(data).__name__}"
        raise TypeError(
            f"{what}: cannot read the numbers of a {kind}: {error}; hand in a NumPy array of them"
        ) from None


def is_foreign(data: Any) -> bool:
    """Whether a value is an array of PyTorch's."""
    return hasattr(data, "detach") and hasattr(data, "clone") and hasattr(data, "__array__")


def numbers_of(data: Any) -> Any:
    """The numbers of an array of PyTorch's, of those in a tuple too; anything else as it is."""
    if type(data) in (tuple, list):
        return type(data)(map(numbers_of, data))
    if isinstance(data, np.ndarray) or not is_foreign(data) or hasattr(data, "operands"):
        return data
    return hosted(data, "a local array")


def _on_the_host(data: Any) -> Any:
    for name in _LEAVING:
        data = _asked(data, name)
    if "sparse" in str(getattr(data, "layout", "")):
        data = data.to_dense()
    for name in _TO_THE_HOST:
        data = _asked(data, name)
    is_on_a_device = hasattr(type(data), "__cuda_array_interface__") and hasattr(data, "get")
    return data.get() if is_on_a_device else data  # CuPy


def _asked(data: Any, method: str) -> Any:
    """What a method without arguments returns; the data where there is no such method."""
    function = getattr(data, method, None)
    return function() if callable(function) and hasattr(data, "dtype") else data


def _numbers(data: Any) -> Any:
    """An array that NumPy reads; a type that it has no name for becomes float32, exactly."""
    text = str(getattr(data, "dtype", ""))
    if "bfloat16" in text or "float8" in text:
        data = _asked(data, "float")
    if not hasattr(data, "__array__") and hasattr(data, "__dlpack__"):
        return np.from_dlpack(data)
    return widened(np.asarray(data))


def widened(array: np.ndarray) -> np.ndarray:
    """An array of a type of ``ml_dtypes``, such as bfloat16, for which NumPy has no kind, as
    float32; any other is itself.
    """
    dtype = array.dtype
    is_added = dtype.kind == "V" and dtype.names is None and "float" in dtype.name
    return array.astype(np.float32) if is_added else array


_LEAVES: dict[int, tuple[Any, Any]] = {}  # {id: (a weak reference to a parameter, its leaf)}


def adopted(data: Any) -> Any:
    """An array of another library in a graph: a constant, or, where it requires a gradient there, a
    leaf, the same one each time.

    What is no array is itself.
    """
    if getattr(data, "requires_grad", False) is not True:
        return hosted(data, "an operand")
    leaf = leaf_of(data)
    now = hosted(data, "a parameter")
    if leaf is None or not np.array_equal(leaf.current, now, equal_nan=True):
        from .tensor import Tensor  # which needs this file itself

        leaf = Tensor(now)
        key = id(data)
        _LEAVES[key] = weakref.ref(data, lambda _: _LEAVES.pop(key, None)), leaf
    return leaf


def leaf_of(data: Any) -> Any:
    """The leaf that stands for a parameter of another library, if there is one."""
    reference, leaf = _LEAVES.get(id(data), (None, None))
    return leaf if reference is not None and reference() is data else None


def torch_function(
    cls: type, function: Any, types: Any, args: tuple = (), kwargs: dict | None = None
) -> Any:
    """PyTorch's protocol: one of its functions was called with a Tensor."""
    from ..pytorch import called  # a room that is built on this one, and seldom needed

    return called(function, args, kwargs)
