"""``compile``: a function of ``Value``s or ``Tensor``s, traced once for every structure of its
arguments and then replayed without Python in the inner loop.
"""

from .compiled import Compiled, compile
from .tape import TraceError

__all__ = ["Compiled", "TraceError", "compile"]
