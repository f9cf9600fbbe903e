"""Products, and the linear algebra that people derive by hand."""

import operator
from typing import Any, NamedTuple

import numpy as np

from ..engine.explain import described
from ..engine.numpy_protocol import implements
from ..engine.versions import note_view, unseen
from ..operations import RULES, is_read
from ..operations.linear_algebra import LETTERS
from .base import as_array, into, method
from .shapes import moveaxis


@implements(np.matmul)
def matmul(x, w):
    """x @ w; a vector is a row on the left, a column on the right, and its axis is dropped."""
    x, w = as_array(x), as_array(w)
    inner = w.shape[-2:-1] if w.ndim > 1 else w.shape
    if (x.ndim != 1 and w.ndim != 1) or x.shape[-1:] != inner:  # the rule, or its error
        return RULES["matmul"](x, w)
    rows = unseen(x.reshape(1, -1)) if x.ndim == 1 else x
    columns = unseen(w.reshape(-1, 1)) if w.ndim == 1 else w
    shape = rows.shape[:-2] if w.ndim == 1 else (columns.shape[:-2] if x.ndim == 1 else ())
    shape += rows.shape[-2:-1] * (x.ndim > 1) + columns.shape[-1:] * (w.ndim > 1)
    return RULES["matmul"](rows, columns).reshape(shape)


@implements(np.dot)
@method()
def dot(x, w):
    """NumPy's dot: x * w for a scalar, else the sum over x's last axis and w's last but one."""
    x, w = as_array(x), as_array(w)
    if not x.ndim or not w.ndim:
        return RULES["multiply"](x, w)
    return matmul(x, w) if w.ndim <= 2 else tensordot(x, w, axes=([x.ndim - 1], [w.ndim - 2]))


@implements(np.inner)
def inner(x, w):
    """The sum over the last axes of both."""
    x, w = as_array(x), as_array(w)
    return (
        RULES["multiply"](x, w)
        if not x.ndim or not w.ndim
        else tensordot(x, w, axes=([x.ndim - 1], [w.ndim - 1]))
    )


@implements(np.outer)
@method()
def outer(x, w):
    """Every element of x times every element of w, as a matrix."""
    return RULES["multiply"](unseen(as_array(x).reshape(-1, 1)), unseen(as_array(w).reshape(1, -1)))


@implements(np.tensordot)
def tensordot(x: Any, w: Any, axes: Any = 2) -> Any:
    """The sum over pairs of axes: two lists, or how many of x's last and of w's first axes."""
    x, w = as_array(x), as_array(w)
    if isinstance(axes, (int, np.integer)):
        axes = range(x.ndim - axes, x.ndim), range(axes)
    left, right = (
        [operator.index(a) for a in ([side] if isinstance(side, (int, np.integer)) else side)]
        for side in axes
    )
    if len(left) != len(right):
        raise ValueError(
            f"tensordot of {described([x, w])}: expected as many axes of the one as of the other, "
            f"got {left} and {right}"
        )
    of_x, of_w = LETTERS[: x.ndim], list(LETTERS[x.ndim : x.ndim + w.ndim])
    for i, j in zip(left, right, strict=True):
        of_w[j] = of_x[i]
    of_w, summed = "".join(of_w), {of_x[i] for i in left}
    output = "".join(letter for letter in of_x + of_w if letter not in summed)
    return RULES["einsum"](x, w, subscripts=f"{of_x},{of_w}->{output}")


@implements(np.einsum)
def einsum(subscripts, *operands, optimize=False, out=None):
    """Einstein's sum; ``...``, a missing output, and lists of numbers in place of letters, each
    behind its operand, are NumPy's. How the sum is done best (``optimize``) is not asked.
    """
    if not isinstance(subscripts, str):
        subscripts, operands = _in_letters(subscripts, *operands)
    operands = tuple(map(as_array, operands))
    subscripts = _explicit(subscripts.replace(" ", ""), operands)
    return into(out, "einsum", RULES["einsum"](*operands, subscripts=subscripts), *operands)


def _in_letters(*given):
    """``(x, [0, 1], y, [1, 2], [0, 2])`` as ("ab,bc->ac", (x, y))."""

    def letters(numbers):
        return "".join("..." if n is Ellipsis else LETTERS[n] for n in numbers)

    pairs, operands = len(given) // 2, given[: len(given) // 2 * 2 : 2]
    if not pairs or not all(isinstance(n, (list, tuple)) for n in given[1::2]):
        raise TypeError(
            'einsum: expected the subscripts as a string, such as "ij,jk->ik", or as a list behind '
            "each operand"
        )
    text = ",".join(map(letters, given[1 : 2 * pairs : 2]))
    return text + ("->" + letters(given[-1]) if len(given) % 2 else ""), operands


def _explicit(subscripts, operands):
    """The subscripts with an output and without ``...``.

    >>> _explicit("...ij,jk", (np.ones((5, 2, 3)), np.ones((3, 4))))
    'Zij,jk->Zik'
    """
    inputs, arrow, output = subscripts.partition("->")
    inputs = inputs.split(",")
    if len(inputs) != len(operands):
        raise ValueError(
            f"einsum {subscripts!r}: expected {len(inputs)} operands, got {len(operands)}"
        )
    spare = "ZYXWVUTSRQPONMLKJIHGFEDCBA"
    widths = [
        x.ndim - len(part.replace("...", "")) if "..." in part else 0
        for part, x in zip(inputs, operands)
    ]
    most = max(widths)
    dots = "".join(letter for letter in spare if letter not in subscripts)[:most]
    inputs = [part.replace("...", dots[most - width :]) for part, width in zip(inputs, widths)]
    if not arrow:
        letters = "".join(inputs)
        output = dots + "".join(
            sorted(
                letter
                for letter in set(letters)
                if letters.count(letter) == 1 and letter not in dots
            )
        )
    return ",".join(inputs) + "->" + output.replace("...", dots)


@implements(np.linalg.inv)
def inv(x):
    """The inverse of a square matrix, or of each of a stack."""
    return RULES["inv"](x)


@implements(np.linalg.det)
def det(x):
    """The determinant."""
    return RULES["det"](x)


class Slogdet(NamedTuple):
    """The result of slogdet."""

    sign: object
    logabsdet: object


@implements(np.linalg.slogdet)
def slogdet(x):
    """(sign, logabsdet); the sign has no gradient and is a plain array."""
    return Slogdet(np.linalg.slogdet(getattr(x, "current", x))[0], RULES["logabsdet"](x))


@implements(np.linalg.solve)
def solve(a, b):
    """The y with a @ y = b, for b a vector or matrices."""
    a, b = as_array(a), as_array(b)
    if b.ndim == 1:
        return RULES["solve"](a, unseen(b.reshape(-1, 1)))[..., 0]
    return RULES["solve"](a, b)


@implements(np.diagonal)
@method()
def diagonal(x, offset=0, axis1=0, axis2=1):
    """The elements (i, i + offset) of two axes, as a last axis."""
    y = _diagonal(x, offset, axis1, axis2)
    if is_read(y):
        note_view(y, x)
    return y


def _diagonal(x, offset, axis1, axis2):
    x = unseen(moveaxis(x, (axis1, axis2), (-2, -1)))
    rows, columns = x.shape[-2:]
    i = np.arange(max(0, min(rows + min(0, offset), columns - max(0, offset))))
    return x[..., i - min(0, offset), i + max(0, offset)]


@implements(np.trace)
@method()
def trace(x, offset=0, axis1=0, axis2=1):
    """The sum of a diagonal."""
    return _diagonal(x, offset, axis1, axis2).sum(axis=-1)
