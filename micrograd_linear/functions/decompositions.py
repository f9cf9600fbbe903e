"""Eigenvalues, singular values, QR, and what is solved by them, with NumPy's signatures."""

import functools
from typing import Any, cast

import numpy as np

from ..engine.numpy_protocol import implements
from ..operations import RULES
from .base import as_array
from .elementwise import absolute
from .joins import concatenate
from .products import matmul
from .rearrangements import take_along_axis


@functools.cache
def _result_of(function: Any) -> Any:
    """NumPy's own tuple with names, so that ``np.linalg.svd(t).U`` and its relatives are there."""
    return type(function(np.eye(1)))


@implements(np.linalg.eigvalsh)
def eigvalsh(a, UPLO="L"):
    """The eigenvalues of a symmetric matrix, ascending; one triangle of it is read."""
    return RULES["eigvalsh"](a, UPLO=UPLO)


@implements(np.linalg.eigh)
def eigh(a, UPLO="L"):
    """(eigenvalues, eigenvectors) of a symmetric matrix; vectors of equal values have no gradient.

    It is NaN there.
    """
    return _result_of(np.linalg.eigh)(
        RULES["eigvalsh"](a, UPLO=UPLO), RULES["eigenvectors"](a, UPLO=UPLO)
    )


@implements(np.linalg.eigvals)
def eigvals(a):
    """The eigenvalues of a square matrix that has real ones."""
    return RULES["eigvals"](a)


@implements(np.linalg.eig)
def eig(a):
    """(eigenvalues, eigenvectors) of a square matrix that has real ones."""
    return _result_of(np.linalg.eig)(RULES["eigvals"](a), RULES["eig_vectors"](a))


@implements(np.linalg.svdvals)
def svdvals(x, /):
    """The singular values, the largest first."""
    return RULES["svdvals"](x)


@implements(np.linalg.svd)
def svd(a, full_matrices=True, compute_uv=True, hermitian=False):
    """U, S, Vh; S alone with ``compute_uv=False``; of a square or symmetric matrix, or reduced."""
    if hermitian:
        return _svd_of_symmetric(a, compute_uv)
    if not compute_uv:
        return RULES["svdvals"](a)
    if full_matrices and a.ndim > 1 and a.shape[-1] != a.shape[-2]:
        raise TypeError(
            f"svd of {a.describe()}: only of a square matrix are the vectors of the full U and Vh "
            "determined, and have a derivative; write np.linalg.svd(t, full_matrices=False)"
        )
    left, right = RULES["left_singular_vectors"](a), RULES["right_singular_vectors"](a)
    return _result_of(np.linalg.svd)(left, RULES["svdvals"](a), right)


def _svd_of_symmetric(a, compute_uv):
    """As NumPy takes it from eigh: the singular values are the magnitudes of the eigenvalues."""
    values, vectors = eigh(a)
    order = np.argsort(absolute(values))[..., ::-1]
    values = take_along_axis(values, order, axis=-1)
    if not compute_uv:
        return absolute(values)
    vectors = take_along_axis(vectors, order[..., None, :], axis=-1)
    return _result_of(np.linalg.svd)(
        vectors, absolute(values), (vectors * np.sign(values)[..., None, :]).mT
    )


@implements(np.linalg.qr)
def qr(a: Any, mode: Any = "reduced"):
    """Q and R, or R alone with ``mode="r"``."""
    a = cast(Any, as_array(a))
    rows, columns = a.shape[-2:] if a.ndim > 1 else (0, 0)
    if mode == "complete" and rows > columns:
        raise TypeError(
            f"qr of {a.describe()}: the vectors that complete Q are not determined, and have no "
            'derivative; write np.linalg.qr(t) with mode="reduced"'
        )
    if mode not in ("reduced", "complete", "r"):
        np.linalg.qr(np.eye(2), mode)  # NumPy's error, if it knows none of that name
        raise TypeError(
            f"qr of {a.describe()}: mode={mode!r} packs reflections and R into one array, which "
            'has no derivative here; write np.linalg.qr(t) with mode="reduced", or "r"'
        )
    if rows >= columns:
        r = RULES["triangular_factor"](a)
        return r if mode == "r" else _result_of(np.linalg.qr)(RULES["orthogonal_factor"](a), r)
    q, r = qr(a[..., :rows])
    r = concatenate([r, matmul(q.mT, a[..., rows:])], axis=-1)
    return r if mode == "r" else _result_of(np.linalg.qr)(q, r)


@implements(np.linalg.pinv)
def pinv(a, rcond=None, hermitian=False, *, rtol=np._NoValue):
    """The pseudoinverse; singular values of at most rcond times the largest count as 0."""
    if rcond is not None and rtol is not np._NoValue:
        raise ValueError("`rtol` and `rcond` can't be both set.")
    if rcond is None:
        rcond = 1e-15 if rtol is np._NoValue else rtol
    if rcond is None:
        rcond = max(a.shape[-2:]) * float(np.finfo(a.dtype).eps)
    return RULES["pinv"](a, rcond=rcond, hermitian=bool(hermitian))


@implements(np.linalg.lstsq)
def lstsq(a: Any, b: Any, rcond: Any = None):
    """(solution, sums of squared residuals, rank, singular values); the rank is a plain number."""
    a, b = as_array(a), as_array(b)
    rank = np.linalg.lstsq(getattr(a, "current", a), getattr(b, "current", b), rcond)[2]
    rows, columns = a.shape
    epsilon = float(np.finfo(a.dtype).eps)
    rcond = max(rows, columns) * epsilon if rcond is None else epsilon if rcond < 0 else rcond
    solution = matmul(pinv(a, rcond), b)
    residuals = np.empty(0, a.dtype)
    if rank == columns < rows:
        left = b - matmul(a, solution)
        residuals = (left * left).sum(axis=0).reshape(-1)
    return solution, residuals, rank, svdvals(a)


@implements(np.linalg.cholesky)
def cholesky(a, /, *, upper=False):
    """The lower triangular L with L Lᵀ = a, or the upper one; it reads that triangle of a."""
    return RULES["cholesky"](a.mT).mT if upper else RULES["cholesky"](a)
