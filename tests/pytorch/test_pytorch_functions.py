"""Functions of PyTorch on Tensors: values, gradients, refusals. PyTorch itself is not needed."""

import numpy as np
import pytest
from calls_of_pytorch import ALIASES, CALLS, MASK, PLAIN, X, Y, has_gradient

from micrograd_linear import Tensor, compare
from micrograd_linear.pytorch import TorchArray, called, layers, losses, shapes
from micrograd_linear.pytorch.calls import found
from micrograd_linear.pytorch.elementwise import _ADDED, _NAMES

ROWS = [(name, i) for name, calls in CALLS.items() for i in range(len(calls))]


class Function:
    """A function of PyTorch, as far as its protocol shows it."""

    def __init__(self, name):
        self.__name__ = name


def result(name, arguments, keywords):
    """The first result, as one number: its elements with fixed weights."""
    y = called(Function(name), arguments, keywords)
    y = y[-1] if name == "slogdet" else y[0] if isinstance(y, (tuple, list)) else y
    return np.sum(y * np.cos(np.arange(np.size(y))).reshape(np.shape(y)))


def number(x):
    """The number of a result, recorded or not."""
    return float(getattr(x, "current", x))


def check_gradients(name, arguments, keywords):
    """The recorded gradient of each array agrees with central differences in two directions."""
    flat = list(arguments[0]) if isinstance(arguments[0], list) else list(arguments)

    def again(arrays):
        whole = (list(arrays),) if isinstance(arguments[0], list) else tuple(arrays)
        return result(name, whole, keywords)

    wanted = [i for i, x in enumerate(flat) if has_gradient(x)]
    tensors = [Tensor(x) if i in wanted else x for i, x in enumerate(flat)]
    loss = again(tensors)
    assert number(loss) == pytest.approx(number(again(flat)), rel=1e-12, abs=1e-12)
    gradients = loss.gradients()
    rng, moved = np.random.default_rng(5), 1e-6
    for i in wanted:
        gradient = gradients.get(tensors[i], np.zeros(flat[i].shape))
        for _ in range(2):
            way = rng.normal(size=flat[i].shape)
            way = way + way.T if name == "cholesky" else way  # of symmetric matrices alone
            ends = [[*flat[:i], flat[i] + s * moved * way, *flat[i + 1 :]] for s in (1, -1)]
            slope = (number(again(ends[0])) - number(again(ends[1]))) / (2 * moved)
            assert np.sum(gradient * way) == pytest.approx(slope, rel=1e-5, abs=1e-7), (name, i)


@pytest.mark.parametrize("name, i", ROWS)
def test_value_and_gradient(name, i):
    check_gradients(name, *CALLS[name][i])


def test_a_function_with_a_wrong_gradient_is_rejected(monkeypatch):
    monkeypatch.setitem(_ADDED, "relu", lambda x: np.maximum(x, 0.0) + (0 * x if x is X else x))
    with pytest.raises(AssertionError):
        check_gradients("relu", (X,), {})


def test_every_function_is_called():
    names = {*shapes.FUNCTIONS, *layers.FUNCTIONS, *losses.FUNCTIONS, *_ADDED, *_NAMES}
    assert names <= {*CALLS, *PLAIN, *ALIASES}
    assert all(found(name) is not None for name in (*CALLS, *PLAIN, *ALIASES))


def test_what_has_no_gradient_is_plain():
    x = TorchArray(Tensor(X, "x"))
    assert x.size() == (4, 6) and x.size(0) == 4 and x.numel() == 24 and x.dim() == 2
    assert np.array_equal(x.argmax(dim=1).tensor, X.argmax(1))
    assert not (x > 100).any().tensor and (x < 100).all().tensor
    assert np.array_equal(
        (x.sign() + x.floor() + x.trunc()).tensor.data, np.sign(X) + np.floor(X) + np.trunc(X)
    )
    assert np.array_equal(x.zeros_like().tensor, np.zeros((4, 6)))
    cast = x.float().double().half().bfloat16().to("cpu").cpu().cuda().contiguous().type_as(x)
    assert np.array_equal(cast.tensor.data, X)
    assert not x.detach().tensor.requires_grad


