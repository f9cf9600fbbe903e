"""A hand-written pair of functions, forward and backward, and their calls on plain arrays."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..engine.tensor import Tensor
from ..foundations.near import did_you_mean
from .statement import statement_of

Arrays = Mapping[str, np.ndarray]


class UnusableLayer(ValueError):
    """The functions or the inputs cannot be used: says which, and why."""


class Disagreement(UnusableLayer):
    """The engine's gradient is not that of the user's function, and nothing says why: there is no
    verdict.
    """


@dataclass(frozen=True)
class Signature:
    """The names of a function's parameters: without a default, with one, and whether it takes
    ``**keywords``.
    """

    required: list[str]
    optional: list[str]
    accepts_all: bool

    @staticmethod
    def of(function: Callable) -> Signature:
        parameters = inspect.signature(function).parameters.values()
        named = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
        return Signature(
            [p.name for p in named if p.default is p.empty],
            [p.name for p in named if p.default is not p.empty],
            any(p.kind is p.VAR_KEYWORD for p in parameters),
        )


def in_words(values: Arrays) -> str:
    """The names and shapes of arrays, for a sentence."""
    return ", ".join(f"{name} {value.shape}" for name, value in values.items())


def called(
    what: str, function: Callable, arguments: Mapping[str, Any], shapes: str, *first: object
) -> Any:
    """What the function returns; an ``UnusableLayer`` that names the line where it failed."""
    try:
        return function(*first, **arguments)
    except (KeyboardInterrupt, GeneratorExit, UnusableLayer):
        raise
    except BaseException as error:
        raise failed(what, function, error, shapes) from error


def failed(what: str, function: Callable, error: BaseException, shapes: str) -> UnusableLayer:
    """The error of a user's function, in one line, with the statement that raised it."""
    statement = statement_of(error, function)
    where = f" ({statement})" if statement else ""
    given = f", given {shapes}" if shapes else ""
    return UnusableLayer(f"{what} failed: {type(error).__name__}: {error}{where}{given}")


def takes_cache(backward: Callable, names: Sequence[str]) -> bool:
    """True for backward(dy, cache), whose second argument is none of forward's."""
    required = Signature.of(backward).required
    return len(required) == 2 and required[1] not in names


def has_cache(returned: Any) -> bool:
    """Whether forward returned (y, cache)."""
    kinds = (Tensor, np.ndarray, np.generic, float)
    return isinstance(returned, tuple) and len(returned) == 2 and isinstance(returned[0], kinds)


def result_of(returned: Any, backward: Callable | None, names: Sequence[str]) -> Any:
    """y, where forward returned (y, cache)."""
    if has_cache(returned) and (backward is None or takes_cache(backward, names)):
        return returned[0]
    return returned


def with_cache(backward: Callable, returned: Any, names: Sequence[str]) -> Callable:
    """``backward(dy, cache)`` as a function of dy alone; any other as it is."""
    if not takes_cache(backward, names) or not has_cache(returned):
        return backward

    def of_dy(dy):
        return backward(dy, returned[1])

    of_dy.written_as = backward
    return of_dy


def backward_arguments(backward: Callable, values: Arrays) -> dict[str, np.ndarray]:
    """Copies of the inputs that ``backward`` takes after dy; those with a default may miss."""
    signature = Signature.of(backward)
    taken = signature.required[1:] + signature.optional
    unknown = [name for name in signature.required[1:] if name not in values]
    if unknown:
        expected = f"backward(dy, {', '.join(values)})"
        raise UnusableLayer(
            f"backward takes {', '.join(unknown)}, which forward does not; expected {expected}"
        )
    return {
        name: value.copy()
        for name, value in values.items()
        if signature.accepts_all or name in taken
    }


def gradients_by_name(
    returned: object, values: Arrays, differentiable: Sequence[str], between: Sequence[str]
) -> dict[str, object]:
    """What ``backward`` returned, as {name: gradient}."""
    if isinstance(returned, (np.ndarray, np.generic, int, float)) and len(differentiable) == 1:
        returned = (returned,)
    if isinstance(returned, (tuple, list)):
        order = list(values) if len(returned) == len(values) else list(differentiable)
        if len(returned) != len(order):
            raise UnusableLayer(
                f"backward returned {len(returned)} gradients, "
                f"expected {len(order)}: {', '.join(order)}"
            )
        returned = {name: g for name, g in zip(order, returned, strict=True) if g is not None}
    if not hasattr(returned, "items"):
        raise UnusableLayer(
            "backward must return a dict by argument name or a tuple in argument order, "
            f"got {type(returned).__name__}"
        )
    for name in returned:
        if name not in differentiable and name not in between:
            known = [*differentiable, *between]
            raise UnusableLayer(
                f"backward returned a gradient of {name!r}; expected some of {', '.join(known)}"
                f"{did_you_mean(str(name), known)}"
            )
    return dict(returned)


@dataclass(frozen=True)
class HandGradients:
    """The gradients that ``backward`` returned, those of a second call, and what it did to its
    arguments.
    """

    first: dict[str, object]
    again: dict[str, object]
    remarks: tuple[str, ...]


def hand_gradients(
    backward: Callable,
    dy: np.ndarray,
    values: Arrays,
    differentiable: Sequence[str],
    between: Sequence[str] = (),
) -> HandGradients:
    """Call ``backward`` twice with the same arguments, to learn whether it keeps state."""
    shapes = in_words(values)

    def run(upstream, arguments):
        returned = called("backward", backward, arguments, shapes, upstream)
        return gradients_by_name(returned, values, differentiable, between)

    arguments, upstream = backward_arguments(backward, values), dy.copy()
    first = run(upstream, arguments)
    before = [
        ("dy", upstream, dy),
        *((name, array, values[name]) for name, array in arguments.items()),
    ]
    changed = [
        name for name, array, given in before if not np.array_equal(array, given, equal_nan=True)
    ]
    remarks = (
        (f"backward changes its arguments in place: {', '.join(changed)}.",) if changed else ()
    )
    # A second call may write into the same buffers.
    first = {name: np.array(g) if isinstance(g, np.ndarray) else g for name, g in first.items()}
    again = run(dy.copy(), backward_arguments(backward, values))
    return HandGradients(first, again, remarks)
