"""Every keyword of NumPy's functions is taken, or refused by name with a reason."""

import functools
import inspect

import numpy as np
import pytest

from micrograd_linear import Tensor
from micrograd_linear.engine.numpy_protocol import IMPLEMENTED, supported
from micrograd_linear.functions.complex_pairs import ComplexPair
from micrograd_linear.functions.keywords import REASONS

A = np.array([[2.0, 0.5, 0.1], [0.5, 1.0, 0.3], [0.1, 0.3, 3.0]])


def numpys(name):
    return functools.reduce(getattr, name.split(".")[1:], np)


def signature_of(function):
    try:
        return inspect.signature(function).parameters.values()
    except ValueError:  # of some ufuncs it is told by later releases alone
        return ()


FUNCTIONS = {name: numpys(name) for name in supported()[0]}
# Every keyword with a default, which a call may leave out or give by name.
KEYWORDS = [
    (name, parameter.name)
    for name, function in FUNCTIONS.items()
    for parameter in signature_of(function)
    if parameter.default is not parameter.empty and parameter.kind is not parameter.POSITIONAL_ONLY
]


def required(function):
    """Tensors for all that a call of the function needs."""
    return [
        Tensor(A)
        for parameter in signature_of(function)
        if parameter.default is parameter.empty
        and parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    ] or [Tensor(A)]


def ours_takes(function, keyword):
    ours = IMPLEMENTED.get(function)
    if ours is not None and keyword in inspect.signature(ours).parameters:
        return True
    try:
        function(*required(function), **{keyword: 1})
    except (TypeError, ValueError):
        return False
    return True


class Odd:
    """A value that no keyword has by default, and that nothing can be done with."""

    __array_ufunc__ = None

    def __iter__(self):
        raise TypeError("an odd value is not iterable")


# What NumPy's ufuncs themselves look at, before a Tensor is asked.
VALUES = {"out": np.ones((3, 3)), "where": np.array([True, False, True])}
# Their arguments are integers or their results are two, which a sample of floats does not show.
OTHER_SAMPLES = {"np.ldexp", "np.frexp", "np.modf", "np.divmod"}


@pytest.mark.parametrize("name, keyword", KEYWORDS)
def test_a_keyword_is_taken_or_refused_by_name(name, keyword):
    function = FUNCTIONS[name]
    if name in OTHER_SAMPLES:
        return
    with np.errstate(all="ignore"):
        if ours_takes(function, keyword):
            return
    value = VALUES.get(keyword, Odd()) if isinstance(function, np.ufunc) else Odd()
    with pytest.raises((TypeError, ValueError)) as error:
        function(*required(function), **{keyword: value})
    said = str(error.value)
    assert keyword in said, said
    assert ";" in said or ":" in said, said


@pytest.mark.parametrize("name, keyword", KEYWORDS)
def test_the_default_of_numpy_changes_nothing_where_it_is_given(name, keyword):
    """``dtype=None`` and ``out=None`` stand in code that hands keywords on."""
    function = FUNCTIONS[name]
    default = next(p.default for p in signature_of(function) if p.name == keyword)
    if isinstance(function, np.ufunc) or default is np._NoValue or "subok" in keyword:
        return
    args = required(function)
    try:
        expected = function(*args)
    except Exception:
        return  # the samples do not suit this function
    given = function(*args, **{keyword: default})
    same = zip(_leaves(given), _leaves(expected), strict=True)
    assert all(np.array_equal(a, b) for a, b in same), name


def _leaves(x):
    if isinstance(x, (tuple, list)):
        return [leaf for each in x for leaf in _leaves(each)]
    if isinstance(x, ComplexPair):
        return _leaves([x.real, x.imag])
    return [getattr(x, "data", x)]


NAMED = [  # calls in which NumPy's name of the first argument stands
    lambda x: np.linalg.inv(a=x),
    lambda x: np.linalg.norm(x=x, ord="nuc"),
    lambda x: np.linalg.eigh(a=x, UPLO="U")[0],
    lambda x: np.linalg.svd(a=x, full_matrices=False, compute_uv=False),
    lambda x: np.linalg.pinv(a=x, hermitian=True),
    lambda x: np.linalg.matrix_power(a=x, n=2),
    lambda x: np.linalg.cond(x=x, p=1),
    lambda x: np.linalg.solve(a=x, b=A),
    lambda x: np.trace(a=x, offset=1, dtype=None, out=None),
    lambda x: np.sum(a=x, axis=0),
    lambda x: np.reshape(x, shape=(9,), order="C"),
    lambda x: np.transpose(a=x, axes=(1, 0)),
    lambda x: np.roll(a=x, shift=1, axis=0),
    lambda x: np.tensordot(a=x, b=A, axes=1),
    lambda x: np.einsum("ij->j", x, optimize=True, out=None),
    lambda x: np.linalg.qr(a=x, mode="r"),
    lambda x: np.linalg.cholesky(x, upper=False),
    lambda x: np.fft.irfft(a=np.fft.rfft(a=x, n=3, axis=0), n=3, axis=0),
    lambda x: np.cross(a=x, b=A[::-1], axis=0),
]


@pytest.mark.parametrize("call", NAMED)
def test_arguments_by_numpys_names_and_in_its_order(call):
    x = Tensor(A)
    y, expected = call(x), call(A)
    assert np.allclose(y.data, expected, rtol=1e-12)
    y.sum().backward()
    assert x.grad.shape == A.shape


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda t: np.trace(t, dtype=float), "np.trace on a Tensor.*dtype: .*astype"),
        (lambda t: np.trace(t, 0, 0, 1, float), "np.trace on a Tensor.*dtype: .*astype"),
        (lambda t: np.linalg.inv(t, nonsense=1), "nonsense"),
    ],
)
def test_a_refused_keyword_has_a_reason(call, words):
    with pytest.raises(TypeError, match=words):
        call(Tensor(A))


def test_reasons_say_why_or_what_to_write():
    assert all(len(reason.split()) >= 3 for reason in REASONS.values())
