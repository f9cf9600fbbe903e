"""Other fillings of a pair whose inputs were guessed, for where a gradient is wrong with the first.

Only a filling that could show more than the first may take its place: data keep their axes and
their size, nothing becomes a single row, a number or a square, and settings stay. So what is right
there is right in a reading of the file that hides no mistake which the first one shows.
"""

from __future__ import annotations

import copy
import itertools
import warnings
from collections import Counter
from collections.abc import Callable, Collection, Iterator

import numpy as np

from . import naming
from .pairing import Case, Pair
from .slopes import agreeing
from .trial import of_features, tried_in_its_shapes

_ATTEMPTS, _RUNS = 600, 100  # fillings that are made, and that run
_MOST = 8  # other shapes that run, and are measured


def alternatives(
    pair: Pair,
    first: Case,
    claimed: Collection[str],
    rng: np.random.Generator,
    restore: Callable[[], None],
) -> Iterator[tuple[Case, int]]:
    """Cases of other shapes, with a gradient of each of the ``claimed`` arguments at least, in its
    shape; and how many of them have the slope of the forward function.
    """
    seen, reasons, ran, left = {_shapes(first)}, Counter(), 0, _MOST
    for make in itertools.islice(pair.style.cases(None, rng), _ATTEMPTS):
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            case, fits = tried_in_its_shapes(pair, make, rng, reasons, restore)
        ran += case is not None
        if ran > _RUNS or left == 0:
            return
        if case is None or not fits or _shapes(case) in seen:
            continue
        seen.add(_shapes(case))
        if not set(claimed) <= set(case.gradients) or not _shows_as_much(case, first, claimed):
            continue
        restore()
        left -= 1
        yield case, agreeing(case, copy.deepcopy(rng))


def _shapes(case):
    return tuple((name, value.shape, value.dtype.kind) for name, value in case.values.items())


def _shows_as_much(case, first, claimed):
    """Whether a mistake that the first case shows by the sizes of its arrays shows here, too."""
    if case.values.keys() != first.values.keys() or len(case.shape) < len(first.shape):
        return False
    if repr(case.constants) != repr(first.constants) or repr(case.held) != repr(first.held):
        return False
    large = all(
        _is_as_large(name, case.values[name], first.values[name], name in claimed)
        for name in first.values
    )
    return large and _is_as_alike(case, first, claimed)


def _is_as_alike(case, first, claimed):
    """Whether arguments of one shape still have one shape, and none is broadcast along axes of
    another that it had before: the sum over these would be right.
    """
    own = [n for n in case.values if n in claimed or _is_data(n)]
    parameters = (naming.is_bias, naming.is_weight, of_features)
    data = [n for n in own if not any(is_one(n) for is_one in parameters)]
    for a, b in itertools.permutations(data, 2):
        was, now = ((c.values[a].shape, c.values[b].shape) for c in (first, case))
        if was[0] == was[1] != () and now[0] != now[1]:
            return False
        if len(was[0]) >= len(was[1]) and len(now[0]) < len(now[1]):
            return False
    return True


def _is_as_large(name, value, before, claimed):
    if value.dtype.kind != before.dtype.kind:
        return False
    own, was = value.shape, before.shape
    if before.size > 1 and value.size <= 1:
        return False
    if naming.is_bias(name) or of_features(name):  # it must not grow the axis of the batch
        return len([n for n in own if n > 1]) <= len([n for n in was if n > 1])
    as_deep = len(own) >= len(was) and value.size >= before.size
    return (
        (as_deep or not (claimed or _is_data(name)))
        and own.count(1) <= was.count(1)
        and _repeated(own) <= _repeated(was)
    )


def _is_data(name):
    """Whether a name is that of data, of a result, or of a target."""
    data = naming.named_by(name, ["x"]) is not None or naming.is_output(name)
    return data or naming.may_be_labels(name) or naming.is_prediction(name)


def _repeated(shape):
    """How many axes have the length of another one, as a square has."""
    return len(shape) - len(set(shape))
