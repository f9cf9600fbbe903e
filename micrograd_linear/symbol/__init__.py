"""``Symbol``: a name and a shape without numbers.

A rule that is run on symbols gives formulas; ``derive`` prints them.

>>> import numpy as np
>>> from micrograd_linear.operations import RULES
>>> book = Book()
>>> x, w = book.variable("x", (5, 4), float), book.variable("W", (4, 3), float)
>>> y, (to_x, to_w) = RULES["matmul"].formula(x, w)
>>> y.shape, to_w(book.variable("G", (5, 3), float)).shape
((5, 3), (4, 3))
"""

from . import numpy_protocol  # noqa: F401  gives a Book its kind of symbols
from .node import Book, Symbol

__all__ = ["Book", "Symbol"]
