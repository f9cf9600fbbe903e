"""Linear algebra. ``.mT`` swaps the last two axes, so that a stack of matrices is differentiated
matrix by matrix.
"""

import numpy as np

from .operation import RULES, Notation, rule

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"  # of the axes of an einsum


@rule(
    np.matmul,
    roles=("left", "right"),
    sums=True,
    multiplies=True,
    notation=Notation(symbol="@"),
)
def matmul(x, w):
    """x @ w for operands of two or more axes; the caller lifts vectors to matrices."""
    return x @ w, (lambda g: g @ w.mT, lambda g: x.mT @ g)


@rule(np.einsum, sums=True, multiplies=True)
def einsum(*operands, subscripts):
    """Einstein's sum over explicit subscripts, "ij,jk->ik" (no ellipsis; the caller writes it out).

    The pullback of an operand is again an einsum, of g and the other operands. An index that this
    operand alone has, or that has the length 1 in all others, was summed away: g is repeated along
    it, by ones. An index that it has twice was a diagonal: the identity puts it back.
    """
    inputs, output = subscripts.split("->")
    inputs = inputs.split(",")
    shapes = [getattr(x, "shape", ()) for x in operands]  # a constant may be one plain number

    def pullback(i):
        target, extra, letters = "", [], iter(sorted(set(LETTERS) - set(subscripts)))
        others = [inputs[j] for j in range(len(inputs)) if j != i]
        lengths = {}  # of the indices of the other operands
        for j in range(len(inputs)):
            if j != i:
                for letter, m in zip(inputs[j], shapes[j]):
                    lengths[letter] = max(m, lengths.get(letter, 0))
        for letter, n in zip(inputs[i], shapes[i]):
            if letter in target:
                fresh = next(letters)
                extra.append((letter + fresh, np.eye(n, dtype=operands[i].dtype)))
                target += fresh
            else:
                if letter not in output and (letter not in lengths or lengths[letter] < n):
                    extra.append((letter, np.ones(n, dtype=operands[i].dtype)))
                target += letter
        rule = ",".join([output, *others, *(letters for letters, _ in extra)]) + "->" + target
        rest = [operands[j] for j in range(len(inputs)) if j != i] + [array for _, array in extra]
        return lambda g: np.einsum(rule, g, *rest)

    return np.einsum(subscripts, *operands), tuple(pullback(i) for i in range(len(operands)))


# The next five are taken from M. Giles, "An extended collection of matrix derivative results for
# forward and reverse mode algorithmic differentiation", 2008; cholesky is taken from I. Murray,
# "Differentiation of the Cholesky decomposition", 2016, section 3.


@rule(np.linalg.inv)
def inv(x):
    y = np.linalg.inv(x)
    return y, (lambda g: -y.mT @ g @ y.mT,)


@rule(np.linalg.det, notation=Notation(latex=r"\det"))
def det(x):
    """The determinant; at a singular matrix the gradient is the transposed adjugate as such."""
    y = np.linalg.det(x)

    def pullback(g):
        if (y == 0).any():
            return g[..., None, None] * RULES["adjugate"](x).mT
        return (g * y)[..., None, None] * np.linalg.inv(x).mT

    return y, (pullback,)


@rule("logabsdet")
def logabsdet(x):
    """log |det x|, the second result of np.linalg.slogdet."""
    return np.linalg.slogdet(x)[1], (lambda g: g[..., None, None] * np.linalg.inv(x).mT,)


@rule(np.linalg.solve, roles=("A", "b"))
def solve(a, b):
    """The y with a @ y = b, for b of two or more axes."""
    y = np.linalg.solve(a, b)
    return y, (lambda g: -np.linalg.solve(a.mT, g) @ y.mT, lambda g: np.linalg.solve(a.mT, g))


@rule(np.linalg.cholesky, symmetric=True)
def cholesky(x):
    """The lower triangular L with L Lᵀ = x; like NumPy's it reads the lower triangle, and x is
    symmetric: the gradient is, too.
    """
    y = np.linalg.cholesky(x)

    def pullback(g):
        inner = y.mT @ g
        # This is the lower triangle, with half of the diagonal.
        half = (np.tril(inner) + np.tril(inner, -1)) / 2
        s = np.linalg.solve(y.mT, np.linalg.solve(y.mT, half).mT).mT
        return (s + s.mT) / 2

    return y, (pullback,)
