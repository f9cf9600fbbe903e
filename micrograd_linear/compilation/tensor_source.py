"""The function that is written from one trace of a function of ``Tensor``s: it checks its
arguments, runs the statements of ``derive``, and nests the gradients as the arguments are.
"""

import numpy as np

from ..derivation.walk import walk
from ..engine.errors import recording_is_off
from ..engine.graph import is_node, topological_order
from ..engine.recording import current
from ..engine.tensor import Tensor
from ..engine.value import Value
from .arguments import Code, Unpacking
from .buffers import BufferedWriter
from .tape import read_outside
from .traced_tensor import indices, tracing
from .values import rebuilt


class TensorSource:
    """One trace of f, and the function written from it."""

    def __init__(self, f, program, leaves, argnums, single, reuse):
        layout = program.layout
        nodes = program.as_tensors(leaves)
        inputs = [node for node in nodes if is_node(node)]
        result = _traced_result(f, layout, nodes, inputs)
        wanted = {
            node: str(i)
            for i, (node, leaf) in enumerate(zip(nodes, layout.leaves))
            if leaf.differentiated and leaf.kind[0] != "static"
        }
        self.code = Code(np=np, ndarray=np.ndarray)
        self.nodes, self.buffers, self.written, self.arrays = 0, [], {}, []
        if isinstance(result, Tensor) and result.requires_grad:
            value, gradients, body = self.derived(result, inputs, wanted, reuse)
        else:
            value, gradients, body = _constant(result), {}, []
        names = [self.written.get(node) for node in nodes]
        _Unpacking(self.code, names, program.weak).arguments(layout)
        self.code.lines += [f"    {line}" for line in body]
        texts = [self.gradient(node, gradients) if node in wanted else "None" for node in nodes]
        packed = [
            _nested(self.code, layout.of_argument(i)[0], _texts(layout, texts, i)) for i in argnums
        ]
        returned = packed[0] if single else f"({', '.join(packed)},)"
        self.code.line(0, f"return float({value}), {returned}")
        self.function = self.code.function("args, keywords")

    def derived(self, root, inputs, wanted, reuse):
        """(text of the value, texts of the gradients, statements), as ``derive`` writes them."""
        own = set(inputs)
        order = topological_order(root)
        _refuse_outside(order, inputs)
        recorded = set(order)
        differentiated = {node for node in wanted if node in recorded}
        passed = walk(root, name_gradients=False, wanted=differentiated, as_written=True)
        leaves = {
            node: passed.names[node] for node in order if not node.operands and node in passed.names
        }
        for node in order:
            leaves.update({x: x.name for x in indices(node) if x in own and x not in leaves})
        results = {node: passed.names[node] for node in wanted if node in passed.gradients}
        writer = BufferedWriter(passed, leaves, results, reuse)
        value, gradients = writer.compute()
        self.nodes = sum(1 for node in order if node.operands)
        self.written = {node: writer.arguments[name] for node, name in leaves.items()}
        self.keep_objects(writer, own)
        return value, gradients, writer.lines

    def keep_objects(self, writer, own):
        """The buffers and constants of the statements; Tensors that f made are constants."""
        constants = {name: node.numpy() for node, name in self.written.items() if node not in own}
        self.code.objects.update(writer.objects | constants)
        for helper in writer.helpers.values():
            exec(helper, self.code.objects)
        objects = writer.objects.items()
        self.buffers = [array for name, array in objects if name.startswith("_B")]
        self.arrays = [
            *constants.values(),
            *(array for name, array in objects if name.startswith("_C")),
        ]

    def gradient(self, node, gradients):
        """Text of a gradient: zeros where the result does not depend on the leaf."""
        text = gradients.get(node)
        if not node.shape:
            return "0.0" if text is None else f"float({text})"
        return f"np.zeros({node.shape}, {self.code.object(node.dtype)})" if text is None else text

    def same_as(self, other):
        """True where the other trace made the same program with the same constants."""
        constants = zip(self.arrays, other.arrays)
        return self.code.lines == other.code.lines and all(
            a.tobytes() == b.tobytes() for a, b in constants
        )


def _traced_result(f, layout, nodes, inputs):
    """What f returns for traced Tensors, of shape ()."""
    args, keywords = rebuilt(layout, nodes)
    with tracing(inputs):
        if not current().on:
            raise recording_is_off("compile: ")
        return _scalar(f(*args, **keywords))


def _constant(result):
    """Text of a result that depends on no differentiated argument."""
    return f"float('{float(getattr(result, 'current', result))!r}')"


def _refuse_outside(order, inputs):
    """Raise for a leaf that is older than the arguments."""
    own = set(inputs)
    started = max((node.created for node in inputs), default=0)
    for node in order:
        for x in (node, *indices(node)):
            if not x.operands and x not in own and x.created < started:
                raise read_outside("compile", x)


def _scalar(result):
    """What f returned, of shape ()."""
    if isinstance(result, (list, tuple, dict)) or np.size(result) != 1:
        shown = (
            type(result).__name__
            if isinstance(result, (list, tuple, dict))
            else f"shape {np.shape(result)}"
        )
        raise TypeError(
            f"compile: expected f to return one number, got {shown}; reduce it, by .sum() for "
            "example, and compile a function for each result"
        )
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
        shown = [repr(key) if isinstance(key, str) else code.object(key) for key in keys]
        return f"{{{', '.join(f'{key}: {item}' for key, item in zip(shown, items))}}}"
    if kind is list:
        return f"[{', '.join(items)}]"
    if kind is tuple:
        return f"({', '.join(items)}{',' * (len(items) == 1)})"
    text = ", ".join(items)
    return f"{code.object(kind)}({text if hasattr(kind, '_fields') else f'[{text}]'})"


class _Unpacking(Unpacking):
    """Every leaf gets the name that the statements use; one they do not use is only checked."""

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
            _, shape, dtype = leaf.kind
            if leaf.differentiated and dtype.kind != "f":
                dtype = np.dtype(np.float64)
            wrong = f"{name}.shape != {shape} or {name}.dtype is not {self.code.object(dtype)}"
            self.code.line(depth, f"if {name}.__class__ is not ndarray or {wrong}: return None")
        if used is not None:
            self.code.line(depth, f"{used} = {name}")
