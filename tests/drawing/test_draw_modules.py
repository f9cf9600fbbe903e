"""draw: calls of modules are frames; what results remember of them."""

import copy
import gc
import json
import pickle
import re
import weakref
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import micrograd_linear as mgl
from micrograd_linear import Linear, Tensor, Value, draw
from micrograd_linear.drawing.modules import calls, title
from micrograd_linear.engine.graph import topological_order
from micrograd_linear.nn import MLP, Module


def frames(drawing):
    """{title: the names or operations of what is directly inside}"""
    data = json.loads(drawing.json)
    return {
        cluster["title"]: sorted(
            box["name"] or box["operation"] or box["kind"]
            for box in data["values"]
            if box["cluster"] == id
        )
        for id, cluster in data["clusters"].items()
    }


def test_a_linear_layer_is_a_frame_of_matmul_and_broadcast_add():
    x = Tensor(np.ones((5, 4)), "x")
    drawing = draw(Linear(4, 3, rng=0)(x).tanh())
    assert frames(drawing) == {"Linear(4, 3)": ["+", "@", "W", "b"]}
    assert drawing.dot.count("subgraph cluster_") == 1 and "Linear(4, 3)" in [
        e.text for e in ET.fromstring(drawing.svg).iter("{http://www.w3.org/2000/svg}text")
    ]
    assert (
        re.search(
            r'subgraph m0\["Linear#40;4, 3#41;"\]',
            drawing.mermaid.replace("(", "#40;").replace(")", "#41;"),
        )
        and drawing.mermaid.count("    end\n") == 1
    )
    assert drawing.text.count("in Linear(4, 3)") == 4


class Block(Module):
    def __init__(self):
        self.first, self.second = Linear(4, 4, rng=0), Linear(4, 4, rng=1)

    def __call__(self, x, *, scale=1.0):
        return self.second(self.first(x).tanh()) * scale + x


class Model(Module):
    def __init__(self):
        self.blocks = [Block(), Block()]

    def __call__(self, x):
        for block in self.blocks:
            x = block(x, scale=0.5)
        return x

    def __repr__(self):
        raise RuntimeError("a repr that fails")


def test_frames_nest():
    drawing = draw(Model()(Tensor(np.ones((2, 4)), "x")))
    found = frames(drawing)
    assert set(found) == {
        "Model",
        "blocks[0]: Block",
        "blocks[0].first: Linear(4, 4)",
        "blocks[0].second: Linear(4, 4)",
        "blocks[1]: Block",
        "blocks[1].first: Linear(4, 4)",
        "blocks[1].second: Linear(4, 4)",
    }
    assert found["Model"] == [] and found["blocks[0].first: Linear(4, 4)"] == [
        "+",
        "@",
        "blocks[0].first.W",
        "blocks[0].first.b",
    ]
    assert found["blocks[0]: Block"] == ["+", "constant", "tanh", "×"]
    parents = {
        cluster["path"]: json.loads(drawing.json)["clusters"]
        .get(cluster["parent"], {})
        .get("title")
        for cluster in json.loads(drawing.json)["clusters"].values()
    }
    assert (
        parents["blocks[1].second"] == "blocks[1]: Block"
        and parents["blocks[1]"] == "Model"
        and parents[""] is None
    )
    assert drawing.svg and drawing.dot.count("subgraph cluster_") == 7


def test_what_was_made_before_or_passed_through_is_outside():
    class Identity(Module):
        def __call__(self, x):
            return x

    class Outer(Module):
        def __init__(self):
            self.same = Identity()

        def __call__(self, x):
            return self.same(x) + self.same(x * 2)

    x = Tensor([1.0], "x")
    made = x.exp()
    made.name = "made"
    assert frames(draw(Outer()(made))) == {"Outer": ["+", "constant", "×"]}
    assert not hasattr(made, "module_calls")


@pytest.mark.parametrize("pack", [list, tuple, lambda found: dict(enumerate(found))])
def test_several_results_each_remember(pack):
    class Split(Module):
        def __call__(self, x):
            return pack([x * 2, x * 3, 7])

    y = Split()(Value(1.0, "x"))
    assert frames(draw(y[0])) == {"Split": ["constant", "×"]} and frames(draw(y[1])) == {
        "Split": ["constant", "×"]
    }
    assert frames(draw(y[0] + y[1])) == {"Split": ["constant", "constant", "×", "×"]}


