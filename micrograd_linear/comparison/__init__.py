"""Compare gradients derived by hand with those of the engine."""

from .asserting import assert_grads_match
from .causes import Cause
from .check import UnusableLayer, check_backward, check_pair, inputs_for, run_forward
from .comparing import compare
from .comparison import Comparison, which_do_not
from .convention import excused
from .dumped import check_gradients
from .hint import hint_of
from .printed import details, fix_first, told_first
from .result import Result
from .styles.finding import arguments_of, pair_of, pairs_of
from .styles.left_out import left_out
from .styles.pairing import Pair
from .styles.returning import goes_back
from .tolerance import ROUNDING_ALONE, Tolerance

__all__ = [
    "ROUNDING_ALONE",
    "Cause",
    "Comparison",
    "Pair",
    "Result",
    "Tolerance",
    "UnusableLayer",
    "arguments_of",
    "assert_grads_match",
    "check_backward",
    "check_gradients",
    "check_pair",
    "compare",
    "details",
    "excused",
    "fix_first",
    "goes_back",
    "hint_of",
    "inputs_for",
    "left_out",
    "pair_of",
    "pairs_of",
    "run_forward",
    "told_first",
    "which_do_not",
]
