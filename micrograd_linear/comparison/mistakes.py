"""What people compute in place of one contribution of an operation: its derivative left out, taken at the output, of another function, ...

``mistakes(operation, position, arrays, y, static)`` lists (kind, words, f) for y = operation(*arrays): f(g) is what somebody may have written for
what g = dL/dy adds to the gradient of arrays[position]. Right contributions are among them where numbers happen to coincide; that is for the
caller to see. Elementwise operations and matrix products are written so that arrays may carry one more leading axis, of several nodes at once.
"""

import numpy as np

from ..rules import RULES

ACTIVATIONS = ("tanh", "sigmoid", "relu", "softplus", "leaky_relu")
FUNCTIONS = ("exp", "log", "sqrt", "square", "sin", "cos")
UNARY = (*ACTIVATIONS, *FUNCTIONS, "tan", "expm1", "log1p", "absolute")
DERIVATIVES = {
    "tanh": "1 - tanh(z)**2", "sigmoid": "σ(z) (1 - σ(z))", "relu": "z > 0", "exp": "exp(z)", "log": "1 / z", "softplus": "σ(z)", "square": "2 z",
    "sqrt": "1 / (2 sqrt(z))", "sin": "cos(z)", "cos": "-sin(z)",
}  # fmt: skip
OF_SEVERAL = ("max", "min", "prod")  # whose mistakes tell one element from the others
BATCHED = {*UNARY, "negative", "add", "subtract", "multiply", "divide", "power", "maximum", "minimum"}  # whose arrays may carry a leading axis


def mistakes(operation, position, arrays, y, static, shape=None):
    """[(kind, words, f)] for one operand of an operation; see above. ``shape`` is that of one node's y, where arrays are of several."""
    shape = np.shape(y) if shape is None else shape
    if operation in UNARY:
        return _of_a_function(operation, arrays[0], y, static)
    if operation not in _OF or (operation in OF_SEVERAL and np.size(arrays[position]) == 1):
        return []
    found = _OF[operation](position, arrays, y, static)
    if operation == "multiply" and shape and shape[-1] > 1:
        found.append(_largest_alone(arrays[1 - position]))
    return found


def derivative(operation, x, static=None):
    """f'(x), elementwise."""
    return RULES[operation].formula(x, **(static or {}))[1][0](np.ones_like(x))


def _of_a_function(operation, x, y, static):
    right = derivative(operation, x, static)
    written = DERIVATIVES.get(operation, f"that of {operation}")
    found = [
        ("local-derivative", "the derivative is left out", lambda g: g),
        ("local-derivative", f"the derivative is taken at the output; it is {written} of the input z", lambda g: g * derivative(operation, y, static)),
        ("local-derivative", f"the value of {operation} stands in place of its derivative", lambda g: g * y),
        ("local-derivative", f"the input stands in place of the derivative, which is {written}", lambda g: g * x),
        ("local-derivative", "the derivative is there twice", lambda g: g * right * right),
        ("local-derivative", "it was divided by the derivative", lambda g: g / right),
        ("local-derivative", "the derivative is taken of the gradient, not of the input", lambda g: derivative(operation, g, static)),
        ("local-derivative", "the derivative stands alone, without the gradient that comes in", lambda g: right + 0 * g),
    ]
    you = [(words, value) for words, value in _written(operation, x, y)]
    found[:0] = [("local-derivative", f"you used {words}; it is {written}", lambda g, value=value: g * value) for words, value in you]
    if operation in ("relu", "leaky_relu"):
        found.append(("local-derivative", "it passes where the gradient that comes in is positive, not where the input is", lambda g: g * (g > 0)))
        found.append(("local-derivative", "it passes where the input is negative", lambda g: g * (x <= 0)))
    for others in (ACTIVATIONS, FUNCTIONS):
        for other in others if operation in others else ():
            if other != operation:
                words = f"you used the derivative of {other}; the step is {operation}"
                found.append(("local-derivative", words, lambda g, other=other: g * derivative(other, x)))
                found.append(("local-derivative", words + ", and took it at the output", lambda g, other=other: g * derivative(other, y)))
    return found


