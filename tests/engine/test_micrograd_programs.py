"""Programs written for micrograd, with only the import changed."""

import math
import random

import pytest

from micrograd_linear import Value
from micrograd_linear.nn import MLP, Layer, Neuron, cross_entropy, linear, rmsnorm, softmax


def test_the_example_of_micrograds_readme():
    a = Value(-4.0)
    b = Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    assert (
        f"{g.data:.4f}" == "24.7041"
        and f"{a.grad:.4f}" == "138.8338"
        and f"{b.grad:.4f}" == "645.5773"
    )


def test_the_lectures_neuron_with_backward_called_by_hand():
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
    b = Value(6.8813735870195432, label="b")
    x1w1 = x1 * w1
    x1w1.label = "x1*w1"
    x2w2 = x2 * w2
    total = x1w1 + x2w2
    n = total + b
    o = n.tanh()
    o.label = "o"
    o.grad = 1.0
    for node in (o, n, b, total, x1w1, x2w2):
        node._backward()
    assert [round(v.grad, 4) for v in (x1, w1, x2, w2, b)] == [-1.5, 1.0, 0.5, 0.0, 0.5]
    assert (o._op, x1w1._op, n._op, x1._op, (x1**2)._op) == ("tanh", "*", "+", "", "**2")


def test_the_lectures_trace_and_topological_sort():
    def trace(root):
        nodes, edges = set(), set()

        def build(v):
            if v not in nodes:
                nodes.add(v)
                for child in v._prev:
                    edges.add((child, v))
                    build(child)

        build(root)
        return nodes, edges

    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    e = a * b
    L = (e + 10).relu() + a * a
    nodes, edges = trace(L)
    assert len(nodes) == 8 and {n.label for n in nodes} == {"a", "b", ""}
    assert {(n.data, m._op) for n, m in edges} >= {(2.0, "*"), (-3.0, "*"), (10.0, "+")}

    order, visited = [], set()

    def topological(v):
        if v not in visited:
            visited.add(v)
            for child in v._prev:
                topological(child)
            order.append(v)

    topological(L)
    L.grad = 1.0
    for node in reversed(order):
        node._backward()
    by_hand = a.grad, b.grad
    a.grad = b.grad = 0.0
    L.backward()
    assert (a.grad, b.grad) == by_hand == (1.0, 2.0)


def test_an_operation_added_in_micrograds_style():
    def tanh_by_hand(self):
        t = math.tanh(self.data)
        out = Value(t, (self,), "tanh")

        def _backward():
            self.grad += (1 - t**2) * out.grad

        out._backward = _backward
        return out

    def product(self, other):
        out = Value(self.data * other.data, (self, other), "*")

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    x, y, u, v = Value(0.5), Value(2.0), Value(0.5), Value(2.0)
    hand = tanh_by_hand(product(x, y) + product(x, x)) * 3
    engine = (u * v + u * u).tanh() * 3
    hand.backward()
    engine.backward()
    assert (hand.data, x.grad, y.grad) == pytest.approx((engine.data, u.grad, v.grad))
    with pytest.raises(RuntimeError, match="no _backward"):
        (Value(1.0, (x,), "f") * 2).backward()
    with pytest.raises(TypeError, match="one or two"):
        Value(1.0, (x, x, x), "f")


def test_the_moons_demo_trains():
    random.seed(1337)
    points = [(random.uniform(-1, 1), random.uniform(-1, 1)) for _ in range(40)]
    labels = [1 if y > x * x - 0.3 else -1 for x, y in points]
    model = MLP(2, [8, 8, 1])
    assert "MLP of [Layer of [ReLUNeuron(2)" in repr(model)

    def loss():
        inputs = [list(map(Value, row)) for row in points]
        scores = list(map(model, inputs))
        losses = [(1 + -label * score).relu() for label, score in zip(labels, scores, strict=True)]
        data_loss = sum(losses) * (1.0 / len(losses))
        regularization = 1e-4 * sum(p * p for p in model.parameters())
        accuracy = [
            (label > 0) == (score.data > 0) for label, score in zip(labels, scores, strict=True)
        ]
        return data_loss + regularization, sum(accuracy) / len(accuracy)

    for step in range(60):
        total, accuracy = loss()
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= (1.0 - 0.9 * step / 60) * 0.3 * p.grad
    assert accuracy > 0.9 and total.data < 0.5


def test_the_same_random_numbers_as_micrograd():
    random.seed(7)
    expected = [random.uniform(-1, 1) for _ in range(2)]
    random.seed(7)
    neuron = Neuron(2)
    assert [w.data for w in neuron.w] == expected and neuron.b.data == 0.0
    assert len(Layer(3, 4).parameters()) == 16
    assert isinstance(MLP(1, [1, 1])([Value(0.5)]), Value)
    with pytest.raises(ValueError, match="expected 2 inputs, got 3"):
        neuron([1, 2, 3])


def test_microgpts_functions():
    x = [Value(0.5), Value(-1.0), Value(2.0)]
    probabilities = softmax(x)
    assert sum(p.data for p in probabilities) == pytest.approx(1.0)
    loss = cross_entropy(x, 2)
    assert loss.data == pytest.approx(-math.log(probabilities[2].data))
    loss.backward()
    assert [v.grad for v in x] == pytest.approx(
        [probabilities[0].data, probabilities[1].data, probabilities[2].data - 1]
    )
    assert cross_entropy([Value(1e4), Value(0.0)], 1).data == 1e4
    assert sum(v.data**2 for v in rmsnorm(x)) == pytest.approx(3.0, rel=1e-4)
    assert [y.data for y in linear(x, [[1, 2, 3]])] == [4.5]
    with pytest.raises(ValueError, match="rows of 3"):
        linear(x, [[1, 2]])
