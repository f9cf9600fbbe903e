"""``check_backward``: a hand-written pair of NumPy functions, forward and backward, against the engine."""

import functools
import inspect
import itertools
import sys
import warnings
from dataclasses import replace

import numpy as np

from ..arrays import real_array
from ..graph import is_node, topological_order
from ..tensor import Tensor
from .causes import Cause
from .comparing import compare
from .comparison import Result
from .judge import judge
from .redraw import redrawn, single_rows

# Sizes that no mistake can confuse, in the shapes that layers take. Which shapes are tried first depends on how an argument is named.
_DATA = [(5, 7), (5, 3), (5,), (7,), ()]
_WEIGHTS = [(7, 3), (3, 2), (3, 7), (7, 7), (7,), (3,)]
_BIASES = [(1, 3), (3,), (1, 2), (2,), (1, 7), (7,), (5, 1), ()]
_ATTEMPTS = 20_000


class UnusableLayer(ValueError):
    """The functions or the inputs cannot be used: says which, and why."""


def check_backward(forward, backward, inputs=None, *, seed=0):
    """Run ``forward`` on Tensors, ``backward`` on plain arrays, and compare the gradients.

    ``forward(**inputs)``       NumPy code that returns one array or scalar, y; or (y, cache)
    ``backward(dy, **inputs)``  the derivation: returns dL/d(input) for dy = dL/dy, as a dict by name or a tuple in the order of forward's
                                arguments; it may take only the inputs that it needs. A dict may also hold gradients of results in between,
                                by the names of forward's local variables. ``backward(dy, cache)`` where forward returns a cache
    ``inputs``                  {name: array, or a shape to be drawn at random}; without it, shapes are sought that forward accepts

    dy is drawn at random, in the shape of y. ``forward`` runs on Tensors, ``backward`` on copies of the plain arrays. Integer arrays are
    constants, and arguments with a default keep it unless ``inputs`` names them. Returns a ``Comparison`` whose
    ``root`` is y, with the gradients in place, ready to be drawn. Raises ``UnusableLayer`` where the functions cannot be used.

    >>> def forward(x, w): return x @ w
    >>> def backward(dy, x, w): return {"x": dy @ w.T, "w": x.T @ dy}
    >>> check_backward(forward, backward, {"x": (5, 7), "w": (7, 3)}).ok
    True
    """
    for name, function in (("forward", forward), ("backward", backward)):
        if not callable(function):
            raise TypeError(f"check_backward: {name}: expected a function, got {type(function).__name__}")
    rng = np.random.default_rng(seed)
    values = _values(forward, inputs, rng, backward)
    try:
        comparison = _checked(forward, backward, values, rng)
    except UnusableLayer as error:
        if inputs is None:
            raise UnusableLayer(f"{error}; these shapes were guessed: define inputs = {{name: array or shape}}") from error
        raise
    if comparison.ok and comparison.weaknesses:
        return _redrawn(forward, backward, values, rng, comparison)
    return comparison


def _checked(forward, backward, values, rng):
    """The comparison on some inputs."""
    y, tensors, shapes = _run(forward, values, backward)
    between = {node.name: node for node in topological_order(y) if node.operands and node.name and node is not y}
    dy = rng.normal(size=y.shape).astype(y.dtype)
    y.backward(dy)
    differentiable = [name for name in values if is_node(tensors[name])]
    hand, again, remarks = _hand_gradients(_with_cache(forward, backward, values, shapes), dy, values, differentiable, shapes, between)
    nodes = {**between, **{name: tensors[name] for name in differentiable}}
    unused = {name: nodes[name] for name in hand if nodes[name].grad is None}  # forward does not depend on them: their gradient is 0
    try:
        comparison = compare({nodes[name]: array for name, array in hand.items() if name not in unused}, y, gradient=dy)
        zeros = [_of_unused(name, hand[name], tensor) for name, tensor in unused.items()]
        results = [_if_repeatable(result, again.get(result.name)) for result in [*comparison.values(), *zeros]]
    except (TypeError, ValueError, OverflowError) as error:
        raise UnusableLayer(f"backward returned what cannot be compared: {error}") from error
    comparison = comparison.with_results(results, {node: name for name, node in nodes.items()})
    comparison.root, comparison.remarks = y, remarks
    comparison.inputs = {name: value.shape for name, value in values.items()}
    return comparison


def _of_unused(name, hand, tensor):
    engine = np.zeros(tensor.shape)
    return Result(name, "missing", engine, note="None was handed in") if hand is None else judge(name, real_array(hand, name), engine)


