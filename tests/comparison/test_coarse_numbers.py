"""Gradients whose numbers are coarser than their arrays: of a smaller type, or as printed."""

import numpy as np
import pytest

from micrograd_linear import Tensor, assert_grads_match, compare


@pytest.fixture
def layer():
    rng = np.random.default_rng(3)
    x, W = Tensor(rng.normal(size=(8, 5)), "x"), Tensor(rng.normal(size=(5, 4)), "W")
    y = ((x @ W).tanh() ** 2).sum()
    right = {node.name: array for node, array in y.gradients().items() if node.name}
    return y, right


def bfloat16(array):
    """The nearest numbers of 8 bits, as float32."""
    significand, exponent = np.frexp(array)
    return np.ldexp(np.round(np.ldexp(significand, 8)), exponent - 8).astype(np.float32)


def float16(array):
    return array.astype(np.float16).astype(np.float32)


@pytest.mark.parametrize("through, name", [(bfloat16, "bfloat16"), (float16, "float16")])
def test_a_right_gradient_of_a_coarse_type_agrees(layer, through, name):
    y, right = layer
    result = compare({"W": through(right["W"])}, y)["W"]
    assert result.status == "rounding" and f"equal to {name} rounding" in result.note
    assert "invisible" in result.note or name == "float16"
    assert result.causes[0].kind == "precision" and result.causes[0].evidence["type"] == name


@pytest.mark.parametrize("through", [bfloat16, float16])
@pytest.mark.parametrize("mistake", [lambda g: -g, lambda g: 2 * g, lambda g: 1.2 * g, np.roll])
def test_a_wrong_gradient_of_a_coarse_type_is_wrong(layer, through, mistake):
    y, right = layer
    wrong = mistake(right["W"], 1) if mistake is np.roll else mistake(right["W"])
    assert not compare({"W": through(wrong)}, y).ok


def test_what_follows_from_a_coarse_gradient_agrees_to_its_rounding(layer):
    y, _ = layer
    z = next(node for node in y.gradients() if getattr(node, "operation", "") == "matmul")
    x = next(node for node in y.gradients() if node.name == "x")
    dz = bfloat16(np.asarray(y.gradients()[z]))
    comparison = compare({z: dz, "W": x.data.T @ dz.astype(float)}, y)
    assert comparison.ok and "bfloat16 rounding" in comparison["W"].note
    assert not compare({z: dz, "W": 1.2 * x.data.T @ dz.astype(float)}, y).ok


@pytest.mark.parametrize("precision", ["bfloat16", "tf32", "float16"])
def test_a_precision_that_is_named_is_allowed_for(layer, precision):
    y, right = layer
    unit = {"bfloat16": 2.0**-8, "tf32": 2.0**-11, "float16": 2.0**-11}[precision]
    noisy = right["W"] * (1 + unit * np.random.default_rng(0).normal(size=right["W"].shape))
    assert not compare({"W": noisy}, y).ok
    assert compare({"W": noisy}, y, precision=precision).ok
    assert_grads_match({"W": noisy}, y, precision=precision)
    assert not compare({"W": 2 * noisy}, y, precision=precision).ok


def test_a_precision_that_does_not_exist_is_refused(layer):
    y, right = layer
    with pytest.raises(ValueError, match=r"precision: expected one of 'bfloat16', 'tf32'.*'fp8'"):
        compare(right, y, precision="fp8")


@pytest.mark.parametrize("decimals", [4, 6, 8])
def test_printed_numbers_agree_to_their_decimals(layer, decimals):
    y, right = layer
    printed = np.array([float(f"{g:.{decimals}f}") for g in right["W"].flat]).reshape(5, 4)
    result = compare({"W": printed}, y)["W"]
    assert result.status == "rounding" and f"has {decimals} decimals" in result.note
    assert compare({"W": printed.astype(np.float32)}, y).ok
    last = printed + 10.0**-decimals * np.eye(5, 4)
    assert not compare({"W": last}, y).ok


def test_few_decimals_and_small_numbers_certify_nothing(layer):
    y, right = layer
    assert not compare({"W": np.round(right["W"], 2)}, y).ok
    small = y * 1e-5
    assert not compare({"W": np.round(1e-5 * right["W"], 6)}, small).ok


def test_whole_numbers_are_no_type(layer):
    y, right = layer
    result = compare({"W": np.round(100 * right["W"])}, y * 100)["W"]
    assert result.status == "wrong"


class Foreign:
    """An array as PyTorch has them: its numbers come after a chain of methods."""

    def __init__(self, array, dtype="torch.float32", graph=True, negative=True, device=True):
        self.array, self.dtype = array, dtype
        self.graph, self.negative, self.device = graph, negative, device

    def _with(self, **changed):
        state = {"graph": self.graph, "negative": self.negative, "device": self.device}
        return Foreign(self.array, changed.pop("dtype", self.dtype), **{**state, **changed})

    def detach(self):
        return self._with(graph=False)

    def resolve_neg(self):
        return self._with(negative=False)

    def cpu(self):
        return self._with(device=False)

    def float(self):
        return self._with(dtype="torch.float32")

    def __array__(self, dtype=None, copy=None):
        if self.graph or self.negative or self.device or "bfloat16" in self.dtype:
            raise RuntimeError("the numbers cannot be read yet")
        return np.array(self.array, dtype=dtype)


class OnlyOnTheDevice:
    dtype = "float32"

    def __array__(self, dtype=None, copy=None):
        raise TypeError("implicit conversion is not allowed")


def test_arrays_of_other_libraries_are_read_whatever_stands_around_their_numbers(layer):
    y, right = layer
    assert compare({name: Foreign(array) for name, array in right.items()}, y).ok
    few = bfloat16(right["W"])[:1, :1]
    w = Tensor([[2.0]], "w")
    own = (w * float(few[0, 0])).sum()
    assert compare({"w": Foreign(few, "torch.bfloat16")}, own).ok
    assert not compare({"w": Foreign(-few, "torch.bfloat16")}, own).ok
    np.testing.assert_array_equal(Tensor(Foreign(right["W"])).data, right["W"])


def test_an_array_that_keeps_its_numbers_is_refused_by_its_name(layer):
    y, _ = layer
    expected = r"gradient of 'W': cannot read the numbers of a \S*OnlyOnTheDevice: implicit"
    with pytest.raises(TypeError, match=expected):
        compare({"W": OnlyOnTheDevice()}, y)


def test_tables_in_tables_are_named_by_their_keys():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(6, 3))
    names = ["layers.0.weight", "layers.0.bias", "head"]
    shapes = [(3, 4), (4,), (4, 2)]
    W, b, head = (Tensor(rng.normal(size=s), n) for s, n in zip(shapes, names))
    y = ((x @ W + b).tanh() @ head).sum()
    g = {node.name: array for node, array in y.gradients().items()}
    weight, bias = g["layers.0.weight"], g["layers.0.bias"]
    for layers in ({"0": {"weight": weight, "bias": bias}}, [{"weight": weight, "bias": bias}]):
        assert compare({"layers": layers, "head": g["head"]}, y).ok
        assert not compare({"layers": layers, "head": -g["head"]}, y).ok
    with pytest.raises(ValueError, match=r"named 'layers\.0\.gain'; named are: .*layers\.0\.bias"):
        compare({"layers": [{"gain": bias}]}, y)
