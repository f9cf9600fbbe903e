"""Compare gradients derived by hand with those of the engine."""

from .asserting import assert_grads_match
from .causes import Cause
from .check import UnusableLayer, check_backward, check_pair, inputs_for, run_forward
from .comparing import compare
from .comparison import Comparison, Result
from .convention import excused
from .styles.finding import pair_of, pairs_of
from .styles.left_out import left_out
from .styles.pairing import Pair
from .styles.returning import goes_back

__all__ = [
    "Cause",
    "Comparison",
    "Pair",
    "Result",
    "UnusableLayer",
    "assert_grads_match",
    "check_backward",
    "check_pair",
    "compare",
    "excused",
    "goes_back",
    "inputs_for",
    "left_out",
    "pair_of",
    "pairs_of",
    "run_forward",
]
