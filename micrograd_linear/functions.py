"""The named operations, with NumPy's names and signatures: each is a method of ``Tensor``, what NumPy's own function does on one, and callable here.

Whatever needs no rule of its own is composed of those that have one. Plain arrays in, plain arrays out.

    >>> import numpy as np
    >>> from micrograd_linear import Tensor
    >>> t = Tensor([[1.0, 2.0], [3.0, 4.0]], "t")
    >>> np.sum(t, axis=0).data, t.sum(axis=0).data
    (array([4., 6.]), array([4., 6.]))
"""

import builtins
import functools
import operator

import numpy as np

from . import arrays
from .numpy_protocol import implements
from .rules import RULES
from .tensor import Tensor


def method(*names):
    """Decorator: make the function a method of Tensor, under its own name or others; ``dim`` and ``keepdim`` are taken for axis and keepdims."""

    def register(function):
        @functools.wraps(function)
        def as_method(self, *args, **keywords):
            for ours, theirs in (("axis", "dim"), ("keepdims", "keepdim")):
                if theirs in keywords:
                    keywords[ours] = keywords.pop(theirs)
            return function(self, *args, **keywords)

        for name in names or (function.__name__,):
            setattr(Tensor, name, as_method)
        return function

    return register


def _node(x):
    """A list or a foreign array as an ndarray; arrays and tensors as they are."""
    return x if isinstance(x, (Tensor, np.ndarray)) else arrays.real_array(x, f"operand of type {type(x).__name__}")


def _static(shape):
    """``f(2, 3)`` and ``f((2, 3))`` mean the same."""
    shape = shape[0] if len(shape) == 1 and not isinstance(shape[0], (int, np.integer)) else shape
    return tuple(operator.index(n) for n in shape)


# --- elementwise -----------------------------------------------------------------------------------------------------------------------


def _elementwise(name, *methods):
    rule = RULES[name]

    def function(x):
        return rule(_node(x))

    function.__name__, function.__doc__ = name, rule.__doc__ or f"Elementwise {name}."
    method(*methods)(function)
    return function


exp, expm1, log, log1p, sqrt = (_elementwise(name) for name in ("exp", "expm1", "log", "log1p", "sqrt"))
square, sin, cos, tan, tanh = (_elementwise(name) for name in ("square", "sin", "cos", "tan", "tanh"))
sigmoid, softplus, relu = (_elementwise(name) for name in ("sigmoid", "softplus", "relu"))
absolute = _elementwise("absolute", "abs", "absolute")


@method()
def leaky_relu(x, slope=0.01):
    """x where x > 0, ``slope`` * x elsewhere."""
    return RULES["leaky_relu"](x, slope=slope if isinstance(slope, (int, float)) else np.array(slope))


@method()
def maximum(x, y):
    """The larger of two, elementwise; a tie shares the gradient equally."""
    return RULES["maximum"](x, y)


@method()
def minimum(x, y):
    """The smaller of two, elementwise; a tie shares the gradient equally."""
    return RULES["minimum"](x, y)


@implements(np.clip)
@method()
def clip(x, min=None, max=None, **old_names):
    """x inside [min, max]; either may be None."""
    min, max = old_names.pop("a_min", min), old_names.pop("a_max", max)
    if old_names or isinstance(min, Tensor) or isinstance(max, Tensor):
        raise TypeError(f"clip: the bounds are constants, min and max; for a Tensor as a bound use maximum and minimum{', not ' if old_names else ''}"
                        f"{', '.join(old_names)}")  # fmt: skip
    return RULES["clip"](x, **{key: bound if isinstance(bound, (int, float)) or bound is None else np.array(bound) for key, bound in (("min", min), ("max", max))})


@implements(np.where)
def where(condition, x, y):
    """x where the condition (a plain array) holds, y elsewhere."""
    if isinstance(condition, Tensor):
        raise TypeError("where: the condition must be a plain array; a comparison such as t > 0 gives one")
    return RULES["where"](x, y, condition=np.array(condition, dtype=bool))


