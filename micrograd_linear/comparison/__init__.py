"""Compare gradients derived by hand with those of the engine."""

from .asserting import assert_grads_match
from .causes import Cause
from .check import UnusableLayer, check_backward, run_forward
from .comparing import compare
from .comparison import Comparison, Result

__all__ = [
    "Cause",
    "Comparison",
    "Result",
    "UnusableLayer",
    "assert_grads_match",
    "check_backward",
    "compare",
    "run_forward",
]
