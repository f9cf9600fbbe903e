"""scipy.special on Tensors and Values; SciPy is no dependency, so that this may be skipped."""

import math
import subprocess
import sys

import numpy as np
import pytest

from micrograd_linear import Tensor, Value, grad
from micrograd_linear.engine.leaving import LeftGraph

X = np.array([-1.7, -0.6, 0.35, 0.8, 1.9])
POSITIVE, SHARES = np.abs(X), np.array([0.1, 0.35, 0.5, 0.8, 0.93])
Y = np.array([0.9, 1.3, 0.4, 2.2, 0.7])
OF_ONE = {
    "erf": X,
    "erfc": X,
    "expit": X,
    "log_expit": X,
    "logit": SHARES,
    "gammaln": X,
    "digamma": POSITIVE,
    "psi": POSITIVE,
    "ndtr": X,
    "entr": POSITIVE,
    "exp10": X,
    "exp2": X,
    "cbrt": X,
    "expm1": X,
    "log1p": POSITIVE,
}
OF_ARRAYS = {  # their numbers are SciPy's own
    **dict.fromkeys(["gamma", "rgamma", "loggamma", "expi", "exp1", "y0", "y1"], POSITIVE),
    **dict.fromkeys(["erfinv", "erfcinv", "ndtri"], SHARES),
    **dict.fromkeys(["erfcx", "log_ndtr", "dawsn", "i0", "i1", "j0", "j1"], X),
}
OF_TWO = {
    "xlogy": (X, Y),
    "xlog1py": (X, Y),
    "rel_entr": (POSITIVE, Y),
    "betaln": (POSITIVE, Y),
    "beta": (POSITIVE, Y),
    "kl_div": (POSITIVE, Y),
    "huber": (Y, X),
    "pseudo_huber": (Y, X),
}
OF_THE_LAST = {  # its other operands are constants
    **dict.fromkeys(["gammainc", "gammaincc", "iv", "kv", "jv", "yv"], (np.array(2.5), POSITIVE)),
    "yn": (np.array(2), POSITIVE),
    "zeta": (np.array(2.5), POSITIVE),
    "betainc": (np.array(1.5), np.array(2.5), SHARES),
}


@pytest.fixture
def special():
    return pytest.importorskip("scipy.special")


def slope(f, x, h=1e-4):
    return (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h)


@pytest.mark.parametrize("name", [*OF_ONE, *OF_ARRAYS])
def test_functions_of_one(special, name):
    function, x = getattr(special, name), {**OF_ONE, **OF_ARRAYS}[name]
    t = Tensor(x)
    y = function(t)
    y.sum().backward()
    assert np.allclose(y.data, function(x), rtol=1e-13, atol=1e-15)
    assert np.allclose(t.grad, slope(function, x), rtol=1e-8)
    first = grad(lambda u: function(u).sum())
    second = grad(lambda u: first(u).sum())
    assert np.allclose(second(x), slope(first, x), rtol=1e-7, atol=1e-8)
    narrow = function(Tensor(x.astype(np.float32)))
    assert narrow.dtype == np.float32
    if name in OF_ARRAYS:
        with pytest.raises(TypeError, match=f"{name} is not supported for a Value"):
            function(Value(0.5))
        return
    for number in x:
        v = Value(number)
        y = function(v)
        y.backward()
        assert math.isclose(y.data, function(number), rel_tol=1e-12, abs_tol=1e-15)
        assert math.isclose(v.grad, slope(function, number), rel_tol=1e-7)


@pytest.mark.parametrize("name", OF_TWO)
def test_functions_of_two(special, name):
    function, (x, y) = getattr(special, name), OF_TWO[name]
    a, b = Tensor(x), Tensor(y)
    z = function(a, b)
    z.sum().backward()
    assert np.allclose(z.data, function(x, y), rtol=1e-13)
    assert np.allclose(a.grad, slope(lambda v: function(v, y), x), rtol=1e-8)
    assert np.allclose(b.grad, slope(lambda v: function(x, v), y), rtol=1e-8)


