"""A cost and its gradient as two functions: by what they are called, and by what they take."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from . import naming
from .source import returned_names

_WORD = re.compile(r"gradients?|grads?|derivatives?|deriv|prime|jacobian|jac|nabla|adjoint", re.I)
_NO_GRADIENT = re.compile(
    r"descent|ascent|clip|update|step|norm|numer|check|approx|test|plot|init|train|(?<!mis)fit|apply",
    re.I,
)
_ENDS = re.compile(
    r"(loss|costs?|error|objective|entropy|likelihood|energy|nll|mse|sse|misfit|mismatch|penalty)",
    re.I,
)
# What stands in the place of the word in the cost's name, the likeliest first.
_TURNED = (
    "cost", "loss", "objective", "error", "energy", "value", "function", "func", "fn", "f", "",
)  # fmt: skip
# Costs that need no word in common with the gradient.
_COSTS = (
    "cost_function", "cost", "loss_function", "loss", "objective", "objective_function",
    "compute_cost", "compute_loss", "f", "func", "function", "fun", "J", "E", "energy", "error",
    "costFunction", "lossFunction", "costfunction", "computeCost", "calc_loss", "calculate_cost",
    "calculate_loss", "compute_error", "nll", "negative_log_likelihood", "log_likelihood",
)  # fmt: skip
_ALONE = re.compile(
    r"(compute_?|calc\w*_?|get_?|eval\w*_?)?(gradients?|grads?|jac|jacobian|derivatives?|df|fprime"
    r"|dJ|dL|nabla|adjoint|grad_?f|f_?grad)(_?(function|func|fn|f|vector))?",
    re.I,
)


def cost_of(name: str, functions: Mapping[str, Callable]) -> str | None:
    """The function of the file whose gradient the function of that name is; None where there is
    none, or where it is no gradient.
    """
    if _NO_GRADIENT.search(name) or not (_WORD.search(name) or _ALONE.fullmatch(name)):
        return None
    gradient = functions[name]
    for candidate in _candidates(name):
        if candidate != name and candidate in functions and _fits(functions[candidate], gradient):
            return candidate
    alike = [
        other
        for other, function in functions.items()
        if other != name
        and _ENDS.search(other)
        and not _WORD.search(other)
        and not _NO_GRADIENT.search(other)
        and _takes_the_same(function, gradient)
        and len(returned_names(function)) == 1
    ]
    return alike[0] if len(alike) == 1 else None


def own_cost(forward: Callable, backward: Callable, costs: Sequence[Callable]) -> Callable | None:
    """The cost that takes all that backward takes, where forward, whose name it has, takes less and
    nothing flows in: backward is that cost's gradient.
    """
    required = _required(backward)
    hands_on = [*inspect.signature(forward).parameters, *returned_names(forward)]
    if not required or set(required) <= set(hands_on):
        return None
    if any(naming.is_cache(n) or naming.stem_of(n) in hands_on for n in required):
        return None
    same = [f for f in costs if f is not forward and _required(f) == required]
    return same[0] if len(same) == 1 else None


def _candidates(name: str) -> Iterator[str]:
    word = _WORD.search(name)
    if word is not None:
        before, after = name[: word.start()], name[word.end() :]
        for turned in _TURNED:
            new = turned.capitalize() if word[0][0].isupper() else turned
            yield re.sub("__+", "_", before + new + after).strip("_")
    if _ALONE.fullmatch(name):
        yield from _COSTS


def _fits(cost, gradient):
    """Whether the gradient takes what the cost takes, by name or by number."""
    return _takes_the_same(cost, gradient) or len(_required(cost)) == len(_required(gradient))


def _takes_the_same(cost, gradient):
    taken = list(inspect.signature(cost).parameters)
    required = _required(gradient)
    return bool(required) and set(required) <= set(taken)


def _required(function):
    parameters = inspect.signature(function).parameters.values()
    return [
        p.name for p in parameters if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD
    ]
