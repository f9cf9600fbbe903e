"""The first case of a pair that runs: forward on finite numbers, and backward in its shapes."""

from __future__ import annotations

import inspect
import itertools
import re
import types
import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from ..pair import UnusableLayer, failed
from . import naming
from .functions import WITHOUT_UPSTREAM
from .pairing import Case, Pair
from .search import searched_case
from .source import text_of, text_of_files

_ATTEMPTS = 2500
# Attempts to find gradients of the right shapes, once both functions have run; the second, where
# the file hands over one sample at a time.
_AFTER_FIRST, _OF_ONE = 60, 400
# No other inputs mend these: they are said at once.
_HOPELESS = (NameError, ImportError, SyntaxError, RecursionError, MemoryError)


def found_case(
    pair: Pair, given: Mapping | None, rng: np.random.Generator, restore: Callable[[], None]
) -> Case:
    """A case that runs: with gradients in the shapes of what they are of, if one is found soon."""
    first, reasons, since = None, Counter(), 0
    batches = _reads_batches(pair)
    alone = not batches and _takes_one_sample(pair)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for make in itertools.islice(pair.style.cases(given, rng), _ATTEMPTS):
            restore()
            case, fits = _tried(pair, make, rng, reasons)
            if case is not None and not fits and (reshaped := _in_their_shapes(case)):
                restore()
                case, fits = _tried(pair, lambda case=reshaped: case, rng, reasons)
            if case is None:
                since += first is not None
            elif fits and (first is None or _may_replace(first, case, batches)):
                if all(np.any(g) for g in case.gradients.values()):
                    return case
                first = case  # a gradient of 0 shows nothing: other inputs may be better
                break
            else:
                first = case if first is None or _is_absurd(first) else first
                since += 1
            if since > (_OF_ONE if alone else _AFTER_FIRST):
                break
    searched = searched_case(pair, given, rng, restore, first)
    found = searched or first
    if found is not None:
        return found
    raise UnusableLayer(_why(pair, reasons))


def _in_their_shapes(case):
    """The case with biases in the form, but for axes of length 1, of their gradients, if that
    mends it.
    """
    values = dict(case.values)
    for name, gradient in case.gradients.items():
        shape, own = np.shape(gradient), values[name].shape
        same = [n for n in shape if n != 1] == [n for n in own if n != 1]
        if shape != own and not (same and naming.is_bias(name)):
            return None
        values[name] = values[name].reshape(shape)
    return replace(case, values=values, gradients={})


def _may_replace(first, case, batches):
    return not batches or _is_absurd(first) or _same_data(first, case)


def _reads_batches(pair):
    """Whether the text of a pair speaks of several samples: then one sample is no way out."""
    text = " ".join(text_of(function) for function in pair.functions)
    return bool(re.search(r"axis|keepdims|shape\[|batch|sum\(|mean\(|einsum|, ?(0|1)\)", text))


def _takes_one_sample(pair):
    """Whether the file calls the backward function in a loop over pairs of data and target."""
    name = re.escape(getattr(pair.functions[-1], "__name__", "-"))
    loop = (
        rf"for \(?\w+, ?\w+\)? in (?!enumerate|range)[^\n]*:\n(?:[^\n]*\n){{0,4}}?[^\n]*\b{name}\("
    )
    return bool(re.search(loop, text_of_files(pair.functions)))


def _same_data(first, case):
    """Whether two cases differ in the form of biases alone."""
    return all(
        value.shape == case.values[name].shape
        for name, value in first.values.items()
        if not naming.is_bias(name) and name in case.values
    )


def _is_absurd(case):
    """Whether a gradient of a case has a shape that no mistake explains, as of np.outer."""
    return any(
        np.size(gradient) > case.values[name].size and not _broadcasts(gradient, case.values[name])
        for name, gradient in case.gradients.items()
    )


def _broadcasts(gradient, value):
    try:
        return np.broadcast_shapes(np.shape(gradient), value.shape) == np.shape(gradient)
    except ValueError:
        return False


def _tried(pair, make, rng, reasons):
    """(case, whether its gradients have the shapes of what they are of); (None, False) where the
    functions do not run.
    """
    stage = "forward"
    try:
        case = make()
        y, kept = case.forward(**{name: value.copy() for name, value in case.values.items()})
        y = np.asarray(y)
        if y.dtype.kind != "f" or not np.isfinite(y).all():
            reasons["its result is not finite", 0] += 1
            return None, False
        stage = "backward"
        gradients = case.backward(rng.normal(size=y.shape), kept)
        case.gradients = gradients
        return case, all(np.shape(g) == case.values[name].shape for name, g in gradients.items())
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # shapes that do not fit raise anything; the next are tried
        _note(pair, error, reasons, stage)
        return None, False


def _note(pair, error, reasons, stage="forward"):
    of_a_module = isinstance(error, AttributeError) and isinstance(
        getattr(error, "obj", None), types.ModuleType
    )
    function = pair.functions[-1 if stage == "backward" else 0]
    words = str(failed(stage, function, error, ""))
    if isinstance(error, UnusableLayer):
        words = str(error)
    elif (isinstance(error, _HOPELESS) and not isinstance(error, UnboundLocalError)) or of_a_module:
        raise UnusableLayer(words) from error
    reasons[words, stage == "backward" or words.startswith(WITHOUT_UPSTREAM)] += 1


def _why(pair, reasons):
    """Why nothing ran, and the two lines to write."""
    likely = max(reasons, key=lambda reason: (reason[1], reasons[reason]), default=("", 0))[0]
    said = f" ({likely})" if likely else ""
    parameters = inspect.signature(pair.functions[0]).parameters
    taken = ", ".join(f'"{n}": ...' for n in parameters if n not in ("self", "ctx", "context"))
    return (
        f"no inputs were found that {pair.words} run on{said}; write two lines: "
        f'inputs = {{"{pair.name}": {{{taken}}}}}  # an array, a shape or a setting for each, and '
        f"micrograd-linear check FILE {pair.name}"
    )