def _written(operation, x, y):
    """(words, value): what stands on paper for the derivative of one function."""
    return {
        "tanh": [("1 - z**2", 1 - x * x), ("1 - tanh(z)", 1 - y), ("1 + tanh(z)**2", 1 + y * y), ("(1 - tanh(z))**2", (1 - y) ** 2)],
        "sigmoid": [("z (1 - z)", x * (1 - x)), ("1 - σ(z)", 1 - y), ("σ(z) (1 + σ(z))", y * (1 + y)), ("1 - σ(z)**2", 1 - y * y), ("(1 - σ(z))**2", (1 - y) ** 2)],
        "square": [("z, without the 2", x), ("z**2", x * x), ("2", 2 + 0 * x)],
        "sqrt": [("1 / sqrt(z), without the 1/2", 1 / y), ("1 / (2 z)", 0.5 / x), ("sqrt(z) / 2", y / 2), ("2 sqrt(z)", 2 * y), ("1 / 2", 0.5 + 0 * x)],
        "log": [("1 / log(z)", 1 / y), ("1 / z**2", 1 / (x * x)), ("1", 1 + 0 * x)],
        "exp": [("z exp(z - 1)", x * np.exp(x - 1)), ("z exp(z)", x * y), ("exp(-z)", 1 / y)],
        "softplus": [("σ(z) (1 - σ(z))", derivative("sigmoid", x)), ("σ(y)", 1 / (1 + np.exp(-y)))],
        "absolute": [("z", x), ("1", 1 + 0 * x), ("z / |z|**2", np.sign(x) / y)],
        "sin": [("-cos(z)", -np.cos(x))],
        "cos": [("sin(z)", np.sin(x))],
    }.get(operation, [])


def _multiply(position, arrays, y, static):
    own, other = arrays[position], arrays[1 - position]
    return [
        ("local-derivative", "the other factor is left out", lambda g: g + 0 * other),
        ("wrong-operand", "multiplied by itself instead of the other factor", lambda g: g * own),
        ("wrong-operand", "multiplied by the product instead of the other factor", lambda g: g * y),
        ("local-derivative", "the other factor is there twice", lambda g: g * other * other),
        ("local-derivative", "divided by the other factor instead of multiplied", lambda g: g / other),
        ("wrong-operand", "the other factor stands alone, without the gradient that comes in", lambda g: other + 0 * g),
        ("wrong-operand", "the other factor is rounded to whole numbers", lambda g: g * np.round(other)),
    ]


def _largest_alone(other):
    words = "the largest of the other factor along its last axis counts as 1, the rest as 0"
    return "wrong-operand", words, lambda g: g * _one_hot(other)


def _one_hot(x):
    """1 for the largest along the last axis, 0 for the rest; nothing for what is a mask already."""
    return x == x.max(axis=-1, keepdims=True) if x.ndim and x.shape[-1] > 1 and len(np.unique(x)) > 2 else np.nan


def _divide(position, arrays, y, static):
    a, b = arrays
    if position == 0:
        return [
            ("local-derivative", "not divided by the denominator", lambda g: g + 0 * b),
            ("local-derivative", "multiplied by the denominator instead of divided", lambda g: g * b),
            ("local-derivative", "divided by the square of the denominator", lambda g: g / b**2),
            ("wrong-operand", "multiplied by the quotient", lambda g: g * y),
        ]
    found = []
    for sign, words in ((1, ""), (-1, "; the minus is missing, too")):
        found += [
            ("local-derivative", f"of -a / b**2 the a is missing{words}", lambda g, s=sign: -s * g / b**2 + 0 * a),
            ("local-derivative", f"of -a / b**2 the square is missing{words}", lambda g, s=sign: -s * g * a / b),
            ("local-derivative", f"of -a / b**2 the division is missing{words}", lambda g, s=sign: -s * g * a),
            ("local-derivative", f"of -a / b**2 only 1 / b is there{words}", lambda g, s=sign: -s * g / b + 0 * a),
            ("local-derivative", f"of -a / b**2 the b is there with the power 3{words}", lambda g, s=sign: -s * g * a / b**3),
            ("local-derivative", f"-b / a**2 instead of -a / b**2{words}", lambda g, s=sign: -s * g * b / a**2),
            ("wrong-operand", f"the quotient is there twice{words}", lambda g, s=sign: -s * g * y * y),
        ]
    found.append(("local-derivative", "of -a / b**2 only -1 is there", lambda g: -g + 0 * a))
    return found


