"""User programs that a type checker must refuse; the comment of a line names the rule."""

# ruff: noqa: B018  an attribute is read for its error alone

import numpy as np

from micrograd_linear import Linear, Tensor, Value, compare, compile, derive, draw, grad
from micrograd_linear.hand_derived import linear_backward

x = Tensor([[1.0, 2.0]], "x")
y = x.sum()
draw(y, levl="x")  # reportCallIssue
draw("y")  # reportArgumentType
Tensor(shape=3)  # reportCallIssue
Tensor([1.0], requires_gard=True)  # reportCallIssue
x.summ()  # reportAttributeAccessIssue
x.sum(axes=0)  # reportCallIssue
x.exp(2)  # reportCallIssue
x.sum(axis="rows")  # reportArgumentType
x.backward(create_grap=True)  # reportCallIssue
x.clip(0, 1, None, None, 2)  # reportCallIssue
compare({"x": np.ones(2)}, y, tol=1e-3)  # reportCallIssue
compare({"x": np.ones(2)}, [1.0])  # reportArgumentType
compare({}, y)["x"].cause  # reportAttributeAccessIssue
compare({}, y)["x"].causes[0].knd  # reportAttributeAccessIssue
derive(y, form=1)  # reportArgumentType
derive(y)["x"].txt  # reportAttributeAccessIssue
Linear(4)  # reportCallIssue
Linear(4, 3, rng="seed")  # reportArgumentType
grad(3)  # reportArgumentType
compile(3)  # reportArgumentType
linear_backward(x, x, x, layout="denominator")  # reportArgumentType
Value(1.0).sum()  # reportAttributeAccessIssue
