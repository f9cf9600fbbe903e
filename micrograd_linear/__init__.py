"""Build a computation graph in ordinary Python, see it as an image, compare its gradients with those you derived by hand."""

from . import functions, hand_derived, nn
from .compare import Comparison, assert_grads_match, check_backward, compare
from .compile import TraceError, compile
from .derive import Derivation, Formula, derive
from .draw import Drawing, draw
from .functions import absolute, cos, exp, expm1, leaky_relu, log, log1p, maximum, minimum, relu, rule, sigmoid, sin, softplus, sqrt, tan, tanh
from .modes import debug, no_grad
from .nn import Linear
from .tensor import Tensor
from .transforms import grad, hessian, jacobian, jvp, value_and_grad, vjp
from .value import Value

__all__ = [
    "Comparison", "Derivation", "Drawing", "Formula", "Linear", "Tensor", "TraceError", "Value", "absolute", "assert_grads_match", "check_backward", "compare",
    "compile", "cos", "debug", "derive", "draw", "exp", "expm1", "functions", "grad", "hand_derived", "hessian", "jacobian", "jvp", "leaky_relu", "log", "log1p",
    "maximum", "minimum", "nn", "no_grad", "relu", "rule", "sigmoid", "sin", "softplus", "sqrt", "tan", "tanh", "value_and_grad", "vjp",
]  # fmt: skip
