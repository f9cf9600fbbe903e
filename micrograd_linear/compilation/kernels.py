"""The loops that replay a schedule as machine code. They are the same for every graph: Numba
compiles them once and keeps them on disk.

``values`` and ``gradients`` have a number for every position. Nodes are visited in the order f made
them, and back; so every gradient adds up its contributions in the order of the eager engine, and
equals its gradient to the last bit.

An operation is found by comparing its code, one rung after the other; a ladder that is made from a
table of functions takes a fifth more time. Every operation has a rung of its own, and what no rung
knows is not computed: the loop ends and returns the code.
"""

import numba

from .jitted import OPTIONS, derivative_of, fingerprint, value_of
from .schedule import CODES

_CODE = {name: code for code, name in enumerate(CODES)}
ALL_KNOWN = -1  # what a loop returns that has met no unknown code

ADD, SUBTRACT, MULTIPLY, DIVIDE, POWER = (
    _CODE[name] for name in ("add", "subtract", "multiply", "divide", "power")
)
MAXIMUM, MINIMUM, LEAKY_RELU, NEGATIVE, ABSOLUTE = (
    _CODE[name] for name in ("maximum", "minimum", "leaky_relu", "negative", "absolute")
)
EXP, EXPM1, LOG, LOG1P, SQRT = (_CODE[name] for name in ("exp", "expm1", "log", "log1p", "sqrt"))
SIN, COS, TAN, TANH = (_CODE[name] for name in ("sin", "cos", "tan", "tanh"))
SIGMOID, SOFTPLUS, RELU = (_CODE[name] for name in ("sigmoid", "softplus", "relu"))
SELECT, DETACH, SUM, DOT, DOT_LEFT = (
    _CODE[name] for name in ("select", "detach", "sum", "dot", "dot_left")
)
POWER_OF_CONSTANT, NOTHING = (_CODE[name] for name in ("power_of_constant", "nothing"))

add, subtract, multiply, divide, power = (
    value_of(name) for name in ("add", "subtract", "multiply", "divide", "power")
)
maximum, minimum, leaky_relu, negative, absolute = (
    value_of(name) for name in ("maximum", "minimum", "leaky_relu", "negative", "absolute")
)
exp, expm1, log, log1p, sqrt = (value_of(name) for name in ("exp", "expm1", "log", "log1p", "sqrt"))
sin, cos, tan, tanh = (value_of(name) for name in ("sin", "cos", "tan", "tanh"))
sigmoid, softplus, relu = (value_of(name) for name in ("sigmoid", "softplus", "relu"))

d_add, d_subtract, d_multiply, d_divide, d_power = (
    derivative_of(name) for name in ("add", "subtract", "multiply", "divide", "power")
)
d_maximum, d_minimum, d_leaky_relu, d_negative, d_absolute = (
    derivative_of(name) for name in ("maximum", "minimum", "leaky_relu", "negative", "absolute")
)
d_exp, d_expm1, d_log, d_log1p, d_sqrt = (
    derivative_of(name) for name in ("exp", "expm1", "log", "log1p", "sqrt")
)
d_sin, d_cos, d_tan, d_tanh = (derivative_of(name) for name in ("sin", "cos", "tan", "tanh"))
d_sigmoid, d_softplus, d_relu = (derivative_of(name) for name in ("sigmoid", "softplus", "relu"))


@numba.njit(inline="always", **OPTIONS)
def _select(terms, offset, count, index):
    """The position of the item that an integer, which may count from the end, takes."""
    return terms[offset + (index if index >= 0 else index + count)]


@numba.njit(**OPTIONS)
def _forward(code, left, right, start, terms, values, indices):  # noqa: C901 (rungs)
    first = len(values) - len(code)
    for n in range(len(code)):
        c = code[n]
        if DOT <= c <= DOT_LEFT:
            total = values[start[n]]
            k = left[n]
            for _ in range(right[n]):
                total += values[terms[k]] * values[terms[k + 1]]
                k += 2
            y = total
        elif c == SUM:
            k = left[n]
            total = values[terms[k]]
            for i in range(1, right[n]):
                total += values[terms[k + i]]
            y = total
        elif c == SELECT:
            y = values[_select(terms, left[n], start[n], indices[right[n]])]
        else:
            x = values[left[n]]
            if c == ADD:
                y = add(x, values[right[n]])
            elif c == SUBTRACT:
                y = subtract(x, values[right[n]])
            elif c == MULTIPLY:
                y = multiply(x, values[right[n]])
            elif c == DIVIDE:
                y = divide(x, values[right[n]])
            elif c == POWER:
                y = power(x, values[right[n]])
            elif c == MAXIMUM:
                y = maximum(x, values[right[n]])
            elif c == MINIMUM:
                y = minimum(x, values[right[n]])
            elif c == LEAKY_RELU:
                y = leaky_relu(x, values[right[n]])
            elif c == NEGATIVE:
                y = negative(x)
            elif c == ABSOLUTE:
                y = absolute(x)
            elif c == EXP:
                y = exp(x)
            elif c == EXPM1:
                y = expm1(x)
            elif c == LOG:
                y = log(x)
            elif c == LOG1P:
                y = log1p(x)
            elif c == SQRT:
                y = sqrt(x)
            elif c == SIN:
                y = sin(x)
            elif c == COS:
                y = cos(x)
            elif c == TAN:
                y = tan(x)
            elif c == TANH:
                y = tanh(x)
            elif c == SIGMOID:
                y = sigmoid(x)
            elif c == SOFTPLUS:
                y = softplus(x)
            elif c == RELU:
                y = relu(x)
            elif c == DETACH:
                y = x
            else:
                return c
        values[first + n] = y
    return ALL_KNOWN


