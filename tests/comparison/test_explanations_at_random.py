"""Random graphs with one planted mistake.

No cause is the truth, no line that is called right is what was written, and a right pass has no
cause.
"""

import numpy as np
import pytest

from micrograd_linear import Tensor, compare, derive
from micrograd_linear.comparison.causes import Search

STEPS = {
    "tanh": lambda t, v, rng: t.tanh(),
    "sigmoid": lambda t, v, rng: t.sigmoid(),
    "sin": lambda t, v, rng: t.sin(),
    "times": lambda t, v, rng: t * v,
    "over": lambda t, v, rng: t / (v * v + 1.0),
    "plus": lambda t, v, rng: t + v,
    "twice": lambda t, v, rng: t * t.tanh(),
    "centred": lambda t, v, rng: t - t.mean(axis=0, keepdims=True),
    "scaled": lambda t, v, rng: t * 0.7 + t.exp() * 0.1,
    "matrix": lambda t, v, rng: t @ v[:4] @ np.eye(4)[::-1],
    "softmax": lambda t, v, rng: t.exp() / t.exp().sum(axis=1, keepdims=True),
}


class Graph:
    """A few random steps from x and v to a result, some of them with a name, and dL/d(result)."""

    def __init__(self, seed):
        self.rng = rng = np.random.default_rng(seed)
        self.x, self.v = (Tensor(rng.normal(size=(5, 4)), name) for name in "xv")
        t, self.between = self.x, []
        for k, name in enumerate(rng.choice(list(STEPS), size=int(rng.integers(2, 6)))):
            t = STEPS[name](t, self.v, rng)
            if rng.random() < 0.6 and not t.name:
                t.name = f"h{k}"
                self.between.append(t)
        self.y, self.g = t, rng.normal(size=t.shape)
        self.y.name = "y"
        self.gradients = self.y.gradients(self.g)

    def backward(self, wrong_at, change):
        """{node: gradient} of a pass by hand that uses a changed gradient for one node."""
        totals, found = {self.y: self.g}, {}
        for node in sorted(self.gradients, key=lambda node: -node.created):
            g = totals[node]
            found[node] = g = change(g, node) if node is wrong_at else g
            for operand, piece in node.contributions(g) if node.operands else ():
                piece = np.asarray(piece)
                axes = (
                    tuple(i for i, n in enumerate(piece.shape) if operand.shape[i] == 1 != n)
                    if piece.ndim == operand.ndim
                    else ()
                )
                piece = (
                    piece.sum(axis=axes, keepdims=True).reshape(operand.shape)
                    if piece.shape != operand.shape
                    else piece
                )
                totals[operand] = totals.get(operand, 0) + piece
        return found


CHANGES = [
    lambda g, node: 2 * g,
    lambda g, node: -g,
    lambda g, node: g / 5,
    lambda g, node: g * np.asarray(node.current),
    lambda g, node: g[::-1],
    lambda g, node: g * (1 - np.asarray(node.current) ** 2),
    lambda g, node: g * (g > 0),
    lambda g, node: np.broadcast_to(g.sum(axis=0, keepdims=True), g.shape),
    lambda g, node: g + 0.1 * np.asarray(node.current),
    lambda g, node: 0 * g,
    lambda g, node: 1.3017 * g,
    lambda g, node: g + 0.3,
]


def planted(seed):
    """(graph, hand-derived gradients, the wrong node), or None where the mistake changes nothing.

    The gradients are those of x and v and, sometimes, of the results between.
    """
    graph = Graph(seed)
    rng = np.random.default_rng([seed, 1])
    nodes = [node for node in graph.gradients if node is not graph.y]
    spoiled = nodes[int(rng.integers(len(nodes)))]
    found = graph.backward(spoiled, CHANGES[int(rng.integers(len(CHANGES)))])
    asked = [
        node
        for node in (graph.x, graph.v, *(graph.between if rng.random() < 0.5 else ()))
        if node in found and node is not graph.y
    ]
    hand = {node: found[node] for node in asked}
    differs = any(
        not np.allclose(hand[node], graph.gradients[node], rtol=1e-6, atol=1e-9) for node in asked
    )
    return (graph, hand, spoiled) if differs else None


def claims_the_truth(predicted, expected):
    """Whether a cause predicts what is right, so that it is none."""
    return np.shape(predicted) == np.shape(expected) and np.allclose(
        predicted, expected, rtol=1e-9, atol=1e-12
    )


def was_written(line, graph, hand):
    """Whether a line of the derivation gives the gradient that was passed for some tensor."""
    for node, array in hand.items():
        if line.startswith((f"∇_{node.name} L = ", f"∂L/∂{node.name} = ")):
            names = {}
            exec(
                derive(
                    graph.y,
                    [graph.x, graph.v, node] if graph.v in graph.gradients else [graph.x, node],
                ).source,
                names,
            )
            given = (
                {"x": graph.x.data, "v": graph.v.data}
                if graph.v in graph.gradients
                else {"x": graph.x.data}
            )
            _, gradients = names["value_and_gradients"](*given.values(), graph.g)
            return np.allclose(gradients[node.name], array, rtol=1e-6, atol=1e-9)
    return False


@pytest.fixture
def accepted(monkeypatch):
    """[(what an explanation that was kept predicts, what is right)]"""
    kept, add = [], Search.add

    def noting(search, kind, sentence, predicted, *others, **evidence):
        told = add(search, kind, sentence, predicted, *others, **evidence)
        kept.extend([(np.array(predicted), search.expected)] * told)
        return told

    monkeypatch.setattr(Search, "add", noting)
    return kept


def test_no_cause_is_the_truth_and_no_line_is_what_was_written(accepted):
    wrong = lines = 0
    for seed in range(120):
        case = planted(seed)
        if case is None:
            continue
        graph, hand, _ = case
        comparison = compare(hand, graph.y, gradient=graph.g)
        assert not comparison, seed
        wrong += 1
        for line in comparison.formulas.values():
            lines += 1
            assert not was_written(line, graph, hand), (seed, line)
    assert wrong > 80 and lines > 80 and len(accepted) > 80
    assert not any(claims_the_truth(*pair) for pair in accepted)


def test_a_right_pass_has_neither_causes_nor_lines():
    for seed in range(60):
        graph = Graph(seed)
        asked = [
            node
            for node in (graph.x, graph.v, *graph.between)
            if node in graph.gradients and node is not graph.y
        ]
        found = graph.backward(None, None)
        comparison = compare({node: found[node] for node in asked}, graph.y, gradient=graph.g)
        assert comparison and not comparison.formulas, seed
        assert not any(
            cause.kind != "precision" for result in comparison.values() for cause in result.causes
        )


def test_the_checks_reject_the_truth_and_what_was_written():
    graph = Graph(3)
    right = graph.gradients[graph.x]
    line = derive(graph.y, [graph.x])[graph.x].text
    assert claims_the_truth(right.copy(), right) and not claims_the_truth(1.01 * right, right)
    assert was_written(line, graph, {graph.x: right}) and not was_written(
        line, graph, {graph.x: 1.01 * right}
    )
