"""Gradients that another program computed, a CUDA kernel say, before the two judges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from ..engine.arrays import real_array
from ..engine.graph import Node, topological_order
from . import claims
from .check import checked
from .comparing import compare
from .comparison import Comparison
from .correction.known import meant_by
from .inputs import inputs_of
from .pair import UnusableLayer, called, has_cache, in_words
from .random_state import RandomState
from .tolerance import ROUNDING_ALONE, Tolerance

# What a dump may call dL/dy.
UPSTREAM = ("dy", "dY", "dout", "dL_dy", "grad_output", "grad_out", "upstream")


def check_gradients(
    forward: Callable | Node,
    inputs: object,
    gradients: Mapping[str, Any],
    dy: object = None,
    *,
    seed: int = 0,
    tolerance: Tolerance = ROUNDING_ALONE,
) -> Comparison:
    """Compare gradients that exist as arrays with those of ``forward``.

    ``forward``    NumPy code that returns one array, y; or a result that was recorded, whose
                   ``inputs`` are in its graph
    ``inputs``     {name: array}, which the other program had, too
    ``gradients``  {name: array}; the name is that of an input or of a local variable of forward,
                   or its gradient's, ``dW``. A gradient of y itself, ``dy``, is the upstream one
    ``dy``         dL/dy, of the shape of y; not needed where y is one number, or it is among the
                   gradients

    Raises ``UnusableLayer`` where an array, a name or dL/dy does not fit.

    >>> x, w = np.ones((2, 3)), np.ones((3, 1))
    >>> dy = np.array([[1.0], [2.0]])
    >>> check_gradients(lambda x, w: x @ w, {"x": x, "w": w}, {"dw": x.T @ dy, "dy": dy}).ok
    True
    """
    if not callable(forward):
        return _of_graph(forward, gradients, dy, tolerance)
    _refuse_shapes(inputs)
    state = RandomState(forward)
    try:
        return _of_function(forward, inputs, gradients, dy, state, seed, tolerance)
    finally:
        state.restore()


def _of_function(forward, inputs, gradients, dy, state, seed, tolerance):
    rng = np.random.default_rng((seed, *b"check_gradients"))
    values = inputs_of(forward, None, inputs, rng)
    copies = {name: value.copy() for name, value in values.items()}
    returned = called("forward", forward, copies, in_words(values))
    own, upstream = _parted(gradients, dy, values)

    def without_cache(dy, **inputs):
        return own

    def with_cache(dy, cache_of_forward):
        return own

    backward = with_cache if has_cache(returned) else without_cache
    dy_of = partial(_fitting, upstream)
    try:
        return checked(forward, backward, values, rng, state, tolerance, dy_of)
    except UnusableLayer as error:  # no backward of the user's ran
        told = str(error).replace("backward returned a gradient", "there is a gradient", 1)
        raise UnusableLayer(told) from error


def _refuse_shapes(inputs):
    """An input that is drawn at random is not what the other program had."""
    drawn = [
        name
        for name, value in (inputs.items() if isinstance(inputs, Mapping) else ())
        if isinstance(value, tuple) and all(isinstance(n, (int, np.integer)) for n in value)
    ]
    if inputs is None or drawn:
        got = f"got shapes for {', '.join(drawn)}" if drawn else "got none"
        raise UnusableLayer(
            "inputs: expected the arrays that the other program had, "
            f"inputs = {{name: array}}; {got}"
        )


def _parted(gradients, dy, values):
    """({name: gradient}, dL/dy or None)"""
    own: dict[str, Any] = {}
    for key, array in gradients.items():
        name = key if key in values else meant_by(key) or key
        if key in UPSTREAM and name not in values:
            if dy is not None and not np.array_equal(np.asarray(dy), np.asarray(array)):
                raise UnusableLayer(f"dL/dy is given twice, and differs: {key!r} and the file's dy")
            dy = array
            continue
        if name in own:
            raise UnusableLayer(f"gradients: two of them are of {name!r}; hand in one")
        own[name] = claims.real(array, name)
    if not own:
        got = ", ".join(map(repr, gradients)) or "nothing"
        raise UnusableLayer(f"gradients: expected some of {', '.join(values)}; got {got}")
    return own, dy


def _fitting(dy: Any, y: np.ndarray) -> np.ndarray:
    """dL/dy as an array of the shape and the type of y."""
    if dy is None:
        if y.size == 1:
            return np.ones_like(y)
        raise UnusableLayer(
            f"dL/dy is not known, and y has shape {y.shape}: define dy = array in the file, "
            "or hand it in with the gradients, as 'dy'"
        )
    found = real_array(dy, "dy")
    if found.shape != y.shape:
        raise UnusableLayer(f"dy: expected the shape of y, {y.shape}, got {found.shape}")
    return found.astype(y.dtype)


def _of_graph(root, gradients, dy, tolerance):
    """The comparison with a graph that a file built."""
    leaves = {
        node.name: node for node in topological_order(root) if not node.operands and node.name
    }
    named = {node.name: node for node in topological_order(root)[:-1] if node.name}
    own, upstream = _parted(gradients, dy, named)
    try:
        found = compare(
            own,
            root,
            gradient=_fitting(upstream, np.asarray(root.current)),
            **tolerance.keywords,
        )
    except (TypeError, ValueError) as error:
        raise UnusableLayer(str(error).removeprefix("compare: ")) from error
    found.root, found.result = root, (root.name or "result", np.shape(root.current))
    found.inputs = {name: np.shape(node.current) for name, node in leaves.items()}
    return found
