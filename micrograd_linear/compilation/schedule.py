"""``Schedule``: a tape as flat arrays, which an executor replays.

It holds only what the result depends on, and each sum or scalar product is one node. Every number
has a position: first come the inputs, then the constants, then the nodes, in the order in which f
made them. A node is a code and up to three integers:

    code                     left                   right                    start
    an operation of a Value  position of x          position of y            -
    sum                      offset into ``terms``  how many terms           -
    dot, dot_left            offset into ``terms``  how many pairs           position of the first
    select                   offset into ``terms``  position of the integer  how many items

The first of a dot is the number that its sum begins with. ``sum(w * x for ...)`` records a product
and an addition for each term, one right after the other. Such a chain becomes one dot. It adds up
from left to right and adds gradients from right to left, as the chain would, so that every number
is the same to the last bit. In a dot_left only the first number of each pair has a gradient.
"""

from dataclasses import dataclass

import numpy as np

from .codes import (
    ADD,
    CODES,
    DETACH,
    DOT,
    DOT_LEFT,
    MULTIPLY,
    NOTHING,
    POWER,
    POWER_OF_CONSTANT,
    SELECT,
    SUM,
    UNARY,
    unknown_operation,
)

# No node is computed by these, and none hands its gradient on by those.
_NOT_FORWARD, _NOT_BACKWARD = {POWER_OF_CONSTANT, NOTHING}, {DETACH}


def refuse_unknown(schedule, executor):
    """Raise, by its name, for an operation whose code the executor does not know."""
    for codes, others in ((schedule.code, _NOT_FORWARD), (schedule.back, _NOT_BACKWARD)):
        known = set(range(len(CODES.names))) - others
        unknown = set(np.flatnonzero(np.bincount(codes)).tolist()) - known
        if unknown:
            raise unknown_operation(executor, min(unknown))


@dataclass(frozen=True)
class Schedule:
    """The arrays of a schedule.

    ``back`` is the code of a node's pullback; it is "nothing" where no operand has a gradient.
    """

    differentiated: int  # the inputs at positions 0 ... differentiated - 1 get a gradient
    inputs: int
    constants: np.ndarray
    code: np.ndarray
    back: np.ndarray
    left: np.ndarray
    right: np.ndarray
    start: np.ndarray
    terms: np.ndarray
    needs: np.ndarray  # for every position, whether it has a gradient
    root: int  # the result's position
    recorded: int  # operations on the tape

    @property
    def leaves(self):
        """How many positions come before the nodes."""
        return self.inputs + len(self.constants)

    @property
    def size(self):
        """The number of positions."""
        return self.leaves + len(self.code)

    def selections(self):
        """[(position of an integer, number of items it selects from)], each once."""
        return sorted(
            {
                (int(i), int(n))
                for i, n in zip(self.right[self.code == SELECT], self.start[self.code == SELECT])
            }
        )


def schedule(tape, root, differentiated):
    """The schedule that computes the operand ``root`` of a tape.

    Its first ``differentiated`` inputs get a gradient.
    """
    uses, flows = _uses(tape, root)
    return _Writer(tape, uses, flows, differentiated).write(root)


def _uses(tape, root):
    """(how often the result uses each operation; whether a gradient flows back to it).

    An operation that a table lists counts twice, so that it stays a node. No gradient flows
    through a detach: a gradient of 0 would become NaN at an infinite derivative further back.
    """
    operations, left, right = tape.operations, tape.left, tape.right
    uses = [0] * len(operations)
    flows = [False] * len(operations)
    listed, flowing = [False] * len(tape.tables), [False] * len(tape.tables)
    if root >= 0:
        uses[root], flows[root] = 2, True
    for i in range(root, -1, -1):
        if not uses[i]:
            continue
        code, x, y = operations[i], left[i], right[i]
        flow = flows[i] and code != DETACH
        if code == SELECT:
            if not listed[x] or (flow and not flowing[x]):
                for item in tape.tables[x]:
                    if item >= 0:
                        uses[item] += 0 if listed[x] else 2
                        flows[item] = flows[item] or flow
                listed[x], flowing[x] = True, flowing[x] or flow
            continue
        if x >= 0:
            uses[x] += 1
            flows[x] = flows[x] or flow
        if y >= 0 and code not in UNARY:
            uses[y] += 1
            flows[y] = flows[y] or flow
    return uses, flows


@dataclass
class _Chain:
    products: bool
    first: int  # the position of the number that the sum begins with
    others: list  # the positions of the summands, or of the two factors of each
    # Whether it may be written later than it was made without a change in the order in which
    # gradients are added up.
    may_wait: bool