@method()
def astype(x, dtype):
    """x in another floating type; the gradient comes back in x's own."""
    if np.dtype(dtype).kind != "f":
        raise TypeError(f"astype: expected a floating type, got {np.dtype(dtype)}; for plain integers use .data.astype")
    return RULES["astype"](x, dtype=np.dtype(dtype))


# --- products ----------------------------------------------------------------------------------------------------------------------------


@implements(np.matmul)
def matmul(x, w):
    """x @ w; a vector on the left is a row, on the right a column, and its axis is dropped from the result."""
    x, w = _node(x), _node(w)
    inner = w.shape[-2:-1] if w.ndim > 1 else w.shape
    if (x.ndim != 1 and w.ndim != 1) or x.shape[-1:] != inner:  # the rule, or its error
        return RULES["matmul"](x, w)
    rows = x.reshape(1, -1) if x.ndim == 1 else x
    columns = w.reshape(-1, 1) if w.ndim == 1 else w
    shape = rows.shape[:-2] if w.ndim == 1 else (columns.shape[:-2] if x.ndim == 1 else ())
    shape += rows.shape[-2:-1] * (x.ndim > 1) + columns.shape[-1:] * (w.ndim > 1)
    return RULES["matmul"](rows, columns).reshape(shape)


@implements(np.dot)
@method()
def dot(x, w):
    """NumPy's dot: the product with a scalar, else the sum over the last axis of x and the last but one of w."""
    x, w = _node(x), _node(w)
    if not x.ndim or not w.ndim:
        return RULES["multiply"](x, w)
    return matmul(x, w) if w.ndim <= 2 else tensordot(x, w, axes=([x.ndim - 1], [w.ndim - 2]))


@implements(np.inner)
def inner(x, w):
    """The sum over the last axes of both."""
    x, w = _node(x), _node(w)
    return RULES["multiply"](x, w) if not x.ndim or not w.ndim else tensordot(x, w, axes=([x.ndim - 1], [w.ndim - 1]))


@implements(np.outer)
@method()
def outer(x, w):
    """Every element of x times every element of w, as a matrix."""
    return RULES["multiply"](_node(x).reshape(-1, 1), _node(w).reshape(1, -1))


@implements(np.tensordot)
def tensordot(x, w, axes=2):
    """The sum over pairs of axes: a number of them (the last of x, the first of w), or two lists."""
    x, w = _node(x), _node(w)
    if isinstance(axes, (int, np.integer)):
        axes = range(x.ndim - axes, x.ndim), range(axes)
    left, right = ([operator.index(a) for a in ([side] if isinstance(side, (int, np.integer)) else side)] for side in axes)
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    of_x, of_w = letters[: x.ndim], list(letters[x.ndim : x.ndim + w.ndim])
    for i, j in zip(left, right, strict=True):
        of_w[j] = of_x[i]
    of_w, summed = "".join(of_w), {of_x[i] for i in left}
    output = "".join(letter for letter in of_x + of_w if letter not in summed)
    return RULES["einsum"](x, w, subscripts=f"{of_x},{of_w}->{output}")


@implements(np.einsum)
def einsum(subscripts, *operands, optimize=False):
    """Einstein's sum; the subscripts are a string. ``...`` and a missing output mean what they mean in NumPy."""
    if not isinstance(subscripts, str):
        raise TypeError('einsum: expected the subscripts as a string, such as "ij,jk->ik"')
    operands = tuple(map(_node, operands))
    return RULES["einsum"](*operands, subscripts=_explicit(subscripts.replace(" ", ""), operands))


def _explicit(subscripts, operands):
    """The subscripts with an output and without ``...``.

    >>> _explicit("...ij,jk", (np.ones((5, 2, 3)), np.ones((3, 4))))
    'Zij,jk->Zik'
    """
    inputs, arrow, output = subscripts.partition("->")
    inputs = inputs.split(",")
    if len(inputs) != len(operands):
        raise ValueError(f"einsum {subscripts!r}: expected {len(inputs)} operands, got {len(operands)}")
    spare = "ZYXWVUTSRQPONMLKJIHGFEDCBA"
    widths = [x.ndim - len(part.replace("...", "")) if "..." in part else 0 for part, x in zip(inputs, operands)]
    most = builtins.max(widths)
    dots = "".join(letter for letter in spare if letter not in subscripts)[:most]
    inputs = [part.replace("...", dots[most - width :]) for part, width in zip(inputs, widths)]
    if not arrow:
        letters = "".join(inputs)
        output = dots + "".join(sorted(letter for letter in set(letters) if letters.count(letter) == 1 and letter not in dots))
    return ",".join(inputs) + "->" + output.replace("...", dots)


