"""The simplest style: ``forward(**arrays)`` and ``backward(dy, **arrays)``, run as they are.

Only there is it seen which argument backward changes, and gradients of results in between may be
handed in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..pair import Signature
from . import naming
from .functions import Functions
from .pairing import Case, Pair
from .source import hints_of, returned_names


@dataclass(frozen=True)
class Simple:
    """The two functions, which need no adapter."""

    forward: Callable
    backward: Callable

    def takes(self, inputs: object) -> bool:
        """Whether inputs that were given are arrays and shapes alone."""
        if not hasattr(inputs, "items"):
            return True
        items = inputs.items()  # type: ignore[attr-defined]
        return not any(_is_setting(self.forward, *item) for item in items)

    def fits(self, case: Case) -> bool:
        """Whether the case has arrays alone, and backward takes them, in their order."""
        required = Signature.of(self.forward).required
        cached = len(returned_names(self.forward)) > 1
        return set(required) == set(case.values) and not case.constants and not cached

    def case(self, values: dict[str, np.ndarray]) -> Case:
        """The functions with their inputs."""
        return Case(self.forward, self.backward, values, is_plain=True)


def _is_setting(forward, name, value):
    if isinstance(value, str):
        return bool(hints_of(forward, str(name)).words)
    shape = isinstance(value, tuple) and all(isinstance(n, (int, np.integer)) for n in value)
    return isinstance(value, (dict, bool)) or (isinstance(value, tuple) and not shape)


def as_simple(pair: Pair) -> Simple | None:
    """The pair in its simplest form; None where it needs an adapter."""
    style = pair.style
    if not isinstance(style, Functions) or not style.binding.upstream or style.binding.rates:
        return None
    if style.outer.paths:
        return None
    try:
        names = Signature.of(style.forward).required
        signature = Signature.of(style.backward)
    except (TypeError, ValueError):
        return None
    first = style.binding.parameters[0].name if style.binding.parameters else ""
    rest = signature.required[1:]
    plain = first == style.binding.upstream[0] and len(style.binding.upstream) == 1
    if not plain or not set(rest) <= set(names):
        return None
    return (
        None if _in_another_order(style.backward, names) else Simple(style.forward, style.backward)
    )


def _in_another_order(backward, names):
    """Whether the names in ``return`` say that a tuple is in another order, or leaves some out."""
    said = returned_names(backward)
    if len(said) < 2:
        targets = [naming.named_by(said[0], names, bare=False)] if said and said[0] else []
        return bool(targets and targets[0]) and len(names) > 1
    targets = [naming.named_by(name, names, bare=False) for name in said]
    return targets != names and any(targets)
