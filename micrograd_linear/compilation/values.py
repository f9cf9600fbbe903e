"""A compiled function of ``Value``s for one structure of its arguments: traced, scheduled, and
replayed by an executor.
"""

import operator
import struct
import threading
from importlib import util

import numpy as np

from ..engine.modes import users_line
from ..engine.tensor import Tensor
from ..engine.value import Value, number
from ..foundations.nested import unflatten
from . import numba_executor, numpy_executor
from .arguments import STATIC, Code, Unpacking, count_of, packer
from .schedule import schedule
from .tape import Tape, TraceError
from .trace import Traced, TracedInt, indexable, traced

EXECUTORS = {"numpy": numpy_executor.NumpyExecutor, "numba": numba_executor.executor}
LARGEST_INTEGER = 2**53
_INTEGERS = {int, *(np.dtype(code).type for code in "bhilqBHILQ")}
_FLOATS = {float, Value, np.float16, np.float32, np.float64}
# The types that are accepted for differentiated numbers, for other numbers, and for integers.
_ACCEPTED = _FLOATS | _INTEGERS, _FLOATS, _INTEGERS


def kind_of(x, differentiated, path):
    """What a leaf of the arguments is in a function of Values."""
    if x.__class__ is float:
        return ("number",)
    if isinstance(x, (Traced, TracedInt)):
        raise TraceError(
            f"{users_line()}: a compiled function is called inside of another one; call the plain "
            "function there"
        )
    if isinstance(x, STATIC):
        return "static", type(x), x
    refuse_masked(x, path)
    if isinstance(x, np.ndarray) and x.dtype.kind in "fiuO" and x.ndim:
        return ("integers" if x.dtype.kind in "iu" and not differentiated else "numbers", x.shape)
    kind = x.dtype.kind if isinstance(x, np.ndarray) and not x.ndim else ""
    if isinstance(x, (int, np.integer)) or kind in ("i", "u"):
        return ("number",) if differentiated else ("integer",)
    if isinstance(x, (Value, np.floating)) or kind == "f":
        return ("number",)
    if isinstance(x, Tensor):
        raise TypeError(
            f"compile: {path} is a Tensor, and the differentiated arguments are numbers; a "
            "function has one level: make all of them Tensors or arrays"
        )
    if isinstance(x, np.ndarray):
        raise TypeError(
            f"compile: {path} is an array of {x.dtype}; expected real numbers, or integers"
        )
    raise TypeError(
        f"compile: {path}: expected a number, an array, a string, a bool, None, or lists, tuples "
        f"and dicts of such, got a {type(x).__name__}"
    )


def refuse_masked(x, path):
    """Raise for an array whose mask would be lost."""
    if isinstance(x, np.ma.MaskedArray):
        raise TypeError(
            f"compile: {path} is a masked array, and would lose its mask; pass .filled(value), or "
            "the mask as floats to multiply with"
        )


def _as_number(x):
    return x if x.__class__ is float else x.data if isinstance(x, Value) else number(x, "compile")


def collect(leaves, layout):
    """(differentiated numbers, other numbers, integers) of the leaves of a call, as three lists."""
    differentiated, numbers, integers = [], [], []
    for x, leaf in zip(leaves, layout.leaves):
        into = differentiated if leaf.differentiated else numbers
        kind = leaf.kind[0]
        if kind == "number":
            into.append(_as_number(x))
        elif kind == "numbers":
            into += map(_as_number, x.ravel().tolist())
        elif kind == "integer":
            integers.append(int(x))
        elif kind == "integers":
            integers += x.ravel().tolist()
    return differentiated, numbers, integers


class _Unpacking(Unpacking):
    def leaf(self, leaf, name, depth):
        into, line = self.list_of(leaf), self.code.line
        if leaf.kind[0] == "static":
            self.static(leaf, name, depth)
        elif len(leaf.kind) == 1:
            line(depth, f"{into}.append({name})")
        else:
            kinds = "iu" if leaf.kind[0] == "integers" else "f"
            wrong = f"{name}.shape != {leaf.kind[1]} or {name}.dtype.kind not in {kinds!r}"
            line(depth, f"if {name}.__class__ is not ndarray or {wrong}: return None")
            line(depth, f"{into} += {name}.ravel().tolist()")

    def run(self, leaf, name, depth):
        if leaf.kind[0] == "static" or len(leaf.kind) > 1:
            return False
        self.code.line(depth, f"{self.list_of(leaf)} += {name}")
        return True

    @staticmethod
    def list_of(leaf):
        """The list of the written function that the leaf is added to."""
        if leaf.kind[0] in ("integer", "integers"):
            return "integers"
        return "differentiated" if leaf.differentiated else "numbers"


