"""Every public name of NumPy, and what it is on a Tensor: asked of the program, name by name.

It is read by the test that a release of NumPy with a new name fails, and by what writes the page of
operations.
"""

from __future__ import annotations

import types
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..engine import numpy_protocol, refusals
from ..engine.tensor import Tensor
from ..operations import BY_NUMPY_FUNCTION

RULE, COMPOSITION, PLAIN = "a rule", "a composition of rules", "a plain result"
REFUSED, NO_ARRAYS, MISSING = "refused", "no function of arrays of real numbers", "missing"

# What these functions take is no array of real numbers. Of most of them NumPy asks no Tensor: one
# that is given to them is read by its numbers, and refuses that itself.
_NO_ARRAYS = {
    "dates": "busday_count datetime_as_string datetime_data is_busday isnat",
    "lengths": "arange bartlett blackman broadcast_shapes diag_indices empty eye hamming hanning "
    "identity indices kaiser mask_indices ones tri tril_indices triu_indices zeros fftfreq "
    "rfftfreq",
    "what is to become an array": "array asanyarray asarray asarray_chkfinite ascontiguousarray "
    "asfortranarray asmatrix bmat from_dlpack frombuffer fromfunction fromiter full require",
    "files and texts": "fromfile fromregex fromstring genfromtxt load loadtxt base_repr "
    "binary_repr format_float_positional format_float_scientific",
    "functions": "frompyfunc nested_iters",
    "types": "isdtype isfortran isscalar issubdtype iterable mintypecode promote_types typename",
    "settings": "get_include get_printoptions getbufsize geterr geterrcall info printoptions "
    "set_printoptions setbufsize seterr seterrcall show_config show_runtime test",
    "older names": "row_stack",
}


@dataclass(frozen=True)
class Entry:
    """A name of NumPy: its ``kind``, and the refusal where it is one."""

    name: str
    kind: str
    refusal: refusals.Refusal | None = None


def catalogue() -> list[Entry]:
    """All names of NumPy, of np.linalg and np.fft, and of the methods of an array."""
    known = tuple(set(names) for names in numpy_protocol.supported())
    entries = []
    for prefix, module in (("np", np), ("np.linalg", np.linalg), ("np.fft", np.fft)):
        names = sorted({*module.__all__, *(n for n in dir(module) if not n.startswith("_"))})
        entries += [_entry(f"{prefix}.{name}", getattr(module, name), *known) for name in names]
    methods = sorted(name for name in dir(np.ndarray) if not name.startswith("_"))
    return entries + [_method(name) for name in methods]


def _entry(name: str, function: Any, recording: set[str], plain: set[str]) -> Entry:
    """A name of NumPy, of which the program records some and gives plain results of others."""
    own = numpy_protocol.name_of(function) if callable(function) else name  # np.abs is np.absolute
    refusal = refusals.REFUSALS.get(own) or refusals.REFUSALS.get(name)
    if own in recording:
        return Entry(name, RULE if function in BY_NUMPY_FUNCTION else COMPOSITION)
    if own in plain:
        return Entry(name, PLAIN)
    if refusal is not None:
        return Entry(name, REFUSED, refusal)
    if isinstance(function, (type, types.ModuleType)) or not callable(function):
        return Entry(name, NO_ARRAYS)
    listed = any(name.split(".")[-1] in names.split() for names in _NO_ARRAYS.values())
    return Entry(name, NO_ARRAYS if listed else MISSING)


def _method(name: str) -> Entry:
    """A method or attribute of an array."""
    refusal = refusals.REFUSALS.get(f"ndarray.{name}")
    if hasattr(Tensor, name):
        return Entry(f"ndarray.{name}", COMPOSITION)
    return Entry(f"ndarray.{name}", MISSING if refusal is None else REFUSED, refusal)
