"""Bad input gets one clear error and changes nothing.

The error names the tensors, their shapes and the operation.
"""

import numpy as np
import pytest

from micrograd_linear import Linear, Tensor, hand_derived


@pytest.mark.parametrize(
    "data, error, words",
    [
        ([[1.0], [1.0, 2.0]], ValueError, "ragged"),
        (["a"], TypeError, "strings"),
        ([1j], TypeError, "complex"),
        ([None], TypeError, "object"),
        ([{}], TypeError, "object"),
        (np.array([1, 2], dtype="M8[s]"), TypeError, "dates"),
        ([2**70], OverflowError, "64 bits"),
        ([2**63 - 1], OverflowError, "2\\*\\*53"),
        (np.ma.masked_array([1.0, 2.0], [True, False]), TypeError, "mask"),
        (b"x", TypeError, "bytes"),
        (None, TypeError, "object"),
        (np.zeros(2, dtype="i4,f8"), TypeError, "records"),
    ],
)
def test_data(data, error, words):
    with pytest.raises(error, match=f"Tensor 'W'.*{words}"):
        Tensor(data, "W")
    t = Tensor([1.0, 2.0], "t")
    with pytest.raises(error, match=words):
        t.data = data
    if data is not None:
        with pytest.raises(error, match=words):
            t * data
    with pytest.raises(
        error if data is not None else ValueError,
        match=words if data is not None else "must be given",
    ):
        (t * 2).backward(data)
    assert t.data.tolist() == [1.0, 2.0] and t.grad is None


def test_integers_are_not_cut():
    n = Tensor([1, 2], "n", requires_grad=False)
    with pytest.raises(TypeError, match="data of n.*int64, got float64"):
        n.data = [1.5, 2.0]
    n.data = [3, 4]
    assert n.data.tolist() == [3, 4]


@pytest.mark.parametrize(
    "make, words",
    [
        (
            lambda x, W: x @ W,
            r"matmul of x \(8, 4\), W \(3, 4\): expected .* got 4 and 3; .*transposed",
        ),
        (lambda x, W: x + W, r"add of x \(8, 4\), W \(3, 4\): .*do not broadcast"),
        (
            lambda x, W: x * np.ones(5),
            r"multiply of x \(8, 4\), an array \(5,\): .*do not broadcast",
        ),
        (
            lambda x, W: np.ones((2, 5)) @ x,
            r"matmul of an array \(2, 5\), x \(8, 4\): expected .* 5 and 8",
        ),
        (
            lambda x, W: x @ np.ones(3),
            r"matmul of x \(8, 4\), an array \(3,\): expected .* 4 and 3",
        ),
        (lambda x, W: x @ 2.0, r"matmul of x \(8, 4\).*scalar"),
        (lambda x, W: x.sum(axis=5), r"sum of x \(8, 4\): axis 5 is out of bounds"),
        (lambda x, W: x.reshape(7, 3), r"reshape of x \(8, 4\), shape=\(7, 3\): cannot reshape"),
        (lambda x, W: x.transpose(0, 0), r"transpose of x \(8, 4\), axes=\(0, 0\)"),
        (lambda x, W: x.broadcast_to(3, 4), r"broadcast_to of x \(8, 4\), shape=\(3, 4\)"),
        (lambda x, W: Tensor(np.ones((0, 3)), "e").max(axis=0), r"max of e \(0, 3\), axis=0"),
    ],
)
def test_shapes_that_do_not_match(make, words):
    x, W = Tensor(np.ones((8, 4)), "x"), Tensor(np.ones((3, 4)), "W")
    with pytest.raises(ValueError, match=words):
        make(x, W)
    assert x.grad is None and W.grad is None


@pytest.mark.parametrize("index", [9, [9], (0, 9), (0, 0, 0), np.array([9])])
def test_an_index_out_of_bounds(index):
    with pytest.raises(IndexError, match=r"getitem of x \(8, 4\)"):
        Tensor(np.ones((8, 4)), "x")[index]


@pytest.mark.parametrize("index", [1.5, "a", [0.5]])
def test_an_index_that_is_none(index):
    with pytest.raises(IndexError, match=r"getitem of x \(8, 4\)"):
        Tensor(np.ones((8, 4)), "x")[index]


def test_backward_on_a_non_scalar_without_a_gradient():
    x = Tensor(np.ones((2, 3)), "x")
    with pytest.raises(
        ValueError,
        match=r"multiply result \(2, 3\) is not a scalar.*expected an array of shape \(2, 3\)",
    ):
        (x * 2).backward()
    assert x.grad is None


