"""Fourier transforms of Tensors: pairs of real Tensors, with which one computes as with NumPy."""

import numpy as np
import pytest

import micrograd_linear as mgl
from micrograd_linear import Tensor, derive, grad

R = np.random.default_rng(21)
X, ODD, GRID = R.normal(size=8), R.normal(size=(3, 5)), R.normal(size=(2, 4, 6))
WINDOW = R.normal(size=5) + 1j * R.normal(size=5)
fft = np.fft
NORMS = (None, "backward", "ortho", "forward")


def parts(F):
    """A real array of a pair's numbers, or of complex numbers."""
    return F.real * 1.5 + F.imag**2 if hasattr(F, "imag") else F


def everything(F):
    return np.abs(F) ** 2 + F.real * 0.3 + F.imag


CALLS = {
    "power spectrum": (lambda x: np.abs(fft.rfft(x)) ** 2, X),
    "magnitudes of rows": (lambda x: np.abs(fft.rfft(x, axis=0)), ODD),
    **{
        f"{name} {n} {axis} {norm}": (
            lambda x, f=name, n=n, a=axis, m=norm: everything(getattr(fft, f)(x, n, a, m)),
            ODD,
        )
        for name in ("fft", "ifft", "rfft", "ihfft")
        for n, axis in ((None, -1), (None, 0), (3, 1), (8, -1))
        for norm in NORMS
    },
    **{
        f"{name} {n} {norm}": (
            lambda x, f=name, n=n, m=norm: getattr(fft, f)(fft.rfft(x) * WINDOW, n=n, norm=m),
            X,
        )
        for name in ("irfft", "hfft")
        for n in (None, 7, 4, 12)
        for norm in NORMS
    },
    "irfft of real numbers": (lambda x: fft.irfft(x, axis=0), ODD),
    "there and back": (lambda x: fft.irfft(fft.rfft(x), n=5), ODD),
    "fft of fft": (lambda x: everything(fft.fft(fft.ifft(x * 1.5), axis=0)), ODD),
    **{
        f"{name} {s} {axes}": (
            lambda x, f=name, s=s, a=axes: everything(getattr(fft, f)(x, s, a, "ortho")),
            GRID,
        )
        for name in ("fft2", "ifft2", "rfft2", "fftn", "ifftn", "rfftn")
        for s, axes in ((None, (0, 2)), ((3, 7), (-1, 0)), ((2, -1), (0, 1)))
    },
    "fft2": (lambda x: everything(fft.fft2(x)), GRID),
    "fftn": (lambda x: everything(fft.fftn(x)), GRID),
    "irfft2": (lambda x: fft.irfft2(fft.rfft2(x) * 2), GRID),
    "irfftn": (lambda x: fft.irfftn(fft.rfftn(x), s=(2, 4, 5), axes=(0, 1, 2)), GRID),
    "a product of spectra": (lambda x, y: fft.irfft(fft.rfft(x) * fft.rfft(y)), X, X[::-1].copy()),
    "a quotient": (lambda x, y: fft.irfft(fft.rfft(x) / (fft.rfft(y) + 9j)), X, X[::-1].copy()),
    "a correlation": (lambda x, y: fft.ifft(fft.fft(x) * np.conj(fft.fft(y))).real, X, X + 1),
    "arithmetic": (
        lambda x: parts(
            1j - 2 * -fft.rfft(x) / 4 + fft.rfft(x).conj() ** 2 - np.square(fft.rfft(x))
        ),
        X,
    ),
    "hfft of real numbers": (lambda x: fft.hfft(x), ODD),
    "squares": (lambda x: parts(np.square(+fft.rfft(x))), X),
    "parts": (lambda x: np.real(fft.rfft(x)) * np.imag(fft.rfft(x)), X),
    "moves": (lambda x: parts(np.sum(fft.fftshift(fft.fft(x), axes=1)[:, 1:].T, axis=0)), ODD),
    "shapes": (lambda x: parts(np.transpose(fft.rfft(x)).reshape(-1).mean()), ODD),
    "fftshift": (fft.fftshift, GRID),
    "fftshift axes": (lambda x: fft.fftshift(x, (0, 2)), GRID),
    "ifftshift": (lambda x: fft.ifftshift(x, axes=1), ODD),
    "ifftshift of all": (fft.ifftshift, ODD),
    "frequencies": (lambda x: fft.irfft(fft.rfft(x) * 2j * np.pi * fft.rfftfreq(8)), X),
    "a part of a Tensor": (lambda x: (x.conj() * x.real + x.imag).conjugate(), X),
}


def run(name, *arrays):
    return CALLS[name][0](*arrays)


@pytest.mark.parametrize("name", CALLS)
def test_value_and_derivatives(name):
    operands = CALLS[name][1:]
    tensors, rng = [Tensor(x) for x in operands], np.random.default_rng(1)
    y, expected = run(name, *tensors), run(name, *operands)
    assert isinstance(y, Tensor) and y.shape == expected.shape
    assert np.allclose(y.data, expected, rtol=1e-11, atol=1e-12)
    g = rng.normal(size=y.shape)
    y.backward(g)
    for k, tensor in enumerate(tensors):
        v, h = rng.normal(size=tensor.shape), 1e-6
        ends = [
            np.sum(g * run(name, *(x + s * h * v if i == k else x for i, x in enumerate(operands))))
            for s in (1, -1)
        ]
        numeric = (ends[0] - ends[1]) / (2 * h)
        assert np.sum(tensor.grad * v) == pytest.approx(numeric, rel=1e-6, abs=1e-6), k

    def slope(x):
        return (grad(lambda x: (run(name, x, *operands[1:]) ** 2 * g).sum())(x) * v).sum()

    (v, w), h = rng.normal(size=(2, *operands[0].shape)), 1e-5
    ends = [float(slope(operands[0] + s * h * w)) for s in (1, -1)]
    numeric = (ends[0] - ends[1]) / (2 * h)
    assert np.sum(grad(slope)(operands[0]) * w) == pytest.approx(numeric, rel=1e-5, abs=1e-4)


