"""A compiled function of ``Tensor``s for one structure of its arguments, with their shapes and types: the runnable form of ``derive``, made once.

The function that is written checks the nesting, the shapes and the types of its arguments, computes, and returns the gradients in their nesting, so
that a call costs what the NumPy in it costs.
"""

import builtins
import keyword
import re

import numpy as np

from .. import arrays
from ..derivation.walk import walk
from ..graph import is_node, topological_order
from ..modes import users_line
from ..recording import current
from ..tensor import Tensor
from ..value import Value
from .arguments import STATIC, Code, Unpacking
from .buffers import BufferedWriter, locked
from .tape import TraceError
from .trace import Traced, TracedInt
from .traced_tensor import TracedTensor, indices, traced, tracing
from .values import rebuilt, refuse_masked


def kind_of(x, differentiated, path):
    """What a leaf of the arguments is in a function of Tensors."""
    if isinstance(x, (TracedTensor, Traced, TracedInt)):
        raise TraceError(f"{users_line()}: a compiled function is called inside of another one; call the plain function there")
    if isinstance(x, STATIC):
        return "static", type(x), x
    if isinstance(x, (int, np.integer)) and not differentiated:
        return "static", type(x), x
    if x.__class__ in (int, float):  # NumPy's floats have a type of their own
        return ("number",)
    if isinstance(x, Tensor) and (x.operands or getattr(x, "entered_a_call", False)):
        raise TypeError(
            f"compile: {path} is {x.describe()}, which is being differentiated, and a compiled function records nothing: its gradient would be lost. Differentiate "
            "the plain function, or pass .data where a constant is meant"
        )
    if isinstance(x, Value):
        raise TypeError(f"compile: {path} is a Value in a function of Tensors; make it a number or an array")
    refuse_masked(x, path)
    if isinstance(x, (Tensor, np.ndarray, np.generic)):
        array = x.current if isinstance(x, Tensor) else x
        if array.dtype.kind == "b":
            raise TypeError(f"compile: {path} is an array of bool; pass a mask as floats to multiply with, or as integers, np.flatnonzero(mask), to index with")
        if array.dtype.kind not in "fiu":
            raise TypeError(f"compile: {path} is an array of {array.dtype}; expected real numbers, or integers")
        return "array", array.shape, np.dtype(array.dtype.type)  # in native byte order, and the one object that stands for the type
    raise TypeError(f"compile: {path}: expected an array, a number, a string, a bool, None, or lists, tuples and dicts of such, got a {type(x).__name__}")


class TensorProgram:
    """``fast(args, keywords)`` -> (value, gradients), or None for a call of another structure; ``slow(leaves)`` for any leaves of this one."""

    level = "Tensor"

    def __init__(self, f, layout, leaves, argnums, single, reuse):
        self.layout = layout
        self.weak = _weak_type(layout)
        made = _Source(f, self, leaves, argnums, single, reuse)
        again = _Source(f, self, leaves, argnums, single, reuse)
        if not made.same_as(again):
            raise TraceError(
                "compile: f was traced twice on the same arguments and did something else the second time, so it depends on more than its arguments, on random "
                "numbers for example; draw them outside, and pass them as an argument"
            )
        self.nodes, self.source, self.buffers = made.nodes, "\n".join(made.code.lines), made.buffers
        self.fast = locked(made.function) if made.buffers else made.function

    def slow(self, leaves):
        args, keywords = rebuilt(self.layout, [self.plain(x, leaf) for x, leaf in zip(leaves, self.layout.leaves)])
        result = self.fast(tuple(args), keywords)
        if result is None:
            raise AssertionError("compile: a call does not fit the program that was written for it")
        return result

    def plain(self, x, leaf):
        """A leaf of a call as the written function takes it: an array of its native type, or a float."""
        if leaf.kind[0] == "static":
            return x
        if leaf.kind[0] == "number":
            return float(x)
        array = np.asarray(x.current if isinstance(x, Tensor) else x, dtype=leaf.kind[2])
        return arrays.floating(array, "compile: a differentiated argument") if leaf.differentiated else array

    def as_tensors(self, leaves):
        """The leaves of a call as traced Tensors with the names that the source uses; static ones as they are."""
        names, made = _identifiers(self.layout.paths), []
        for x, leaf, name in zip(leaves, self.layout.leaves, names):
            if leaf.kind[0] == "static":
                made.append(x)
                continue
            array = self.plain(x, leaf)
            if leaf.kind[0] == "number" and not leaf.differentiated:
                array = np.array(array, self.weak)
            made.append(traced(array, name, leaf.differentiated or leaf.kind[0] == "number" or leaf.kind[2].kind == "f"))
        return made

    def as_nodes(self, leaves):
        """The arguments of a call as Tensors with names, for the plain function."""
        made = self.as_tensors(leaves)
        for node in made:
            if isinstance(node, TracedTensor):
                node.__class__ = Tensor
        return rebuilt(self.layout, made)

    def describe(self):
        """In words: what was traced, and what runs it."""
        size = sum(buffer.nbytes for buffer in self.buffers)
        kept = f"; {len(self.buffers)} buffers, {size:,} bytes, are used again in every call" if self.buffers else ""
        return [f"{self.nodes:,} operations recorded", f"executor: NumPy, {len(self.source.splitlines()):,} lines of Python{kept}"]


