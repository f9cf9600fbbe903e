"""What a pass is said not to have shown is true of the run.

Each sentence stands beside data that do show the mistake.
"""

import numpy as np
import pytest

from micrograd_linear import Tensor, compare

ONE_ROW = "N = 1 cannot show a missing batch sum"


def weaknesses(root, gradient, *names):
    """Of a comparison in which the gradients of some tensors were handed in right."""
    right = root.gradients(gradient)
    hand = {node: g for node, g in right.items() if node.name in names}
    comparison = compare(hand, root, gradient=gradient)
    assert comparison.ok and len(hand) == len(names)
    return comparison.weaknesses


@pytest.fixture
def layer(rng):
    return (
        Tensor(rng.normal(size=(3, 4)), "x"),
        Tensor(rng.normal(size=(4, 2)), "W"),
        Tensor(rng.normal(size=2), "b"),
    )


@pytest.mark.parametrize("rows", [lambda x, i: x[i], lambda x, i: x[i : i + 1]])
@pytest.mark.parametrize("made", [lambda W: W, lambda W: W.T.T, lambda W: W * 1.0])
def test_a_loop_over_rows_shows_a_missing_sum(layer, rng, rows, made):
    x, W, b = layer
    y = np.concatenate([(rows(x, i) @ made(W) + b).reshape(1, 2) for i in range(3)])
    assert ONE_ROW not in weaknesses(y, rng.normal(size=(3, 2)), "W", "b")
    one = (rows(x, 0) @ made(W) + b).reshape(1, 2)
    assert ONE_ROW in weaknesses(one, rng.normal(size=(1, 2)), "W", "b")


def test_a_batch_of_single_rows_shows_a_missing_sum(layer, rng):
    _, W, _ = layer
    x = Tensor(rng.normal(size=(5, 1, 4)), "x")
    assert ONE_ROW not in weaknesses(x @ W, rng.normal(size=(5, 1, 2)), "W")
    assert ONE_ROW in weaknesses(x[:1] @ W, rng.normal(size=(1, 1, 2)), "W")


def test_a_row_pooled_from_several_is_not_called_one_sample(layer, rng):
    x, W, b = layer
    y = x.mean(axis=0, keepdims=True) @ W + b.reshape(1, 2)
    assert ONE_ROW not in weaknesses(y, rng.normal(size=(1, 2)), "W")
    assert ONE_ROW in weaknesses(x[:1] @ W, rng.normal(size=(1, 2)), "W")


def test_a_column_is_not_called_a_batch_of_one(rng):
    x, w, b = (
        Tensor(rng.normal(size=s), n) for s, n in (((5, 3), "x"), ((3, 1), "w"), ((5, 1), "b"))
    )
    found = weaknesses(x @ w + b, rng.normal(size=(5, 1)), "b")
    assert found == (
        "axis 1 of add(matmul(…), b) has length 1: a missing sum over it would not show",
    )


def test_a_look_up_in_several_steps_shows_an_assignment(rng):
    E = Tensor(rng.normal(size=(5, 3)), "E")
    twice = E[[0, 1]] + E[[1, 2]]
    assert not any("occurs twice" in x for x in weaknesses(twice, rng.normal(size=(2, 3)), "E"))
    assert any(
        "occurs twice" in x for x in weaknesses(E[[0, 1]] * 2.0, rng.normal(size=(2, 3)), "E")
    )


def test_a_dead_step_hides_only_what_comes_through_it(rng):
    x = Tensor(-1 - np.abs(rng.normal(size=(4, 3))), "x")
    found = weaknesses(x.relu() + x * x, rng.normal(size=(4, 3)), "x")
    assert found == (
        "the derivative is 0 at every element of relu(x): through it no mistake can show",
    )
    alive = Tensor(rng.normal(size=(4, 3)), "x")
    assert weaknesses(alive.relu() + alive * alive, rng.normal(size=(4, 3)), "x") == ()


def test_a_step_that_shows_it_at_another_turn_is_not_called_blind(rng):
    x = Tensor(np.concatenate([np.ones((1, 3)), rng.normal(size=(2, 3))]), "x")
    y = np.stack([x[i].relu() for i in range(3)])
    assert weaknesses(y, rng.normal(size=(3, 3)), "x") == ()
    ones = Tensor(np.ones((3, 3)), "x")
    found = weaknesses(np.stack([ones[i].relu() for i in range(3)]), rng.normal(size=(3, 3)), "x")
    assert any("that it is left out would not show" in words for words in found)


def test_a_mask_whose_other_side_was_checked_is_not_called_invisible(rng):
    a, b = Tensor(rng.uniform(1, 2, (4, 3)), "a"), Tensor(rng.uniform(-2, -1, (4, 3)), "b")
    g = rng.normal(size=(4, 3))
    assert any("cuts nothing off" in words for words in weaknesses(np.maximum(a, b), g, "a"))
    assert not any(
        "cuts nothing off" in words for words in weaknesses(np.maximum(a, b), g, "a", "b")
    )
    tied = np.maximum(a, a.data.copy())  # half of the gradient goes to either
    assert not any("cuts nothing off" in words for words in weaknesses(tied, g, "a"))


def test_an_empty_part_hides_nothing_elsewhere(rng):
    W = Tensor(rng.normal(size=(3, 2)), "W")
    y = np.concatenate([np.zeros((0, 3)) @ W, np.ones((2, 3)) @ W])
    assert not any("empty batch" in words for words in weaknesses(y, rng.normal(size=(2, 2)), "W"))
