"""What hostile readers found in ``compile``: each once silently wrong or an unhelpful error."""

import copy
import pickle

import numpy as np
import pytest

import micrograd_linear as mgl
from micrograd_linear import Tensor, TraceError, nn


def square(x):
    return x * x


def test_no_grad_inside_of_f_is_refused():
    def f(x):
        with mgl.no_grad():
            s = x * 2
        return s * x

    with pytest.raises(
        TraceError, match=r"test_compile_findings.py:\d+: inside no_grad\(\) nothing is recorded"
    ):
        mgl.compile(f)(3.0)
    assert mgl.compile(square)(3.0) == (9.0, 6.0)


def test_what_is_being_differentiated_is_refused():
    scalar, array = mgl.compile(square), mgl.compile(lambda x: (x * x).sum())
    for outer, point in (
        (lambda x: scalar(x)[0] * 2.0, 3.0),
        (lambda x: scalar(x)[1], 3.0),
        (lambda x: array(x)[0] + x.sum(), np.ones(2)),
        (lambda x: array(x * 2)[0], np.ones(2)),
    ):
        with pytest.raises(
            TypeError,
            match="which is being differentiated, and a compiled function records nothing",
        ):
            mgl.grad(outer)(point)
    W = Tensor([1.0, 2.0], "W")  # a parameter is none
    assert array(W)[1].tolist() == [2.0, 4.0]


@pytest.mark.parametrize(
    "f",
    [
        lambda x: (x + x).sum(),
        lambda x: x.sum() + x.mean(),
        lambda x: x.mean() - x.sum(),
        lambda x: x.sum() + x.sum(),
    ],
)
def test_float32_stays_float32(f):
    x = np.ones(3, np.float32)
    gradient = mgl.compile(f)(x)[1]
    assert gradient.dtype == np.float32 and np.allclose(gradient, mgl.grad(f)(x))
    names = {}
    t = Tensor(x, "x")
    exec(mgl.derive(f(t)).source, names)
    assert names["value_and_gradients"](x)[1]["x"].dtype == np.float32


@pytest.mark.parametrize("executor", ["numpy", "numba"])
def test_no_gradient_flows_to_what_only_a_constant_is_made_of(executor):
    f = lambda p: nn.largest([p[0].sqrt(), p[1]]) * p[1]  # noqa: E731
    assert mgl.compile(f, executor=executor)([0.0, 2.0]) == (4.0, [0.0, 2.0])
    g = lambda p: nn.largest([p[0].log(), p[1]]) * p[0].log() + p[1]  # noqa: E731  here the gradient of the logarithm does count
    assert mgl.compile(g, executor=executor)([1.0, 2.0]) == (2.0, [2.0, 1.0])


def test_factors_stay_inside_of_sums_that_would_overflow_without_them():
    with np.errstate(over="ignore"):
        value, _ = mgl.compile(lambda x, s: (x * s).sum())(
            np.full(1000, 100, np.float16), np.float16(0.01)
        )
        assert np.isclose(value, 1000, rtol=0.02)
        assert np.isclose(
            mgl.compile(lambda x: (x / 1e20).sum())(np.full(10, 1e38, np.float32))[0], 1e19
        )
        assert np.isclose(mgl.compile(lambda x: (x / 1e3).mean())(np.full(10, 1e308))[0], 1e305)


def test_a_number_where_an_array_was_and_axes_of_length_one_in_einsum():
    x = np.full((1, 1), 2.0)
    assert mgl.compile(lambda x: ((x**0) ** 0.5).sum() + x.sum())(x)[0] == 3.0
    for subscripts, a, b in (
        ("ij,ij->i", np.ones((1, 3)), np.arange(3.0).reshape(3, 1)),
        ("ij,jk->ik", np.ones((2, 1)), np.ones((3, 2))),
    ):
        f = lambda a, b, s=subscripts: (np.einsum(s, a, b) ** 2).sum()  # noqa: E731
        value, gradients = mgl.compile(f, argnums=(0, 1))(a, b)
        expected, eager = mgl.value_and_grad(f, argnums=(0, 1))(a, b)
        assert np.isclose(value, expected) and all(
            np.allclose(x, y) for x, y in zip(gradients, eager, strict=True)
        )


def test_the_line_is_the_users_not_numpys():
    with pytest.raises(TraceError, match=r"^test_compile_findings.py:\d+: "):
        mgl.compile(lambda w, X: w * X.max())(1.0, np.ones(3))
    with pytest.raises(TraceError, match=r"^test_compile_findings.py:\d+: "):
        mgl.compile(lambda w: copy.deepcopy([w])[0] * 2)(1.0)


def test_arguments_that_do_not_fit():
    with pytest.raises(ValueError, match="passed by position.*cannot be passed by keyword"):
        mgl.compile(lambda x, y: x * y)(x=2.0, y=3.0)
    with pytest.raises(
        TypeError, match="argnums: expected the number of an argument, or a tuple of such, got 'x'"
    ):
        mgl.compile(square, argnums="x")
    with pytest.raises(
        ValueError,
        match=(
            "batch: argument 1 is one float; expected a list or an array with an entry for each "
            "sample"
        ),
    ):
        mgl.compile(lambda w, k: w * k).batch(1.0, 2.0)


def test_it_can_be_copied_and_pickled():
    step = mgl.compile(square, max_structures=3)
    assert step(3.0) == (9.0, 6.0)
    for other in (copy.deepcopy(step), pickle.loads(pickle.dumps(step))):
        assert other(4.0) == (16.0, 8.0) and other.max_structures == 3 and other.traced == 1


def test_blocks_take_plain_numbers():
    assert np.isclose(sum(nn.softmax([1.0, 2.0])), 1.0) and np.isclose(
        nn.cross_entropy([1.0, 2.0], 1), np.log(1 + np.exp(-1))
    )
