"""draw: names from the user, from modules, from the caller's variables."""

import json
import weakref

import numpy as np

from micrograd_linear import Linear, Tensor, Value, draw
from micrograd_linear.nn import MLP, Module


def names(drawing):
    return [box["name"] for box in json.loads(drawing.json)["values"] if box["name"]]


shared = Value(5.0)
_hidden = Value(6.0)


def test_variables_of_the_caller():
    weight, again = Value(2.0), None
    again = weight
    total = weight * shared + _hidden
    assert (again is weight and names(draw(total)) == ["shared", "weight", "total"]) or set(
        names(draw(total))
    ) == {"shared", "weight", "total"}
    assert weight.name == total.name == shared.name == "" and not vars(weight)
    text = draw(total).text
    assert "×(weight, shared)" in text and text.splitlines()[-1].startswith("total")


def test_the_users_names_win_and_locals_win_over_globals():
    shared = Value(1.0, "mine")
    other = shared * 2
    other.name = "product"
    assert names(draw(other)) == ["mine", "product"]
    shared = Value(1.0)  # not the global one
    assert names(draw(shared * 3)) == ["shared"]


def test_only_nodes_of_this_graph_by_identity():
    def show(node, x):
        return draw(node)

    x = Value(2.0)
    stranger = Value(2.0)
    assert stranger.data == x.data
    drawing = show(x * 3, stranger)
    assert names(drawing) == [
        "node"
    ]  # the function that calls draw knows the root, and its own x is another node
    assert names(draw(np.exp(x))) == ["x"]


def test_names_of_tools_are_not_meant():
    namespace = {"draw": draw, "Value": Value, "@py_assert1": None, "_": None, "__": None}
    exec(
        "leaf = Value(1.0); namespace = globals(); namespace['@py_assert1'] = namespace['_'] = "
        "leaf * 2; result = draw(leaf * 2 + namespace['_'])",
        namespace,
    )
    assert names(namespace["result"]) == ["leaf"]


def test_draw_keeps_no_variable_alive():
    y = Value(1.0) * 2
    alive, mine = weakref.ref(y), locals()
    draw(y)
    assert mine["y"] is y  # what the caller had asked for is left as it is
    mine.clear()

    def inside():
        z = Value(1.0) * 2
        gone = weakref.ref(z)
        assert names(draw(z)) == ["z"]
        del z
        return gone()

    assert inside() is None and alive() is y


def test_odd_variables_do_no_harm():
    class Lazy:
        def __getattr__(self, name):
            raise RuntimeError("touched")

        def __eq__(self, other):
            raise RuntimeError("compared")

    lazy, many = Lazy(), [Lazy()]
    v = Value(1.0)
    assert names(draw(v * 2)) == ["v"] and lazy is not many


class Net(Module):
    def __init__(self):
        self.layers = [Linear(4, 5, rng=0), Linear(5, 3, rng=1)]
        self.heads = {"a": Linear(3, 1, bias=False, rng=2)}

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x).tanh()
        return self.heads["a"](x)


def test_parameters_are_called_by_their_path():
    assert names(draw(Net()(np.ones((2, 4))))) == [
        "layers[0].W",
        "layers[0].b",
        "layers[1].W",
        "layers[1].b",
        "heads['a'].W",
    ]
    net = Net()
    net.layers[0].W.name = "embedding"
    net.layers[1].b.name = "b"
    drawing = draw(net(np.ones((2, 4))))
    assert names(drawing) == [
        "embedding",
        "layers[0].b",
        "layers[1].W",
        "layers[1].b",
        "heads['a'].W",
    ]
    assert net.layers[0].W.name == "embedding" and net.layers[1].W.name == "W"
    assert "layers[0].b" in drawing.dot and "layers[0].b" in drawing.mermaid.replace(
        "#91;", "["
    ).replace("#93;", "]")
    mlp = MLP(2, [1])
    assert names(draw(mlp([Value(1.0), Value(2.0)]))) == [
        "layers[0].neurons[0].w[0]",
        "layers[0].neurons[0].w[1]",
        "layers[0].neurons[0].b",
    ]


def test_several_modules_are_told_apart_by_their_variables():
    layers = [Linear(4, 3, rng=0), Linear(3, 2, rng=0)]
    head = Linear(2, 1, rng=0)
    y = head(layers[1](layers[0](np.ones((2, 4)))))
    assert names(draw(y)) == [
        "layers[0].W",
        "layers[0].b",
        "layers[1].W",
        "layers[1].b",
        "head.W",
        "head.b",
        "y",
    ]
    y.name = "result"
    assert names(draw(head(np.ones((3, 2))))) == ["W", "b"]  # nothing to tell apart


def test_parameters_of_modules_that_were_not_called():
    net, other = Net(), Net()
    first = net.layers[0]
    hidden = np.ones((2, 4)) @ net.layers[0].W + first.b
    drawing = draw(hidden)
    assert names(drawing) == ["layers[0].W", "layers[0].b", "hidden"] and [
        box["parameter"]
        for box in json.loads(drawing.json)["values"]
        if box["name"] != "hidden" and box["name"]
    ] == [True, True]
    assert other is not net and json.loads(drawing.json)["clusters"] == {}
    both = hidden @ other.layers[1].W
    assert names(draw(both)) == [
        "net.layers[0].W",
        "net.layers[0].b",
        "other.layers[1].W",
        "hidden",
        "both",
    ]


def test_a_folded_box_has_one_name_for_all():
    net = MLP(2, [16, 16, 1])
    x = [Value(1.0), Value(-2.0)]
    losses = [net(x) for _ in range(3)]
    last = losses[-1]  # of three that are one box: its name would be wrong for the others
    found = names(draw(sum(losses)))
    assert (
        "layers[0].neurons[:].w[:]" in found
        and "layers[2].neurons[0].b" in found
        and "last" not in found
        and last is not None
    )


def test_modules_with_loops_and_large_lists():
    class Odd(Module):
        def __init__(self):
            self.w, self.numbers, self.loop, self.me = Value(2.0), [0.0] * 100_000, [], self
            self.loop.append(self.loop)
            self.nested = {"</script>": [(Value(3.0),)]}

        def __call__(self, x):
            return x * self.w * self.nested["</script>"][0][0]

    drawing = draw(Odd()(Value(1.0, "x")))
    assert set(names(drawing)) == {"w", "nested['</script>'][0][0]", "x"}
    assert "</script>" not in drawing.svg + drawing.dot + drawing.mermaid


def test_numbers_are_called_after_the_variable_of_their_tensor():
    x = Tensor([1.0, 2.0])
    y = x * x
    assert {"x[0]", "x[1]", "y[0]", "y[1]"} == set(names(draw(y, level="scalar")))
