"""Names that tell nodes apart: one family, which comparison, derivation and drawing ask."""

import itertools

import pytest

from micrograd_linear import Tensor, Value
from micrograd_linear.engine.graph import topological_order
from micrograd_linear.engine.names import UniqueNames, named_apart, unique_names


def check_apart(names):
    assert len(set(names)) == len(names), names


def test_several_of_a_name_are_numbered_and_one_is_not():
    w, v, b = Value(1.0, "w"), Value(2.0, "w"), Value(3.0, "b")
    order = topological_order(w * v + b)
    assert list(unique_names(order).values()) == ["w (1)", "w (2)", "b", "multiply #3", "add #4"]


def test_no_two_nodes_have_one_name_whatever_the_user_calls_them():
    for names in itertools.product(["w", "w (1)", "w (2)", "", "leaf #3"], repeat=4):
        leaves = [Tensor([1.0], name) for name in names]
        order = topological_order(sum(leaves[1:], leaves[0]))
        check_apart(list(unique_names(order).values()))
        unique = UniqueNames()
        check_apart([unique.give(name) for name in names])


def test_names_that_are_not_told_apart_are_seen():
    with pytest.raises(AssertionError):
        check_apart(["w", "w"])


def test_nodes_go_by_what_they_are_called():
    x, y = Tensor([1.0], "x"), Tensor([2.0])
    total = x + y
    order = topological_order(total)
    assert list(named_apart(order, {x: "a", total: "a"}).values()) == ["a (1)", "leaf #1", "a (2)"]


def test_a_given_name_is_kept_and_the_second_is_number_2():
    unique = UniqueNames()
    assert [unique.give("w") for _ in range(3)] == ["w", "w (2)", "w (3)"]
    assert [unique.give("w (2)"), unique.next("x"), unique.next("x")] == ["w (2) (2)", "x1", "x2"]


def test_many_of_one_name_take_no_square_of_time():
    """As many steps for each as for the first: the search goes on where it ended."""
    unique = UniqueNames()
    last = [unique.numbered("w") for _ in range(100_000)][-1]
    assert last == "w (100000)"
