"""Recognising a sum of products as a product of matrices: Σ_i ∂L/∂y_ik x_ih = (∂L/∂y · x)_kh."""

from dataclasses import dataclass

from .entries import Entry, Mapped


@dataclass(frozen=True, eq=False)
class Factor:
    """A matrix in the product: a named array, or its gradient; transposed, or on the diagonal of a
    matrix.
    """

    symbol: object  # None for the column of ones
    transposed: bool = False
    diagonal: bool = False


@dataclass(frozen=True)
class MatrixProduct:
    """coefficient * the product of the factors; ``letters`` are those of its rows and columns."""

    coefficient: object
    factors: tuple
    letters: tuple
    length: int = 0  # of the column of ones


def matrix_product(terms, variable, letters, supply):
    """The MatrixProduct that a single term is, or None. Of its two orientations the one that
    transposes less; in a tie, numerator layout.
    """
    if len(terms) != 1 or not 1 <= len(letters) <= 2 or variable.shape[-1:] == (1,):
        return None
    (term,) = terms
    plain = all(
        isinstance(f, Entry)
        and 1 <= len(f.letters) <= 2
        and not any(isinstance(x, Mapped) for x in f.letters)
        for f in term.factors
    )
    # An axis of length 1 has no letter, so that a row and a column could not be told apart.
    whole = plain and all(len(f.letters) == f.symbol.ndim for f in term.factors)
    if term.deltas or term.divisors or not term.sums or not whole:
        return None
    orientations = [letters[::-1]] if len(letters) == 1 else [letters[::-1], letters]
    chains = [chain for order in orientations if (chain := _chain(term, order, supply)) is not None]
    return min(chains, key=lambda product: sum(f.transposed for f in product.factors), default=None)


def _chain(term, order, supply):
    """The factors as a path of letters from the row to the column."""
    start, end = order[0], order[1] if len(order) == 2 else None
    matrices = [f for f in term.factors if len(f.letters) == 2]
    vectors = {f.letters[0]: f for f in term.factors if len(f.letters) == 1}
    if len(matrices) + len(vectors) != len(term.factors) or not matrices or start in vectors:
        return None
    path = _path(matrices, vectors, start, end)
    if path is None:
        return None
    factors, letter, passed = path
    if {x for x in (start, *passed) if x not in order} != set(term.sums):
        return None
    if end is None and letter is not None:  # it is summed over: the product with a column of ones
        return MatrixProduct(
            term.coefficient, (*factors, Factor(None)), order, supply.sizes[letter]
        )
    return MatrixProduct(term.coefficient, tuple(factors), order) if letter == end else None


def _path(matrices, vectors, start, end):
    """(the factors in order, the letter after the last one or None, the letters between them), or
    None where they are no path.
    """
    factors, letter, passed = [], start, set()
    while matrices:
        matrix = next(
            (f for f in matrices if letter in f.letters and f.letters[0] != f.letters[1]), None
        )
        if matrix is None:
            return None
        matrices.remove(matrix)
        forwards = matrix.letters[0] == letter
        letter = matrix.letters[1 if forwards else 0]
        if letter in passed or letter == start:
            return None
        passed.add(letter)
        factors.append(Factor(matrix.symbol, transposed=forwards == _is_gradient(matrix.symbol)))
        if letter in vectors and (matrices or letter != end):
            is_last = not matrices and end is None
            factors.append(Factor(vectors.pop(letter).symbol, diagonal=not is_last))
            if is_last:
                letter = None
    return None if vectors else (factors, letter, passed)


def _is_gradient(x):
    """True for a gradient, which is written in numerator layout, the transpose of its array."""
    return x.operation == "variable" and x.static["kind"] == "gradient"
