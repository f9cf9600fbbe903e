"""The statements of ``derive``, with large results of the run before overwritten instead of new arrays made."""

import functools
import threading

import numpy as np

from ..derive.source import Writer

LARGE = 1 << 16  # bytes; making a smaller array costs less than telling NumPy where to put it
_UFUNCS = {"multiply": "multiply", "divide": "divide", "matmul": "matmul", "absolute": "abs", "negative": "negative"}
_UFUNCS |= {name: name for name in ("exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tan", "tanh", "maximum", "minimum")}


class BufferedWriter(Writer):
    """Writes ``h = np.tanh(x @ W)`` as ``h = np.tanh(np.matmul(x, W, out=_B1), out=_B1)`` where h is large and, unless ``reuse``, is no result of the function.

    ``objects`` are the buffers, and the constants of the run, by the name that the statements use.
    """

    def __init__(self, walk, leaves, wanted, reuse):
        super().__init__(walk, leaves, wanted)
        self.objects = {}
        results = [] if reuse else [self.value, *self.gradients.values()]
        self.fresh_ones = {self.base(x)[0] for x in results}

    def assign(self, name, text, x):
        dtype = None if x.dtype is None else np.dtype(x.dtype)
        large = dtype is not None and int(np.prod(x.shape)) * dtype.itemsize >= LARGE
        if large and x not in self.fresh_ones and x not in self.added_to():
            buffer = f"_B{len(self.objects)}"
            into = self.into(x, buffer)
            if into is not None:
                self.objects[buffer] = np.empty(x.shape, dtype)
                text = into
        return super().assign(name, text, x)

    @functools.cache  # noqa: B019  a writer lives as long as what it writes
    def added_to(self):
        """Symbols whose array another one takes over, to add to it in place."""
        return {y for x in self.order if x.operation == "add" and not self.absorbed.isdisjoint(x.operands) for y in x.operands}

    def into(self, x, buffer):
        """The text that computes x into a buffer of its shape and type, or None where NumPy has no such call."""
        if x.operation == "add":
            terms = sorted(zip(x.static["signs"], x.operands, strict=True), key=lambda term: -term[0])
            if terms[0][0] < 0 or len(terms) < 2 or any(y in self.absorbed for y in x.operands):
                return None
            text, partial = None, terms[0][1]
            for sign, y in terms[1:]:
                if text is None:
                    text, other = self.inner(x, partial, y, buffer)
                else:
                    other = self.wrapped(y, 0)
                text = f"np.{'add' if sign > 0 else 'subtract'}({text}, {other}, out={buffer})"
                if np.broadcast_shapes(partial.shape, y.shape) != x.shape:
                    return None  # a sum of smaller parts first
            return text
        name = _UFUNCS.get(x.operation)
        if name is None:
            return None
        if name == "matmul":
            return f"np.matmul({', '.join(self.wrapped(y, 0) for y in x.operands)}, out={buffer})" if min(len(y.shape) for y in x.operands) > 1 else None
        return f"np.{name}({', '.join(self.inner(x, *x.operands, buffer))}, out={buffer})"

    def inner(self, x, first, *rest):
        """The texts of one operand or two; the first is computed into the same buffer where it is as large and nobody else's."""
        *others, buffer = rest
        own = self.expressions[first][0]
        text = None
        if first.shape == x.shape and first.dtype == x.dtype and self.uses[first] == 1 and not own.isidentifier():
            text = self.into(first, buffer)
        return [self.wrapped(first, 0) if text is None else text, *(self.wrapped(y, 0) for y in others)]

    def constant(self, array):
        """An array of the run as an object: exact, of any size, and checked to be nobody else's by the trace that copied it."""
        name = f"_C{len(self.objects)}"
        self.objects[name] = array = np.array(array)
        array.setflags(write=False)
        return name


def locked(function):
    """The function by one thread at a time: its buffers are for one run."""
    lock = threading.Lock()

    def run(args, keywords):
        with lock:
            return function(args, keywords)

    return run
