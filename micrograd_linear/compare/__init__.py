"""Compare gradients derived by hand with those of the engine."""

from .check import UnusableLayer, check_backward, run_forward
from .comparison import Comparison, Result
from .judge import compare

__all__ = ["Comparison", "Result", "UnusableLayer", "check_backward", "compare", "run_forward"]
