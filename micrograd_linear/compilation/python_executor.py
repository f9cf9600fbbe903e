"""Replays a schedule by a loop of Python, with the scalar rules of ``engine/value.py``.

It is for narrow graphs, in which each call of NumPy would compute only a number or two. It takes a
third of the time of an eager run, since no node is made. Terms and gradients are added up in the
order of the eager engine.
"""

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
)
from .schedule import refuse_unknown


class PythonLoop:
    """``run(inputs, indices)`` -> (the result, the gradients of the differentiated inputs)."""

    def __init__(self, schedule):
        refuse_unknown(schedule, "python")
        self.rules = list(CODES.rules)
        # What it hands on to the exponent is not read.
        self.rules[POWER_OF_CONSTANT] = self.rules[POWER]
        self.schedule = schedule
        arrays = schedule.code, schedule.back, schedule.left, schedule.right, schedule.start
        self.code, self.back, self.left, self.right, self.start = (
            array.tolist() for array in arrays
        )
        self.terms, self.constants = schedule.terms.tolist(), schedule.constants.tolist()

    def run(self, inputs, indices):
        indices = indices.tolist()
        values = self.forward([*inputs.tolist(), *self.constants], indices)
        gradients = self.backward(values, indices)
        return values[self.schedule.root], gradients[: self.schedule.differentiated]

    def forward(self, values, indices):
        """All numbers, from those of the leaves."""
        append, terms, rules = values.append, self.terms, self.rules
        for code, left, right, start in zip(self.code, self.left, self.right, self.start):
            if code == ADD:
                append(values[left] + values[right])
            elif code == MULTIPLY:
                append(values[left] * values[right])
            elif code == SUM:
                total = values[terms[left]]
                for i in terms[left + 1 : left + right]:
                    total += values[i]
                append(total)
            elif DOT <= code <= DOT_LEFT:
                total = values[start]
                for i in range(left, left + 2 * right, 2):
                    total += values[terms[i]] * values[terms[i + 1]]
                append(total)
            elif code == SELECT:
                append(values[self.item(left, start, indices[right])])
            elif code == DETACH:
                append(values[left])
            elif code in UNARY:
                append(rules[code].value(values[left]))
            else:
                append(rules[code].value(values[left], values[right]))
        return values

    def backward(self, values, indices):
        """d(root)/d(every number)."""
        gradients, terms, rules = [0.0] * len(values), self.terms, self.rules
        gradients[self.schedule.root] = 1.0
        columns = self.back, self.left, self.right, self.start, range(len(values))
        for code, left, right, start, position in zip(*map(reversed, columns)):
            if code == NOTHING:
                continue
            g = gradients[position]
            if code == ADD:
                gradients[left] += g
                gradients[right] += g
            elif code == MULTIPLY:
                x, y = values[left], values[right]
                gradients[left] += g * y
                gradients[right] += g * x
            elif code == SUM:
                for i in reversed(terms[left : left + right]):
                    gradients[i] += g
            elif DOT <= code <= DOT_LEFT:
                for i in range(left + 2 * right - 2, left - 1, -2):
                    if i == left:  # see kernels.py
                        gradients[start] += g
                    p, q = terms[i], terms[i + 1]
                    x, y = values[p], values[q]
                    gradients[p] += g * y
                    gradients[q] += g * x
            elif code == SELECT:
                gradients[self.item(left, start, indices[right])] += g
            elif code in UNARY:
                gradients[left] += rules[code].derivative(g, values[left])
            else:
                to_left, to_right = rules[code].derivative(g, values[left], values[right])
                gradients[left] += to_left
                gradients[right] += to_right
        return gradients

    def item(self, offset, count, index):
        """The position of the item that an integer, which may count from the end, takes."""
        return self.terms[offset + (index if index >= 0 else index + count)]
