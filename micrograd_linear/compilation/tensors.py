"""A compiled function of ``Tensor``s for one structure of its arguments, with their shapes and
types: the runnable form of ``derive``, made once.

The function that is written checks the nesting, the shapes and the types of its arguments,
computes, and returns the gradients in their nesting, so that a call costs what the NumPy in it
costs.
"""

import builtins
import keyword
import re

import numpy as np

from ..derivation.expressions import helper_names
from ..engine import arrays
from ..engine.modes import users_line
from ..engine.tensor import Tensor
from ..engine.value import Value
from .arguments import STATIC
from .buffers import locked
from .tape import TraceError
from .tensor_source import TensorSource
from .trace import Traced, TracedInt
from .traced_tensor import TracedTensor, traced, untrace
from .values import rebuilt, refuse_masked


def kind_of(x, differentiated, path):
    """What a leaf of the arguments is in a function of Tensors."""
    if isinstance(x, (TracedTensor, Traced, TracedInt)):
        raise TraceError(
            f"{users_line()}: a compiled function is called inside of another one; call the plain "
            "function there"
        )
    if isinstance(x, STATIC):
        return "static", type(x), x
    if isinstance(x, (int, np.integer)) and not differentiated:
        return "static", type(x), x
    if x.__class__ in (int, float):  # NumPy's floats have a type of their own
        return ("number",)
    if isinstance(x, Tensor) and (x.operands or getattr(x, "entered_a_call", False)):
        raise TypeError(
            f"compile: {path} is {x.describe()}, which is being differentiated, and a compiled "
            "function records nothing: its gradient would be lost. Differentiate the plain "
            "function, or pass .data where a constant is meant"
        )
    if isinstance(x, Value):
        raise TypeError(
            f"compile: {path} is a Value in a function of Tensors; make it a number or an array"
        )
    refuse_masked(x, path)
    if isinstance(x, (Tensor, np.ndarray, np.generic)):
        array = x.current if isinstance(x, Tensor) else x
        return _kind_of_array(array, path)
    raise TypeError(
        f"compile: {path}: expected an array, a number, a string, a bool, None, or lists, tuples "
        f"and dicts of such, got a {type(x).__name__}"
    )


def _kind_of_array(array, path):
    """What an array is, if it holds real numbers."""
    if array.dtype.kind == "b":
        raise TypeError(
            f"compile: {path} is an array of bool; pass a mask as floats to multiply with, or as "
            "integers, np.flatnonzero(mask), to index with"
        )
    if array.dtype.kind not in "fiu":
        raise TypeError(
            f"compile: {path} is an array of {array.dtype}; expected real numbers, or integers"
        )
    # The type is in native byte order, and the one object that stands for it.
    return "array", array.shape, np.dtype(array.dtype.type)


class TensorProgram:
    """``fast(args, keywords)`` -> (value, gradients), or None for a call of another structure;
    ``slow(leaves)`` for any leaves of this one.
    """

    level = "Tensor"

    def __init__(self, f, layout, leaves, argnums, single, reuse):
        self.layout = layout
        self.weak = _weak_type(layout)
        source = TensorSource(f, self, leaves, argnums, single, reuse)
        again = TensorSource(f, self, leaves, argnums, single, reuse)
        if not source.same_as(again):
            raise TraceError(
                "compile: f was traced twice on the same arguments and did something else the "
                "second time, so it depends on more than its arguments, on random numbers for "
                "example; draw them outside, and pass them as an argument"
            )
        self.nodes, self.buffers = source.nodes, source.buffers
        self.source = "\n".join(source.code.lines)
        self.fast = locked(source.function) if source.buffers else source.function

    def slow(self, leaves):
        plain = [self.plain(x, leaf) for x, leaf in zip(leaves, self.layout.leaves)]
        args, keywords = rebuilt(self.layout, plain)
        result = self.fast(tuple(args), keywords)
        if result is None:
            raise AssertionError("compile: a call does not fit the program that was written for it")
        return result

    def plain(self, x, leaf):
        """A leaf of a call as the written function takes it: an array of its native type, or a
        float.
        """
        if leaf.kind[0] == "static":
            return x
        if leaf.kind[0] == "number":
            return float(x)
        array = np.asarray(x.current if isinstance(x, Tensor) else x, dtype=leaf.kind[2])
        if leaf.differentiated:
            return arrays.floating(array, "compile: a differentiated argument")
        return array

    def as_tensors(self, leaves):
        """The leaves of a call as traced Tensors with the names that the source uses; static ones
        as they are.
        """
        names, nodes = _identifiers(self.layout.paths), []
        for x, leaf, name in zip(leaves, self.layout.leaves, names):
            if leaf.kind[0] == "static":
                nodes.append(x)
                continue
            array = self.plain(x, leaf)
            if leaf.kind[0] == "number" and not leaf.differentiated:
                array = np.array(array, self.weak)
            real = leaf.kind[0] == "number" or leaf.kind[2].kind == "f"
            nodes.append(traced(array, name, leaf.differentiated or real))
        return nodes

    def as_nodes(self, leaves):
        """The arguments of a call as Tensors with names, for the plain function."""
        nodes = self.as_tensors(leaves)
        for node in nodes:
            if isinstance(node, TracedTensor):
                untrace(node)
        return rebuilt(self.layout, nodes)

    def describe(self):
        """In words: what was traced, and what runs it."""
        size = sum(buffer.nbytes for buffer in self.buffers)
        kept = f"; {len(self.buffers)} buffers, {size:,} bytes, are used again in every call"
        lines = f"{len(self.source.splitlines()):,} lines of Python"
        return [
            f"{self.nodes:,} operations recorded",
            f"executor: NumPy, {lines}{kept if self.buffers else ''}",
        ]


def _weak_type(layout):
    """The type of plain numbers, which take that of the arrays they meet."""
    types = set()
    for leaf in layout.leaves:
        if leaf.kind[0] == "array" and leaf.kind[2].kind == "f":
            types.add(leaf.kind[2])
        elif leaf.differentiated and leaf.kind[0] != "static":
            types.add(np.dtype(np.float64))
    numbers = [
        path
        for path, leaf in zip(layout.paths, layout.leaves)
        if leaf.kind[0] == "number" and not leaf.differentiated
    ]
    if numbers and len(types) > 1:
        raise TypeError(
            f"compile: {numbers[0]} is a plain number beside arrays of "
            f"{' and '.join(sorted(map(str, types)))}, and would take the type of the one it "
            "meets; pass it as a 0-d array, np.array(x, dtype), of the type it is to have"
        )
    return next(iter(types)) if len(types) == 1 else np.dtype(np.float64)


def _identifiers(paths):
    """For each leaf a Python name, each once, that tells where it is: W for params['W'] where no
    other ends so.
    """
    short = [
        re.sub(r"\W+", "_", path.split("[")[-1].split(".")[-1].strip("]'\"")).strip("_")
        for path in paths
    ]
    names, reserved = [], {"np", *helper_names(), "args", "keywords", "value_and_gradients"}
    reserved.update(keyword.kwlist, dir(builtins))
    for path, name in zip(paths, short):
        unfit = not name.isidentifier() or name.startswith("_")
        if unfit or short.count(name) > 1 or name in reserved:
            name = re.sub(r"\W+", "_", path).strip("_") or "x"
        if not name.isidentifier():
            name = f"x_{name}" if f"x_{name}".isidentifier() else "x"
        candidates = (name if k == 1 else f"{name}_{k}" for k in range(1, len(paths) + 2))
        identifier = next(candidate for candidate in candidates if candidate not in reserved)
        reserved.add(identifier)
        names.append(identifier)
    return names