def _power(position, arrays, y, static):
    x, p = arrays
    if position == 1:
        return [
            ("local-derivative", "the logarithm of the base is missing", lambda g: g * y),
            ("local-derivative", "p x**(p - 1) is not the derivative along p", lambda g: g * p * x ** (p - 1)),
        ]
    return [
        ("local-derivative", "the exponent was not lowered: p x**p instead of p x**(p - 1)", lambda g: g * p * y),
        ("local-derivative", "the factor p of p x**(p - 1) is missing", lambda g: g * x ** (p - 1)),
        ("local-derivative", "the factor is p - 1 instead of p", lambda g: g * (p - 1) * x ** (p - 1)),
        ("local-derivative", "the exponent was raised: p x**(p + 1) instead of p x**(p - 1)", lambda g: g * p * x ** (p + 1)),
        ("local-derivative", "the exponent was lowered by 2", lambda g: g * p * x ** (p - 2)),
        ("local-derivative", "neither factor nor lower exponent: x**p", lambda g: g * y),
        ("local-derivative", "only the factor p of p x**(p - 1) is there", lambda g: g * p + 0 * x),
        ("local-derivative", "the sign of the exponent is lost: p x**(-p)", lambda g: g * p * x ** (-p)),
        ("local-derivative", "x**(p - 1) without the sign of p", lambda g: g * np.abs(p) * x ** (p - 1)),
        ("local-derivative", "the derivative is left out", lambda g: g + 0 * x),
        ("local-derivative", "the derivative stands alone, without the gradient that comes in", lambda g: p * x ** (p - 1) + 0 * g),
    ]


def _larger(position, arrays, y, static):
    own, other = arrays[position], arrays[1 - position]
    return [
        ("local-derivative", "the mask is missing: it passes whatever the input is", lambda g: g + 0 * other),
        ("local-derivative", "the mask is inverted", lambda g: g * (own != y)),
        ("local-derivative", "the value stands in place of the mask", lambda g: g * y),
        ("local-derivative", "it passes where the gradient that comes in is positive", lambda g: g * (g > 0)),
        ("local-derivative", "it passes where the input is positive", lambda g: g * (own > 0)),
    ]


def _where(position, arrays, y, static):
    taken = np.broadcast_to(static["condition"], np.shape(y))
    return [
        ("local-derivative", "the mask is missing: it passes whatever the input is", lambda g: g),
        ("local-derivative", "the mask is inverted", lambda g: g * (~taken if position == 0 else taken)),
    ]


def _clip(position, arrays, y, static):
    x = arrays[0]
    return [
        ("local-derivative", "the mask is missing: it passes whatever the input is", lambda g: g),
        ("local-derivative", "the mask is inverted", lambda g: g * (x != y)),
        ("local-derivative", "only the lower bound cuts", lambda g: g * (x == np.maximum(x, -np.inf if static.get("min") is None else static["min"]))),
        ("local-derivative", "only the upper bound cuts", lambda g: g * (x == np.minimum(x, np.inf if static.get("max") is None else static["max"]))),
    ]


