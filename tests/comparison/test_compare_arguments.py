"""What compare accepts, what it refuses in one clear error, and a comparison as a condition."""

import numpy as np
import pytest

from micrograd_linear import Tensor, Value, check_backward, compare


@pytest.fixture
def product(rng):
    x, W = Tensor(rng.normal(size=(4, 3)), "x"), Tensor(rng.normal(size=(3, 2)), "W")
    y = x @ W
    y.name = "y"
    g = rng.normal(size=(4, 2))
    return y, g, {"x": g @ W.data.T, "W": x.data.T @ g}


def test_a_comparison_is_true_exactly_when_its_gradients_agree(product):
    y, g, right = product
    assert compare(right, y, gradient=g)
    with pytest.raises(AssertionError):
        assert compare({**right, "W": 2 * right["W"]}, y, gradient=g)
    assert bool(compare({}, y, gradient=g)) is False  # nothing was checked
    assert bool(compare({"W": None}, y, gradient=g)) is False


def test_a_checked_pair_is_true_exactly_when_its_gradients_agree():
    def forward(x):
        return x * x

    inputs = {"x": (4, 3)}
    assert check_backward(forward, lambda dy, x: {"x": 2 * dy * x}, inputs)
    assert not check_backward(forward, lambda dy, x: {"x": dy * x}, inputs)


def test_a_file_of_several_arrays_is_a_mapping(product, tmp_path):
    y, g, right = product
    np.savez(tmp_path / "right.npz", **right)
    np.savez(tmp_path / "wrong.npz", **{**right, "x": -right["x"]})
    for given in (
        tmp_path / "right.npz",
        str(tmp_path / "right.npz"),
        np.load(tmp_path / "right.npz"),
    ):
        comparison = compare(given, y, gradient=g)
        assert comparison.ok and comparison["W"].status == comparison["x"].status == "identical"
    comparison = compare(tmp_path / "wrong.npz", y, gradient=g)
    assert (
        not comparison.ok
        and comparison["x"].causes[0].kind == "sign"
        and comparison["W"].status == "identical"
    )


def test_a_file_of_one_array_is_compared_with_the_tensors_gradient(product, tmp_path):
    y, g, right = product
    y.backward(g)
    W = next(node for node in y.gradients(g) if node.name == "W")
    np.save(tmp_path / "dW.npy", right["W"])
    np.save(tmp_path / "twice.npy", 2 * right["W"])
    assert compare(tmp_path / "dW.npy", W).ok and compare(str(tmp_path / "dW.npy"), W).ok
    assert not compare(tmp_path / "twice.npy", W).ok


def test_misplaced_arguments_are_refused_before_a_missing_gradient_is(product, tmp_path):
    y, _, right = product
    np.savez(tmp_path / "none.npz", a=np.array([{}], dtype=object))
    (tmp_path / "text.npz").write_text("no archive")
    hidden = right["W"]
    for hand, root, words in [
        ([hidden, right["x"]], y, "list of 2 arrays; say which is which by name"),
        ((hidden,), y, "tuple of 1 arrays; say which is which"),
        ([], y, "an empty list"),
        (["dW.npy", "dx.npy"], y, "strings or paths; say which is which"),
        ([("W", hidden)], y, r"dict\(pairs\)"),
        ([{"W": hidden}], y, "no numbers"),
        ({"W": {"W": hidden}}, y, "no node of the graph is named 'W.W'"),
        ("gradients.bin", y, "got the string 'gradients.bin'"),
        ("W", y, "got the string 'W'"),
        (tmp_path / "missing.npz", y, "cannot read .*missing.npz"),
        (str(tmp_path / "missing.npy"), y, "cannot read .*missing.npy"),
        (tmp_path / "text.npz", y, "cannot read .*text.npz"),
        (tmp_path / "none.npz", y, "cannot read .*none.npz"),
        (tmp_path, y, "is a folder"),
        (y, hidden, r"got y .*an array of shape \(3, 2\) second: they are exchanged"),
        (y, {"W": hidden}, "dict second: they are exchanged"),
        (y, y, "hand in numbers, such as its .data"),
        ({"W": hidden}, {"y": y}, "expected the result as a Tensor or a Value, got dict"),
        (hidden, "y", "expected the result as a Tensor or a Value, got the string 'y'"),
        (None, y, "got NoneType"),
        ({"W"}, y, "got set"),
        (np.sin, y, "got ufunc"),
        ([[1.0], [1.0, 2.0]], y, "ragged"),
    ]:
        with pytest.raises((TypeError, ValueError), match=words) as error:
            compare(hand, root)
        assert "no gradient yet" not in str(error.value) and "\n" not in str(error.value)
    assert y.grad is None


def test_a_missing_gradient_is_still_said():
    for node in (Tensor([1.0, 2.0], "t"), Value(1.0, "v")):
        with pytest.raises(ValueError, match="call backward"):
            compare(np.ones(node.shape), node)


def test_the_place_in_the_table_is_of_an_element_that_fails():
    w = np.array([1e12, 1.0, 2.0])
    x = Tensor(np.ones(3), "x")
    hand = w + np.array([1e-3, 1e-6, 0.0])  # the first differs most, and that is rounding there
    loss = (x * w).sum()
    result = compare({"x": hand}, loss)["x"]
    assert result.status == "wrong" and result.where == (1,)
    assert result.max_difference == pytest.approx(1e-3, rel=0.1)
    assert result.row()[4:] == ["[1]", "1.000001", "1"]
    assert result.check == "" or result.check.split(" at ")[1].startswith("[1]")
    assert compare(
        {"x": w + np.array([1e-3, 0.0, 0.0])}, loss
    ).ok  # so nothing but the second fails
    given = compare({"x": w + np.array([0.5e12, 1e-1, 0.0])}, loss, atol=0.2)["x"]
    assert given.where == (0,)
