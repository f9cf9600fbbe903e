"""Linear algebra. ``.mT`` swaps the last two axes, so that a stack of matrices is differentiated matrix by matrix."""

import numpy as np

from . import rule


@rule(np.matmul)
def matmul(x, w):
    """x @ w for operands of two or more axes; the caller lifts vectors to matrices."""
    return x @ w, (lambda g: g @ w.mT, lambda g: x.mT @ g)
