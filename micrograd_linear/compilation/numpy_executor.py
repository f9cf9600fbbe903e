"""Replays a schedule with NumPy alone: nodes of one level and operation are one call on arrays.

A node's level is one more than the highest level of its operands, so the nodes of a level do not
depend on each other. Positions are renumbered so that those of a group are consecutive. The
formulas are the rules of ``operations/``, which Tensors use.

In the backward pass each use of a number has a slot of its own in one array of contributions, and
the slots of one number are neighbours. A pullback then assigns its contributions, and a gradient is
a sum over neighbours, which is faster than adding at scattered places. Which item an integer
selects is not known before the run; so each item of a table has one more slot for that.

A batch is one more axis behind the positions.
"""

import functools

import numpy as np

from .codes import CODES, DETACH, DOT, DOT_LEFT, NOTHING, SELECT, SUM, UNARY, unknown_operation
from .python_executor import PythonLoop
from .schedule import refuse_unknown

# Measured microseconds, forward and backward together, of a group and of each node in it, and in
# the loop of Python of a turn and of each term of a sum.
_GROUP, _NODE, _TURN, _TERM = 25.0, 0.05, 0.5, 0.15


class NumpyExecutor:
    """``run(inputs, indices)`` -> (the result, the gradients of the differentiated inputs).

    ``run_batch`` does the same for rows of inputs. A graph so narrow that its groups have few nodes
    each is replayed by a loop of Python instead, if that is estimated to be faster.
    """

    def __init__(self, schedule):
        refuse_unknown(schedule, "numpy")
        self.schedule = schedule
        self.plan = _Plan(schedule)
        self.by_groups = _GROUP * self.plan.count + _NODE * schedule.size
        self.by_loop = _TURN * len(schedule.code) + _TERM * len(schedule.terms)
        self.loop = PythonLoop(schedule) if self.by_loop < self.by_groups else None

    @functools.cached_property
    def grouped(self):
        """The groups and their slots, which are made when they are first needed."""
        groups = _Groups(self.schedule, self.plan)
        return groups, _Slots(self.schedule, groups)

    def describe(self):
        """In words."""
        if self.loop:
            return (
                "a loop of Python, since the graph is narrow: NumPy would be called for "
                f"{self.plan.count:,} groups of {len(self.schedule.code):,} nodes"
            )
        return (
            f"NumPy; the nodes of one level and operation are one call, {self.plan.count:,} in all"
        )

    def run(self, inputs, indices):
        if self.loop:
            value, gradients = self.loop.run(inputs, indices)
            return value, np.array(gradients)
        value, gradients = self._replay(inputs, indices)
        return float(value), gradients

    def run_batch(self, inputs, indices):
        if self.loop and len(inputs) * self.by_loop < self.by_groups:
            results = [self.loop.run(*row) for row in zip(inputs, indices)]
            return np.array([value for value, _ in results]), np.array(
                [gradients for _, gradients in results]
            )
        value, gradients = self._replay(
            np.ascontiguousarray(inputs.T), np.ascontiguousarray(indices.T)
        )
        return value.copy(), np.ascontiguousarray(gradients.T)

    def _replay(self, inputs, indices):
        schedule, batch = self.schedule, inputs.shape[1:]
        groups, slots = self.grouped
        values = np.empty((schedule.size, *batch))
        values[: schedule.inputs] = inputs
        constants = schedule.constants.reshape(-1, *(1 for _ in batch))
        values[schedule.inputs : schedule.leaves] = constants
        with np.errstate(all="ignore"):
            saved = [group.forward(values, indices) for group in groups.all]
            # The last slot takes the contributions to numbers that have no gradient.
            contributions = np.empty((slots.count + 1, *batch))
            contributions[slots.extra] = 0.0
            contributions[slots.root] = 1.0
            for group, kept in zip(reversed(groups.all), reversed(saved)):
                if group.back != NOTHING:
                    group.backward(
                        slots.gradient(contributions, group.first, group.end), kept, contributions
                    )
        return values[groups.position[schedule.root]], slots.gradient(
            contributions, 0, schedule.differentiated
        ).copy()


