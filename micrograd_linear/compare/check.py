"""``check_backward``: a hand-written pair of NumPy functions, forward and backward, against the engine."""

import inspect
import itertools

import numpy as np

from .. import arrays
from ..graph import is_node
from ..tensor import Tensor
from .judge import compare

# Three sizes that no mistake can confuse, in the shapes that layers take: data, weights, biases, results, scalars.
_SHAPES = [(5, 7), (7, 3), (1, 3), (3,), (1, 7), (7,), (5, 3), (3, 7), (5, 1), (5,), ()]
_ATTEMPTS = 20_000


class UnusableLayer(ValueError):
    """The functions or the inputs cannot be used: says which, and why."""


def check_backward(forward, backward, inputs=None, *, seed=0):
    """Run ``forward`` on Tensors, ``backward`` on plain arrays, and compare the gradients.

    ``forward(**inputs)``       NumPy code that returns one array or scalar, y
    ``backward(dy, **inputs)``  the derivation: returns dL/d(input) for dy = dL/dy, as a dict by name or a tuple in the order of forward's
                                arguments; it may take only the inputs that it needs
    ``inputs``                  {name: array, or a shape to be drawn at random}; without it, shapes are sought that forward accepts

    dy is drawn at random, in the shape of y. Both functions get copies. Integer arrays are constants. Returns a ``Comparison`` whose
    ``root`` is y, with the gradients in place, ready to be drawn. Raises ``UnusableLayer`` where the functions cannot be used.

    >>> def forward(x, w): return x @ w
    >>> def backward(dy, x, w): return {"x": dy @ w.T, "w": x.T @ dy}
    >>> check_backward(forward, backward, {"x": (5, 7), "w": (7, 3)}).ok
    True
    """
    names = _parameters(forward)
    rng = np.random.default_rng(seed)
    values = _found_inputs(forward, names, rng) if inputs is None else _given_inputs(inputs, names, rng)
    tensors = {name: Tensor(value, name) if value.dtype.kind == "f" else value.copy() for name, value in values.items()}
    y = _call("forward", forward, tensors)
    if not isinstance(y, Tensor):
        hint = "return y alone" if isinstance(y, (tuple, list)) else "compute it from the arguments with NumPy functions"
        raise UnusableLayer(f"forward must return one array that depends on its arguments, got {type(y).__name__}; {hint}")
    if not y.requires_grad:
        raise UnusableLayer("forward's result depends on none of its floating-point arguments, so there is nothing to differentiate")
    if not y.name:
        y.name = "y"
    dy = rng.normal(size=y.shape).astype(y.dtype)
    y.backward(dy)
    hand = _hand_gradients(backward, dy, values, [name for name in values if is_node(tensors[name])])
    try:
        comparison = compare({tensors[name]: array for name, array in hand.items()}, y, gradient=dy)
    except (TypeError, ValueError, OverflowError) as error:
        raise UnusableLayer(f"backward returned what cannot be compared: {error}") from error
    comparison.root = y
    comparison.inputs = {name: value.shape for name, value in values.items()}
    return comparison


def _hand_gradients(backward, dy, values, differentiable):
    wanted = _parameters(backward)[1:]
    accepts_all = any(p.kind is p.VAR_KEYWORD for p in inspect.signature(backward).parameters.values())
    unknown = [name for name in wanted if name not in values]
    if unknown:
        raise UnusableLayer(f"backward takes {', '.join(unknown)}, which forward does not; expected backward(dy, {', '.join(values)})")
    arguments = {name: value.copy() for name, value in values.items() if accepts_all or name in wanted}
    returned = _call("backward", backward, arguments, dy.copy())
    if isinstance(returned, np.ndarray) and len(differentiable) == 1:
        returned = (returned,)
    if isinstance(returned, (tuple, list)):
        order = list(values) if len(returned) == len(values) else differentiable
        if len(returned) != len(order):
            raise UnusableLayer(f"backward returned {len(returned)} gradients, expected {len(order)}: {', '.join(order)}")
        returned = {name: gradient for name, gradient in zip(order, returned, strict=True) if gradient is not None}
    if not hasattr(returned, "items"):
        raise UnusableLayer(f"backward must return a dict by argument name or a tuple in argument order, got {type(returned).__name__}")
    for name in returned:
        if name not in differentiable:
            raise UnusableLayer(f"backward returned a gradient of {name!r}; expected some of {', '.join(differentiable)}")
    return dict(returned)


def _parameters(function):
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [p.name for p in inspect.signature(function).parameters.values() if p.kind in kinds]


def _call(what, function, arguments, *first):
    try:
        return function(*first, **arguments)
    except Exception as error:
        raise UnusableLayer(f"{what} failed: {type(error).__name__}: {error}{_line(error, function)}") from error


def _line(error, function):
    """Where in the user's own function the error arose."""
    file, line = inspect.unwrap(function).__code__.co_filename, None
    step = error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == file:
            line = step.tb_lineno
        step = step.tb_next
    return f" (line {line})" if line else ""


def _given_inputs(inputs, names, rng):
    if not hasattr(inputs, "items"):
        if not isinstance(inputs, (tuple, list)) or len(inputs) != len(names):
            raise UnusableLayer(f"inputs: expected a dict with the keys {', '.join(names)}, got {type(inputs).__name__}")
        inputs = dict(zip(names, inputs, strict=True))
    missing, unknown = [n for n in names if n not in inputs], [n for n in inputs if n not in names]
    if missing or unknown:
        raise UnusableLayer(f"inputs: expected {', '.join(names)}, got {', '.join(map(str, inputs)) or 'none'}")
    values = {}
    for name in names:
        value = inputs[name]
        is_shape = isinstance(value, tuple) and all(isinstance(n, (int, np.integer)) for n in value)
        try:
            values[name] = rng.normal(size=value) if is_shape else arrays.real_array(value, "expected an array or a shape")
        except (TypeError, ValueError, OverflowError) as error:
            raise UnusableLayer(f"inputs: {name}: {error}") from error
    return values


def _found_inputs(forward, names, rng):
    """Random arrays of the first shapes, data first, that ``forward`` computes a finite result from."""
    drawn = {shape: rng.normal(size=shape) for shape in _SHAPES}
    for shapes in itertools.islice(itertools.product(_SHAPES, repeat=len(names)), _ATTEMPTS):
        values = {name: np.array(drawn[shape]) for name, shape in zip(names, shapes, strict=True)}
        try:
            with np.errstate(all="ignore"):
                y = np.asarray(forward(**{name: value.copy() for name, value in values.items()}))
        except Exception:
            continue
        if y.dtype.kind == "f" and np.isfinite(y).all():
            return {name: rng.normal(size=value.shape) for name, value in values.items()}
    raise UnusableLayer(f"no shapes were found that forward({', '.join(names)}) accepts; define inputs = {{name: array or shape}}")
