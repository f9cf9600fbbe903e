"""Arrays as Python text, exactly."""

import numpy as np

LARGEST = 10_000  # elements


def literal(array):
    """Text that evaluates to the array, of its type, with ``np`` for numpy.

    >>> literal(np.eye(3)), literal(np.arange(5))
    ('np.eye(3)', 'np.arange(5)')
    >>> literal(np.array([1.5, np.nan])), literal(np.full((2, 2), 0.5))
    ('np.array([1.5, np.nan])', 'np.full((2, 2), 0.5)')

    Raises ``ValueError`` beyond 10,000 elements, where they follow no pattern.
    """
    array = np.asarray(array)
    if array.ndim == 0:
        return _element(array.item())
    text = _repeated(array) or _evenly_spaced(array) or _identity(array)
    if text is not None:
        return text
    if array.size > LARGEST:
        raise ValueError(
            f"derive: a constant array of shape {array.shape} is too large to be written out in "
            '.source; give it a name, Tensor(array, "name", requires_grad=False), '
            "and it becomes an argument"
        )
    if not array.size:
        return f"np.zeros({array.shape}, {_type(array.dtype)})"
    if array.dtype == np.longdouble and array.dtype != np.float64:
        return f"np.array({[str(x) for x in array.ravel()]}, np.longdouble).reshape({array.shape})"
    return f"np.array({_nested(array.tolist())}{_type_argument(array)})"


def _repeated(array):
    """The text of an array of equal elements, or None."""
    if array.size < 2 or not (array == array.flat[0]).all():
        return None
    first, dtype = array.flat[0].item(), _type_argument(array)
    if array.dtype.kind == "f" and first in (0.0, 1.0) and not np.signbit(array).any():
        return f"np.{'ones' if first else 'zeros'}({array.shape}{dtype})"
    return f"np.full({array.shape}, {_element(first)}{dtype})"


def _evenly_spaced(array):
    """The text of whole numbers at equal distances, or None."""
    if array.dtype.kind != "i" or array.ndim != 1 or array.size < 2:
        return None
    start, step = int(array[0]), int(array[1]) - int(array[0])
    if not step or not (np.diff(array) == step).all():
        return None
    stop = int(array[-1]) + (1 if step > 0 else -1)
    bounds = (
        f"{stop}"
        if start == 0 and step == 1
        else f"{start}, {stop}" + (f", {step}" if step != 1 else "")
    )
    dtype = _type_argument(array)
    return f"np.arange({bounds}{', dtype=' + dtype[2:] if dtype else ''})"


def _identity(array):
    """The text of an identity matrix, or None."""
    if (
        array.ndim != 2
        or not array.shape[0] == array.shape[1] > 1
        or not np.array_equal(array, np.eye(len(array)))
    ):
        return None
    dtype = f", dtype={_type(array.dtype)}" if array.dtype != np.float64 else ""
    return f"np.eye({len(array)}{dtype})"


def _type_argument(array):
    """The type as a further argument, where it is not the one that NumPy takes by itself."""
    default = {"f": np.float64, "b": np.bool_, "i": np.int64}.get(array.dtype.kind)
    return "" if array.dtype == default else f", {_type(array.dtype)}"


def _nested(items):
    return f"[{', '.join(map(_nested, items))}]" if isinstance(items, list) else _element(items)


def _element(x):
    if isinstance(x, float) and not np.isfinite(x):
        return "np.nan" if x != x else "np.inf" if x > 0 else "-np.inf"
    return repr(x)


def _type(dtype):
    return "bool" if dtype.kind == "b" else f"np.{dtype.name}"
