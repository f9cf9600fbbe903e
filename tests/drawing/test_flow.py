"""The contributions of the edges add up to the engine's own gradients, on every graph.

Nothing is left changed.
"""

import numpy as np
import pytest
from derive_graphs import FOUND, GRAPHS
from test_rules import ROWS, case

from micrograd_linear import Tensor, Value
from micrograd_linear.drawing.flow import flow, seed
from micrograd_linear.engine.graph import is_node, topological_order
from micrograd_linear.engine.tensor import apply
from micrograd_linear.nn import MLP


def add_up(root, found):
    """Whether the contributions to every node add up to its gradient, in shape and type, too."""
    sums = {root: found.seed}
    for (node, i), piece in found.contributions.items():
        operand = node.operands[i]
        if piece.shape != operand.shape or piece.dtype != getattr(operand, "dtype", np.float64):
            return False
        sums[operand] = sums[operand] + piece if operand in sums else piece
    return sums.keys() == found.gradients.keys() and all(
        np.allclose(sums[x], g, rtol=1e-6, atol=1e-12, equal_nan=True)
        for x, g in found.gradients.items()
    )


@pytest.mark.parametrize(
    "make", [*GRAPHS, *FOUND], ids=lambda make: getattr(make, "__name__", str(make))
)
def test_on_every_graph(make):
    with np.errstate(all="ignore"):
        root = make()
        if root.shape:
            root.backward(np.random.default_rng(3).normal(size=root.shape))
    before = {node: node.grad for node in topological_order(root)}
    found = flow(root)
    assert add_up(root, found)
    assert all(node.grad is grad or node.grad == grad for node, grad in before.items())
    with np.errstate(all="ignore"):
        engine = root.gradients(found.seed if hasattr(root, "arrays") else float(found.seed))
    assert (
        all(np.array_equal(engine[node], g, equal_nan=True) for node, g in found.gradients.items())
        and engine.keys() == found.gradients.keys()
    )
    if found.contributions:  # and a flow that is wrong in one place is not taken for right
        key, piece = next(
            (
                (key, piece)
                for key, piece in found.contributions.items()
                if piece.size and np.isfinite(piece).all()
            ),
            (None, None),
        )
        if key:
            found.contributions[key] = 2 * piece + 1
            assert not add_up(root, found)


@pytest.mark.parametrize(
    "name, i", [(name, i) for name, rows in ROWS.items() for i in range(len(rows))]
)
def test_for_every_rule(name, i):
    rule, operands, static = case(name, i)
    y = apply(rule, tuple(Tensor(x) for x in operands), static)
    y.backward(np.random.default_rng(i).normal(size=y.shape))
    assert add_up(y, flow(y))


def test_values_with_repeated_operands_and_operations_written_by_hand():
    x = Value(3.0, "x")

    def double(x):
        out = Value(2 * x.data, (x,), "double")

        def backward():
            x.grad += 2 * out.grad

        out._backward = backward
        return out

    y = double(x * x) + 2**x + x
    found = flow(y)
    assert (
        add_up(y, found)
        and float(found.gradients[x]) == pytest.approx(4 * 3 + 8 * np.log(2) + 1)
        and (x.grad, y.grad) == (0.0, 0.0)
    )
    loss = MLP(2, [4, 1])([1.0, -2.0])
    assert add_up(loss, flow(loss)) and sum(
        is_node(x) for node in topological_order(loss) for x in node.operands
    ) == len(flow(loss).contributions)


def test_where_it_starts():
    y = Tensor([1.0, 2.0], "x") * 2.0
    assert seed(y) is None and flow(y) is None and flow(y.detach()) is None
    y.backward([1.0, 10.0])
    assert flow(y).seed.tolist() == [1.0, 10.0]
    z = Value(2.0) * 3
    assert seed(z) == 1.0
    z.backward(5.0)
    assert seed(z) == 5.0 and flow(z).gradients[z.operands[0]] == 15.0
    w = Tensor(2.0, "w")
    (w * w * w).backward(create_graph=True)
    assert seed(w).tolist() == 12.0


def test_a_graph_whose_data_were_changed_is_refused():
    x = Tensor([1.0, 2.0], "x")
    y = (x * x).sum()
    x.data[0] = 5.0
    with pytest.raises(RuntimeError, match="x .*was changed"):
        flow(y)