class _Group:
    """Nodes of one operation, at the positions first ... end - 1.

    ``operands`` are arrays of positions, of shape (nodes,), or (terms, nodes) for a sum.
    """

    def __init__(self, back, first, end, operands):
        self.back, self.first, self.end, self.operands = back, first, end, operands
        self.slots = []  # one array of slots, or None, for each of the operands

    def hand_on(self, contributions, parts):
        for slots, part in zip(self.slots, parts):
            if slots is not None:
                contributions[slots] = part() if callable(part) else part


class _Operation(_Group):
    def __init__(self, code, *rest):
        super().__init__(*rest)
        rule = CODES.rules[code]
        if rule is None:
            raise unknown_operation("numpy", code)
        self.formula = rule.rule.formula

    def forward(self, values, indices):
        result, pullbacks = self.formula(*(values[x] for x in self.operands))
        values[self.first : self.end] = result
        return pullbacks

    def backward(self, g, pullbacks, contributions):
        self.hand_on(contributions, [lambda pull=pull: pull(g) for pull in pullbacks])


class _Detach(_Group):
    def forward(self, values, indices):
        values[self.first : self.end] = values[self.operands[0]]


class _Sum(_Group):
    def forward(self, values, indices):
        np.add.reduce(values[self.operands[0]], axis=0, out=values[self.first : self.end])

    def backward(self, g, _, contributions):
        self.hand_on(contributions, [g])


class _Dot(_Group):
    def forward(self, values, indices):
        start, left, right = self.operands
        x, y = values[left], values[right]
        terms = np.empty((len(x) + 1, *x.shape[1:]))
        terms[0] = values[start]
        np.multiply(x, y, out=terms[1:])
        np.add.reduce(terms, axis=0, out=values[self.first : self.end])
        return x, y

    def backward(self, g, factors, contributions):
        x, y = factors
        self.hand_on(contributions, [g, lambda: g * y, lambda: g * x])


class _Select(_Group):
    def __init__(self, items, counts, *rest):
        super().__init__(*rest)
        self.items = items  # the positions of the items of all tables, one after the other
        self.counts = counts  # how many items each node selects from
        self.slot_of_item = np.empty(0, dtype=np.intp)  # until the slots are counted

    def forward(self, values, indices):
        offset, integer = self.operands
        index = indices[integer]
        counts, offset = (
            x.reshape(-1, *(1 for _ in index.shape[1:])) for x in (self.counts, offset)
        )
        chosen = offset + np.where(index < 0, index + counts, index)
        at = self.items[chosen]
        values[self.first : self.end] = (
            values[at] if at.ndim == 1 else np.take_along_axis(values, at, axis=0)
        )
        return at

    def backward(self, g, at, contributions):
        slots = self.slot_of_item[at]
        np.add.at(contributions, slots if at.ndim == 1 else (slots, np.arange(at.shape[1])), g)


def _levels(schedule):
    """The level of every node; leaves are at level 0."""
    terms, level = schedule.terms.tolist(), [0] * schedule.leaves
    nodes = zip(
        schedule.code.tolist(),
        schedule.left.tolist(),
        schedule.right.tolist(),
        schedule.start.tolist(),
    )
    highest_item = {}
    for code, left, right, start in nodes:
        if code == SUM:
            below = max([level[x] for x in terms[left : left + right]])
        elif code in (DOT, DOT_LEFT):
            below = max(level[start], *[level[x] for x in terms[left : left + 2 * right]])
        elif code == SELECT:
            if left not in highest_item:
                highest_item[left] = max([level[x] for x in terms[left : left + start]])
            below = highest_item[left]
        elif code in UNARY:
            below = level[left]
        else:
            below = max(level[left], level[right])
        level.append(below + 1)
    return np.array(level[schedule.leaves :], dtype=np.int64)


class _Plan:
    """The nodes sorted by level, operation and number of terms.

    ``order`` sorts the nodes, ``keys`` are sorted, and a group ends at each of the ``cuts``.
    """

    def __init__(self, schedule):
        width = np.where(np.isin(schedule.code, (SUM, DOT, DOT_LEFT)), schedule.right, 0)
        keys = np.stack([_levels(schedule), schedule.code, schedule.back, width])
        self.order = np.lexsort(keys[::-1])
        self.keys = keys[:, self.order]
        self.cuts = np.flatnonzero((self.keys[:, 1:] != self.keys[:, :-1]).any(axis=0)) + 1
        self.count = len(self.cuts) + 1 if len(self.order) else 0


