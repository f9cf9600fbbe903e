"""The inputs of a pair of functions: those that were given, or the first shapes that the functions
accept.
"""

from __future__ import annotations

import itertools
import re
import types
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..engine.arrays import real_array
from ..foundations.near import did_you_mean
from .pair import (
    Arrays,
    Signature,
    UnusableLayer,
    backward_arguments,
    failed,
    result_of,
    with_cache,
)

# Sizes that no mistake can confuse, in the shapes that layers take. The name of an argument says
# which are likely.
_DATA = [(5, 7), (5, 3), (5,), (7,), ()]
_WEIGHTS = [(7, 3), (3, 2), (3, 7), (7, 7), (7,), (3,)]
_BIASES = [(1, 3), (3,), (1, 2), (2,), (1, 7), (7,), (5, 1), ()]
_ATTEMPTS = 20_000
# No other shape mends these: they are said at once.
_HOPELESS = (NameError, ImportError, SyntaxError, RecursionError, MemoryError)


def inputs_of(
    forward: Callable, backward: Callable | None, inputs: object, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """{name: array} for the arguments of ``forward``, from what was given, or found by trial."""
    return _found(forward, backward, rng) if inputs is None else _given(inputs, forward, rng)


def _given(inputs, forward, rng):
    signature = Signature.of(forward)
    required = signature.required
    if not hasattr(inputs, "items"):
        if not isinstance(inputs, (tuple, list)) or len(inputs) != len(required):
            keys, got = ", ".join(required), type(inputs).__name__
            raise UnusableLayer(f"inputs: expected a dict with the keys {keys}, got {got}")
        inputs = dict(zip(required, inputs, strict=True))
    missing = [name for name in required if name not in inputs]
    known = required + signature.optional
    unknown = [name for name in inputs if name not in known and not signature.accepts_all]
    if missing or unknown:
        got = ", ".join(map(str, inputs)) or "none"
        meant = did_you_mean(unknown, known) if unknown else ""
        raise UnusableLayer(f"inputs: expected {', '.join(required)}, got {got}{meant}")
    names = [*required, *(name for name in inputs if name not in required)]
    return {name: _array_of(name, inputs[name], rng) for name in names}


def _array_of(name, value, rng):
    is_shape = isinstance(value, tuple) and all(isinstance(n, (int, np.integer)) for n in value)
    try:
        return (
            rng.normal(size=value)
            if is_shape
            else real_array(value, "expected an array or a shape")
        )
    except (TypeError, ValueError, OverflowError, MemoryError) as error:
        raise UnusableLayer(f"inputs: {name}: {error}") from error


def _found(forward, backward, rng):
    """Random arrays of the first shapes, as the names suggest, that both functions run on.

    Whether the gradients have the right shapes is not asked: that is for the comparison to say.
    """
    names = Signature.of(forward).required
    if not names:
        raise UnusableLayer(
            "no shapes were found that forward() accepts (it takes no argument without a default); "
            "define inputs = {name: array or shape}"
        )
    forward_alone, reasons = None, Counter()
    for values in itertools.islice(_trials(names, rng), 2 * _ATTEMPTS):
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                y = _finite_result(forward, backward, values)
                if y is None:
                    continue
                forward_alone = forward_alone or values
                if backward is None:
                    return values
                returned = _gradients(forward, backward, values, y)
                return _as_returned(forward, values, returned, y)
        except (UnusableLayer, KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:  # shapes that do not fit raise anything; the next are tried
            _refuse_hopeless(error, forward, forward_alone)
            reasons[re.sub(r"\d+", "#", f"{type(error).__name__}: {error}")] += 1
            if len(reasons) == 1:
                reason = failed("forward", forward, error, "")
    if forward_alone is None:
        why = f" ({reason})" if reasons else ""
        raise UnusableLayer(
            f"no shapes were found that forward({', '.join(names)}) accepts{why}; "
            "define inputs = {name: array or shape}"
        )
    return forward_alone


def _trials(names, rng) -> Iterator[dict[str, np.ndarray]]:
    """Arrays of likely shapes, first normal numbers, then positive ones."""
    for shapes in itertools.product(*(_candidates(name, names) for name in names)):
        yield {name: np.asarray(rng.normal(size=s)) for name, s in zip(names, shapes, strict=True)}
        yield {name: rng.uniform(0.5, 2.0, s) for name, s in zip(names, shapes, strict=True)}


def _finite_result(forward, backward, values: Arrays):
    returned = forward(**{name: value.copy() for name, value in values.items()})
    y = np.asarray(result_of(returned, backward, list(values)))
    return y if y.dtype.kind == "f" and np.isfinite(y).all() else None


def _gradients(forward, backward, values, y):
    returned = forward(**{name: value.copy() for name, value in values.items()})
    of_dy = with_cache(backward, returned, list(values))
    return of_dy(np.ones_like(y), **backward_arguments(of_dy, values))


def _refuse_hopeless(error, forward, forward_alone):
    of_a_module = isinstance(error, AttributeError) and isinstance(
        getattr(error, "obj", None), types.ModuleType
    )
    if forward_alone is None and (isinstance(error, _HOPELESS) or of_a_module):
        raise failed("forward", forward, error, "") from error


def _as_returned(
    forward: Callable, values: dict[str, np.ndarray], returned: Any, y: np.ndarray
) -> dict[str, np.ndarray]:
    """A bias may be (3,) or (1, 3): each input in the form, but for axes of length 1, of its
    gradient.
    """
    if isinstance(returned, (tuple, list)):
        returned = dict(zip(values, returned))
    for name, value in values.items():
        shape = np.asarray(returned.get(name)).shape if hasattr(returned, "get") else value.shape
        same = [n for n in shape if n != 1] == [n for n in value.shape if n != 1]
        if shape != value.shape and same and value.size > 1:
            other = {**values, name: value.reshape(shape)}
            again = forward(**{key: array.copy() for key, array in other.items()})
            if np.asarray(result_of(again, None, list(values))).shape == y.shape:
                values = other
    return values


def _candidates(name, names):
    """The likely shapes first: a "b" beside an "x" or a "W" is a bias, beside an "a" it is not."""
    name = name.lower()
    layer = any(other.lower().startswith(("x", "w", "h", "z", "input")) for other in names)
    if layer and name.startswith(("b", "gamma")) and not name.startswith("batch"):
        groups = _BIASES, _DATA, _WEIGHTS
    elif name.startswith(("w", "u", "v", "theta", "kernel")):
        groups = _WEIGHTS, _DATA, _BIASES
    else:
        groups = _DATA, _BIASES, _WEIGHTS
    return list(dict.fromkeys(itertools.chain(*groups)))