def _unpacker(layout):
    """The function (args, keywords) -> [differentiated, numbers, integers], or None for a call of
    another nesting; the types of the leaves are not looked at.
    """
    code = Code(ndarray=np.ndarray)
    code.line(0, "differentiated, numbers, integers = [], [], []")
    _Unpacking(code).arguments(layout)
    code.line(0, "return [differentiated, numbers, integers]")
    return code.function("args, keywords")


class ValueProgram:
    """``fast(args, keywords)`` -> (value, gradients), or None for a call of another structure;
    ``slow(leaves)`` for any leaves of this one.
    """

    level = "Value"

    def __init__(self, f, layout, leaves, argnums, single, executor):
        self.layout = layout
        counts = [len(part) for part in collect(leaves, layout)]
        self.counts = counts
        tape, root = _trace(f, layout, counts)
        again, root_again = _trace(f, layout, counts)
        if root != root_again or not tape.same_as(again):
            raise TraceError(
                "compile: f was traced twice on the same arguments and did something else the "
                "second time, so it depends on more than its arguments, on random numbers for "
                "example; draw them outside, and pass them as an argument"
            )
        self.schedule = schedule(tape, root, counts[0])
        self.chosen = executor or ("numba" if util.find_spec("numba") else "numpy")
        self.executor = EXECUTORS[self.chosen](self.schedule)
        self.unpack = _unpacker(layout)
        self.pack = packer(layout, single, argnums)
        self.lock = threading.Lock()  # the executors' arrays are used again in every run
        self.selections = [
            (position - counts[0] - counts[1], items)
            for position, items in self.schedule.selections()
        ]
        self.which = np.array([i for i, _ in self.selections], dtype=np.intp)
        self.items = np.array([n for _, n in self.selections], dtype=np.int64)
        self.indices = np.zeros(self.schedule.inputs, dtype=np.int64)
        self.inputs = np.empty(self.schedule.inputs)
        self.memory = self.inputs.data
        # This takes a fifth of the time that NumPy takes for a list.
        self.write_inputs = struct.Struct(f"{len(self.inputs)}d").pack_into

    def fast(self, args, keywords):
        row = self.unpacked(args, keywords)
        return None if row is None else self.replay(*row)

    def unpacked(self, args, keywords):
        """(differentiated, numbers, integers) of a call, or None for one of another structure."""
        row = self.unpack(args, keywords)
        if row is None:
            return None
        for i, kind in enumerate((float, float, int)):
            numbers = row[i]
            if operator.countOf(map(type, numbers), kind) != len(numbers):
                if not _ACCEPTED[i].issuperset(map(type, numbers)):
                    return None
                row[i] = list(map(int if i == 2 else _as_number, numbers))
        return row

    def slow(self, leaves):
        return self.replay(*collect(leaves, self.layout))

    def replay(self, differentiated, numbers, integers):
        with self.lock:
            if integers:
                self.indices[len(self.indices) - len(integers) :] = self.checked(integers)
            self.write_inputs(self.memory, 0, *differentiated, *numbers, *integers)
            value, gradients = self.executor.run(self.inputs, self.indices)
            return value, self.pack(gradients.tolist(), gradients)

    def batch(self, rows):
        """(values, gradients) for rows of (differentiated, numbers, integers), each stacked along a
        first axis.
        """
        inputs = np.array(
            [[*differentiated, *numbers, *integers] for differentiated, numbers, integers in rows],
            dtype=np.float64,
        )
        indices = np.zeros(inputs.shape, dtype=np.int64)
        for row, (_, _, integers) in zip(indices, rows):
            if integers:
                row[len(row) - len(integers) :] = self.checked(integers)
        with self.lock:
            values, gradients = self.executor.run_batch(inputs, indices)
        return values, self.pack(list(gradients.T.copy()), gradients)

    def checked(self, integers):
        """The integers as an array, if floats hold them and every selection has such an item."""
        if max(integers) > LARGEST_INTEGER or min(integers) < -LARGEST_INTEGER:
            for i, x in enumerate(integers):
                number(x, f"compile: {self.name_of(i)}")
                if abs(x) > LARGEST_INTEGER:
                    raise OverflowError(
                        f"compile: {self.name_of(i)}: integers beyond 2**53 are not taken, got {x}"
                    )
        array = np.array(integers, dtype=np.int64)
        chosen = array[self.which]
        wrong = (chosen >= self.items) | (chosen < -self.items)
        if wrong.any():
            i = int(np.argmax(wrong))
            name, n = self.name_of(self.which[i]), self.items[i]
            raise IndexError(
                f"compile: {name} is {chosen[i]}, and selects from {n} items; expected {-n} to "
                f"{n - 1}"
            )
        return array

    def name_of(self, i):
        """How the i-th integer is written in Python."""
        for path, leaf in zip(self.layout.paths, self.layout.leaves):
            if leaf.kind[0] == "integer":
                if not i:
                    return path
                i -= 1
            elif leaf.kind[0] == "integers":
                size = int(np.prod(leaf.kind[1]))
                if i < size:
                    return f"{path}[{', '.join(str(k) for k in np.unravel_index(i, leaf.kind[1]))}]"
                i -= size
        raise IndexError(i)

    def describe(self):
        """In words: what was traced, and what replays it."""
        s, (differentiated, numbers, integers) = self.schedule, self.counts
        return [
            f"{differentiated:,} numbers with a gradient, {numbers:,} without, "
            f"{integers:,} integers",
            f"{s.recorded:,} operations recorded, {len(s.code):,} nodes and "
            f"{len(s.terms):,} terms of sums after fusing",
            f"executor: {self.executor.describe()}",
        ]

    def as_nodes(self, leaves):
        """The arguments of a call as Values with names, for the plain function."""
        nodes = []
        for x, leaf, path in zip(leaves, self.layout.leaves, self.layout.paths):
            kind = leaf.kind[0]
            if kind == "number":
                nodes.append(Value(_as_number(x), path))
            elif kind == "numbers":
                array = np.empty(x.shape, dtype=object)
                for i in np.ndindex(x.shape):
                    array[i] = Value(_as_number(x[i]), f"{path}[{', '.join(map(str, i))}]")
                nodes.append(array)
            else:
                nodes.append(x)
        return rebuilt(self.layout, nodes)


