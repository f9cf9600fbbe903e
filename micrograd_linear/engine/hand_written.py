"""An operation in micrograd's own style: a ``Value`` made from its children, whose ``_backward`` is
assigned by hand.

>>> from micrograd_linear import Value
>>> def cube(x):
...     out = Value(x.data ** 3, (x,), "cube")
...     def _backward():
...         x.grad += 3 * x.data ** 2 * out.grad
...     out._backward = _backward
...     return out
>>> x = Value(2.0); cube(x).backward(); x.grad
12.0
"""


class HandWrittenRule:
    """A scalar rule around a function that adds to the operands' ``grad`` itself; what it added is
    read off and passed to the engine.
    """

    value = None
    used = False  # until the first one is made, no backward pass has to look for them

    def __init__(self, symbol, operands, attributes):
        if not 1 <= len(operands) <= 2:
            raise TypeError(
                f"Value: {symbol or 'an operation'} written by hand takes one or two children, got "
                f"{len(operands)}"
            )
        self.name = self.sign = symbol or "hand-written"
        self.operands = operands
        # These are the attributes of the result, which has _backward once it is assigned.
        self.attributes = attributes
        HandWrittenRule.used = True

    @staticmethod
    def check(rules):
        """Raise before anything is changed if one of the rules has no ``_backward``."""
        for rule in rules:
            if isinstance(rule, HandWrittenRule) and "_backward" not in rule.attributes:
                raise RuntimeError(
                    f"backward: the Value made by {rule.name} has children but no _backward; "
                    "assign one, as micrograd does"
                )

    def derivative(self, g, x, y=None):
        self.check([self])
        before = [operand.grad for operand in self.operands]
        for operand in self.operands:
            operand.grad = 0.0
        try:
            self.attributes["_backward"]()
            added = [operand.grad for operand in self.operands]
        finally:
            for operand, grad in zip(self.operands, before, strict=True):
                operand.grad = grad
        if y is None:
            return added[0]
        return (added[0], 0.0) if self.operands[0] is self.operands[1] else tuple(added)