def _if_repeatable(result, again):
    """The result, unless ``backward`` gives another gradient when it is called again with the same arguments."""
    if again is None or result.hand is None:
        return result
    again = real_array(again, result.name)
    if np.array_equal(again, result.hand, equal_nan=True):
        return result
    if again.shape == result.hand.shape and np.allclose(again, 2 * result.hand):
        note = "called again with the same arguments, backward returns twice as much: it adds to what was there before"
    else:
        note = "called again with the same arguments, backward returns another gradient: it keeps state, or reads memory that nobody wrote"
    return replace(result, status="wrong", note=note, causes=(Cause("stale", (result.name,), note),))


def _redrawn(forward, backward, values, rng, comparison):
    """The comparison on other inputs, where those given cannot show every mistake; the first one, if no others can be run or they agree."""
    hidden = "; ".join(comparison.weaknesses[:2])
    for widened in (single_rows(values), []):
        again = _on_other_inputs(forward, backward, values, widened, rng)
        if again is not None and any(again[name].status == "shape" for name in widened if name in again):  # one row for all: a bias by another name
            again = _on_other_inputs(forward, backward, values, [name for name in widened if again[name].status != "shape"], rng)
        if again is None or any(again[name].status == "shape" for name in widened if name in again and again.inputs[name][0] > 1):
            continue
        shapes = ", ".join(f"{name} {shape}" for name, shape in again.inputs.items())
        if not again.ok:
            again.remarks = (*again.remarks, f"On the inputs given all agree, which cannot show it ({hidden}); these are others, drawn at random: {shapes}.")
            return again
        if not again.weaknesses:
            comparison.weaknesses = ()
            comparison.remarks = (*comparison.remarks, f"So they do on other inputs, drawn at random, where the inputs given are weak ({hidden}): {shapes}.")
            return comparison
    return comparison


def _on_other_inputs(forward, backward, values, widened, rng):
    """The comparison on inputs drawn anew; None where the functions do not run on them."""
    for near in (False, True):
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return _checked(forward, backward, redrawn(values, widened, rng, near), rng)
        except (UnusableLayer, ValueError):
            continue
    return None


def run_forward(forward, inputs, rng, backward=None):
    """(y, {name: array}, {name: Tensor, or integer array}, the shapes in words): the result of ``forward`` on Tensors of the inputs.

    ``inputs`` as for ``check_backward``; where they are missing, shapes are sought that ``forward``, and ``backward`` where it is given, accept.
    """
    values = _values(forward, inputs, rng, backward)
    y, tensors, shapes = _run(forward, values, backward)
    return y, values, tensors, shapes


def _values(forward, inputs, rng, backward):
    return _found_inputs(forward, backward, rng) if inputs is None else _given_inputs(inputs, forward, rng)


def _run(forward, values, backward):
    """(y, {name: Tensor, or integer array}, the shapes in words)"""
    shapes = ", ".join(f"{name} {value.shape}" for name, value in values.items())
    tensors = {name: Tensor(value, name) if value.dtype.kind == "f" else value.copy() for name, value in values.items()}
    if not any(map(is_node, tensors.values())):
        types = ", ".join(f"{name} is {value.dtype} {value.shape}" for name, value in values.items()) or "there is none"
        raise UnusableLayer(f"forward needs a floating-point argument to differentiate, but {types}; a shape to be drawn is a tuple: (5, 7)")
    y = _call("forward", _name_locals(forward), tensors, shapes)
    y = _result(y, backward, values)
    if not isinstance(y, Tensor):
        hint = "return y alone" if isinstance(y, (tuple, list)) else "compute it from the arguments with NumPy functions"
        raise UnusableLayer(f"forward must return one array that depends on its arguments, got {type(y).__name__}; {hint}")
    if not y.requires_grad:
        raise UnusableLayer("forward's result depends on none of its floating-point arguments, so there is nothing to differentiate")
    if not np.isfinite(y.current).all():
        raise UnusableLayer(f"forward's result is not finite for these inputs ({shapes}); give inputs where it is, as arrays")
    if not y.name:
        y.name = "y" if "y" not in values else "result"
    return y, tensors, shapes


def _result(returned, backward, names):
    """y, where forward returned (y, cache)."""
    return returned[0] if _has_cache(returned) and (backward is None or _takes_cache(backward, names)) else returned