def _weak_type(layout):
    """The type of plain numbers, which take that of the arrays they meet."""
    types = {leaf.kind[2] for leaf in layout.leaves if leaf.kind[0] == "array" and leaf.kind[2].kind == "f"}
    floating = (leaf.kind[0] == "array" and leaf.kind[2].kind == "f" for leaf in layout.leaves)
    types |= {np.dtype(np.float64) for leaf, known in zip(layout.leaves, floating) if leaf.differentiated and leaf.kind[0] != "static" and not known}
    numbers = [path for path, leaf in zip(layout.paths, layout.leaves) if leaf.kind[0] == "number" and not leaf.differentiated]
    if numbers and len(types) > 1:
        raise TypeError(
            f"compile: {numbers[0]} is a plain number beside arrays of {' and '.join(sorted(map(str, types)))}, and would take the type of the one it meets; "
            "pass it as a 0-d array, np.array(x, dtype), of the type it is to have"
        )
    return next(iter(types)) if len(types) == 1 else np.dtype(np.float64)


def _identifiers(paths):
    """For each leaf a Python name, each once, that tells where it is: W for params['W'] where no other ends so."""
    short = [re.sub(r"\W+", "_", path.split("[")[-1].split(".")[-1].strip("]'\"")).strip("_") for path in paths]
    names, taken = [], {"np", "sigmoid", "args", "keywords", "value_and_gradients", *keyword.kwlist, *dir(builtins)}
    for path, name in zip(paths, short):
        if not name.isidentifier() or short.count(name) > 1 or name in taken or name.startswith("_"):
            name = re.sub(r"\W+", "_", path).strip("_") or "x"
        name = name if name.isidentifier() else f"x_{name}" if f"x_{name}".isidentifier() else "x"
        found = next(candidate for k in range(1, len(paths) + 2) if (candidate := name if k == 1 else f"{name}_{k}") not in taken)
        taken.add(found)
        names.append(found)
    return names


