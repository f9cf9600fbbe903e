"""Other inputs for a pair of functions that passed on inputs which cannot show every mistake.

Other numbers are drawn, and five rows in place of one. What may mean something keeps it: integers,
masks, labels of -1, 0 and 1, rows of probabilities, symmetric matrices. Rows are added only where
nothing of the file has one row for each of them: no target, mask or label that forward reads from
its module. What is found is a remark: the verdict is that of the inputs given.
"""

from __future__ import annotations

import types
import warnings
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from ..engine.graph import is_node, topological_order
from .comparison import Comparison
from .pair import UnusableLayer
from .remark import Remark
from .statement import held_by, plain_function

ROWS = 5
_WEIGHTS = ("w", "u", "v", "theta", "kernel", "weight")
_BIASES = ("b", "gamma", "beta", "gain", "scale")


def on_other_inputs(
    comparison: Comparison,
    forward: Callable,
    values: Mapping[str, np.ndarray],
    rng: np.random.Generator,
    check: Callable[[Mapping[str, np.ndarray]], Comparison],
) -> None:
    """Add to a weak pass what other inputs show: a mistake, as a remark; or that there is none."""
    hidden = "; ".join(comparison.weaknesses[:2])
    rows = [] if _reads_data(forward, comparison) else single_rows(values)
    for widened in (rows, []) if rows else ([],):
        again = _fitting(comparison, values, widened, rng, check)
        if again is None:
            continue
        shapes = ", ".join(f"{name} {shape}" for name, shape in again.inputs.items())
        if not again.ok:
            wrong = "; ".join(f"{result.name}: {result.note}" for result in again.wrong[:3])
            told = (
                f"The inputs given cannot show it ({hidden}), "
                f"but on others, drawn at random, {shapes}, "
                "there is a mistake"
            )
            names = ", ".join(result.name for result in again.wrong[:3])
            remark = Remark.of(f"{told}. {wrong}.", f"{told} in {names}.")
            comparison.remarks += (remark,)
            return
        if not again.weaknesses:
            comparison.weaknesses = ()
            comparison.remarks += (
                "They agree on other inputs, too, drawn at random, "
                f"where the inputs given are weak ({hidden}): {shapes}.",
            )
            return


def _fitting(comparison, values, widened, rng, check):
    """The comparison on inputs drawn anew; None where they do not fit the functions."""
    again = _run(values, widened, rng, check)
    shapes = _of_wrong_shape(again, widened)
    if shapes:  # one row for all: a bias by another name
        widened = [name for name in widened if name not in shapes]
        again = _run(values, widened, rng, check)
    if again is None or again.root is None or _of_wrong_shape(again, widened):
        return None
    before, now = comparison.root.shape, again.root.shape
    grew = now in (before, (ROWS, *before[1:]))
    return again if grew else None


def _of_wrong_shape(again, widened):
    if again is None:
        return []
    return [name for name in widened if name in again and again[name].status == "shape"]


def _run(values, widened, rng, check):
    for near in (False, True):
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return check(redrawn(values, widened, rng, near))
        except (UnusableLayer, ValueError):
            continue
    return None


def single_rows(values: Mapping[str, np.ndarray]) -> list[str]:
    """The arguments whose one row is one sample; none where an argument that may hold samples has
    several rows.
    """
    matrices = {name: value for name, value in values.items() if value.ndim > 1}
    samples = [name for name in matrices if not name.lower().startswith((*_WEIGHTS, *_BIASES))]
    if any(len(matrices[name]) != 1 for name in samples):
        return []
    return samples


def _reads_data(forward: Callable, comparison: Comparison) -> bool:
    """Whether forward reads arrays other than its arguments: targets, masks or labels, which fit
    its inputs alone.
    """
    if any(_is_data(x) for x in _read_by(forward)):
        return True
    constants = [
        x for node in topological_order(comparison.root) for x in node.operands if not is_node(x)
    ]
    return any(np.size(x) > 1 for x in constants)


def _is_data(x: object) -> bool:
    return isinstance(x, (np.ndarray, list, tuple)) and np.size(np.asarray(x, dtype=object)) > 0


def _read_by(function: Callable, seen: tuple = ()) -> Iterator[object]:
    """The objects outside of a function that it, and the functions of its module that it calls,
    read by name.
    """
    plain = plain_function(function)
    if plain is None or plain.__code__ in seen:
        return
    module = plain.__globals__
    names = [name for each in _codes(plain.__code__) for name in each.co_names]
    for x in [*(module[name] for name in names if name in module), *held_by(plain)]:
        if isinstance(x, types.FunctionType) and x.__globals__ is module:
            yield from _read_by(x, (*seen, plain.__code__))
        else:
            yield x


def _codes(code):
    """A function's code and that of the functions and comprehensions inside of it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def redrawn(
    values: Mapping[str, np.ndarray],
    widened: list[str],
    rng: np.random.Generator,
    near: bool = False,
) -> dict[str, np.ndarray]:
    """{name: array}: other numbers, and ``ROWS`` rows in those that are ``widened``.

    ``near`` keeps signs and sizes, where a function needs them.
    """
    found = {}
    for name, value in values.items():
        shape = (ROWS, *value.shape[1:]) if name in widened else value.shape
        wide = np.broadcast_to(value, shape).copy()
        if not _is_kept(value):
            normal = rng.normal(size=shape)
            wide = (wide * np.exp(0.3 * normal) if near else normal).astype(value.dtype)
        found[name] = wide
    return found


def _is_kept(value):
    if value.dtype.kind != "f" or not value.size:
        return True
    if value.ndim == 2 and value.size > 1 and np.array_equal(value, np.eye(*value.shape)):
        return False
    if value.size > 1 and (value == value.flat[0]).all():
        return False
    square = value.ndim == 2 and value.shape[0] == value.shape[1] > 1
    symmetric = square and np.array_equal(value, value.T)
    rows = value.ndim > 0 and value.size > 1 and (value >= 0).all()
    probabilities = rows and np.allclose(value.sum(axis=-1), 1)
    return bool(symmetric or probabilities or np.isin(value, (-1, 0, 1)).all())
