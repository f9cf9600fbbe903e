"""NumPy code just works.

Each call gives on Tensors what it gives on arrays, with the right gradient, or is refused by name.
"""

import re
from pathlib import Path

import numpy as np
import pytest

from micrograd_linear import Tensor, functions
from micrograd_linear.engine.numpy_protocol import supported

R = np.random.default_rng(3)
A, B, C, V = (
    R.uniform(0.5, 2.0, (3, 4)),
    R.uniform(0.5, 2.0, (4, 2)),
    R.normal(size=(2, 3, 4)),
    R.uniform(0.5, 2.0, 4),
)
S = R.normal(size=(3, 3)) + 4 * np.eye(3)
swv = np.lib.stride_tricks.sliding_window_view

CALLS = [  # (call, operands)
    (np.add, A, V),
    (np.subtract, V, A),
    (np.multiply, A, A),
    (np.divide, A, V),
    (np.power, A, V),
    (np.maximum, A, 1.0),
    (np.minimum, 1.0, A),
    (np.negative, A),
    (np.absolute, C),
    (np.abs, C),
    (np.exp, C),
    (np.expm1, C),
    (np.log, A),
    (np.log1p, A),
    (np.sqrt, A),
    (np.square, C),
    (np.sin, C),
    (np.cos, C),
    (np.tan, C),
    (np.tanh, C),
    (lambda a: np.clip(a, 0.7, 1.5), A),
    (lambda a: np.clip(a, a_min=None, a_max=1.0), A),
    (lambda a, c: np.where(A > 1, a, c), A, V),
    (lambda a: np.where(A > 1, a, 0), A),
    (np.matmul, A, B),
    (np.matmul, V, B),
    (np.matmul, A, V),
    (np.matmul, V, V),
    (np.matmul, C, B),
    (np.dot, A, B),
    (np.dot, V, V),
    (np.dot, C, B),
    (np.dot, A, 2.0),
    (lambda c, a: np.dot(a, np.swapaxes(c, 1, 2)), C, A),
    (np.outer, V, A),
    (np.inner, A, V),
    (np.inner, A, C),
    (np.tensordot, C, A),
    (lambda a, b: np.tensordot(a, b, axes=1), A, B),
    (lambda a, b: np.tensordot(a, b, axes=([1, 2], [0, 1])), C, A),
    (lambda a, b: np.tensordot(a, b, axes=(1, 0)), A, B),
    (lambda a, b: np.einsum("ij,jk->ik", a, b), A, B),
    (lambda a, b: np.einsum("...ij,jk", a, b), C, B),
    (lambda a: np.einsum("ij->ji", a), A),
    (lambda a, b: np.einsum("bij,ij->b", a, b), C, A),
    (lambda a: np.einsum("ii", a), S),
    (lambda a, b: np.einsum("i...,i...->...", a, b), A, A),
    (np.trace, S),
    (lambda a: np.trace(a, offset=1), S),
    (np.diagonal, A),
    (lambda a: np.diagonal(a, -1, 1, 2), C),
    (np.linalg.inv, S),
    (np.linalg.det, S),
    (lambda a: np.linalg.slogdet(a)[1], S),
    (np.linalg.solve, S, A),
    (np.linalg.solve, S, V[:3]),
    (lambda a: np.linalg.cholesky(a @ a.T + np.eye(3)), S),
    (np.sum, C),
    (lambda c: np.sum(c, 1), C),
    (lambda c: np.sum(c, axis=(0, -1), keepdims=True), C),
    (lambda c: np.mean(c, axis=-1), C),
    (np.max, C),
    (lambda c: np.min(c, axis=1), C),
    (lambda c: np.amax(c, axis=0), C),
    (lambda c: np.prod(c, axis=2), C),
    (lambda c: np.var(c, axis=0, ddof=1), C),
    (np.std, C),
    (lambda c: np.cumsum(c, axis=1), C),
    (np.cumsum, A),
    (np.linalg.norm, C),
    (lambda c: np.linalg.norm(c, axis=1), C),
    (lambda v: np.linalg.norm(v, 1), V),
    (lambda v: np.linalg.norm(v, np.inf), V),
    (lambda a: np.linalg.norm(a, "fro"), A),
    (np.transpose, C),
    (lambda c: np.transpose(c, (1, 0, 2)), C),
    (lambda c: np.swapaxes(c, 0, -1), C),
    (lambda c: np.moveaxis(c, 0, -1), C),
    (lambda c: np.moveaxis(c, (0, 1), (1, 2)), C),
    (lambda c: np.reshape(c, (6, -1)), C),
    (np.ravel, C),
    (lambda a: np.squeeze(np.expand_dims(a, (0, 2))), A),
    (lambda a: np.squeeze(np.expand_dims(a, 1), axis=1), A),
    (lambda v: np.broadcast_to(v, (3, 4)), V),
    (lambda a, v: np.concatenate([a, v[None]]), A, V),
    (lambda a, c: np.concatenate((a[None], c), axis=0), A, C),
    (lambda a, v: np.concatenate([a, v], axis=None), A, V),
    (lambda v, w: np.stack([v, w], axis=1), V, V),
    (lambda v, a: np.vstack([v, a]), V, A),
    (lambda v, w: np.hstack([v, w]), V, V),
    (lambda a: np.hstack([a, A]), A),
    (lambda a: np.split(a, 2, axis=1)[1], A),
    (lambda a: np.split(a, [1, 3], axis=1)[1], A),
    (lambda a: np.pad(a, 1), A),
    (lambda a: np.pad(a, ((1, 0), (0, 2))), A),
    (lambda a: np.repeat(a, 3, axis=1), A),
    (lambda a: np.repeat(a, 2), A),
    (lambda a: np.repeat(a, [1, 0, 2], axis=0), A),
    (lambda a: np.take(a, [2, 0, 2], axis=1), A),
    (np.flip, C),
    (lambda c: np.flip(c, axis=1), C),
    (np.tril, A),
    (lambda a: np.triu(a, 1), A),
    (lambda a: swv(a, (2, 2), axis=(-2, -1)), A),
    (lambda a: swv(a, (2, 3), axis=(-1, -2)), A),
    (lambda c: swv(c, (2, 2), axis=(-1, 1)), C),
    (lambda a: np.roll(a, 1), A),
    (lambda c: np.roll(c, -2, axis=1), C),
    (lambda c: np.diff(c, axis=1), C),
    (lambda a: np.diff(a, n=2), A),
    (lambda a: np.linalg.slogdet(a).logabsdet, S),
    (lambda c: np.take_along_axis(c, np.argsort(C, axis=1), axis=1), C),
    (lambda a: np.take_along_axis(a, A.argmax(axis=1)[:, None], axis=1), A),
    (lambda a: swv(a, 2, axis=1), A),
    (lambda a: swv(a, (2, 3)), A),
    (lambda c: swv(c, (2, 2), axis=(1, 2)), C),
    (lambda a: a.T @ a, A),
    (lambda c: c.mean(0), C),
    (lambda c: c.sum(axis=1).max(), C),
    (lambda a: a[:, None, [0, 0]], A),
    (lambda a: a[A > 1], A),
    (lambda a: a[range(3), [0, 1, 1]], A),
    (lambda a: a[..., ::-2], A),
    (lambda a: A @ a.T, A),
    (lambda a: np.float32(2) * a - 1, A),
    (lambda a: 1 / a, A),
    (lambda a: sum(row * row for row in a), A),
    (lambda a: len(a) * a, A),
]