@implements(np.linalg.inv)
def inv(x):
    """The inverse of a square matrix, or of each of a stack."""
    return RULES["inv"](x)


@implements(np.linalg.det)
def det(x):
    """The determinant."""
    return RULES["det"](x)


@implements(np.linalg.slogdet)
def slogdet(x):
    """(sign, log |det|); the sign has no gradient and is a plain array."""
    return np.linalg.slogdet(getattr(x, "current", x))[0], RULES["logabsdet"](x)


@implements(np.linalg.solve)
def solve(a, b):
    """The y with a @ y = b, for b a vector or matrices."""
    a, b = _node(a), _node(b)
    return RULES["solve"](a, b.reshape(-1, 1))[..., 0] if b.ndim == 1 else RULES["solve"](a, b)


@implements(np.linalg.cholesky)
def cholesky(a):
    """The lower triangular L with L Lᵀ = a."""
    return RULES["cholesky"](a)


@implements(np.diagonal)
@method()
def diagonal(x, offset=0, axis1=0, axis2=1):
    """The elements (i, i + offset) of two axes, as a last axis."""
    x = moveaxis(x, (axis1, axis2), (-2, -1))
    rows, columns = x.shape[-2:]
    i = np.arange(builtins.max(0, builtins.min(rows + builtins.min(0, offset), columns - builtins.max(0, offset))))
    return x[..., i - builtins.min(0, offset), i + builtins.max(0, offset)]


@implements(np.trace)
@method()
def trace(x, offset=0, axis1=0, axis2=1):
    """The sum of a diagonal."""
    return diagonal(x, offset, axis1, axis2).sum(axis=-1)


# --- reductions --------------------------------------------------------------------------------------------------------------------------


def _reduction(name, numpy_function=None, **options):
    rule = RULES[name]

    def function(x, axis=None, *, keepdims=False, **keywords):
        if "ddof" in options and "unbiased" in keywords:
            keywords["ddof"] = int(keywords.pop("unbiased"))
        unknown = [key for key in keywords if key not in options]
        if unknown:
            raise TypeError(f"{name} of a Tensor: the arguments {', '.join(unknown)} are not supported; leave them out")
        axis = axis if axis is None or isinstance(axis, tuple) else tuple(axis) if isinstance(axis, list) else operator.index(axis)
        return rule(x, axis=axis, keepdims=bool(keepdims), **{**options, **keywords})

    function.__name__ = function.__qualname__ = name
    function.__doc__ = rule.__doc__ or f"The {name} over an axis, a tuple of axes, or all."
    method()(function)
    return implements(numpy_function)(function) if numpy_function else function


implements(np.amax)(lambda *args, **keywords: max(*args, **keywords))
implements(np.amin)(lambda *args, **keywords: min(*args, **keywords))
sum, mean, max, min = _reduction("sum", np.sum), _reduction("mean", np.mean), _reduction("max", np.max), _reduction("min", np.min)
prod, var, std = _reduction("prod", np.prod), _reduction("var", np.var, ddof=0), _reduction("std", np.std, ddof=0)
logsumexp = _reduction("logsumexp")


@implements(np.linalg.norm)
@method()
def norm(x, ord=None, axis=None, keepdims=False):
    """The root of the sum of squares (ord None, 2 of a vector, "fro" of a matrix), the sum (1) or the largest (inf) of the magnitudes of a vector."""
    axes = x.ndim if axis is None else len(axis) if isinstance(axis, tuple) else 1
    if ord is None or (ord == 2 and axes == 1) or (ord == "fro" and axes == 2):
        return RULES["norm"](x, axis=axis, keepdims=keepdims)
    if axes == 1 and ord in (1, np.inf):
        return (sum if ord == 1 else max)(absolute(x), axis, keepdims=keepdims)
    raise TypeError(f"norm of a Tensor: ord={ord!r} is not supported for {axes} axes; supported are None, 'fro', and 1, 2, inf of a vector")