def test_arguments_reach_the_call_as_they_were():
    class Any(Module):
        def __call__(self, *arguments, **keywords):
            """The docstring."""
            return arguments, keywords

    assert (
        Any()() == ((), {})
        and Any()(1, 2) == ((1, 2), {})
        and Any()(x=1, self_=2) == ((), {"x": 1, "self_": 2})
        and Any()(None, k=3) == ((None,), {"k": 3})
    )
    assert Any.__call__.__doc__ == "The docstring."

    class Static(Module):
        @staticmethod
        def __call__(x):
            return x * 2

    assert Static()(Value(1.0)).data == 2.0

    class Child(Linear):  # a class in between, with no call of its own
        pass

    class Override(Linear):
        def __call__(self, x):
            return super().__call__(x) * 2

    assert list(frames(draw(Child(4, 3)(np.ones((2, 4)))))) == ["Linear(4, 3)"]
    assert frames(draw(Override(4, 3)(np.ones((2, 4)))))["Linear(4, 3)"]
    assert Linear(4, 3)(x=np.ones((2, 4))).shape == (2, 3)


def test_a_weight_of_two_calls_belongs_to_neither():
    layer = Linear(3, 3, rng=0)
    found = frames(draw(layer(layer(np.ones((2, 3))))))
    assert (
        found == {"Linear(3, 3)": ["+", "@"]}
        and len(json.loads(draw(layer(layer(np.ones((2, 3))))).json)["clusters"]) == 2
    )


def test_nothing_is_stored_in_the_module_and_all_is_freed_with_the_graph():
    layer = Linear(3, 2, rng=0)
    before = set(vars(layer))
    y = layer(Tensor(np.ones((2, 3)), "x"))
    assert set(vars(layer)) == before and not vars(y)
    alive, module = weakref.ref(y), weakref.ref(layer)
    gc.disable()
    try:
        del layer
        assert module() is not None  # the result remembers it
        del y
        assert alive() is None and module() is None  # at once, so there was no cycle
    finally:
        gc.enable()


def test_copies_and_pickles_of_leaves_carry_no_module():
    net = MLP(2, [2, 1])
    with mgl.no_grad():
        out = net([Value(1.0), Value(2.0)])
    for again in (copy.deepcopy(out), pickle.loads(pickle.dumps(out))):
        assert again.data == out.data and not hasattr(again, "module_calls")
    assert (
        pickle.loads(pickle.dumps(net)).layers[0].neurons[0].w[0].data
        == net.layers[0].neurons[0].w[0].data
    )


def test_calls_of_a_network_of_numbers():
    net = MLP(2, [3, 2])
    a, b = net([Value(1.0, "x1"), Value(2.0, "x2")])
    stacks, modules = calls(topological_order(a))
    depths = [len(stacks.get(node, ())) for node in topological_order(a) if node.operands]
    assert (
        set(depths) == {3} and len(modules) == 1 + 2 + 4
    )  # the other neuron of the last layer is no part of this graph
    assert len(frames(draw(a + b))) == 1 + 2 + 5


def test_titles():
    class Odd(Module):
        def __repr__(self):
            return "x" * 100 if self.long else "</script>\x07"

    odd = Odd()
    odd.long = True
    assert title(odd, "") == "Odd" and title(Linear(2, 3), "a.b") == "a.b: Linear(2, 3)"
    odd.long = False
    assert title(odd, "") == "</script>\ufffd" and title(Block(), "") == "Block"


def test_a_deep_network_folds_into_its_modules():
    layers = [Linear(4, 4, rng=i) for i in range(50)]
    x = Tensor(np.ones((2, 4)), "x")
    for layer in layers:
        x = layer(x).tanh()
    loss = x.sum()
    loss.backward()
    drawing = draw(loss, backward=True)
    data = json.loads(drawing.json)
    assert drawing.folded == "252 values, folded into 102; 50 calls of modules are one box each"
    assert (
        sum(box["operation"].endswith("Linear(4, 4)") for box in data["values"]) == 50
        and data["values"][1]["operation"] == "layers[0]: Linear(4, 4)"
    )
    box = next(box for box in data["values"] if box["operation"].startswith("layers[1]:"))
    assert (
        box["settings"] == "4 values"
        and len(box["operands"]) == 1
        and box["uses"][0]["contribution"] is not None
    )
    assert drawing.svg


def test_modules_too_deep_for_frames():
    class Nest(Module):
        def __init__(self, inner):
            self.inner = inner

        def __call__(self, x):
            return self.inner(x) * 1.0 if self.inner else x * 2.0

    net = None
    for _ in range(30):
        net = Nest(net)
    drawing = draw(net(Value(1.0, "x")))
    assert len(json.loads(drawing.json)["clusters"]) == 8 and drawing.svg
