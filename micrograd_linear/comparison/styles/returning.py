"""Functions that return gradients: told by the names in their ``return``."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable

from . import naming
from .source import returned_names, text_of

_MARKED = re.compile(
    r"(grads?|gradients?|nabla|delta)(_?\w+)?|\w+_(grads?|gradients?)|d_\w+|d[A-Z]\w*"
)
_FLOWS_IN = re.compile(r"d_?(out\w*|y|z|h|a)|d[A-Z]\w*|g|upstream\w*|\w*grads?(_\w+)?")
_BACK = re.compile(r"back_?(ward|prop|propagat|pass)|bprop|grad|vjp", re.I)
# Names of functions that say so themselves: loss_and_grads, cost_with_gradient.
_WITH_GRADIENTS = re.compile(
    r"(and|with|n)_?(the_?)?(d?grads?|gradients?|jac(obian)?|derivs?)(_\w+)?$", re.I
)
_MANY_OF = re.compile(r"grads?|gradients?|derivatives?")
_NONE = re.compile(r"d_?(model|k|v|in|out|ff|head|hidden|size|type|max|min)|deltas?(_?(t|time|x))?")


def returns_gradients(name: str, function: Callable) -> bool:
    """Whether a function returns a loss and its gradients, by the names in its ``return``."""
    said = returned_names(function)
    if len(said) < 2:
        return False
    if _WITH_GRADIENTS.search(name) and (_is_loss(said[0]) or naming.is_loss(name)):
        return True
    if not _is_loss(said[0]) and _is_loss(said[-1]):
        said = said[::-1]
    slopes = [s for s in said[1:] if naming.stem_of(s) or re.match(r"grad|d[A-Z_]|d\w$|g$", s)]
    named = naming.is_loss(name) and not is_gradient(said[0], _arguments(function))
    return bool((_is_loss(said[0]) or named) and slopes)


def _is_loss(name):
    words = r"(\w*_)?(loss\w*|costs?|l|j|e|err(or)?|obj\w*|nll|total|f|val\w*)"
    return bool(re.fullmatch(words, name, re.I))


def returns_own_gradients(function: Callable) -> bool:
    """Whether the first of a function's results may be a loss, and the others are gradients of its
    own arguments, by name; and nothing comes in from above.
    """
    said, arguments = returned_names(function), _arguments(function)
    if len(said) < 2 or is_gradient(said[0], arguments):
        return False
    if any(_FLOWS_IN.fullmatch(name) or naming.is_cache(name) for name in arguments):
        return False
    whole = len(said) == 2 and bool(_MANY_OF.fullmatch(said[1]))
    own = [n for n in said[1:] if n and naming.named_by(n, arguments, bare=False)]
    return bool(arguments) and (whole or 2 * len(own) > len(said) - 1)


def gradients_returned(function: Callable) -> list[str]:
    """The names in a function's ``return`` that look like those of gradients."""
    arguments = _arguments(function)
    beside = {*arguments, *re.findall(r"[A-Za-z_]\w*", text_of(function))}
    goes_back = bool(_BACK.search(getattr(function, "__name__", "")))
    return [
        name
        for name in returned_names(function)
        if is_gradient(name, beside) or (goes_back and re.fullmatch(r"d[a-z]\w?\d?", name))
    ]


def goes_back(function: Callable) -> bool:
    """Whether a function looks like a backward pass: by what it takes, or by what it returns."""
    return any(map(naming.is_upstream, _arguments(function))) or bool(gradients_returned(function))


def is_gradient(name: str, known: Iterable[str]) -> bool:
    """Whether a name is marked as a gradient's, or is that of one of what is known: dmu of mu."""
    if _NONE.fullmatch(name):
        return False
    stem = naming.stem_of(name)
    return bool(_MARKED.fullmatch(name)) or (stem is not None and stem in set(known))


def _arguments(function):
    return [name for name in inspect.signature(function).parameters if name != "self"]