def _has_cache(returned):
    return isinstance(returned, tuple) and len(returned) == 2 and isinstance(returned[0], (Tensor, np.ndarray, np.generic, float))


def _takes_cache(backward, names):
    """True for backward(dy, cache), whose second argument is none of forward's."""
    required, _, _ = _parameters(backward)
    return len(required) == 2 and required[1] not in names


def _with_cache(forward, backward, values, shapes):
    """``backward(dy, cache)`` as a function of dy alone, with the cache of a forward pass on plain arrays; any other as it is."""
    if not _takes_cache(backward, values):
        return backward
    returned = _call("forward", forward, {name: value.copy() for name, value in values.items()}, shapes)
    if not _has_cache(returned):
        return backward

    def of_dy(dy):
        return backward(dy, returned[1])

    of_dy.written_as = backward
    return of_dy


def _hand_gradients(backward, dy, values, differentiable, shapes, between=()):
    """({name: gradient}, the same of a second call, remarks on what ``backward`` does to its arguments)"""
    arguments, upstream = _backward_arguments(backward, values), dy.copy()
    returned = _by_name(_call("backward", backward, arguments, shapes, upstream), values, differentiable, between)
    before = [("dy", upstream, dy), *((name, array, values[name]) for name, array in arguments.items())]
    changed = [name for name, array, original in before if not np.array_equal(array, original, equal_nan=True)]
    remarks = (f"backward changes its arguments in place: {', '.join(changed)}.",) if changed else ()
    returned = {name: np.array(g) if isinstance(g, np.ndarray) else g for name, g in returned.items()}  # a second call may write into the same buffers
    again = _by_name(_call("backward", backward, _backward_arguments(backward, values), shapes, dy.copy()), values, differentiable, between)
    return returned, again, remarks


def _by_name(returned, values, differentiable, between):
    if isinstance(returned, (np.ndarray, np.generic, int, float)) and len(differentiable) == 1:
        returned = (returned,)
    if isinstance(returned, (tuple, list)):
        order = list(values) if len(returned) == len(values) else differentiable
        if len(returned) != len(order):
            raise UnusableLayer(f"backward returned {len(returned)} gradients, expected {len(order)}: {', '.join(order)}")
        returned = {name: gradient for name, gradient in zip(order, returned, strict=True) if gradient is not None}
    if not hasattr(returned, "items"):
        raise UnusableLayer(f"backward must return a dict by argument name or a tuple in argument order, got {type(returned).__name__}")
    for name in returned:
        if name not in differentiable and name not in between:
            raise UnusableLayer(f"backward returned a gradient of {name!r}; expected some of {', '.join([*differentiable, *between])}")
    return dict(returned)


def _backward_arguments(backward, values):
    """Copies of the inputs that ``backward`` takes after dy; those with a default of their own may be missing."""
    required, optional, accepts_all = _parameters(backward)
    unknown = [name for name in required[1:] if name not in values]
    if unknown:
        raise UnusableLayer(f"backward takes {', '.join(unknown)}, which forward does not; expected backward(dy, {', '.join(values)})")
    return {name: value.copy() for name, value in values.items() if accepts_all or name in required[1:] + optional}


def _parameters(function):
    """(names without a default, names with one, whether it takes **keywords)."""
    parameters = inspect.signature(function).parameters.values()
    named = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    accepts_all = any(p.kind is p.VAR_KEYWORD for p in parameters)
    return [p.name for p in named if p.default is p.empty], [p.name for p in named if p.default is not p.empty], accepts_all


def _call(what, function, arguments, shapes, *first):
    try:
        return function(*first, **arguments)
    except (Exception, SystemExit) as error:
        raise UnusableLayer(f"{what} failed: {type(error).__name__}: {error}{_line(error, function)}, given {shapes}") from error


def _name_locals(function):
    """The function, naming the Tensors that its local variables hold when it returns after them, where they have no name yet."""
    code = getattr(inspect.unwrap(function), "__code__", None)

    def named(*args, **kwargs):
        def at_return(frame, event, arg):
            if event == "return" and frame.f_code is code:
                for name, value in frame.f_locals.items():
                    if isinstance(value, Tensor) and not value.name:
                        value.name = name

        before = sys.getprofile()
        sys.setprofile(at_return)
        try:
            return function(*args, **kwargs)
        finally:
            sys.setprofile(before)

    return functools.wraps(function)(named) if code is not None else function