@implements(np.cumsum)
@method()
def cumsum(x, axis=None):
    """Running sums along an axis, or of all elements in a row."""
    return RULES["cumsum"](x.reshape(-1), axis=0) if axis is None else RULES["cumsum"](x, axis=operator.index(axis))


@method()
def argmax(x, axis=None, *, keepdims=False):
    """NumPy's argmax: a plain array of indices."""
    return np.argmax(getattr(x, "current", x), axis=axis, keepdims=keepdims)


@method()
def argmin(x, axis=None, *, keepdims=False):
    """NumPy's argmin: a plain array of indices."""
    return np.argmin(getattr(x, "current", x), axis=axis, keepdims=keepdims)


# --- shapes --------------------------------------------------------------------------------------------------------------------------------


@implements(np.reshape)
@method("reshape", "view")
def reshape(x, *shape, **keyword):
    """The same elements in another shape; one length may be -1."""
    return RULES["reshape"](x, shape=_static(shape or (keyword.pop("shape"),)), **keyword)


@implements(np.ravel)
@method("ravel", "flatten")
def ravel(x):
    """All elements in a row."""
    return reshape(x, -1)


@implements(np.transpose)
@method()
def transpose(x, *axes, **keyword):
    """The axes in another order: reversed if none is given."""
    axes = axes or (keyword.pop("axes", None),)
    return RULES["transpose"](x, axes=None if axes == (None,) else _static(axes), **keyword)


@implements(np.swapaxes)
@method()
def swapaxes(x, axis1, axis2):
    """Two axes exchanged."""
    order = list(range(x.ndim))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return transpose(x, order)


@implements(np.moveaxis)
def moveaxis(x, source, destination):
    """Axes moved to other places."""
    order = np.moveaxis(np.empty(range(x.ndim) if x.ndim == 0 else (1,) * x.ndim), source, destination)  # NumPy checks the axes
    del order
    source, destination = ([a % x.ndim for a in (side if isinstance(side, (tuple, list)) else (side,))] for side in (source, destination))
    order = [a for a in range(x.ndim) if a not in source]
    for place, axis in sorted(zip(destination, source, strict=True)):
        order.insert(place, axis)
    return transpose(x, order)


@implements(np.squeeze)
@method()
def squeeze(x, axis=None):
    """Without the axes of length 1, or without the given ones, which must be of length 1."""
    return reshape(x, np.squeeze(_hollow(x), axis).shape)


@implements(np.expand_dims)
@method("expand_dims", "unsqueeze")
def expand_dims(x, axis):
    """With new axes of length 1."""
    return reshape(x, np.expand_dims(_hollow(x), axis).shape)


def _hollow(x):
    """An array of x's shape that takes no memory: NumPy's own functions tell from it the shape of their results, and their errors."""
    return np.broadcast_to(np.float64(0), x.shape)


@implements(np.broadcast_to)
@method()
def broadcast_to(x, *shape):
    """x repeated to a larger shape, by NumPy's broadcasting rules."""
    return RULES["broadcast_to"](x, shape=_static(shape))


@implements(np.concatenate)
def concatenate(arrays, axis=0):
    """The arrays one after the other along an axis they have, or all their elements in a row for axis=None."""
    parts = tuple(map(_node, arrays))
    return RULES["concatenate"](*(part.reshape(-1) for part in parts), axis=0) if axis is None else RULES["concatenate"](*parts, axis=axis)


@implements(np.stack)
def stack(arrays, axis=0):
    """The arrays side by side along a new axis."""
    return concatenate([expand_dims(_node(part), axis) for part in arrays], axis)


