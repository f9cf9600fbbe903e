"""Multilayer perceptrons as the forks of micrograd write them."""

import copy
import random

import pytest

import micrograd_linear as mgl
from micrograd_linear import Tensor, Value
from micrograd_linear.nn import MLP, Layer, Neuron


def made(nonlin):
    random.seed(3)
    return MLP(2, [4, 4, 1], nonlin=nonlin)


@pytest.mark.parametrize("nonlin", ["relu", "tanh", "sigmoid", "leaky_relu", "linear", "sin"])
def test_a_network_with_a_named_activation_is_the_one_written_out(nonlin):
    net = made(nonlin)
    x = [Value(0.5), Value(-1.0)]
    y = net(x)
    hidden = x
    for layer in net.layers[:-1]:
        hidden = [
            getattr(sum((w * h for w, h in zip(n.w, hidden)), n.b), nonlin)() for n in layer.neurons
        ]
    (last,) = net.layers[-1].neurons
    assert y.data == pytest.approx(sum((w * h for w, h in zip(last.w, hidden)), last.b).data)
    net.zero_grad()
    y.backward()
    assert any(p.grad for p in net.parameters())


def test_a_function_and_the_words_true_and_false_are_activations():
    x = [Value(0.5), Value(-1.0)]
    same = [made(f)(x).data for f in ("tanh", mgl.tanh, lambda v: v.tanh(), Value.tanh)]
    assert len(set(same)) == 1
    assert made(True)(x).data == made("relu")(x).data == MLP_of_old(x)
    assert made(False)(x).data == made("linear")(x).data
    assert made("tanh")(x).data != made("relu")(x).data


def MLP_of_old(x):
    random.seed(3)
    return MLP(2, [4, 4, 1])(x).data


def test_neurons_say_their_activation():
    assert repr(Neuron(2)) == "ReLUNeuron(2)" == repr(Neuron(2, nonlin="relu"))
    assert repr(Neuron(2, nonlin=False)) == "LinearNeuron(2)" == repr(Neuron(2, "linear"))
    assert repr(Layer(1, 1, nonlin="tanh")) == "Layer of [TanhNeuron(1)]"
    assert repr(Neuron(2, mgl.tanh)) == "TanhNeuron(2)"


def test_a_name_that_is_no_activation_is_refused_and_the_advice_works():
    with pytest.raises(ValueError, match=r"one of linear, leaky_relu, .*tanh.*got 'gelu'"):
        MLP(2, [3, 1], nonlin="gelu")
    net = MLP(2, [3, 1], nonlin=lambda v: v * (1.702 * v).sigmoid())
    assert net([1.0, 2.0]).requires_grad


def test_linear_is_the_number_itself():
    v = Value(2.0)
    assert v.linear() is v


def test_nodes_carry_free_attributes():
    for node in (Value(1.0), Value(1.0) * 2, Tensor([1.0])):
        node.color, node.layer = "red", 3
        assert (node.color, node.layer) == ("red", 3)
    leaf = Value(1.0, "w")
    leaf.color = "blue"
    assert copy.deepcopy(leaf).color == "blue"


def test_a_compiled_loss_of_a_network_with_tanh():
    net = made("tanh")
    parameters = net.parameters()

    def loss(p):
        rows = iter(p)
        hidden = [0.5, -1.0]
        for layer in net.layers:
            out = []
            for neuron in layer.neurons:
                weights = [next(rows) for _ in neuron.w]
                total = sum((w * h for w, h in zip(weights, hidden)), next(rows))
                out.append(total.tanh() if neuron.nonlin else total.linear())
            hidden = out
        return hidden[0] % 1

    value, gradient = mgl.compile(loss)([p.data for p in parameters])
    y = loss(parameters)
    y.backward()
    assert value == pytest.approx(y.data) and gradient == pytest.approx(
        [p.grad for p in parameters]
    )
