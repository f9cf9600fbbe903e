"""The statements of ``derive``, with large results of the run before overwritten instead of new
arrays made.
"""

import threading

import numpy as np

from ..derivation.lower import reachable
from ..derivation.source import Writer
from ..operations import RULES, record_of
from ..operations import names as op

# Bytes: to make a smaller array costs less than to tell NumPy where to put it.
LARGE = 1 << 16


def _ufunc(operation):
    """NumPy's function that can write its result into a buffer, of the operation's record."""
    rule = RULES.get(operation)
    function = None if rule is None else rule.numpy_function
    if function is np.power:  # x**2 is a product to NumPy, and np.power(x, 2) is not
        return None
    return function if isinstance(function, np.ufunc) else None


class BufferedWriter(Writer):
    """Writes ``h = np.tanh(x @ W)`` as ``t1 = np.matmul(x, W, out=_B0)`` and ``h = np.tanh(t1,
    out=_B0)``, where they are large and, unless ``reuse``, no results of the function. A statement
    takes over the buffer of an operand that nobody else uses.

    ``objects`` are the buffers, and the constants of the run, by the name that the statements use.
    """

    def __init__(self, walk, leaves, wanted, reuse):
        super().__init__(walk, leaves, wanted)
        self.objects, self.buffer_of = {}, {}
        results = [] if reuse else [self.value, *self.gradients.values()]
        self.returned_ones = {self.base(x)[0] for x in results}

    def compute(self):
        order = reachable([self.value, *self.gradients.values()])
        sums = (x for x in order if x.operation == op.ADD)
        scattered = (x for x in sums if any(y.operation == op.SCATTER_ADD for y in x.operands))
        # These arrays are changed in place, and may be returned under another name.
        self.added_to = {y for x in scattered for y in (x, *x.operands)}
        return super().compute()

    def has_a_line(self, x):
        if x.dtype is None or int(np.prod(x.shape)) * np.dtype(x.dtype).itemsize < LARGE:
            return False
        if x in self.returned_ones or x in self.added_to:
            return False
        if x.operation == op.ADD:
            (sign, first), (_, second) = self.terms_of(x)[:2]
            return sign > 0 and np.broadcast_shapes(first.shape, second.shape) == x.shape
        if x.operation == op.MATMUL:
            return min(y.ndim for y in x.operands) > 1
        return _ufunc(x.operation) is not None

    @staticmethod
    def terms_of(x):
        """The terms of a sum with their signs, a positive one first where there is one."""
        return sorted(zip(x.static["signs"], x.operands, strict=True), key=lambda term: -term[0])

    def assign(self, name, text, x):
        return super().assign(name, self.into_a_buffer(x) if self.has_a_line(x) else text, x)

    def into_a_buffer(self, x):
        """The text that computes x into its buffer."""
        terms = self.terms_of(x) if x.operation == op.ADD else [(1, y) for y in x.operands]
        buffer = self.taken_over(x, [y for _, y in terms[:2]]) or self.new_buffer(x)
        self.buffer_of[x] = buffer
        if x.operation != op.ADD:
            operands = ", ".join(self.wrapped(y, 0) for y in x.operands)
            ufunc = _ufunc(x.operation)
            assert ufunc is not None  # as has_a_line has seen
            return f"np.{ufunc.__name__}({operands}, out={buffer})"
        text = self.wrapped(terms[0][1], 0)
        for sign, y in terms[1:]:
            ufunc = np.add if sign > 0 else np.subtract
            text = f"np.{ufunc.__name__}({text}, {self.wrapped(y, 0)}, out={buffer})"
        return text

    def taken_over(self, x, operands):
        """The buffer of an operand that x alone uses, where the operation can be done in place."""
        if x.operation == op.MATMUL:
            return None
        own = (y for y in operands if y in self.buffer_of and self.uses[y] == 1)
        alike = (y for y in own if (y.shape, y.dtype) == (x.shape, x.dtype))
        return next((self.buffer_of[y] for y in alike), None)

    def new_buffer(self, x):
        name = f"_B{len(self.objects)}"
        self.objects[name] = np.empty(x.shape, x.dtype)
        return name

    def reduced(self, x, a, keepdims):
        """A sum over axes by the ufunc itself: ``t.sum()`` is a Python function around it, which
        costs as much as the sum of a small array.
        """
        ufunc = record_of(x.operation).repeated
        if ufunc is None:
            return super().reduced(x, a, keepdims)
        axes = x.static["axis"]
        axis = None if len(axes) == a.ndim else axes[0] if len(axes) == 1 else axes
        name = f"_{ufunc.__name__}"
        self.objects[name] = ufunc.reduce
        return f"{name}({self.wrapped(a, 0)}, {axis}{', None, None, True' if keepdims else ''})"

    def constant(self, array):
        """An array of the run as an object: exact, of any size, and checked to be nobody else's by
        the trace that copied it.
        """
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
