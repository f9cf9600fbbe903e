"""Build a computation graph in ordinary Python, see it as an image, compare its gradients with those you derived by hand."""

from . import functions, hand_derived, nn
from .compare import Comparison, check_backward, compare
from .draw import Drawing, draw
from .nn import Linear
from .rules.elementwise import absolute, cos, exp, expm1, leaky_relu, log, log1p, maximum, minimum, relu, sigmoid, sin, softplus, sqrt, tan, tanh
from .tensor import Tensor
from .value import Value

__all__ = [
    "Comparison", "Drawing", "Linear", "Tensor", "Value", "absolute", "check_backward", "compare", "cos", "draw", "exp", "expm1", "functions", "hand_derived",
    "leaky_relu", "log", "log1p", "maximum", "minimum", "nn", "relu", "sigmoid", "sin", "softplus", "sqrt", "tan", "tanh",
]  # fmt: skip