def _matmul(position, arrays, y, static):
    x, w = arrays
    found = []
    if position == 0 and w.shape[-1] == w.shape[-2]:
        found.append(("wrong-operand", "the other matrix is not transposed", lambda g: g @ w))
    if position == 1 and x.shape[-1] == x.shape[-2]:
        found.append(("wrong-operand", "the other matrix is not transposed", lambda g: x @ g))
    if x.shape[-2:] == w.shape[-2:]:  # square
        other = w if position == 0 else x
        found.append(("wrong-operand", "multiplied elementwise instead of as a matrix product", lambda g: g * other))
        found.append(("wrong-operand", "the order of the product is turned round", lambda g: w.mT @ g if position == 0 else g @ x.mT))
    if x.ndim == w.ndim:
        n, d, m = x.shape[-2], x.shape[-1], w.shape[-1]
        if position == 1 and 1 not in (n, d) and n != d:
            found.append(("permuted", "the other matrix is reshaped, not transposed", lambda g: x.reshape(*x.shape[:-2], d, n) @ g))
        if position == 0 and 1 not in (d, m) and d != m:
            found.append(("permuted", "the other matrix is reshaped, not transposed", lambda g: g @ w.reshape(*w.shape[:-2], m, d)))
    if y.shape[-1] == y.shape[-2] > 1:
        found.append(("transpose", "the gradient that comes in is transposed", lambda g: g.mT @ w.mT if position == 0 else x.mT @ g.mT))
    if x.shape[-2] == w.shape[-1] == 1:
        return found
    if position == 0 and y.shape[-1] == x.shape[-1]:
        found.append(("wrong-operand", "the other matrix is left out", lambda g: g))
    if position == 1 and y.shape[-2] == w.shape[-2]:
        found.append(("wrong-operand", "the other matrix is left out", lambda g: g))
    return found


def _spread(g, x, static):
    """g in the shape of x, whose axes were reduced."""
    axis = static.get("axis")
    if axis is None or static.get("keepdims"):
        return np.broadcast_to(np.reshape(g, (1,) * x.ndim) if axis is None else g, x.shape)
    return np.broadcast_to(np.expand_dims(g, axis), x.shape)


def _extremum(position, arrays, y, static):
    x = arrays[0]
    return [
        ("local-derivative", "every element gets the gradient, not the largest alone", lambda g: _spread(g, x, static)),
        ("local-derivative", "the gradient is spread evenly over all elements, as by an average", lambda g: _spread(g, x, static) * (np.size(y) / x.size)),
        ("local-derivative", "every element but the one that was taken gets the gradient", lambda g: _spread(g, x, static) * (x != _spread(y, x, static))),
        ("local-derivative", "the element that was taken gets its value times the gradient", lambda g: _spread(g * y, x, static) * (x == _spread(y, x, static))),
    ]


def _sum(position, arrays, y, static):
    x = arrays[0]
    return [
        ("wrong-operand", "multiplied by what was summed", lambda g: _spread(g, x, static) * x),
        ("wrong-operand", "multiplied by the result", lambda g: _spread(g * y, x, static)),
    ]


def _var(position, arrays, y, static):
    x = arrays[0]
    n, axis = x.size // max(np.size(y), 1), static.get("axis")
    centred = x - x.mean(axis=axis, keepdims=True)
    return [
        ("missing-path", "the mean was not subtracted: 2 x / n instead of 2 (x - mean) / n", lambda g: _spread(g, x, static) * 2 * x / n),
        ("factor", "the 2 is missing", lambda g: _spread(g, x, static) * centred / n),
        ("local-derivative", "the square stands in place of its derivative", lambda g: _spread(g, x, static) * centred**2 / n),
    ]


def _std(position, arrays, y, static):
    x = arrays[0]
    n, axis, wide = x.size // max(np.size(y), 1), static.get("axis"), _spread(y, x, static)
    centred = x - x.mean(axis=axis, keepdims=True)
    return [
        ("missing-path", "the mean was not subtracted", lambda g: _spread(g, x, static) * x / (n * wide)),
        ("local-derivative", "not divided by the standard deviation", lambda g: _spread(g, x, static) * centred / n),
        ("local-derivative", "it is the derivative of the variance", lambda g: _spread(g, x, static) * 2 * centred / n),
        ("local-derivative", "divided by the variance", lambda g: _spread(g, x, static) * centred / (n * wide**2)),
    ]


def _norm(position, arrays, y, static):
    x = arrays[0]
    wide = _spread(y, x, static)
    return [
        ("local-derivative", "not divided by the norm", lambda g: _spread(g, x, static) * x),
        ("local-derivative", "divided by the square of the norm", lambda g: _spread(g, x, static) * x / wide**2),
        ("local-derivative", "it is the derivative of the squared norm", lambda g: _spread(g, x, static) * 2 * x),
    ]