@numba.njit(**OPTIONS)
def _backward(back, left, right, start, terms, values, indices, gradients):  # noqa: C901 (rungs)
    first = len(values) - len(back)
    for n in range(len(back) - 1, -1, -1):
        c = back[n]
        if c == NOTHING:
            continue
        g = gradients[first + n]
        if c == DOT:
            k = left[n] + 2 * right[n]
            for i in range(right[n]):
                k -= 2
                if i == right[n] - 1:
                    # The first addition handed on to what the sum begins with before the first
                    # product was reached.
                    gradients[start[n]] += g
                x, y = terms[k], terms[k + 1]
                p, q = values[x], values[y]
                gradients[x] += g * q
                gradients[y] += g * p
        elif c == DOT_LEFT:
            k = left[n] + 2 * right[n]
            for i in range(right[n]):
                k -= 2
                if i == right[n] - 1:
                    gradients[start[n]] += g
                gradients[terms[k]] += g * values[terms[k + 1]]
        elif c == SUM:
            k = left[n]
            for i in range(right[n] - 1, -1, -1):
                gradients[terms[k + i]] += g
        elif c == SELECT:
            gradients[_select(terms, left[n], start[n], indices[right[n]])] += g
        elif c <= LEAKY_RELU or c == POWER_OF_CONSTANT:
            a, b = left[n], right[n]
            x, y = values[a], values[b]
            if c == ADD:
                to_a, to_b = d_add(g, x, y)
            elif c == SUBTRACT:
                to_a, to_b = d_subtract(g, x, y)
            elif c == MULTIPLY:
                to_a, to_b = d_multiply(g, x, y)
            elif c == DIVIDE:
                to_a, to_b = d_divide(g, x, y)
            elif c == POWER:
                to_a, to_b = d_power(g, x, y)
            elif c == MAXIMUM:
                to_a, to_b = d_maximum(g, x, y)
            elif c == MINIMUM:
                to_a, to_b = d_minimum(g, x, y)
            elif c == LEAKY_RELU:
                to_a, to_b = d_leaky_relu(g, x, y)
            elif c == POWER_OF_CONSTANT:
                to_a, to_b = d_power(g, x, y)[0], 0.0
            else:
                return c
            gradients[a] += to_a
            gradients[b] += to_b
        else:
            a = left[n]
            x = values[a]
            if c == NEGATIVE:
                to_a = d_negative(g, x)
            elif c == ABSOLUTE:
                to_a = d_absolute(g, x)
            elif c == EXP:
                to_a = d_exp(g, x)
            elif c == EXPM1:
                to_a = d_expm1(g, x)
            elif c == LOG:
                to_a = d_log(g, x)
            elif c == LOG1P:
                to_a = d_log1p(g, x)
            elif c == SQRT:
                to_a = d_sqrt(g, x)
            elif c == SIN:
                to_a = d_sin(g, x)
            elif c == COS:
                to_a = d_cos(g, x)
            elif c == TAN:
                to_a = d_tan(g, x)
            elif c == TANH:
                to_a = d_tanh(g, x)
            elif c == SIGMOID:
                to_a = d_sigmoid(g, x)
            elif c == SOFTPLUS:
                to_a = d_softplus(g, x)
            elif c == RELU:
                to_a = d_relu(g, x)
            else:
                return c
            gradients[a] += to_a
    return ALL_KNOWN


def _with_fingerprint(version):
    """The two loops; ``version`` is part of what Numba looks up on its disk.

    They return (a code that no rung knows, or ``ALL_KNOWN``; the version).
    """

    def replay(code, back, left, right, start, terms, root, values, indices, gradients):
        """One run: ``values`` has the inputs and the constants, and gets all others; ``gradients``
        gets d(root)/d(every position)."""
        unknown = _forward(code, left, right, start, terms, values, indices)
        if unknown == ALL_KNOWN:
            gradients[:] = 0.0
            gradients[root] = 1.0
            unknown = _backward(back, left, right, start, terms, values, indices, gradients)
        return unknown, version

    def replay_batch(
        code, back, left, right, start, terms, root,
        values, gradients, inputs, integers, results, found,
    ):  # fmt: skip
        """A run for each row of ``inputs`` and ``integers``; row b of ``found`` gets the gradients
        of the first positions."""
        for b in range(len(inputs)):
            values[: inputs.shape[1]] = inputs[b]
            unknown = _forward(code, left, right, start, terms, values, integers[b])
            if unknown != ALL_KNOWN:
                return unknown, version
            results[b] = values[root]
            gradients[:] = 0.0
            gradients[root] = 1.0
            unknown = _backward(back, left, right, start, terms, values, integers[b], gradients)
            if unknown != ALL_KNOWN:
                return unknown, version
            found[b] = gradients[: found.shape[1]]
        return ALL_KNOWN, version

    return replay, replay_batch


def loops(cache):
    """(replay, replay_batch), compiled at their first call, or read from the disk."""
    return [numba.njit(cache=cache, **OPTIONS)(f) for f in _with_fingerprint(fingerprint())]
