"""``Tape``: the operations of one run of a function, as numbers in lists.

An operand is an integer: i >= 0 is the result of the i-th operation, ~j (below 0) is leaf j. The
leaves are first the inputs, whose numbers change from run to run, and then the constants. A table
is a tuple of operands, from which an operation "select" takes one, by an integer of the data.
"""

import numpy as np

from ..engine.graph import Node, creation, topological_order
from ..engine.modes import users_line
from ..engine.number import number
from ..engine.recording import current
from ..engine.value import Value


class TraceError(TypeError):
    """The function does something that a trace cannot repeat for other inputs.

    The message says where, and how to write it instead.
    """

    __module__ = "micrograd_linear"  # where users find it


def read_outside(where: str, node: Node) -> TraceError:
    """The error of a leaf that is older than the arguments: its numbers are not the trace's."""
    return TraceError(
        f"{where}: f reads {node.describe()} from outside of its arguments; its numbers may be "
        "others in the next run, and it would get no gradient. Pass it as an argument, or a copy "
        "of its .data where a constant is meant"
    )


class Tape:
    """``operations[i]`` is a code, ``left[i]`` and ``right[i]`` are its operands.

    Those of a select are the number of the table and the leaf of the integer.
    """

    def __init__(self, inputs):
        self.inputs = inputs  # how many leaves are inputs
        self.operations, self.left, self.right = [], [], []
        self.constants, self._leaf_of_constant = [], {}
        self.tables, self._number_of_table = [], {}
        self.started = next(creation)
        self.closed = False

    def record(self, code, left, right=0):
        """Write an operation down; returns the operand that stands for its result."""
        if not current().on:
            raise TraceError(
                f"{users_line()}: inside no_grad() nothing is recorded, so this number would be a "
                "constant of one run; pass what is to have no gradient as an "
                "argument that is not differentiated, or nn.largest(xs) for the shift of a softmax"
            )
        if self.closed:
            raise TraceError(
                f"{users_line()}: this number belongs to a trace that has ended; a compiled "
                "function must not keep what it was called with"
            )
        self.operations.append(code)
        self.left.append(left)
        self.right.append(right)
        return len(self.operations) - 1

    def constant(self, x):
        """The leaf for a number that is the same in every run."""
        key = x, str(x)  # 0.0 and -0.0 are two, NaN is one
        leaf = self._leaf_of_constant.get(key)
        if leaf is None:
            leaf = self._leaf_of_constant[key] = ~(self.inputs + len(self.constants))
            self.constants.append(x)
        return leaf

    def table(self, operands):
        """The number of a table."""
        found = self._number_of_table.setdefault(operands, len(self.tables))
        if found == len(self.tables):
            self.tables.append(operands)
        return found

    def value(self, value):
        """The leaf for a ``Value`` that f did not get as an argument.

        A Value that f made is a constant. One from elsewhere is refused, since it would go stale.
        """
        for node in topological_order(value):
            if not node.operands and node.created < self.started:
                raise read_outside(users_line(), node)
        return self.constant(value.data)

    def operand(self, x, what):
        """The operand for whatever stands beside a traced number in an operation."""
        if isinstance(x, Value):
            return self.value(x)
        return self.constant(number(x, what))

    def same_as(self, other):
        """True where the other tape holds the same operations on the same constants."""
        lists = ("operations", "left", "right", "tables")
        same = all(getattr(self, name) == getattr(other, name) for name in lists)
        return (
            same
            and np.array(self.constants, float).tobytes()
            == np.array(other.constants, float).tobytes()
        )
