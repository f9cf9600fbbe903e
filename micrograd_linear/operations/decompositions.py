"""Decompositions of matrices: each part, such as the singular values, is an operation of its own.

``.mT`` swaps the last two axes, so that a stack of matrices is differentiated matrix by matrix.
Eigenvalues have a gradient also where some are equal. Vectors that belong to equal values are not
determined, so their gradient is NaN there, as it is in JAX.
"""

from typing import Any

import numpy as np

from .operation import rule


def _gaps(w):
    """F with F_ij = 1 / (w_j - w_i), 0 on the diagonal, and NaN where two values are equal."""
    diagonal = np.eye(w.shape[-1], dtype=bool)
    gap = np.where(diagonal, 1, w[..., None, :] - w[..., :, None])
    return np.where(diagonal, 0, 1 / np.where(gap == 0, np.nan, gap))


# The eigenvalues and eigenvectors are taken from M. Giles, "An extended collection of matrix
# derivative results for forward and reverse mode algorithmic differentiation", 2008, section 3.1.


@rule(
    np.linalg.eigvalsh,
    symmetric=True,
    shape=lambda x: x[:-1],
    source="np.linalg.eigvalsh({0}, {UPLO!r})",
)
def eigvalsh(x, *, UPLO: Any = "L"):
    """The eigenvalues of a symmetric matrix, in ascending order; dw = diag(Vᵀ dX V)."""

    def pullback(g):
        v = np.linalg.eigh(x, UPLO)[1]
        return v * g[..., None, :] @ v.mT

    return np.linalg.eigvalsh(x, UPLO), (pullback,)


@rule(
    "eigenvectors",
    symmetric=True,
    shape=lambda x: x,
    source="np.linalg.eigh({0}, {UPLO!r})",
    part=1,
)
def eigenvectors(x, *, UPLO: Any = "L"):
    """The eigenvectors of a symmetric matrix, as columns; dV = V (F ∘ Vᵀ dX V)."""
    w, v = np.linalg.eigh(x, UPLO)

    def pullback(g):
        s = v @ (_gaps(w) * (v.mT @ g)) @ v.mT
        return (s + s.mT) / 2

    return v, (pullback,)


def _real(x):
    """x, unless it is complex: Tensors are real."""
    if getattr(x.dtype, "kind", "f") == "c":
        raise TypeError(
            "the eigenvalues are complex, and a Tensor is real; np.linalg.eigvalsh and eigh are "
            "for a symmetric matrix, whose eigenvalues are real"
        )
    return x


@rule("eigvals", shape=lambda x: x[:-1], source="np.linalg.eig({0})", part=0)
def eigvals(x):
    """The eigenvalues of a matrix that has real ones; dw = diag(V⁻¹ dX V)."""
    w, v = np.linalg.eig(x)
    return _real(w), (lambda g: np.linalg.solve(v.mT, g[..., :, None] * v.mT),)


@rule("eig_vectors", shape=lambda x: x, source="np.linalg.eig({0})", part=1)
def eig_vectors(x):
    """The eigenvectors of a matrix that has real ones, as columns of length 1.

    dV = V K, with K = F ∘ V⁻¹ dX V, less what changes the lengths: V diag(Vᵀ V K).
    """
    w, v = np.linalg.eig(x)

    def pullback(g):
        inner = v.mT @ g - v.mT @ v * np.sum(v * g, axis=-2, keepdims=True)
        return np.linalg.solve(v.mT, _gaps(w) * inner @ v.mT)

    return _real(v), (pullback,)


# The singular vectors are taken from J. Townsend, "Differentiating the singular value
# decomposition", 2016: of X = U S Vᵀ, with F from the squares of S.


@rule(
    np.linalg.svdvals,
    kinked=True,
    shape=lambda x: (*x[:-2], min(x[-2:])),
    source="np.linalg.svd({0}, compute_uv=False)",
)
def svdvals(x):
    """The singular values, the largest first; one that is 0 has the derivative 0, as |x| does."""

    def pullback(g):
        u, s, vh = np.linalg.svd(x, full_matrices=False)
        return u * (g * (s != 0))[..., None, :] @ vh

    return np.linalg.svdvals(x), (pullback,)