@pytest.mark.parametrize("i", range(len(CALLS)))
def test_value_and_gradient(i):
    call, *operands = CALLS[i]
    tensors = [Tensor(x) for x in operands]
    y, expected = call(*tensors), call(*operands)
    assert (
        isinstance(y, Tensor)
        and y.shape == np.shape(expected)
        and np.allclose(y.data, expected, rtol=1e-13)
    )
    rng = np.random.default_rng(i)
    g = rng.normal(size=y.shape)
    y.backward(g)
    for k, tensor in enumerate(tensors):
        direction, h = rng.normal(size=tensor.shape), 1e-6
        ends = [
            np.sum(
                g * call(*(x + s * h * direction if j == k else x for j, x in enumerate(operands)))
            )
            for s in (1, -1)
        ]
        numeric = (ends[0] - ends[1]) / (2 * h)
        assert np.sum(tensor.grad * direction) == pytest.approx(numeric, rel=1e-6, abs=1e-7), k


METHODS = [
    lambda t: t.sum(dim=1, keepdim=True),
    lambda t: t.mean(dim=-1),
    lambda t: t.var(axis=0, unbiased=True),
    lambda t: t.view(4, 3),
    lambda t: t.unsqueeze(0).squeeze(),
    lambda t: t.flatten().dot(t.ravel()),
    lambda t: t.logsumexp(axis=1),
    lambda t: t.clip(min=1).norm(),
    lambda t: t.min(axis=0).cumsum(),
    lambda t: t.swapaxes(0, 1).T.tril(),
    lambda t: t.std() * t.prod(),
    lambda t: t.astype(np.float32),
    lambda t: t.square().outer(t).trace(),
    lambda t: t.repeat(2, axis=0).take([0, 0, 5], axis=0),
    lambda t: t.mT @ t,
    lambda t: t.unsqueeze(0).flatten(1),
    lambda t: t.flip([0, 1]),
    lambda t: t.pad(1).flip(0).split(2, 1)[0],
    lambda t: t.expand_dims(1).broadcast_to(3, 2, 4),
    lambda t: t.diagonal(1),
]


