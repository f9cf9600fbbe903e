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
from types import MappingProxyType

import numpy as np

from ..pair import UnusableLayer, failed
from ..statement import code_of
from . import naming
from .functions import WITHOUT_UPSTREAM
from .pairing import Case, Make, Pair
from .patience import OF_A_PAIR, Patience
from .search import searched_case
from .source import text_of, text_of_files

_ATTEMPTS = 2500
# Attempts to find gradients of the right shapes, once both functions have run; the second, where
# the file hands over one sample at a time.
_AFTER_FIRST, _OF_ONE = 60, 400
# No other inputs mend these: they are said at once.
_HOPELESS = (NameError, ImportError, SyntaxError, RecursionError, MemoryError)
# What may be the same for all samples, beside biases.
_OF_FEATURES = re.compile(r"g|mu|mean|loc|cent(er|re)|gains?|shift|scale|alpha|sigma|std", re.I)


def found_case(
    pair: Pair,
    given: Mapping | None,
    rng: np.random.Generator,
    restore: Callable[[], None],
    seconds: float = OF_A_PAIR,
) -> Case:
    """A case that runs: with gradients in the shapes of what they are of, if one is found soon."""
    patience = Patience(seconds)
    first, reasons, since = None, Counter(), 0
    batches = _reads_batches(pair)
    alone = not batches and _takes_one_sample(pair)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        attempts = itertools.islice(pair.style.cases(given, rng), _ATTEMPTS)
        for make in Patience(seconds / 2).while_left(attempts):
            case, fits = tried_in_its_shapes(pair, make, rng, reasons, restore, given or {})
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
    searched = searched_case(pair, given, rng, restore, first, patience)
    if searched is not None and (first is None or _keeps(searched, first, given or {})):
        return searched
    if first is not None:
        return first
    raise UnusableLayer(_why(pair, reasons, patience))


def _keeps(case, first, given):
    """Whether inputs that were given stay as they are: what does not fit them is a mistake."""
    return all(
        np.shape(case.values[name]) == np.shape(first.values[name])
        for name in given
        if name in case.values and name in first.values
    )


def tried_in_its_shapes(
    pair: Pair,
    make: Make,
    rng: np.random.Generator,
    reasons: Counter,
    restore: Callable[[], None],
    given: Mapping = MappingProxyType({}),
) -> tuple[Case | None, bool]:
    """(case, whether its gradients have the shapes of what they are of), in the shapes that these
    say, if that mends it; (None, False) where the functions do not run.
    """
    restore()
    case, fits = _tried(pair, make, rng, reasons)
    reshaped = None if case is None or fits else _in_their_shapes(case, given)
    if case is None or reshaped is None:
        return case, fits
    restore()
    other, fitting = _tried(pair, lambda: reshaped, rng, reasons)
    # Data of fewer axes would have a result of fewer: the batch must stay.
    mended = other is not None and fitting and other.shape == case.shape
    return (other, True) if mended else (case, fits)


def of_features(name: str) -> bool:
    """Whether a name is that of what may be the same for all samples, and is no bias."""
    return bool(_OF_FEATURES.fullmatch(naming.last_part(name)))


def _in_their_shapes(case, given):
    """The case with arguments in the shapes of their gradients, if that mends it: biases in another
    form, and what is the same for all samples, as a gain, without the axis of the samples.
    """
    values = dict(case.values)
    for name, gradient in case.gradients.items():
        shape, own = np.shape(gradient), values[name].shape
        if shape == own:
            continue
        if shape == () and name not in given and naming.is_of_all(name):
            values[name] = values[name].reshape(-1)[0].copy()
            continue
        same = [n for n in shape if n != 1] == [n for n in own if n != 1]
        left_out = 0 if name in given else len(own) - len(shape)
        if not (naming.is_bias(name) or of_features(name)):
            return None
        if same:
            values[name] = values[name].reshape(shape)
        elif left_out > 0 and own[left_out:] == shape and values[name][(0,) * left_out].size > 1:
            values[name] = values[name][(0,) * left_out].copy()
        else:
            return None
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
    """Whether two cases differ in the form of biases alone, none of which becomes a number: the sum
    over everything, in which an axis was forgotten, would be its gradient.
    """
    pairs = [(n, v, case.values[n]) for n, v in first.values.items() if n in case.values]
    return all(
        (other.size > 1 or value.size == 1) if naming.is_bias(name) else value.shape == other.shape
        for name, value, other in pairs
    )


def _is_absurd(case):
    """Whether a gradient of a case has a shape that no mistake explains, as of np.outer, or as of
    the one array that a loss judges, where a target of more axes was guessed.
    """
    judged = [n for n, v in case.values.items() if v.dtype.kind == "f"]
    alone = case.shape == () and len(judged) == 1 and judged[0] in case.gradients
    if alone and np.ndim(case.gradients[judged[0]]) > case.values[judged[0]].ndim:
        return True
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
        case.gradients, case.shape = gradients, y.shape
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
    first, last = pair.functions[0], pair.functions[-1]
    stage = "backward" if first is not last and _passed_through(error, last) else stage
    function = pair.functions[-1 if stage == "backward" else 0]
    words = str(failed(stage, function, error, ""))
    if isinstance(error, UnusableLayer):
        words = str(error)
    elif (isinstance(error, _HOPELESS) and not isinstance(error, UnboundLocalError)) or of_a_module:
        raise UnusableLayer(words) from error
    reasons[words, stage == "backward" or words.startswith(WITHOUT_UPSTREAM)] += 1


def _passed_through(error, function):
    """Whether an error came out of a function: making a case may run both of a pair."""
    code, traceback = code_of(function), error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code is code:
            return True
        traceback = traceback.tb_next
    return False


def _why(pair, reasons, patience):
    """Why nothing ran, and the two lines to write."""
    likely = max(reasons, key=lambda reason: (reason[1], reasons[reason]), default=("", 0))[0]
    said = f" ({likely})" if likely else ""
    said += f" in {patience.seconds:.1f} seconds" if patience.is_over else ""
    parameters = inspect.signature(pair.functions[0]).parameters
    taken = ", ".join(f'"{n}": ...' for n in parameters if n not in ("self", "ctx", "context"))
    return (
        f"no inputs were found that {pair.words} run on{said}; write two lines: "
        f'inputs = {{"{pair.name}": {{{taken}}}}}  # an array, a shape or a setting for each, and '
        f"micrograd-linear check FILE {pair.name}"
    )