class _Writer:
    def __init__(self, tape, uses, flows, differentiated):
        self.tape, self.uses, self.flows, self.differentiated = tape, uses, flows, differentiated
        # A sum of products that begins with a product starts from -0.0: -0.0 + x is x for every x.
        self.constants = [*tape.constants, -0.0]
        self.leaves = tape.inputs + len(self.constants)
        self.needs = [True] * differentiated + [False] * (self.leaves - differentiated)
        self.place = [0] * len(uses)  # operation -> position
        self.code, self.back, self.left, self.right, self.start, self.terms = [], [], [], [], [], []
        self.tables = {}  # number of a table -> (offset, whether an item has a gradient)
        self.open = None  # the chain that the next operation may continue
        self.end = None  # the last operation of that chain
        # Sums that are not written until they are used: their last operation -> (first, others).
        self.running = {}

    def write(self, root):
        operations, uses, right = self.tape.operations, self.uses, self.tape.right
        absorbed = None  # the last product that becomes a part of the addition after it
        for i in range(root + 1):
            if not uses[i]:
                continue
            code = operations[i]
            if code == MULTIPLY and uses[i] == 1 and self.is_summand(i, root):
                absorbed = i
            elif code == ADD:
                self.add(i, right[i] == i - 1 == absorbed)
            else:
                self.close()
                self.operation(i, code)
        self.close()
        integers = {
            "left": self.left,
            "right": self.right,
            "start": self.start,
            "terms": self.terms,
        }
        return Schedule(
            differentiated=self.differentiated,
            inputs=self.tape.inputs,
            constants=np.array(self.constants, dtype=np.float64),
            code=np.array(self.code, dtype=np.uint8),
            back=np.array(self.back, dtype=np.uint8),
            needs=np.array(self.needs, dtype=bool),
            root=self.position(root),
            recorded=len(operations),
            **{name: np.array(numbers, dtype=np.uint32) for name, numbers in integers.items()},
        )

    def position(self, operand):
        if operand < 0:
            return ~operand
        if operand in self.running:
            self.write_sum(operand, *self.running.pop(operand))
        return self.place[operand]

    def is_summand(self, i, root):
        """True for a product that the next operation adds, or the one after a second product."""
        operations, left, right = self.tape.operations, self.tape.left, self.tape.right
        if i < root and operations[i + 1] == ADD:
            return right[i + 1] == i and self.uses[i + 1] > 0
        two = i + 1 < root and operations[i + 1] == MULTIPLY and operations[i + 2] == ADD
        return (
            two
            and left[i + 2] == i
            and right[i + 2] == i + 1
            and self.uses[i + 1] == 1
            and self.uses[i + 2] > 0
        )

    def add(self, i, product):
        """Continue a chain or a running sum that ends in the left operand, or begin a chain."""
        left, right, before = self.tape.left[i], self.tape.right[i], i - 2 if product else i - 1
        chain = self.open
        goes_on = left == self.end == before and self.uses[left] == 1
        if not goes_on or chain is None or chain.products != product:
            self.close()
            adds_to = left >= 0 and self.tape.operations[left] == ADD and self.uses[left] == 1
            if product and adds_to:  # a running sum whose products were made far apart
                self.operation(right, MULTIPLY)
                product = False
            if not product and left in self.running and self.is_nobody_elses(right):
                first, others = self.running.pop(left)
                chain = _Chain(False, first, others, True)
            else:
                chain = self.begun(i, left, product)
            self.open = chain
        if product:
            chain.others += self.pair(right)
        else:
            chain.may_wait = chain.may_wait and self.is_nobody_elses(right)
            chain.others.append(self.position(right))
        self.end = i

    def begun(self, i, left, product):
        """A chain that begins with the left operand of an addition, which may be a product, too."""
        if (
            product
            and left == i - 2 >= 0
            and self.tape.operations[left] == MULTIPLY
            and self.uses[left] == 1
            and not self.place[left]
        ):
            return _Chain(True, self.leaves - 1, self.pair(left), False)
        return _Chain(product, self.position(left), [], self.is_nobody_elses(left))

    def is_nobody_elses(self, operand):
        """True where the order in which gradients reach the operand cannot matter.

        It has one use, or no gradient at all.
        """
        return self.uses[operand] == 1 if operand >= 0 else not self.needs[~operand]

    def pair(self, i):
        """The positions of a product's factors, one that has a gradient first."""
        x, y = self.position(self.tape.left[i]), self.position(self.tape.right[i])
        return [y, x] if self.needs[y] and not self.needs[x] else [x, y]

    def close(self):
        """End the chain and write it as one node, unless it is a sum that may wait.

        Such a sum has one use, and another addition may continue it.
        """
        chain, self.open = self.open, None
        if chain is None:
            return
        first, others, needs = chain.first, chain.others, self.needs
        if chain.products:
            code = DOT if any(map(needs.__getitem__, others[1::2])) else DOT_LEFT
            has_gradient = needs[first] or any(map(needs.__getitem__, others))
            self.node(self.end, code, len(self.terms), len(others) // 2, has_gradient, first)
            self.terms += others
        elif chain.may_wait and self.uses[self.end] == 1:
            self.running[self.end] = first, others
        else:
            self.write_sum(self.end, first, others)

    def write_sum(self, i, first, others):
        """A sum as one node."""
        has_gradient = self.needs[first] or any(map(self.needs.__getitem__, others))
        if len(others) == 1:
            self.node(i, ADD, first, others[0], has_gradient)
        else:
            self.node(i, SUM, len(self.terms), len(others) + 1, has_gradient)
            self.terms += [first, *others]

    def operation(self, i, code):
        left, right, start, back = self.tape.left[i], self.tape.right[i], 0, code
        if code == SELECT:
            if left not in self.tables:
                items = [self.position(x) for x in self.tape.tables[left]]
                self.tables[left] = len(self.terms), any(map(self.needs.__getitem__, items))
                self.terms += items
            start = len(self.tape.tables[left])
            (left, has_gradient), right = self.tables[left], self.position(right)
        elif code in UNARY:
            left = self.position(left)
            right, has_gradient = 0, self.needs[left] and code != DETACH
        else:
            left, right = self.position(left), self.position(right)
            has_gradient = self.needs[left] or self.needs[right]
            if code == POWER and not self.needs[right]:
                back = POWER_OF_CONSTANT
        self.node(i, code, left, right, has_gradient, start, back)

    def node(self, i, code, left, right, has_gradient, start=0, back=None):
        self.place[i] = self.leaves + len(self.code)
        self.code.append(code)
        self.back.append(
            (code if back is None else back) if has_gradient and self.flows[i] else NOTHING
        )
        self.left.append(left)
        self.right.append(right)
        self.start.append(start)
        self.needs.append(has_gradient)