@pytest.mark.parametrize("i", range(len(METHODS)))
def test_methods(i):
    rng = np.random.default_rng(i)
    t, direction = Tensor(A), rng.normal(size=A.shape)
    y = METHODS[i](t)
    g = rng.normal(size=y.shape)
    y.backward(g)
    h = 1e-6 if y.dtype == np.float64 else 1e-2
    numeric = [
        np.sum(g * METHODS[i](Tensor(A + s * h * direction)).data) / (2 * h) for s in (1, -1)
    ]
    assert np.sum(t.grad * direction) == pytest.approx(
        numeric[0] - numeric[1], rel=1e-5 if h < 1e-3 else 1e-3
    )


def test_unbiased_is_ddof_1_and_indices_are_plain():
    t = Tensor(A)
    assert t.var(unbiased=True).item() == pytest.approx(A.var(ddof=1)) and t.var(
        unbiased=False
    ).item() == pytest.approx(A.var())
    assert (
        type(t.argmax(axis=1)) is np.ndarray
        and np.array_equal(t.argmin(dim=0), A.argmin(axis=0))
        and np.array_equal(np.argmax(t), A.argmax())
    )


def test_logsumexp_neither_overflows_nor_swallows():
    t = Tensor([1e4, -1e4, 0.0])
    y = t.logsumexp()
    y.backward()
    assert y.item() == 1e4 and t.grad.tolist() == [1.0, 0.0, 0.0]
    with np.errstate(divide="ignore"):
        assert Tensor([-np.inf, -np.inf]).logsumexp().item() == -np.inf


def test_a_product_with_zeros():
    t = Tensor([[2.0, 0.0, 3.0], [0.0, 0.0, 3.0], [1.0, 2.0, 3.0]])
    t.prod(axis=1).backward([1, 1, 1])
    assert t.grad.tolist() == [[0.0, 6.0, 0.0], [0.0, 0.0, 0.0], [6.0, 3.0, 2.0]]


