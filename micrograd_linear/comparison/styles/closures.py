"""Functions that return a result and the function which goes back from it: ``y, back``; and those
that return both ways, ``forward, backward``.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import CodeType, FunctionType

import numpy as np

from ..pair import UnusableLayer
from ..statement import code_of
from .arguments import Filled
from .climbing import Search
from .functions import _copied, _times
from .gradients import assigned, is_number
from .own_layouts import layouts_of
from .pairing import Case, Make
from .results import Results, results_of
from .slots import Slot, fillings, slots_of
from .source import returned_names, tree_of
from .unknowns import Unknowns


@dataclass(frozen=True)
class Inner:
    """The functions inside of another one: back alone, or forward and back."""

    forward: Callable | None
    back: Callable


def inner_of(function: Callable) -> Inner | None:
    """The functions that a function returns, in its last ``return``; None where it returns none."""
    tree, code = tree_of(function), code_of(function)
    if tree is None or code is None:
        return None
    returns = [node for node in tree.body if isinstance(node, ast.Return)]
    if not returns or not isinstance(returns[-1].value, ast.Tuple):
        return None
    inside = {c.co_name: c for c in code.co_consts if isinstance(c, CodeType)}
    named = [inside.get(getattr(part, "id", "")) for part in returns[-1].value.elts]
    functions = [_as_function(c, function) for c in named if c is not None]
    if len(named) < 2 or not functions or named[-1] is None:
        return None
    if len(functions) == len(named) == 2:
        return Inner(functions[0], functions[1])
    return Inner(None, functions[-1]) if len(functions) == 1 else None


def _as_function(code, outer):
    """A function to be read, never called: its text, its place and its parameters."""
    cells = tuple(_empty_cell() for _ in code.co_freevars)
    return FunctionType(code, outer.__globals__, code.co_name, None, cells)


def _empty_cell():
    held = None
    return (lambda: held).__closure__[0]  # type: ignore[index]


@dataclass
class Closures:
    """A function that returns its result and the way back, or both ways."""

    name: str
    function: Callable
    inner: Inner

    def __post_init__(self):
        forward = self.inner.forward
        self.own = slots_of(forward, self.name) if forward is not None else []
        where = self.name if self._takes_flow() else f"loss {self.name}"
        self.slots: list[Slot] = [*slots_of(self.function, where), *self.own]
        self.labels = [slot.name for slot in self.slots if slot.is_labels]
        self.said = returned_names(self.function)
        if forward is not None:
            self.said = returned_names(forward)

    def _takes_flow(self):
        return bool(inspect.signature(self.inner.back).parameters)

    def cases(self, given: Mapping | None, rng: np.random.Generator) -> Iterator[Make]:
        for arguments in fillings(self.slots, rng, given, layouts_of(self.function)):
            yield partial(self._case, Filled.of(arguments))

    def searches(self, given: Mapping | None, rng: np.random.Generator) -> Iterator[Search]:
        """The search over all that the function takes."""
        yield Search(
            Unknowns.of(self.slots, given), lambda arguments, rng: self._case(Filled.of(arguments))
        )

    def _ran(self, arguments) -> tuple[Results, Callable]:
        inside = [slot.name for slot in self.own]
        outer = {name: x for name, x in arguments.items() if name not in inside}
        returned = self.function(**outer)
        if not isinstance(returned, tuple) or not callable(returned[-1]):
            raise UnusableLayer(f"{self.name} returned no function that goes back")
        if self.inner.forward is None:
            return results_of(returned[:-1], self.said[:-1], 1), returned[-1]
        y = returned[0](**{name: arguments[name] for name in inside})
        return results_of(y, self.said, 1), returned[1]

    def _case(self, filled: Filled) -> Case:
        starts = filled.values
        flows = self._takes_flow()
        said = returned_names(self.inner.back)

        def forward(**values):
            results, back = self._ran(filled.called_with(values))
            return results.joined, (back, values)

        def backward(dy, kept):
            back, _ = kept
            returned = back(dy) if flows else back()
            if not flows:
                if np.ndim(dy):
                    raise UnusableLayer("the way back takes no upstream gradient")
                returned = _times(dy, returned)
            found = assigned(_copied(returned), starts, said, self.labels)
            parts = returned if isinstance(returned, tuple) else ()
            if len(found) < sum(map(is_number, parts)):
                raise UnusableLayer("the way back returns more gradients than there are arrays")
            return found

        forward.written_as = self.inner.forward or self.function
        backward.written_as = self.inner.back
        return Case(forward, backward, starts, filled.settings)
