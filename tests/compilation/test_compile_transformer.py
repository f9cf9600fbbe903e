"""A small transformer written in scalars, eagerly and compiled.

Tokens enter as data, so that all sequences of one length share one graph.
"""

import pytest
from test_compile import difference

import micrograd_linear as mgl
from benchmarks import microgpt
from micrograd_linear import Value
from micrograd_linear.foundations.nested import flatten, unflatten

ALPHABET = "abdeilmnor"
NAMES = ["moa", "bia", "linden", "ela", "rondel", "don"]


@pytest.fixture(scope="module")
def params():
    return microgpt.parameters(len(ALPHABET) + 1, seed=3)


def eagerly(params, tokens, targets):
    nodes = microgpt.nodes(params, Value)
    loss = microgpt.loss(nodes, tokens, targets)
    loss.backward()
    leaves, structure = flatten(nodes)
    return loss.data, unflatten(structure, [leaf.grad for leaf in leaves])


def test_the_same_as_eager_with_one_graph_for_each_length(params, executor):
    step = mgl.compile(microgpt.loss, executor=executor)
    for name in NAMES:
        tokens, targets = microgpt.encoded(name, ALPHABET)
        found, expected = step(params, tokens, targets), eagerly(params, tokens, targets)
        assert difference(found, expected, floor=1e-3) <= 1e-10
        twisted = (
            found[0],
            {**found[1], "wte": [[g * 1.01 + 1e-6 for g in row] for row in found[1]["wte"]]},
        )
        assert difference(twisted, expected, floor=1e-3) > 1e-6
    assert step.traced == len({len(name) for name in NAMES}) == 2
    with pytest.raises(IndexError, match=r"tokens\[1\] is 11, and selects from 11 items"):
        step(params, [0, 11, 2, 3], [1, 2, 3, 4])


def test_a_batch_of_names(params, executor):
    step = mgl.compile(microgpt.loss, executor=executor)
    tokens, targets = zip(*(microgpt.encoded(name, ALPHABET) for name in NAMES if len(name) == 3))
    values, gradients = step.batch(params, tokens, targets)
    for b in range(len(tokens)):
        value, alone = step(params, tokens[b], targets[b])
        assert values[b] == pytest.approx(value, rel=1e-12)
        assert [g[b] for g in gradients["wte"][2]] == pytest.approx(
            alone["wte"][2], rel=1e-9, abs=1e-13
        )


def test_it_learns_a_name(params):
    step = mgl.compile(microgpt.loss)
    tokens, targets = microgpt.encoded("linden", ALPHABET)
    first, _ = step(params, tokens, targets)
    for _ in range(60):
        value, gradients = step(params, tokens, targets)
        params = microgpt.descended(params, gradients, 0.5)
    assert value < first / 4 and step.traced == 1