@pytest.mark.parametrize("gradient", [np.ones((3, 2)), np.ones(3), 1.0, np.ones((1, 2, 3))])
def test_a_gradient_of_the_wrong_shape(gradient):
    x = Tensor(np.ones((2, 3)), "x")
    y = x * 2
    y.name = "y"
    with pytest.raises(ValueError, match=r"gradient of y \(2, 3\): expected shape \(2, 3\), got"):
        y.backward(gradient)
    assert x.grad is None and y.grad is None


def test_backward_of_a_constant():
    with pytest.raises(ValueError, match="nothing to differentiate"):
        (Tensor(1.0, requires_grad=False) * 2).backward()


def test_grad_and_data_keep_their_shape():
    x = Tensor(np.ones((2, 3)), "x")
    for attribute in ("data", "grad"):
        with pytest.raises(
            ValueError, match=rf"{attribute} of x \(2, 3\): expected shape \(2, 3\), got \(3, 2\)"
        ):
            setattr(x, attribute, np.ones((3, 2)))


def integers(dtype, *numbers):
    return Tensor(np.array(numbers, dtype=dtype), "n", requires_grad=False)


@pytest.mark.parametrize(
    "make",
    [
        lambda: integers(np.int64, 2**62) * 4,
        lambda: integers(np.int64, 10) ** 30,
        lambda: integers(np.uint8, 200) + np.uint8(100),
        lambda: integers(np.int32, 2**30) * np.int32(4),
        lambda: integers(np.uint8, 1) - np.uint8(2),
        lambda: -integers(np.uint8, 1),
        lambda: integers(np.int64, 2**62, 2**62).sum(),
    ],
)
def test_integer_overflow(make):
    with pytest.raises(OverflowError, match="does not fit into"):
        make()


def test_integers_that_fit_are_left_alone():
    n = integers(np.int64, 3, 4)
    assert (n * 2 - 1).data.tolist() == [5, 7] and (n**2).dtype == np.int64 and n.sum().item() == 7


def test_the_linear_layer():
    layer = Linear(4, 3, rng=0)
    for shape in ((4,), (2, 5), ()):
        with pytest.raises(ValueError, match=r"Linear\(4, 3\): expected x of shape \(N, 4\), got"):
            layer(np.ones(shape))
    for arguments in ((-1, 3), (2.5, 3), ("a", 3)):
        with pytest.raises(ValueError, match="in_features: expected an integer"):
            Linear(*arguments)


@pytest.mark.parametrize(
    "call, words",
    [
        (
            lambda: hand_derived.linear_forward(np.ones((2, 4)), np.ones((3, 5)), np.ones((1, 5))),
            r"W: expected shape \(M_in=4, M_out\), got \(3, 5\)",
        ),
        (
            lambda: hand_derived.linear_forward(np.ones((2, 4)), np.ones((4, 5)), np.ones(5)),
            r"b: expected shape \(1, M_out=5\), got \(5,\)",
        ),
        (
            lambda: hand_derived.linear_backward(np.ones((5, 2)), np.ones((2, 4)), np.ones((4, 5))),
            r"dL_dy \(gradient layout\): expected shape \(N=2, M_out=5\)",
        ),
        (
            lambda: hand_derived.linear_backward(
                np.ones((2, 5)), np.ones((2, 4)), np.ones((4, 5)), layout="numerator"
            ),
            r"\(M_out=5, N=2\), got \(2, 5\)",
        ),
        (
            lambda: hand_derived.linear_backward(
                np.ones((2, 5)), np.ones((2, 4)), np.ones((4, 5)), layout="x"
            ),
            "'gradient' or 'numerator', got 'x'",
        ),
    ],
)
def test_the_hand_derived_formulas(call, words):
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize(
    "data, error, words",
    [
        ([1, None, 2], TypeError, "object"),
        (np.array([1, 2], object), TypeError, "object"),
        ([2**53 + 1], OverflowError, "2\\*\\*53"),
    ],
)
def test_objects_and_large_integers(data, error, words):
    with pytest.raises(error, match=words):
        Tensor(data, "t")


def test_integers_that_do_not_fit_are_not_wrapped():
    t = Tensor(np.array([1], np.int8), "t", requires_grad=False)
    with pytest.raises(OverflowError, match="fit into int8"):
        t.data = [300]


def test_hand_derived_takes_real_numbers():
    x = np.full((2, 2), 100, np.int8)
    assert hand_derived.linear_backward(x, x, x).W[0, 0] == 20_000
    for bad, error in (([[1j]], TypeError), ([["a"]], TypeError), ([[1], [1, 2]], ValueError)):
        with pytest.raises(error, match="linear layer: x"):
            hand_derived.linear_forward(bad, np.ones((1, 1)), np.ones((1, 1)))
        with pytest.raises(error, match=r"Linear\(1, 1\): x"):
            Linear(1, 1)(bad)
    with pytest.raises(IndexError, match="ragged"):
        Tensor([1.0, 2.0])[[[1], [0, 1]]]