@rule(
    "left_singular_vectors",
    shape=lambda x: (*x[:-1], min(x[-2:])),
    source="np.linalg.svd({0}, full_matrices=False)",
    part=0,
)
def left_singular_vectors(x):
    """U of X = U S Vᵀ, without the columns that no singular value belongs to."""
    u, s, vh = np.linalg.svd(x, full_matrices=False)

    def pullback(g):
        inner = u.mT @ g
        turned = u @ (_gaps(s * s) * (inner - inner.mT)) * s[..., None, :]
        if x.shape[-2] > x.shape[-1]:  # U does not span all, and turns out of what it spans, too
            turned = turned + (g - u @ inner) / s[..., None, :]
        return turned @ vh

    return u, (pullback,)


@rule(
    "right_singular_vectors",
    shape=lambda x: (*x[:-2], min(x[-2:]), x[-1]),
    source="np.linalg.svd({0}, full_matrices=False)",
    part=2,
)
def right_singular_vectors(x):
    """Vᵀ of X = U S Vᵀ, without the rows that no singular value belongs to."""
    u, s, vh = np.linalg.svd(x, full_matrices=False)

    def pullback(g):
        inner = vh @ g.mT
        turned = s[..., :, None] * (_gaps(s * s) * (inner - inner.mT) @ vh)
        if x.shape[-2] < x.shape[-1]:
            turned = turned + (g - inner.mT @ vh) / s[..., :, None]
        return u @ turned

    return vh, (pullback,)


# QR is taken from S. Walter and L. Lehmann, "Algorithmic differentiation of linear algebra
# functions with application in optimum experimental design", 2010, for at least as many rows as
# columns. The caller composes the QR of wider matrices.


def _mirrored(m):
    """The lower triangle, and its mirror image above the diagonal."""
    return np.tril(m) + np.tril(m, -1).mT


@rule("orthogonal_factor", shape=lambda x: x, source="np.linalg.qr({0})", part=0)
def orthogonal_factor(x):
    """Q of X = Q R."""
    q, r = np.linalg.qr(x)
    return q, (lambda g: np.linalg.solve(r, (g - q @ _mirrored(g.mT @ q)).mT).mT,)


@rule(
    "triangular_factor", shape=lambda x: (*x[:-2], x[-1], x[-1]), source="np.linalg.qr({0})", part=1
)
def triangular_factor(x):
    """R of X = Q R."""
    q, r = np.linalg.qr(x)
    return r, (lambda g: np.linalg.solve(r, _mirrored(r @ g.mT) @ q.mT).mT,)


@rule(
    np.linalg.pinv,
    shape=lambda x: (*x[:-2], x[-1], x[-2]),
    source="np.linalg.pinv({0}, {rcond!r}, {hermitian!r})",
)
def pinv(x, *, rcond=None, hermitian=False):
    """The pseudoinverse Y, of a matrix whose rank does not change.

    dY = -Y dX Y + Y Yᵀ dXᵀ (I - X Y) + (I - Y X) dXᵀ Yᵀ Y: G. Golub and V. Pereyra, "The
    differentiation of pseudo-inverses and nonlinear least squares problems whose variables
    separate", 1973. A hermitian x is symmetric, and so is its gradient.
    """
    y = np.linalg.pinv(x, rcond, hermitian)

    def pullback(g):
        h = g.mT
        s = (h - x @ (y @ h)) @ y @ y.mT - y.mT @ g @ y.mT + y.mT @ y @ (h - h @ y @ x)
        return (s + s.mT) / 2 if hermitian else s

    return y, (pullback,)


@rule("adjugate", composed=True)
def adjugate(x):
    """The transposed matrix of cofactors, det(X) X⁻¹ where X is invertible, of any square X.

    With X = U S Vᵀ it is det(U) det(V) V adj(S) Uᵀ, and adj(S) is a polynomial of each element
    of S, whose derivatives are products of all other singular values but one or two.
    """
    u, s, vh = np.linalg.svd(x)
    sign = (np.linalg.det(u) * np.linalg.det(vh))[..., None, None]
    one = np.eye(x.shape[-1], dtype=bool)
    without_one = np.prod(np.where(one, 1, s[..., None, :]), axis=-1)
    y = sign * (vh.mT @ (without_one[..., :, None] * u.mT))

    def pullback(g):
        without_two = np.prod(np.where(one[:, None] | one, 1, s[..., None, None, :]), axis=-1)
        others = np.where(one, 0, without_two)
        inner = vh @ g @ u
        diagonal = others @ np.sum(np.where(one, inner, 0), axis=-1, keepdims=True)
        return u @ (sign * (np.where(one, diagonal, 0) - others * inner)) @ vh

    return y, (pullback,)
