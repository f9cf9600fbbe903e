"""What may go into a ``Tensor``: arrays of real numbers, copied; all else gets one clear error."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from .foreign import hosted, widened
from .graph import is_node
from .leaving import LeftGraph

if TYPE_CHECKING:
    from .tensor import Tensor

_DEEPEST = 64  # NumPy's own bound on the number of axes


def real_array(data: Any, what: str) -> np.ndarray:
    """``data`` as a new array of real numbers that nobody else holds, in the same order and type.

    Raises ``TypeError`` for data that are not numbers, ``ValueError`` for ragged data, and
    ``OverflowError`` for integers beyond int64.
    """
    _refuse_nodes(data, what)
    data = hosted(data, what)
    if isinstance(data, np.ma.MaskedArray):
        raise TypeError(
            f"{what}: a masked array would lose its mask; use .filled(value) or np.where"
        )
    try:
        array = np.array(data)
    except ValueError as error:
        if "inhomogeneous" in str(error) or "ambiguous" in str(error):
            raise ValueError(f"{what}: ragged data: every row must have the same length") from None
        raise ValueError(f"{what}: {error}") from None
    except LeftGraph:
        raise
    except (TypeError, RuntimeError) as error:
        raise TypeError(f"{what}: cannot make an array of {type(data).__name__}: {error}") from None
    return checked(widened(array), what)


def from_file(path: str | os.PathLike, what: str) -> np.ndarray:
    """The array in a file that ``np.save`` wrote; anything but numbers in it is refused."""
    try:
        array = np.load(path, allow_pickle=False)
        if not isinstance(array, np.ndarray):
            raise ValueError("it holds several arrays; load it, and hand in one")
        return array
    except (OSError, ValueError, EOFError) as error:
        raise ValueError(
            f"{what}: cannot read {os.fspath(path)!r} as an array that np.save wrote: {error}"
        ) from None


def checked(array: np.ndarray, what: str) -> np.ndarray:
    """The array itself, in native byte order, or an error if it does not hold real numbers."""
    kind = array.dtype.kind
    if kind == "O":
        for item in array.flat:
            _refuse_nodes(item, what)
        if (
            array.size
            and all(isinstance(item, int) for item in array.flat)
            and any(abs(item) >= 2**63 for item in array.flat)
        ):
            raise OverflowError(
                f"{what}: integers beyond 64 bits; pass floats to accept their rounding"
            )
        raise TypeError(
            f"{what}: expected real numbers, got dtype object (shape {array.shape}); convert it "
            "with .astype(float) first"
        )
    if kind not in "fiub":
        names = {
            "c": "complex numbers",
            "U": "strings",
            "S": "bytes",
            "M": "dates",
            "m": "time differences",
            "V": "records",
        }
        raise TypeError(
            f"{what}: expected real numbers, got {names.get(kind, kind)} (dtype {array.dtype}, "
            f"shape {array.shape})"
        )
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def floating(array: np.ndarray, what: str) -> np.ndarray:
    """The array itself if it is floating point; integers and booleans become float64.

    Raises ``OverflowError`` if float64 does not hold one of the integers exactly.
    """
    if array.dtype.kind == "f":
        return array
    result = array.astype(np.float64)
    if array.dtype.kind in "iu" and array.dtype.itemsize == 8 and array.size:
        inexact = np.absolute(result) >= 2.0**53
        if inexact.any() and any(
            int(a) != int(b) for a, b in zip(result[inexact], array[inexact], strict=True)
        ):
            raise OverflowError(
                f"{what}: integers above 2**53 that float64 does not hold exactly; pass floats to "
                "accept their rounding"
            )
    return result


def like(data: Any, array: np.ndarray, what: str) -> np.ndarray:
    """``data`` as a new array of the shape and type of ``array``."""
    result = real_array(data, what)
    if array.dtype.kind == "f":
        result = floating(result, what)
    if result.shape != array.shape:
        raise ValueError(f"{what}: expected shape {array.shape}, got {result.shape}")
    if not np.can_cast(result.dtype, array.dtype, "same_kind"):
        raise TypeError(
            f"{what}: expected {array.dtype}, got {result.dtype}, which would be cut to integers"
        )
    converted = result.astype(array.dtype, copy=False)
    if array.dtype.kind in "iu" and not np.array_equal(converted, result):
        raise OverflowError(f"{what}: expected numbers that fit into {array.dtype}")
    return converted


def _refuse_nodes(data: Any, what: str) -> None:
    depth = 0
    while isinstance(data, (list, tuple)) and len(data):
        data, depth = data[0], depth + 1
        if depth > _DEEPEST:
            raise ValueError(
                f"{what}: expected lists at most {_DEEPEST} deep, as NumPy does, got deeper ones, "
                "or a list that holds itself; take the outer lists away"
            )
    if is_node(data):
        kind = "Tensor" if hasattr(data, "ndim") else "Value"
        raise TypeError(
            f"{what}: expected numbers, got a {kind}, which would be cut off from its graph; use "
            "its .data to make a constant of it"
        )


class FromTensor(np.ndarray):
    """The integers of an index, with the ``tensor`` they were copied from.

    A derivation calls them by the tensor's name.
    """

    tensor: Tensor | None = None