def rebuilt(layout, leaves, wrap=lambda tree: tree):
    """(args, keywords) with these leaves."""
    arguments, start = [], 0
    for structure in layout.structures:
        count = count_of(structure)
        arguments.append(wrap(unflatten(structure, leaves[start : start + count])))
        start += count
    keywords = dict(zip(layout.keywords, arguments[layout.positional :]))
    return arguments[: layout.positional], keywords


def _trace(f, layout, counts):
    """(tape, the operand of the result) of one run of f on traced numbers."""
    tape = Tape(sum(counts))
    args, keywords = rebuilt(layout, _traced_leaves(tape, layout, counts), indexable)
    root = _operand_of_result(tape, f(*args, **keywords))
    tape.closed = True
    return tape, root


def _traced_leaves(tape, layout, counts):
    """The leaves of the arguments, traced; static ones as they are."""
    places = [0, counts[0], counts[0] + counts[1]]

    def traced_number(kind, differentiated):
        which = 2 if kind.startswith("integer") else 0 if differentiated else 1
        leaf, places[which] = ~places[which], places[which] + 1
        return TracedInt(tape, leaf) if which == 2 else traced(tape, leaf)

    leaves = []
    for leaf in layout.leaves:
        kind = leaf.kind[0]
        if kind == "static":
            leaves.append(leaf.kind[2])
        elif len(leaf.kind) == 1:
            leaves.append(traced_number(kind, leaf.differentiated))
        else:
            array = np.empty(leaf.kind[1], dtype=object)
            for i in np.ndindex(array.shape):
                array[i] = traced_number(kind, leaf.differentiated)
            leaves.append(array)
    return leaves


def _operand_of_result(tape, result):
    """The operand that f returned."""
    if isinstance(result, np.ndarray) and not result.ndim:
        result = result.item()
    for kind in (list, tuple, dict, np.ndarray):
        if isinstance(result, kind):
            raise TypeError(
                f"compile: expected f to return one number, got a {kind.__name__}; compile a "
                "function for each"
            )
    if isinstance(result, (Traced, TracedInt)):
        return result._at
    return tape.operand(result, "compile: the result of f")
