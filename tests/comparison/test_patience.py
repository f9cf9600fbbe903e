"""How long inputs are sought: never longer than is said, and each pair of a file gets its part."""

import pytest

from micrograd_linear.comparison import UnusableLayer
from micrograd_linear.comparison.check import check_pair
from micrograd_linear.comparison.styles.finding import pair_of
from micrograd_linear.comparison.styles.patience import AT_LEAST, OF_A_FILE, OF_A_PAIR, Patience
from micrograd_linear.comparison.styles.patience import share as share_after


def test_attempts_end_with_the_patience():
    assert list(Patience(3600).while_left(range(3))) == [0, 1, 2]
    assert list(Patience(-1).while_left(range(3))) == []
    assert Patience(-1).is_over and not Patience(3600).is_over


def test_the_pairs_of_a_file_share_what_there_is_and_none_is_left_out():
    assert share_after(0) == OF_A_PAIR
    assert share_after(OF_A_FILE - 1) == pytest.approx(1)
    assert share_after(10 * OF_A_FILE) == AT_LEAST > 0


def test_a_search_without_an_end_ends_and_says_so():
    def forward(x):
        if x is not None:
            raise ValueError("never")
        return x, x

    def backward(dy, cache):
        return dy * cache

    with pytest.raises(UnusableLayer, match="no inputs were found .* in 0.0 seconds"):
        check_pair(pair_of(forward, backward), seconds=0.0)
    with pytest.raises(UnusableLayer, match="never"):
        check_pair(pair_of(forward, backward), seconds=0.5)


def test_inputs_that_are_given_need_no_patience():
    comparison = check_pair(
        pair_of(lambda x: x * x, lambda dy, x: 2 * dy * x), {"x": (2,)}, seconds=0.0
    )
    assert comparison.ok