def program(x, w, library):
    """What people write: methods, operators and functions, one after the other."""
    h = (x.view(2, 12).transpose(0, 1).reshape(4, 6) @ w.t()).tanh()
    h = library("cat", [h, h[:, :1]], dim=1) * 2 - h.mean(dim=1, keepdim=True)
    h = library("softmax", h.masked_fill(h > 1.2, 0.0), dim=-1)
    return (3 - h**2 / (1 + h)).sum() + (-h).max(dim=0)[0].sum()


def test_a_program_in_methods_is_recorded():
    def library(name, *arguments, **keywords):
        return TorchArray.__torch_function__(Function(name), (), arguments, keywords)

    w = np.random.default_rng(1).normal(size=(3, 6))
    x_node, w_node = Tensor(X, "x"), Tensor(w, "w")
    loss = program(TorchArray(x_node), TorchArray(w_node), library).tensor
    gradients = loss.gradients()
    rng = np.random.default_rng(0)
    for node, own in ((x_node, X), (w_node, w)):
        way = rng.normal(size=own.shape)
        ends = []
        for sign in (1, -1):
            moved = [TorchArray(a + sign * 1e-6 * way if a is own else a) for a in (X, w)]
            ends.append(number(program(*moved, library).tensor))
        slope = (ends[0] - ends[1]) / 2e-6
        assert np.sum(gradients[node] * way) == pytest.approx(slope, rel=1e-5)


def test_a_tensor_answers_the_protocol():
    x = Tensor(X, "x")
    y = Tensor.__torch_function__(Function("tanh"), (Tensor,), (x,))
    assert isinstance(y, Tensor) and np.array_equal(y.data, np.tanh(X))


def test_what_has_no_rule_is_refused_by_name():
    x = Tensor(X, "x")
    with pytest.raises(TypeError, match="torch's istft is not recorded: it has no rule"):
        called(Function("istft"), (x,))
    with pytest.raises(AttributeError, match="new_tensor: a recorded array .* no such method"):
        TorchArray(x).new_tensor()
    with pytest.raises(TypeError, match=r"writing into a recorded array .* use torch\.where"):
        TorchArray(x)[0] = 1.0
    with pytest.raises(TypeError, match="dropout in training draws a mask"):
        called(Function("dropout"), (x, 0.5))
    with pytest.raises(TypeError, match="max_pool2d: ceil_mode has no rule here"):
        called(Function("max_pool2d"), (np.ones((1, 1, 4, 4)), 2), {"ceil_mode": True})
    with pytest.raises(TypeError, match="adaptive_avg_pool2d: .* is not divided evenly"):
        called(Function("adaptive_avg_pool2d"), (np.ones((1, 1, 5, 5)), 2))


class Parameter:
    """A parameter of another library: an array that requires a gradient."""

    requires_grad = True
    dtype = "float64"

    def __init__(self, array):
        self.array = array

    def detach(self):
        return self.array


def test_a_parameter_is_one_leaf_and_is_compared_by_itself():
    weight = Parameter(Y.T.copy())
    y = called(Function("matmul"), (Tensor(X, "x"), weight))
    loss = (
        called(Function("matmul"), (y, weight.detach().T))
        + called(Function("mul"), (y @ y.T @ X, 0))
    ).sum()
    again = called(Function("mm"), (Tensor(X), weight))
    assert again.operands[1] is y.operands[1]
    right = {
        leaf.name: g for leaf, g in loss.gradients().items() if not leaf.operands and leaf.name
    }
    gradient = loss.gradients()[y.operands[1]]
    assert compare({weight: gradient, "x": right["x"]}, loss).ok
    assert not compare({weight: -gradient}, loss).ok
    weight.array = weight.array + 1  # a step of training: another leaf stands for it
    assert called(Function("mm"), (Tensor(X), weight)).operands[1] is not y.operands[1]


def test_masks_and_numbers_of_both_kinds_meet():
    x = TorchArray(Tensor(X, "x"))
    kept = TorchArray.__torch_function__(Function("where"), (), (TorchArray(MASK), x, 0.0))
    assert np.array_equal(kept.tensor.data, np.where(MASK, X, 0.0))
    assert bool((~(x > 0)).any()) and len(x) == 4 and len(list(x)) == 4
    assert np.array_equal(x.T.tensor.data, X.T) and x.mT.shape == (6, 4) and x.ndim == 2
    assert np.array_equal((2**x).tensor.data, 2**X) and np.array_equal((1 / x).tensor.data, 1 / X)
    assert np.array_equal((x % 0.7).tensor.data, X % 0.7)