class _Source:
    """One trace of f, and the function written from it."""

    def __init__(self, f, program, leaves, argnums, single, reuse):
        layout = program.layout
        nodes = program.as_tensors(leaves)
        inputs = [node for node in nodes if is_node(node)]
        started = max((node.created for node in inputs), default=0)
        args, keywords = rebuilt(layout, nodes)
        with tracing(inputs):
            if not current().on:
                raise RuntimeError("compile: inside no_grad() nothing is recorded, so there is nothing to differentiate; leave the block first")
            result = f(*args, **keywords)
            result = _scalar(result)
        wanted = {node: str(i) for i, (node, leaf) in enumerate(zip(nodes, layout.leaves)) if leaf.differentiated and leaf.kind[0] != "static"}
        self.code = Code(np=np, ndarray=np.ndarray)
        self.buffers, self.written, self.arrays = [], {}, []
        if isinstance(result, Tensor) and result.requires_grad:
            value, gradients, body = self.derived(result, inputs, wanted, started, reuse)
        else:
            value, gradients, body = repr(float(getattr(result, "current", result))), {}, []
            value = f"float('{value}')"
            self.nodes = 0
        _Unpacking(self.code, [self.written.get(node) for node in nodes], program.weak).arguments(layout)
        self.code.lines += [f"    {line}" for line in body]
        texts = [self.gradient(node, leaf, gradients) if node in wanted else "None" for node, leaf in zip(nodes, layout.leaves)]
        packed = [_nested(self.code, layout.of_argument(i)[0], _texts(layout, texts, i)) for i in argnums]
        self.code.line(0, f"return float({value}), {packed[0] if single else '(' + ', '.join(packed) + ',)'}")
        self.function = self.code.function("args, keywords")

    def derived(self, root, inputs, wanted, started, reuse):
        own = set(inputs)
        order = topological_order(root)
        for node in order:
            for x in (node, *indices(node)):
                if not x.operands and x not in own and x.created < started:
                    raise TraceError(
                        f"compile: f reads {x.describe()} from outside of its arguments; its numbers may be others in the next run, and it would get no gradient. "
                        "Pass it as an argument, or a copy of its .data where a constant is meant"
                    )
        used = {node: None for node in own if node in set(order)}
        passed = walk(root, name_gradients=False, wanted={node for node in wanted if node in used}, as_written=True)
        leaves = {node: passed.names[node] for node in order if not node.operands and node in passed.names}
        for node in order:
            leaves.update({x: x.name for x in indices(node) if x in own and x not in leaves})
        found = [node for node in wanted if node in passed.gradients]
        writer = BufferedWriter(passed, leaves, {node: passed.names[node] for node in found}, reuse)
        value, gradients = writer.compute()
        self.nodes = sum(1 for node in order if node.operands)
        self.written = {node: writer.arguments[name] for node, name in leaves.items()}
        made = {name: node.numpy() for node, name in self.written.items() if node not in own}  # Tensors that f made are constants
        self.code.objects.update(writer.objects | made)
        for helper in writer.helpers.values():
            exec(helper, self.code.objects)
        self.buffers = [array for name, array in writer.objects.items() if name.startswith("_B")]
        self.arrays = [*made.values(), *(array for name, array in writer.objects.items() if name.startswith("_C"))]
        return value, gradients, writer.lines

    def gradient(self, node, leaf, gradients):
        text = gradients.get(node)
        if not node.shape:
            return "0.0" if text is None else f"float({text})"
        return f"np.zeros({node.shape}, {self.code.object(node.dtype)})" if text is None else text

    def same_as(self, other):
        """True where the other trace made the same program with the same constants."""
        constants = zip(self.arrays, other.arrays)
        return self.code.lines == other.code.lines and all(a.tobytes() == b.tobytes() for a, b in constants)


def _scalar(result):
    """What f returned, of shape ()."""
    if isinstance(result, (list, tuple, dict)) or np.size(result) != 1:
        shown = type(result).__name__ if isinstance(result, (list, tuple, dict)) else f"shape {np.shape(result)}"
        raise TypeError(f"compile: expected f to return one number, got {shown}; reduce it, by .sum() for example, and compile a function for each result")
    if isinstance(result, Tensor):
        return result.reshape(()) if result.shape else result
    if isinstance(result, Value):
        raise TypeError("compile: f returned a Value from Tensors; expected a Tensor")
    return float(np.asarray(result).item())


def _texts(layout, texts, i):
    start = sum(len(layout.of_argument(k)[1]) for k in range(i))
    return texts[start : start + len(layout.of_argument(i)[1])]


def _nested(code, structure, texts):
    """Text of a nesting with these leaves."""
    if structure is None:
        return texts[0]
    kind, keys, parts = structure
    items, start = [], 0
    for count, part in parts:
        items.append(_nested(code, part, texts[start : start + count]))
        start += count
    if kind == "dict":
        return f"{{{', '.join(f'{key!r}: {item}' if isinstance(key, str) else f'{code.object(key)}: {item}' for key, item in zip(keys, items))}}}"
    if kind is list:
        return f"[{', '.join(items)}]"
    if kind is tuple:
        return f"({', '.join(items)}{',' * (len(items) == 1)})"
    return f"{code.object(kind)}({', '.join(items)})" if hasattr(kind, "_fields") else f"{code.object(kind)}([{', '.join(items)}])"


class _Unpacking(Unpacking):
    """Every leaf gets the name that the statements use; one that they do not use is checked alone."""

    loops = False

    def __init__(self, code, names, weak):
        super().__init__(code)
        self.names, self.weak = iter(names), weak

    def leaf(self, leaf, name, depth):
        used = next(self.names)
        if leaf.kind[0] == "static":
            self.static(leaf, name, depth)
            return
        if leaf.kind[0] == "number":
            self.code.line(depth, f"if {name}.__class__ is not float: return None")
            name = f"np.{'float64' if leaf.differentiated else self.weak.name}({name})"
        else:
            dtype = np.dtype(np.float64) if leaf.differentiated and leaf.kind[2].kind != "f" else leaf.kind[2]
            wrong = f"{name}.shape != {leaf.kind[1]} or {name}.dtype is not {self.code.object(dtype)}"
            self.code.line(depth, f"if {name}.__class__ is not ndarray or {wrong}: return None")
        if used is not None:
            self.code.line(depth, f"{used} = {name}")
