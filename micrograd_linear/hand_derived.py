"""The linear layer y = xW + b, differentiated by hand: the derived formulas as NumPy functions, to
compare the engine with.

Shapes: x (N, M_in), W (M_in, M_out), b (1, M_out), y (N, M_out); N is the number of rows of data.
δ is the Kronecker delta. Entry by entry

    y_ij = Σ_l x_il W_lj + b_j

and ∂L/∂y is known. Nothing here uses the engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from .engine import arrays

if TYPE_CHECKING:
    from .foundations.annotations import ArrayLike


class LinearGradients(NamedTuple):
    """The three gradients of a linear layer, in the layout that was asked for."""

    W: np.ndarray
    b: np.ndarray
    x: np.ndarray


def linear_forward(x: ArrayLike, W: ArrayLike, b: ArrayLike) -> np.ndarray:
    """y = xW + b, of shape (N, M_out), for x (N, M_in), W (M_in, M_out), b (1, M_out).

    >>> linear_forward([[1.0, 2.0]], [[3.0], [4.0]], [[5.0]])
    array([[16.]])
    """
    x, W, b = _array("x", x), _array("W", W), _array("b", b)
    _expect("x", x, ("N", "M_in"), {})
    sizes = {"M_in": x.shape[1]}
    _expect("W", W, ("M_in", "M_out"), sizes)
    _expect("b", b, (1, "M_out"), sizes)
    return x @ W + b


def linear_backward(
    dL_dy: ArrayLike,
    x: ArrayLike,
    W: ArrayLike,
    *,
    layout: Literal["gradient", "numerator"] = "gradient",
) -> LinearGradients:
    """The gradients of a linear layer, from ∂L/∂y, x (N, M_in) and W (M_in, M_out).

    =============  ===========  ===================  ================  ===============
    ``layout``     ``dL_dy``    ``.W``               ``.b``            ``.x``
    =============  ===========  ===================  ================  ===============
    ``gradient``   (N, M_out)   ∇_W L (M_in, M_out)  ∇_b L (1, M_out)  ∇_x L (N, M_in)
    ``numerator``  (M_out, N)   ∂L/∂W (M_out, M_in)  ∂L/∂b (M_out, 1)  ∂L/∂x (M_in, N)
    =============  ===========  ===================  ================  ===============

    Each is the transpose of the other. The derivation, in numerator layout:

    1. ∂y_ij/∂W_hk = δ_kj x_ih, so ∂L/∂W_hk = Σ_i Σ_j ∂L/∂y_ij δ_kj x_ih = Σ_i ∂L/∂y_ik x_ih
       = (∂L/∂y · x)_kh.
    2. ∂y_ij/∂b_k = δ_kj, so ∂L/∂b_k = Σ_i Σ_j ∂L/∂y_ij δ_kj = Σ_i ∂L/∂y_ik = (∂L/∂y · 1)_k, with 1
       the column of N ones.
    3. ∂y_ij/∂x_lk = δ_il W_kj, so ∂L/∂x_lk = Σ_i Σ_j ∂L/∂y_ij δ_il W_kj = Σ_j ∂L/∂y_lj W_kj
       = (W · ∂L/∂y)_kl.

    Integers are computed with as float64. Raises ``ValueError`` for shapes that do not fit together
    and for an unknown layout.

    >>> linear_backward([[1.0, 10.0]], [[2.0, 3.0]], [[1.0, 0.0], [0.0, 1.0]]).W
    array([[ 2., 20.],
           [ 3., 30.]])
    """
    dL_dy, x, W = _array("dL_dy", dL_dy), _array("x", x), _array("W", W)
    _expect_backward(dL_dy, x, W, layout)
    if layout == "numerator":
        return LinearGradients(W=dL_dy @ x, b=dL_dy.sum(axis=1, keepdims=True), x=W @ dL_dy)
    return LinearGradients(W=x.T @ dL_dy, b=dL_dy.sum(axis=0, keepdims=True), x=dL_dy @ W.T)


def _expect_backward(dL_dy: np.ndarray, x: np.ndarray, W: np.ndarray, layout: str) -> None:
    """Check that the shapes fit together in this layout."""
    if layout not in ("gradient", "numerator"):
        raise ValueError(
            f"linear_backward: layout: expected 'gradient' or 'numerator', got {layout!r}"
        )
    _expect("x", x, ("N", "M_in"), {})
    sizes = {"N": x.shape[0], "M_in": x.shape[1]}
    _expect("W", W, ("M_in", "M_out"), sizes)
    sizes["M_out"] = W.shape[1]
    shape = ("M_out", "N") if layout == "numerator" else ("N", "M_out")
    _expect(f"dL_dy ({layout} layout)", dL_dy, shape, sizes)


def _array(name: str, data: ArrayLike) -> np.ndarray:
    if isinstance(data, np.ndarray) and data.dtype.kind == "f":
        return data
    owner = f"linear layer: {name}"
    return arrays.floating(arrays.real_array(data, owner), owner)


def _expect(
    name: str, array: np.ndarray, shape: tuple[str | int, ...], sizes: dict[str, int]
) -> None:
    """Check an array's shape against symbols, of which some have a known size; a first sight of a
    symbol defines it.
    """
    axes = zip(shape, array.shape)
    if array.ndim != len(shape) or not all(
        sizes.setdefault(s, n) == n if isinstance(s, str) else s == n for s, n in axes
    ):
        expected = ", ".join(f"{s}={sizes[s]}" if s in sizes else str(s) for s in shape)
        raise ValueError(f"linear layer: {name}: expected shape ({expected}), got {array.shape}")
