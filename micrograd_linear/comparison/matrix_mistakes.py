"""What people write for products of matrices and of axes, inverses and determinants."""

import numpy as np

from ..operations import RULES
from ..operations import names as op


def _matmul(position, arrays, y, static):
    x, w = arrays
    left = position == 0
    return [
        *_as_square_matrices(left, x, w),
        *_reshaped_factors(left, x, w),
        *_transposed_gradients(left, x, w, y),
        *_factors_left_out(left, x, w, y),
    ]


def _as_square_matrices(left, x, w):
    """Products whose shape is right only since a matrix is square, or both have one shape."""
    forms = []
    if left and w.shape[-1] == w.shape[-2]:
        forms.append(("wrong-operand", "the other matrix is not transposed", lambda g: g @ w))
    if not left and x.shape[-1] == x.shape[-2]:
        forms.append(("wrong-operand", "the other matrix is not transposed", lambda g: x @ g))
    if x.shape[-2:] == w.shape[-2:]:
        other = w if left else x
        elementwise = "multiplied elementwise instead of as a matrix product"
        forms.append(("wrong-operand", elementwise, lambda g: g * other))
        turned = "the order of the product is turned round"
        forms.append(("wrong-operand", turned, lambda g: w.mT @ g if left else g @ x.mT))
    return forms


def _reshaped_factors(left, x, w):
    """The other matrix reshaped to its transpose's shape, where that moves its numbers."""
    own = w if left else x
    rows, columns = own.shape[-2:]
    if x.ndim != w.ndim or 1 in (rows, columns) or rows == columns:
        return []
    other = own.reshape(*own.shape[:-2], columns, rows)
    words = "the other matrix is reshaped, not transposed"
    return [("permuted", words, lambda g: g @ other if left else other @ g)]


def _transposed_gradients(left, x, w, y):
    if not y.shape[-1] == y.shape[-2] > 1:
        return []
    words = "the gradient that comes in is transposed"
    return [("transpose", words, lambda g: g.mT @ w.mT if left else x.mT @ g.mT)]


def _factors_left_out(left, x, w, y):
    """The gradient as it comes in, where it has the shape of the operand, and is not one number."""
    if x.shape[-2] == w.shape[-1] == 1:
        return []
    if y.shape[-1] != x.shape[-1] if left else y.shape[-2] != w.shape[-2]:
        return []
    return [("wrong-operand", "the other matrix is left out", lambda g: g)]


def _einsum(position, arrays, y, static):
    def pulled(g, **others):
        replaced = [others.get(f"x{i}", array) for i, array in enumerate(arrays)]
        return RULES[op.EINSUM].formula(*replaced, **static)[1][position](g)

    forms = []
    for i, j in _equal_axes(np.shape(y)):
        forms.append(
            (
                "transpose",
                f"axes {j} and {i} of the gradient that comes in are exchanged",
                lambda g, i=i, j=j: pulled(g.swapaxes(i, j)),
            )
        )
    for k, other in enumerate(arrays):
        if k != position:
            replaced = [("local-derivative", f"operand {k} is left out", np.ones_like(other))]
            replaced += [
                ("transpose", f"operand {k} is not transposed", other.swapaxes(i, j))
                for i, j in _equal_axes(other.shape)
            ]
            forms += [
                (kind, words, lambda g, k=k, array=array: pulled(g, **{f"x{k}": array}))
                for kind, words, array in replaced
            ]
    return forms


def _equal_axes(shape):
    return [(i, j) for i in range(len(shape)) for j in range(i) if shape[i] == shape[j] > 1]


def _inverse(position, arrays, y, static):
    return [
        ("wrong-operand", "the inverse is not transposed", lambda g: -(y @ g @ y)),
        ("wrong-operand", "transposed on one side alone", lambda g: -(y.mT @ g @ y)),
        (
            "local-derivative",
            "it is the inverse of the gradient's own matrix, once",
            lambda g: -(y.mT @ g),
        ),
    ]


def _determinant(position, arrays, y, static):
    inverse = np.linalg.inv(arrays[0])
    return [
        (
            "transpose",
            "the inverse is not transposed",
            lambda g: (g * y)[..., None, None] * inverse,
        ),
        (
            "local-derivative",
            "the determinant itself is left out",
            lambda g: g[..., None, None] * inverse.mT,
        ),
    ]


def _logabsdet(position, arrays, y, static):
    inverse = np.linalg.inv(arrays[0])
    return [("transpose", "the inverse is not transposed", lambda g: g[..., None, None] * inverse)]


MISTAKES_OF_MATRICES = {
    op.MATMUL: _matmul,
    op.EINSUM: _einsum,
    op.INV: _inverse,
    op.DET: _determinant,
    op.LOGABSDET: _logabsdet,
}