@pytest.mark.parametrize("name", CALLS)
def test_float32_and_what_is_derived_and_compiled(name):
    operands = CALLS[name][1:]
    arrays = [x.astype(np.float32) for x in operands]
    expected = run(name, *arrays)
    y = run(name, *map(Tensor, arrays))
    assert y.dtype == expected.dtype and np.allclose(y.data, expected, rtol=1e-3, atol=1e-4)
    tensors = [Tensor(x, f"x{i}") for i, x in enumerate(operands)]
    y = run(name, *tensors)
    y.name = "y"
    assert derive(y).text
    y.sum().backward()
    _, gradients = mgl.compile(lambda x: run(name, *x).sum())(list(operands))
    for tensor, gradient in zip(tensors, gradients, strict=True):
        assert np.allclose(tensor.grad, gradient, rtol=1e-9, atol=1e-10)


def test_the_magnitude_of_0_has_the_derivative_0():
    t = Tensor(np.zeros(4))
    np.abs(fft.rfft(t)).sum().backward()
    assert not t.grad.any()


def test_a_pair_tells_what_it_is():
    F = fft.rfft(Tensor(ODD.astype(np.float32)))
    plain = fft.rfft(ODD.astype(np.float32))
    assert (F.shape, F.ndim, F.size, F.dtype, len(F)) == (
        plain.shape,
        plain.ndim,
        plain.size,
        plain.dtype,
        len(plain),
    )
    assert "(3, 3)" in repr(F)


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda t: np.exp(fft.rfft(t)), TypeError, "np.exp of a ComplexPair.*F.real, F.imag"),
        (lambda t: np.sort(fft.rfft(t)), TypeError, "np.sort of a ComplexPair"),
        (lambda t: fft.rfft(t) ** 3, TypeError, "power"),
        (lambda t: np.asarray(fft.rfft(t)), TypeError, "plain array"),
        (lambda t: fft.rfft(t) < 1, TypeError, "np.less of a ComplexPair"),
        (lambda t: fft.rfft(fft.rfft(t)), TypeError, "real"),
        (lambda t: fft.rfft(t, out=np.ones(5, complex)), TypeError, "np.fft.rfft.*out"),
        (lambda t: fft.rfft(t, norm="nonsense"), ValueError, "Invalid norm"),
        (lambda t: fft.hfft(t, norm="nonsense"), ValueError, "Invalid norm"),
        (lambda t: fft.fft(t, 0), ValueError, "Invalid number of data points"),
        (lambda t: fft.fft(t, axis=3), IndexError, "range"),
        (lambda t: fft.fftn(t, (2, 3), (0,)), ValueError, "different lengths"),
    ],
)
def test_what_is_refused(call, error, words):
    with pytest.raises(error, match=words):
        call(Tensor(X))


PAIRS = {
    "times a pair": lambda m, x: x[:3] * m.fft.rfft(x[:5]),
    "plus a pair": lambda m, x: x[:3] + m.fft.rfft(x[:5]),
    "by a pair": lambda m, x: x[:3] / m.fft.rfft(x[:5]),
    "an array minus a pair": lambda m, x: X[:3] - m.fft.rfft(x[:5]),
    "a matrix product": lambda m, x: X.reshape(4, 2) @ m.fft.fft(x.reshape(2, 4)),
    "dot": lambda m, x: m.dot(m.fft.rfft(x[:5]), WINDOW[:3]),
    "outer": lambda m, x: m.outer(m.fft.rfft(x[:5]), x),
    "kron": lambda m, x: m.kron(x[:2], m.fft.rfft(x[:5])),
}


@pytest.mark.parametrize("name", PAIRS)
def test_a_pair_beside_a_tensor_and_in_products(name):
    call = PAIRS[name]
    F, expected = call(np, Tensor(X)), call(np, X)
    assert np.allclose(F.real.data, expected.real) and np.allclose(F.imag.data, expected.imag)
    weights = np.cos(np.arange(expected.size)).reshape(expected.shape)
    others = np.sin(weights)

    def loss(x):
        y = call(np, x)
        return (y.real * weights + y.imag * others).sum()

    steps = [np.eye(8)[i] * 1e-6 for i in range(8)]
    slopes = [(loss(X + step) - loss(X - step)) / 2e-6 for step in steps]
    assert np.allclose(grad(loss)(X), slopes, rtol=1e-6, atol=1e-7)


def test_what_a_pair_does_not_know_is_refused_beside_a_tensor():
    x = Tensor(X[:3])
    for call in (lambda F: np.maximum(x, F), lambda F: x % F, lambda F: np.linalg.norm(F)):
        with pytest.raises(TypeError, match=r"ComplexPair.*write|ComplexPair.*F\.real"):
            call(fft.rfft(Tensor(X[:5])))
