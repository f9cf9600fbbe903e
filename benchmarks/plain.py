"""A plain scalar class, as small ones are written.

Every result keeps its operands and the derivatives with respect to them, and backward walks the
graph once. This project's eager and compiled scalars are measured against it on the transformer,
for which micrograd lacks operations. It keeps no closures, and its walk does not recurse, so it is
a fast one of its kind.
"""

import math


class Value:
    """A number, its gradient, and how it was made."""

    __slots__ = ("children", "data", "derivatives", "grad")

    def __init__(self, data, children=(), derivatives=()):
        self.data, self.grad, self.children, self.derivatives = data, 0.0, children, derivatives

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, power):
        return Value(self.data**power, (self,), (power * self.data ** (power - 1),))

    def exp(self):
        result = math.exp(self.data)
        return Value(result, (self,), (result,))

    def log(self):
        return Value(math.log(self.data), (self,), (1 / self.data,))

    def relu(self):
        return Value(max(0.0, self.data), (self,), (float(self.data > 0),))

    def maximum(self, other):
        other = other if isinstance(other, Value) else Value(other)
        share = 0.5 if self.data == other.data else float(self.data > other.data)
        return Value(max(self.data, other.data), (self, other), (share, 1.0 - share))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    def __rsub__(self, other):
        return other + -self

    def __rtruediv__(self, other):
        return other * self**-1

    __radd__, __rmul__ = __add__, __mul__

    def backward(self):
        """Add to every ``grad`` the derivative of this value."""
        order, seen, waiting = [], set(), [(self, False)]
        while waiting:
            node, done = waiting.pop()
            if done:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                waiting.append((node, True))
                waiting.extend((child, False) for child in node.children)
        self.grad = 1.0
        for node in reversed(order):
            for child, derivative in zip(node.children, node.derivatives):
                child.grad += derivative * node.grad
