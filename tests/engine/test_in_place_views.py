"""What shares memory is not changed in place; what has memory of its own is."""

import operator

import numpy as np
import pytest
from plain_functions import OTHER, START, agree

from micrograd_linear import Tensor

VIEWS = {
    "getitem": lambda h: h[0],
    "slice": lambda h: h[:, 1:],
    "newaxis": lambda h: h[None],
    "T": lambda h: h.T,
    "transpose": np.transpose,
    "mT": lambda h: h.mT,
    "reshape": lambda h: h.reshape(4),
    "ravel": np.ravel,
    "swapaxes": lambda h: h.swapaxes(0, 1),
    "squeeze": lambda h: h[:1].squeeze(0),
    "expand_dims": lambda h: np.expand_dims(h, 0),
    "flip": np.flip,
    "moveaxis": lambda h: np.moveaxis(h, 0, 1),
    "diagonal": np.diagonal,
    "diagonal method": lambda h: h.diagonal(),
    "einsum": lambda h: np.einsum("ij->ji", h),
    "broadcast_to": lambda h: np.broadcast_to(h, (3, 2, 2)),
    "split": lambda h: np.split(h, 2)[1],
    "windows": lambda h: np.lib.stride_tricks.sliding_window_view(h, 1, 0),
    "row": lambda h: next(iter(h)),
    "view of a view": lambda h: h.T[0].reshape(2, 1),
}
COPIES = {
    "fancy": lambda h: h[[0, 1]],
    "mask": lambda h: h[np.ones((2, 2), bool)],
    "plus": operator.pos,
    "negative": operator.neg,
    "sum": lambda h: h.sum(axis=()),
    "stack": lambda h: np.stack([h, h]),
    "vstack": lambda h: np.vstack([h, h]),
    "hstack": lambda h: np.hstack([h, h]),
    "where": lambda h: (
        np.where(h.data > 0, h, 0) if isinstance(h, Tensor) else np.where(h > 0, h, 0)
    ),
    "repeat": lambda h: np.repeat(h, 2),
    "take": lambda h: np.take(h, [0, 1]),
    "concatenate": lambda h: np.concatenate([h, h], None),
    "outer": lambda h: np.outer(h, h),
    "roll": lambda h: np.roll(h, 1),
    "diff": np.diff,
    "cumsum": np.cumsum,
    "matrix times vector": lambda h: h @ np.ones(2),
    "astype": lambda h: h.astype(h.dtype),
    "trace": np.trace,
    "pad": lambda h: np.pad(h, 1),
    "maximum": lambda h: np.maximum(h, h),
}


UNKNOWN = {"diagonal", "diagonal method", "windows"}  # made by several operations
READ_ONLY = {"broadcast_to", "diagonal", "diagonal method", "windows", "einsum"}  # in NumPy


@pytest.mark.parametrize("constant", [False, True])
@pytest.mark.parametrize("view", VIEWS)
def test_a_change_is_seen_by_every_view_and_through_every_view(view, constant):
    assert np.shares_memory(VIEWS[view](START), START)

    def owner_changes(x):
        h = x * 1 if not constant else zeros_of(x)
        v = VIEWS[view](h)
        h += 1.0
        h[0] = x[1] * 2
        return (v * v).sum() + (h**3).sum()

    def view_changes(x):
        h = x * 1 if not constant else zeros_of(x)
        v = VIEWS[view](h)
        v *= 2.0
        v += x.sum()
        return (v * v).sum() + (h**3).sum()

    def zeros_of(x):
        zeros = np.zeros(START.shape)
        return Tensor(zeros, requires_grad=False) if isinstance(x, Tensor) else zeros

    if view in UNKNOWN:
        with pytest.raises(TypeError, match="shares memory with .*write"):
            owner_changes(Tensor(START, "x"))
    else:
        assert agree(owner_changes, START)
    if view not in READ_ONLY:
        assert agree(view_changes, START)


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_of_a_leaf_is_refused_by_its_name(view):
    x = Tensor(START, "x")
    v = VIEWS[view](x)
    with pytest.raises(TypeError, match=r"x \(2, 2\)"):
        v += 1.0
    assert np.array_equal(x.data, START) and np.array_equal(v.data, VIEWS[view](START))


@pytest.mark.parametrize("copy", COPIES)
def test_what_has_memory_of_its_own_changes_alone(copy):
    assert not np.shares_memory(COPIES[copy](START), START)

    def f(x):
        h = x * 1
        v = COPIES[copy](h)
        h *= 2
        v += 3
        w = COPIES[copy](h)
        return (v * w).sum() + (h * h).sum()

    assert agree(f, START)


def test_a_view_of_what_nobody_else_can_see_changes():
    def f(x, b):
        out = (x @ b).reshape(4)
        out += 1
        rows = (x * b).T[::-1].reshape(-1)
        rows *= out
        return (rows * out).sum()

    assert agree(f, START, OTHER)
    x = Tensor(START)
    h = x * x
    middle = h.T
    view = middle[0]
    del h
    view += 1
    assert np.allclose(middle.data[0], START[:, 0] ** 2 + 1)
    held = [x * x]
    view = held[0].reshape(4)
    view += 1
    assert np.allclose(held[0].data, START**2 + 1)
    held.clear()
    view += 1
    assert np.allclose(view.data, (START**2 + 2).reshape(4))


def test_a_view_that_is_gone_is_no_reason_to_refuse():
    h = Tensor(START) * 1
    h.reshape(4)
    h += 1
    assert np.array_equal(h.data, START + 1)