class _Groups:
    """``all`` groups in the order of the forward pass.

    ``position`` holds the new position for each position of the schedule.
    """

    def __init__(self, schedule, plan):
        self.position = np.arange(schedule.size)
        self.position[schedule.leaves + plan.order] = schedule.leaves + np.arange(len(plan.order))
        self.terms, self.schedule = self.position[schedule.terms.astype(np.intp)], schedule
        self.all, first = [], schedule.leaves
        for nodes, kind, back, count in zip(
            np.split(plan.order, plan.cuts), *plan.keys[1:, [0, *plan.cuts][: plan.count]]
        ):
            self.all.append(self.group(kind, count, nodes, back, first))
            first += len(nodes)

    def group(self, kind, count, nodes, back, first):
        x, y, start = (
            array[nodes].astype(np.intp)
            for array in (self.schedule.left, self.schedule.right, self.schedule.start)
        )
        where, terms, position = (back, first, first + len(nodes)), self.terms, self.position
        if kind == SUM:
            return _Sum(*where, [terms[x + np.arange(count)[:, None]]])
        if kind in (DOT, DOT_LEFT):
            pairs = x + 2 * np.arange(count)[:, None]
            return _Dot(*where, [position[start], terms[pairs], terms[pairs + 1]])
        if kind == SELECT:
            # y is the position of an integer. Integers are leaves, whose positions stay.
            return _Select(terms, start, *where, [x, y])
        if kind == DETACH:
            return _Detach(*where, [position[x]])
        return _Operation(
            kind, *where, [position[x]] if kind in UNARY else [position[x], position[y]]
        )


class _Slots:
    """A slot for every use of a number that has a gradient.

    The slots of one number are neighbours, in the order in which the backward pass fills them.
    """

    def __init__(self, schedule, groups):
        needs = np.empty(schedule.size, dtype=bool)
        needs[groups.position] = schedule.needs
        uses = []  # (group, number of the operand)
        for group in reversed(groups.all):
            if group.back != NOTHING and not isinstance(group, _Select):
                uses += [
                    (group, i) for i in range(len(group.operands)) if needs[group.operands[i]].any()
                ]
        used = [group.operands[i].ravel() for group, i in uses]
        selecting = [
            group for group in groups.all if isinstance(group, _Select) and group.back != NOTHING
        ]
        extra = self._extra(needs, used, selecting)
        users = np.concatenate([extra, *used])
        kept = needs[users]
        slot = np.empty(len(users), dtype=np.intp)
        self.count = int(kept.sum())
        slot[~kept] = self.count
        order = np.flatnonzero(kept)
        order = order[np.argsort(users[order], kind="stable")]
        slot[order] = np.arange(self.count)
        self.extra = slot[: len(extra)]
        slot_of_item = np.full(schedule.size, self.count)
        slot_of_item[extra] = self.extra
        for group in selecting:
            group.slot_of_item = slot_of_item
        root = groups.position[schedule.root]
        self.root = slot_of_item[root]
        counts = np.bincount(users[kept], minlength=schedule.size)
        self.starts = np.concatenate([[0], np.cumsum(counts)])  # the first slot of every position
        offset = len(extra)
        for group in groups.all:
            group.slots = [None] * len(group.operands)
        for group, i in uses:
            size = group.operands[i].size
            group.slots[i] = slot[offset : offset + size].reshape(group.operands[i].shape)
            offset += size

    @staticmethod
    def _extra(needs, used, selecting):
        """The positions with a slot that belongs to no use: of no use, or items of a table."""
        counted = np.bincount(np.concatenate([*used, np.zeros(0, np.intp)]), minlength=len(needs))
        extra = counted == 0
        for group in selecting:
            for offset, count in set(zip(group.operands[0].tolist(), group.counts.tolist())):
                extra[group.items[offset : offset + count]] = True
        return np.flatnonzero(extra & needs)

    def gradient(self, contributions, first, end):
        """The sum of the contributions to each of the positions first ... end - 1."""
        low, high = self.starts[first], self.starts[end]
        if high - low == end - first:  # one use each
            return contributions[low:high]
        return np.add.reduceat(contributions[:high], self.starts[first:end], axis=0)
