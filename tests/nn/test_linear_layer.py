"""The linear layer against hand-derived formulas, for each size, type, memory order and layout."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from micrograd_linear import Linear, Tensor, compare, hand_derived
from micrograd_linear.hand_derived import linear_backward, linear_forward

LAYOUTS = {
    "C": np.ascontiguousarray,
    "fortran": np.asfortranarray,
    "strided": lambda a: np.repeat(np.repeat(a, 2, 0), 3, 1)[::2, ::3],
    "reversed": lambda a: a[::-1, ::-1].copy()[::-1, ::-1],
}


def engine(x, W, b, dL_dy):
    x, W, b = Tensor(x, "x"), Tensor(W, "W"), Tensor(b, "b")
    y = x @ W + b
    y.backward(dL_dy)
    return y, x, W, b


@settings(deadline=None, max_examples=150)
@given(
    sizes=st.tuples(st.integers(0, 9), st.integers(0, 7), st.integers(0, 7)),
    dtype=st.sampled_from([np.float32, np.float64]),
    order=st.sampled_from(sorted(LAYOUTS)),
    seed=st.integers(0, 99),
)
def test_the_three_formulas_agree_for_every_size_type_and_memory_order(sizes, dtype, order, seed):
    N, M_in, M_out = sizes
    rng = np.random.default_rng(seed)
    x, W, b, dL_dy = (
        LAYOUTS[order](rng.normal(size=s).astype(dtype))
        for s in ((N, M_in), (M_in, M_out), (1, M_out), (N, M_out))
    )
    frozen = [a.copy() for a in (x, W, b, dL_dy)]
    y, *tensors = engine(x, W, b, dL_dy)
    gradient = linear_backward(dL_dy, x, W)
    numerator = linear_backward(dL_dy.T, x, W, layout="numerator")
    comparison = compare({"W": gradient.W, "b": gradient.b, "x": gradient.x}, y, gradient=dL_dy)
    assert comparison.ok, comparison
    assert compare(
        {"W": numerator.W.T, "b": numerator.b.T, "x": numerator.x.T}, y, gradient=dL_dy
    ).ok
    shapes = {"W": (M_in, M_out), "b": (1, M_out), "x": (N, M_in)}
    for tensor in tensors:
        shape = shapes[tensor.name]
        assert (
            tensor.grad.shape
            == shape
            == getattr(gradient, tensor.name).shape
            == getattr(numerator, tensor.name).shape[::-1]
        )
        assert tensor.grad.dtype == dtype == getattr(gradient, tensor.name).dtype
    assert np.allclose(
        y.data, linear_forward(x, W, b), rtol=0, atol=1e-4 if dtype == np.float32 else 1e-12
    )
    assert all(
        np.array_equal(before, after)
        for before, after in zip(frozen, (x, W, b, dL_dy), strict=True)
    )


@pytest.mark.parametrize(
    "broken",
    [
        lambda g, x, W: g.W * 2,
        lambda g, x, W: -g.W,
        lambda g, x, W: g.W + x.sum() * 1e-6,
        lambda g, x, W: np.roll(g.W, 1, 0),
    ],
)
def test_a_wrong_formula_is_rejected(broken, rng):
    x, W, b, dL_dy = (rng.normal(size=s) for s in ((5, 7), (7, 3), (1, 3), (5, 3)))
    y, *_ = engine(x, W, b, dL_dy)
    assert not compare({"W": broken(linear_backward(dL_dy, x, W), x, W)}, y, gradient=dL_dy).ok


def test_the_formulas_entry_by_entry(rng):
    """The sums of the derivation, written as loops."""
    x, W, G = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=(4, 2))
    hand = linear_backward(G.T, x, W, layout="numerator")
    N, M_in, M_out = 4, 3, 2
    for k in range(M_out):
        for h in range(M_in):
            assert hand.W[k, h] == pytest.approx(sum(G[i, k] * x[i, h] for i in range(N)))
        assert hand.b[k, 0] == pytest.approx(sum(G[i, k] for i in range(N)))
    for k in range(M_in):
        for i in range(N):
            assert hand.x[k, i] == pytest.approx(sum(G[i, j] * W[k, j] for j in range(M_out)))


def test_linear_is_a_matmul_and_a_broadcast_add_and_nothing_else(rng):
    layer = Linear(4, 3, rng=0)
    x = Tensor(rng.normal(size=(8, 4)), "x")
    y = layer(x)
    product, b = y.operands
    assert (y.operation, product.operation, b, product.operands) == (
        "add",
        "matmul",
        layer.b,
        (x, layer.W),
    )
    assert (layer.W.shape, layer.b.shape, layer.W.name, layer.b.name) == ((4, 3), (1, 3), "W", "b")
    assert layer.parameters() == [layer.W, layer.b] and repr(layer) == "Linear(4, 3)"
    assert np.array_equal(y.data, linear_forward(x.data, layer.W.data, layer.b.data))


def test_linear_without_bias_and_with_a_generator(rng):
    layer = Linear(4, 3, bias=False, rng=np.random.default_rng(5))
    assert (
        layer.b is None
        and layer(np.ones((2, 4))).operation == "matmul"
        and layer.parameters() == [layer.W]
    )
    assert np.array_equal(layer.W.data, Linear(4, 3, rng=5).W.data)
    assert not np.array_equal(Linear(4, 3).W.data, Linear(4, 3).W.data)
    assert abs(layer.W.data).max() <= 0.5
    layer(np.ones((2, 4))).sum().backward()
    layer.zero_grad()
    assert layer.W.grad is None
    assert Linear(0, 3)(np.ones((2, 0))).shape == (2, 3)


def test_batches_of_matrices(rng):
    x, layer = Tensor(rng.normal(size=(2, 5, 4)), "x"), Linear(4, 3, rng=0)
    G = rng.normal(size=(2, 5, 3))
    layer(x).backward(G)
    assert np.allclose(layer.W.grad, sum(x.data[i].T @ G[i] for i in range(2)))
    assert np.allclose(layer.b.grad, G.sum(axis=(0, 1))[None]) and np.allclose(
        x.grad, G @ layer.W.data.T
    )


def test_the_docstrings_carry_derivation_and_shapes():
    words = hand_derived.linear_backward.__doc__
    for piece in (
        "∂y_ij/∂W_hk = δ_kj x_ih",
        "(∂L/∂y · x)_kh",
        "(∂L/∂y · 1)_k",
        "(W · ∂L/∂y)_kl",
        "(M_out, M_in)",
        "(1, M_out)",
    ):
        assert piece in words