def _logsumexp(position, arrays, y, static):
    x, axis = arrays[0], static.get("axis")
    wide = _spread(y, x, static)
    p = np.exp(x - wide)
    found = [
        ("local-derivative", "the softmax is missing", lambda g: _spread(g, x, static)),
        ("local-derivative", "exp(z) is not divided by its sum", lambda g: _spread(g, x, static) * np.exp(x)),
        ("diagonal-only", "p (1 - p) instead of the softmax p", lambda g: _spread(g, x, static) * p * (1 - p)),
        ("local-derivative", "the gradient goes to the largest element alone, as of a maximum", lambda g: _spread(g, x, static) * (x == x.max(axis=axis, keepdims=True))),
        ("local-derivative", "the logarithm of the softmax stands in its place", lambda g: _spread(g, x, static) * np.log(p)),
    ]
    e = np.exp(x - x.max(initial=-np.inf))
    for other in [*range(x.ndim), None]:
        if axis is not None and other not in (axis, x.ndim + axis if isinstance(axis, int) else axis):
            words = f"the softmax is taken over {'all axes' if other is None else f'axis {other}'}, not over axis {axis}"
            found.append(("local-derivative", words, lambda g, o=other: _spread(g, x, static) * e / e.sum(axis=o, keepdims=True)))
    return found


def _cumsum(position, arrays, y, static):
    axis = static["axis"]
    return [
        ("permuted", "summed from the front; the gradient is summed from the end", lambda g: np.cumsum(g, axis=axis)),
        ("local-derivative", "the sum over what follows is missing", lambda g: g),
    ]


def _prod(position, arrays, y, static):
    x = arrays[0]
    return [
        ("local-derivative", "not divided by the element itself", lambda g: _spread(g * y, x, static)),
        ("local-derivative", "the product of the others is missing", lambda g: _spread(g, x, static)),
    ]


def _getitem(position, arrays, y, static):
    def overwritten(g):  # what assignment in place of addition makes of indices that occur several times
        last = np.zeros_like(arrays[0])
        last[static["index"]] = g
        return last

    def first(g):
        places = np.arange(arrays[0].size).reshape(arrays[0].shape)[static["index"]].reshape(-1)
        kept = np.zeros(arrays[0].size, dtype=arrays[0].dtype)
        kept[places[::-1]] = np.reshape(g, -1)[::-1]
        return kept.reshape(arrays[0].shape)

    words = "an element that was taken several times keeps only one of its gradients: = where += belongs"
    found = [("overwritten-repeats", words, overwritten), ("overwritten-repeats", words, first)]
    index = static["index"] if isinstance(static["index"], tuple) else (static["index"],)
    for axis, one in enumerate(index):
        if isinstance(one, np.ndarray) and one.dtype.kind in "iu" and one.size and not any(i is None or i is ... for i in index[:axis]):
            n = arrays[0].shape[axis]
            others = ("the next one", (one + 1) % n), ("the one before", (one - 1) % n), ("the first one", one * 0)
            others += ("that of the first row", one * 0 + one.flat[0]), ("one counted from the end", n - 1 - one)
            for which, moved in others:
                words = f"{which} along axis {axis} gets the gradient, not the one that was taken"
                found.append(("permuted", words, _scattered(arrays[0], (*index[:axis], moved, *index[axis + 1 :]))))
    if len(index) == 2 and arrays[0].ndim == 2 and all(np.ndim(one) == 1 for one in index):

        def at_all_columns(g):
            total = np.zeros_like(arrays[0])
            total[:, index[1]] = np.mean(g)
            return total

        found.append(("permuted", "every row gets it at the columns of all rows: [:, y] where [arange(n), y] belongs", at_all_columns))
    return found


def _scattered(x, index):
    def scattered(g):
        total = np.zeros_like(x)
        np.add.at(total, index, g)
        return total

    return scattered


