"""Build a computation graph in plain Python, see it as an image, compare its gradients with yours.

Layers, pictures, derivations, comparisons and compiled functions are loaded when their name is
first used, so that a program which needs none of them starts as fast as NumPy allows.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from . import functions
from .engine.modes import debug, no_grad
from .engine.tensor import Tensor
from .engine.transforms import grad, hessian, jacobian, jvp, value_and_grad, vjp
from .engine.value import Value
from .functions import NAMED, elementwise, rule

if TYPE_CHECKING:
    from . import hand_derived, nn
    from .comparison import Comparison, assert_grads_match, check_backward, compare
    from .compilation import TraceError
    from .compilation import compile as compile
    from .derivation import Derivation, Formula, derive
    from .drawing import Drawing, draw
    from .functions.elementwise import *  # noqa: F403  the operations, as elementwise.pyi has them
    from .nn import Linear

_ROOMS = {
    "comparison": ("Comparison", "assert_grads_match", "check_backward", "compare"),
    "compilation": ("TraceError", "compile"),
    "derivation": ("Derivation", "Formula", "derive"),
    "drawing": ("Drawing", "draw"),
    "command.magic": ("load_ipython_extension",),  # %load_ext micrograd_linear
    "hand_derived": (),
    "nn": ("Linear",),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in (room, *names)}

__all__ = [
    "Comparison",
    "Derivation",
    "Drawing",
    "Formula",
    "Linear",
    "Tensor",
    "TraceError",
    "Value",
    "assert_grads_match",
    "check_backward",
    "compare",
    "debug",
    "derive",
    "draw",
    "functions",
    "grad",
    "hand_derived",
    "hessian",
    "jacobian",
    "jvp",
    "nn",
    "no_grad",
    "rule",
    "value_and_grad",
    "vjp",
]
__all__ += elementwise.__all__

# A public name as well, and not one of ``import *``, which would hide Python's own ``compile``.
_NOT_IMPORTED_BY_STAR = ["compile"]


def __getattr__(name: str) -> object:
    """An elementwise operation, or a public name of a room that has not been loaded yet."""
    if name in NAMED:
        return NAMED[name]
    if name not in _ROOM_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    room = import_module(f".{_ROOM_OF[name]}", __name__)  # which is an attribute from then on
    for each in _ROOMS[_ROOM_OF[name]]:
        globals()[each] = getattr(room, each)
    return globals()[name]


def __dir__() -> list[str]:
    """The public names, loaded or not."""
    return sorted([*__all__, *_NOT_IMPORTED_BY_STAR])