@pytest.mark.parametrize("name", OF_THE_LAST)
def test_functions_whose_last_operand_alone_has_a_slope(special, name):
    function, (*constants, x) = getattr(special, name), OF_THE_LAST[name]
    t = Tensor(x)
    y = function(*constants, t)
    y.sum().backward()
    assert np.allclose(y.data, function(*constants, x), rtol=1e-13)
    assert np.allclose(t.grad, slope(lambda v: function(*constants, v), x), rtol=1e-7)
    first = grad(lambda u: function(*constants, u).sum())
    second = grad(lambda u: first(u).sum())
    assert np.allclose(second(x), slope(first, x), rtol=1e-6, atol=1e-8)
    with pytest.raises(TypeError, match=rf"scipy.special.{name}: operand 1.*detach"):
        function(Tensor(constants[0].astype(float)), *constants[1:], t)
    with pytest.raises(AssertionError):
        assert np.allclose(t.grad * 1.001, slope(lambda v: function(*constants, v), x), rtol=1e-7)


def test_values_and_slopes_at_the_ends_of_a_domain(special):
    x = np.array([0.0, 0.0, 0.0, 1.0, -1.0])
    y = np.array([0.0, np.inf, -1.0, 0.0, 2.0])
    with np.errstate(all="ignore"):
        assert np.array_equal(special.xlogy(Tensor(x), y).data, special.xlogy(x, y), True)
        shares = np.array([0.0, 1.0, -1.0, 0.5])
        assert np.array_equal(special.entr(Tensor(shares)).data, special.entr(shares))
        pairs = np.meshgrid(shares, shares)
        found = special.rel_entr(Tensor(pairs[0]), pairs[1]).data
        assert np.allclose(found, special.rel_entr(*pairs))
    a = Tensor([0.0, 0.0])
    special.xlogy(a, np.array([3.0, 0.0])).sum().backward()
    assert a.grad.tolist() == [math.log(3.0), 0.0]


def test_what_is_not_known_is_refused_by_its_name(special):
    with pytest.raises(TypeError, match="airy is not supported"):
        special.airy(Tensor(X))
    with pytest.raises(TypeError, match=r"scipy.special.spence is not supported.*mgl.rule"):
        special.spence(Tensor(POSITIVE))


def test_a_function_that_computes_with_any_numbers_is_recorded_by_elements(special):
    t = Tensor(X)
    weights = np.cos(np.arange(5.0))
    (special.softmax(t) * weights).sum().backward()
    expected = grad(lambda u: (u.softmax() * weights).sum())(X)
    assert np.allclose(t.grad, expected, rtol=1e-12)


@pytest.mark.parametrize("name", ["log_softmax", "logsumexp"])
def test_functions_that_make_plain_arrays_name_the_method_which_works(special, name):
    t = Tensor(X, "t")
    with pytest.raises(LeftGraph, match=rf"scipy.special.{name}.*write t\.{name}\("):
        getattr(special, name)(t)
    y = getattr(t, name)()
    y.sum().backward()
    assert np.allclose(y.data, getattr(special, name)(X))


def test_without_scipy_the_numbers_are_pythons():
    program = """
import math, sys
import numpy as np
from micrograd_linear import Tensor
x = np.array([-1.3, 0.4, 2.2])
t = Tensor(x)
for name in ("erf", "erfc"):
    assert getattr(t, name)().data.tolist() == [getattr(math, name)(v) for v in x]
assert Tensor(x.astype(np.float32)).erf().dtype == np.float32
assert "scipy" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_numbers_are_the_same_with_and_without_scipy(special, monkeypatch):
    names = ("erf", "erfc", "gammaln", "digamma")
    with_scipy = {name: getattr(Tensor(X), name)().data for name in names}
    monkeypatch.delitem(sys.modules, "scipy.special")
    for name, numbers in with_scipy.items():
        assert np.allclose(getattr(Tensor(X), name)().data, numbers, rtol=1e-13, atol=1e-15)