def test_arrays_in_arrays_out():
    assert np.array_equal(functions.median(A, axis=1), np.median(A, axis=1))
    assert type(functions.sum(A, axis=0)) is np.ndarray and np.allclose(
        functions.logsumexp(A), np.log(np.exp(A).sum())
    )
    assert (
        type(functions.matmul(A, B)) is np.ndarray
        and type(functions.concatenate([A, A])) is np.ndarray
    )


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda t: np.linalg.svd(t), TypeError, "svd of .*full_matrices=False"),
        (lambda t: np.exp(t, where=A > 1), TypeError, r"np.exp.*write np.where\(mask, np.exp"),
        (lambda t: np.exp(t, out=A), TypeError, "out"),
        (lambda t: t.sum(axis=0, dim=1), TypeError, "axis and dim are the same"),
        (lambda t: t.var(ddof=1, unbiased=False), TypeError, "ddof and unbiased"),
        (lambda t: t[Tensor([0, 1])], IndexError, "requires_grad=False"),
        (lambda t: np.subtract.reduce(t, axis=None), ValueError, "expected one axis"),
        (lambda t: np.linalg.norm(t, 3), ValueError, "Invalid norm order"),
        (lambda t: np.where(t, t, 0), TypeError, "plain array"),
        (lambda t: t.astype(complex), TypeError, "floating"),
        (lambda t: np.sum(t, dtype=complex), TypeError, "floating type"),
        (lambda t: np.max(t, where=A > 1), ValueError, "give initial="),
        (lambda t: np.sum(t, nonsense=1), TypeError, "sum.*nonsense"),
        (lambda t: np.pad(t, 1, mode=lambda *x: None), TypeError, "np.concatenate"),
        (lambda t: np.einsum(t, t), TypeError, "string"),
        (lambda t: np.quantile(t, Tensor(0.5)), TypeError, "q.detach"),
        (lambda t: np.diff(t, n=-1), ValueError, r"-np.diff\(t\)"),
        (lambda t: np.sum(t, axis=0, out=np.zeros(4)), TypeError, "is not written"),
        (lambda t: np.clip(t, 0, 2, where=A > 1), TypeError, "where"),
        (
            lambda t: np.concatenate([t, V]),
            ValueError,
            r"concatenate of a tensor \(3, 4\), an array \(4,\)",
        ),
        (lambda t: np.split(t, 3, axis=1), ValueError, "not divisible"),
        (lambda t: np.linalg.inv(t), ValueError, r"inv of a tensor \(3, 4\)"),
        (lambda t: np.linalg.inv(t[:, :3] * 0), ValueError, "Singular"),
        (lambda t: np.einsum("ij,jk->ik", t), ValueError, "expected 2 operands, got 1"),
        (lambda t: np.squeeze(t, 0), ValueError, "size"),
        (lambda t: swv(t, 9, axis=0), ValueError, "larger"),
    ],
)
def test_what_is_not_supported_or_does_not_fit_is_refused_by_name(call, error, words):
    with pytest.raises(error, match=words):
        call(Tensor(A))


def test_the_page_lists_every_supported_call():
    page = (Path(__file__).parents[2] / "docs/operations.md").read_text()
    recording, plain = supported()
    methods = sorted(
        name
        for name in dir(Tensor)
        if not name.startswith("_") and callable(getattr(Tensor, name, None))
    )
    for title, names in (("record", recording), ("plain", plain), ("methods", methods)):
        block = page.split(f"<!-- {title} -->\n")[1].split("\n\n")[0]
        assert re.findall(r"`([\w.]+)`", block) == names


def test_methods_that_are_loaded_when_they_are_asked_for():
    places = Tensor([1, 0, 1], requires_grad=False)
    low, high = Tensor([1.0, 2.0, 3.0]), Tensor([10.0, 20.0, 30.0])
    y = places.choose([low, high])
    y.backward([1.0, 2.0, 4.0])
    assert y.data.tolist() == [10.0, 2.0, 30.0]
    assert (low.grad.tolist(), high.grad.tolist()) == ([0.0, 2.0, 0.0], [1.0, 0.0, 4.0])
    assert callable(Tensor.put) and not hasattr(low, "tobytes") and not hasattr(low, "nonsense")


def test_item_takes_a_place_as_numpys_does():
    t = Tensor(A)
    assert t.item(1) == A.item(1) and t.item(1, 0) == t.item((1, 0)) == A[1, 0]
    with pytest.raises(ValueError, match="expected one element"):
        t.item()


def test_unique_is_recorded_and_labels_stay_plain():
    t = Tensor([2.0, 1.0, 2.0])
    values, inverse = np.unique(t, return_inverse=True)
    values.backward([10.0, 1.0])
    assert (values.data.tolist(), inverse.tolist()) == ([1.0, 2.0], [1, 0, 1])
    assert t.grad.tolist() == [1.0, 10.0, 0.0]
    assert type(np.unique(Tensor([1, 0, 1], requires_grad=False))) is np.ndarray
