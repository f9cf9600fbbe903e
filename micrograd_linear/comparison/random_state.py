"""The random numbers that a function draws, put back, so that each run of it draws the same."""

from __future__ import annotations

import copy
import inspect
import random
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy as np

from .statement import held_by, plain_function


class RandomState:
    """The state of Python's and NumPy's global generators, and of all that functions can reach.

    Those are the generators in their modules, closures and default values, and in the attributes of
    the objects that they belong to.

    >>> state = RandomState(len)
    >>> first = np.random.rand(); state.restore(); first == np.random.rand()
    True
    """

    def __init__(self, *functions: Callable | None):
        self.own = random.getstate()
        self.numpy = np.random.get_state()
        found = {id(x): x for function in functions if function for x in _generators(function)}
        self.states = [(generator, _state(generator)) for generator in found.values()]

    def restore(self) -> None:
        """Put every generator back to where it was."""
        random.setstate(self.own)
        np.random.set_state(self.numpy)
        for generator, state in self.states:
            if isinstance(generator, random.Random):
                generator.setstate(state)
            elif isinstance(generator, np.random.RandomState):
                generator.set_state(state)
            else:
                generator.bit_generator.state = copy.deepcopy(state)


_KINDS = (np.random.Generator, np.random.RandomState, random.Random)
Drawing: TypeAlias = np.random.Generator | np.random.RandomState | random.Random


def _state(generator: Drawing) -> Any:
    if isinstance(generator, random.Random):
        return generator.getstate()
    if isinstance(generator, np.random.RandomState):
        return generator.get_state()
    return copy.deepcopy(generator.bit_generator.state)


def _generators(function: Callable) -> Iterator[Drawing]:
    inner = inspect.unwrap(getattr(function, "written_as", function))
    held = _attributes(getattr(inner, "__self__", inner))
    plain = plain_function(function)
    if plain is not None:
        held += [*plain.__globals__.values(), *held_by(plain)]
    for x in held:
        yield from _inside(x)


def _inside(x: object) -> Iterator[Drawing]:
    """The generators that an object is, or holds: in a list, a dict, or an attribute."""
    if isinstance(x, _KINDS):
        yield x
    elif isinstance(x, (list, tuple)) and len(x) < 1000:
        yield from (y for y in x if isinstance(y, _KINDS))
    elif isinstance(x, dict) and len(x) < 1000:
        yield from (y for y in list(x.values()) if isinstance(y, _KINDS))
    else:
        yield from (y for y in _attributes(x) if isinstance(y, _KINDS))


def _attributes(x: object) -> list[object]:
    attributes = getattr(x, "__dict__", None)
    return (
        list(attributes.values())
        if isinstance(attributes, dict) and not inspect.ismodule(x)
        else []
    )