def _line(error, function):
    """Where in the user's own function the error arose."""
    function = getattr(function, "written_as", function)
    code = getattr(inspect.unwrap(function), "__code__", None) or getattr(type(function).__call__, "__code__", None)
    file, line = getattr(code, "co_filename", None), None
    step = error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == file:
            line = step.tb_lineno
        step = step.tb_next
    return f" (line {line})" if line else ""


def _given_inputs(inputs, forward, rng):
    required, optional, accepts_all = _parameters(forward)
    if not hasattr(inputs, "items"):
        if not isinstance(inputs, (tuple, list)) or len(inputs) != len(required):
            raise UnusableLayer(f"inputs: expected a dict with the keys {', '.join(required)}, got {type(inputs).__name__}")
        inputs = dict(zip(required, inputs, strict=True))
    missing = [name for name in required if name not in inputs]
    unknown = [name for name in inputs if name not in required + optional and not accepts_all]
    if missing or unknown:
        raise UnusableLayer(f"inputs: expected {', '.join(required)}, got {', '.join(map(str, inputs)) or 'none'}")
    values = {}
    for name in [*required, *(name for name in inputs if name not in required)]:
        value = inputs[name]
        is_shape = isinstance(value, tuple) and all(isinstance(n, (int, np.integer)) for n in value)
        try:
            values[name] = rng.normal(size=value) if is_shape else real_array(value, "expected an array or a shape")
        except (TypeError, ValueError, OverflowError, MemoryError) as error:
            raise UnusableLayer(f"inputs: {name}: {error}") from error
    return values


def _found_inputs(forward, backward, rng):
    """Random arrays of the first shapes, as the arguments' names suggest, that ``forward`` and, if it can be, ``backward`` run on.

    Whether the gradients have the right shapes is not asked: that is for the comparison to say. Normal numbers are tried, then positive ones.
    """
    names, _, _ = _parameters(forward)
    forward_alone, reason = None, "it takes no argument without a default"
    combinations = itertools.product(*(_candidates(name, names) for name in names)) if names else ()
    for shapes in itertools.islice(combinations, _ATTEMPTS):
        for draw in (rng.normal, lambda size: rng.uniform(0.5, 2.0, size)):
            values = {name: np.asarray(draw(size=shape)) for name, shape in zip(names, shapes, strict=True)}
            try:
                with np.errstate(all="ignore"), warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    y = np.asarray(_result(forward(**{name: value.copy() for name, value in values.items()}), backward, values))
                    if y.dtype.kind != "f" or not np.isfinite(y).all():
                        continue
                    forward_alone = forward_alone or values
                    if backward is None:
                        return values
                    with_cache = _with_cache(forward, backward, values, "")
                    returned = with_cache(np.ones_like(y), **_backward_arguments(with_cache, values))
                    return _as_returned(forward, values, returned, y)
            except UnusableLayer:
                raise
            except (Exception, SystemExit) as error:  # shapes that do not fit raise anything; the next ones are tried
                reason = f"{type(error).__name__}: {error}" if reason.startswith("it takes") else reason
    if forward_alone is None:
        raise UnusableLayer(f"no shapes were found that forward({', '.join(names)}) accepts ({reason}); define inputs = {{name: array or shape}}")
    return forward_alone


def _as_returned(forward, values, returned, y):
    """A bias may be (3,) or (1, 3): each input in the form, but for axes of length 1, in which its gradient is returned."""
    if isinstance(returned, (tuple, list)):
        returned = dict(zip(values, returned))
    for name, value in values.items():
        shape = np.shape(returned.get(name)) if hasattr(returned, "get") else value.shape
        if shape != value.shape and [n for n in shape if n != 1] == [n for n in value.shape if n != 1] and value.size > 1:
            other = {**values, name: value.reshape(shape)}
            if np.shape(_result(forward(**{key: array.copy() for key, array in other.items()}), None, values)) == y.shape:
                values = other
    return values


def _candidates(name, names):
    """The shapes to try for an argument, the likely ones first: a "b" beside an "x" or a "W" is a bias, beside an "a" it is not."""
    name = name.lower()
    layer = any(other.lower().startswith(("x", "w", "h", "z", "input")) for other in names)
    if layer and name.startswith(("b", "gamma")) and not name.startswith("batch"):
        groups = _BIASES, _DATA, _WEIGHTS
    elif name.startswith(("w", "u", "v", "theta", "kernel")):
        groups = _WEIGHTS, _DATA, _BIASES
    else:
        groups = _DATA, _BIASES, _WEIGHTS
    return list(dict.fromkeys(itertools.chain(*groups)))