@implements(np.vstack)
def vstack(tup):
    """The arrays as rows, one below the other."""
    return concatenate([part if part.ndim > 1 else part.reshape(1, -1) for part in map(_node, tup)], 0)


@implements(np.hstack)
def hstack(tup):
    """The arrays one after the other, along the second axis where they have one."""
    parts = [part if part.ndim else part.reshape(1) for part in map(_node, tup)]
    return concatenate(parts, 0 if parts[0].ndim == 1 else 1)


@implements(np.split)
@method()
def split(x, indices_or_sections, axis=0):
    """Parts along an axis: that many equal ones, or cut at the given indices."""
    before, n = (slice(None),) * (axis % x.ndim), x.shape[axis]
    if isinstance(indices_or_sections, (int, np.integer)):
        if n % indices_or_sections:
            raise ValueError(f"split of {x.describe()}: expected equal parts, but axis {axis} of length {n} is not divisible by {indices_or_sections}")
        cuts = range(n // indices_or_sections, n, n // indices_or_sections) if n else ()
    else:
        cuts = indices_or_sections
    return [x[(*before, slice(start, end))] for start, end in zip([0, *cuts], [*cuts, n])]


@implements(np.pad)
@method()
def pad(x, pad_width, mode="constant", constant_values=0):
    """x with zeros around it: ``pad_width`` is a number, a pair, or a pair for each axis."""
    if mode != "constant" or constant_values != 0:
        raise TypeError(f"pad of a Tensor: only zeros are supported, got mode={mode!r}, constant_values={constant_values!r}; concatenate does the rest")
    return RULES["pad"](x, widths=tuple((int(a), int(b)) for a, b in np.broadcast_to(pad_width, (x.ndim, 2))))


@implements(np.repeat)
@method()
def repeat(x, repeats, axis=None):
    """Each element (or slice along an axis) that many times in a row."""
    if axis is None:
        x, axis = ravel(x), 0
    return x[(slice(None),) * (axis % x.ndim) + (np.repeat(np.arange(x.shape[axis]), repeats),)]


@implements(np.take)
@method()
def take(x, indices, axis=None):
    """The slices with the given numbers along an axis; one that is taken twice gets both gradients."""
    if axis is None:
        x, axis = ravel(x), 0
    return x[(slice(None),) * (axis % x.ndim) + (np.asarray(getattr(indices, "current", indices)),)]


@implements(np.flip)
@method()
def flip(x, axis=None):
    """The order of elements reversed along an axis, several, or all."""
    axes = range(x.ndim) if axis is None else [a % x.ndim for a in (axis if isinstance(axis, tuple) else (axis,))]
    return x[tuple(slice(None, None, -1 if i in axes else 1) for i in range(x.ndim))]


@implements(np.tril)
@method()
def tril(x, k=0):
    """The lower triangle; zeros above."""
    return where(np.tril(np.ones(x.shape[-2:], dtype=bool), k), x, 0)


@implements(np.triu)
@method()
def triu(x, k=0):
    """The upper triangle; zeros below."""
    return where(np.triu(np.ones(x.shape[-2:], dtype=bool), k), x, 0)


@implements(np.lib.stride_tricks.sliding_window_view)
def sliding_window_view(x, window_shape, axis=None):
    """All windows of a shape, as new last axes, as in NumPy; an element in several windows gets the gradients of all."""
    shape = window_shape if isinstance(window_shape, (tuple, list)) else (window_shape,)
    axes = range(x.ndim) if axis is None else axis if isinstance(axis, (tuple, list)) else (axis,)
    np.lib.stride_tricks.sliding_window_view(_hollow(x), window_shape, axis)  # NumPy checks the arguments
    for n, a in zip(shape, axes, strict=True):
        a = a % x.ndim
        windows = np.arange(x.shape[a] - n + 1)[:, None] + np.arange(n)
        x = moveaxis(x[(slice(None),) * a + (windows,)], a + 1, -1)
    return x


Tensor.T = property(Tensor.transpose, doc="The tensor with its axes reversed.")
Tensor.mT = property(lambda self: swapaxes(self, -1, -2), doc="The tensor with its last two axes exchanged.")