def _reshape(position, arrays, y, static):
    x = arrays[0]
    found = [("permuted", "the numbers are put back column by column", lambda g: g.reshape(x.shape, order="F"))]
    for i in range(np.ndim(y)):
        for j in range(i):
            found.append(("permuted", f"axes {j} and {i} were exchanged before it was put back", lambda g, i=i, j=j: g.swapaxes(i, j).reshape(x.shape)))
    if x.ndim >= 2:
        found.append(("permuted", "it was put back into the transposed shape", lambda g: g.reshape(x.mT.shape).mT))
    return found


def _transpose(position, arrays, y, static):
    x, axes = arrays[0], static.get("axes")
    found = [("permuted", "reshaped where it should be transposed", lambda g: g.reshape(x.shape))]
    if axes is not None:
        found.append(("permuted", "transposed by the same axes again instead of back", lambda g: np.transpose(g, axes)))
    if np.shape(y) == x.shape:
        found.append(("transpose", "not transposed back", lambda g: g))
    return found


def _concatenate(position, arrays, y, static):
    axis = static.get("axis", 0)
    ends = np.cumsum([0] + [part.shape[axis] for part in arrays])
    own = arrays[position].shape

    def cut(start):
        return lambda g: np.take(g, range(start, start + own[axis]), axis=axis)

    return [
        ("permuted", "it is the slice of another part", cut(int(start)))
        for start in {*ends[:-1], ends[-1] - own[axis], *(e + 1 for e in ends[:-1]), *(e - 1 for e in ends[1:-1])}
        if 0 <= start <= ends[-1] - own[axis] and start != ends[position]
    ]


def _einsum(position, arrays, y, static):
    def pulled(g, **others):
        replaced = [others.get(f"x{i}", array) for i, array in enumerate(arrays)]
        return RULES["einsum"].formula(*replaced, **static)[1][position](g)

    found = []
    for i, j in _equal_axes(np.shape(y)):
        found.append(("transpose", f"axes {j} and {i} of the gradient that comes in are exchanged", lambda g, i=i, j=j: pulled(g.swapaxes(i, j))))
    for k, other in enumerate(arrays):
        if k != position:
            replaced = [("local-derivative", f"operand {k} is left out", np.ones_like(other))]
            replaced += [("transpose", f"operand {k} is not transposed", other.swapaxes(i, j)) for i, j in _equal_axes(other.shape)]
            found += [(kind, words, lambda g, k=k, array=array: pulled(g, **{f"x{k}": array})) for kind, words, array in replaced]
    return found


def _equal_axes(shape):
    return [(i, j) for i in range(len(shape)) for j in range(i) if shape[i] == shape[j] > 1]


def _inverse(position, arrays, y, static):
    return [
        ("wrong-operand", "the inverse is not transposed", lambda g: -(y @ g @ y)),
        ("wrong-operand", "transposed on one side alone", lambda g: -(y.mT @ g @ y)),
        ("local-derivative", "it is the inverse of the gradient's own matrix, once", lambda g: -(y.mT @ g)),
    ]


def _determinant(position, arrays, y, static):
    inverse = np.linalg.inv(arrays[0])
    return [
        ("transpose", "the inverse is not transposed", lambda g: (g * y)[..., None, None] * inverse),
        ("local-derivative", "the determinant itself is left out", lambda g: g[..., None, None] * inverse.mT),
    ]


def _logabsdet(position, arrays, y, static):
    inverse = np.linalg.inv(arrays[0])
    return [("transpose", "the inverse is not transposed", lambda g: g[..., None, None] * inverse)]


_OF = {
    "multiply": _multiply, "divide": _divide, "power": _power, "maximum": _larger, "minimum": _larger, "where": _where, "clip": _clip,
    "matmul": _matmul, "einsum": _einsum, "max": _extremum, "min": _extremum, "sum": _sum, "mean": _sum, "var": _var, "std": _std, "norm": _norm,
    "logsumexp": _logsumexp, "cumsum": _cumsum, "prod": _prod, "getitem": _getitem, "reshape": _reshape, "transpose": _transpose,
    "concatenate": _concatenate, "inv": _inverse, "det": _determinant, "logabsdet": _logabsdet,
}  # fmt: skip
