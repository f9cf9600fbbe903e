"""What may stand in for each argument of a function: arrays of likely shapes, and settings."""

from __future__ import annotations

import inspect
import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ...engine.arrays import real_array
from ..pair import UnusableLayer
from ..statement import signature_of
from . import naming
from .axes import shape_of
from .coherence import belong_together, likeliest_first
from .draws import Array, drawn, has_data
from .settings import EMPTY, is_input_shape, is_setting, settings_of
from .source import Hints, hints_of
from .subscripts import shapes_of
from .worlds import CLASSES, HIDDEN, WORLDS, N, World, is_state, layers_of, of_gates

_PER_WORLD = 400  # attempts
_OF_NUMBERS_TOO = ("rows", "rows, one output")
_OF_DATA = ("x", "y", "z", "xs", "inputs", "input", "input_data", "in_data", "features")
_GROUPS = re.compile(r"G|((num|n)_?)?groups?")


@dataclass(frozen=True)
class Slot:
    """An argument that has to be filled."""

    name: str
    where: str
    default: object = EMPTY
    hints: Hints = field(default_factory=Hints)
    is_judged: bool = False  # it is what a loss judges, whatever its name means elsewhere

    @property
    def is_labels(self) -> bool:
        """Whether it is a target."""
        if self.hints.axes and len(self.hints.axes[0]) > 2:
            return False
        return naming.are_labels(self.name, self.where)

    @property
    def is_weight(self) -> bool:
        """Whether it is a weight: by its name, or as the beta of X @ beta."""
        if self.is_judged:
            return False
        coefficients = self.name == "beta" and self.hints.is_multiplied
        return naming.is_weight(self.name) or coefficients


def slots_of(function: Callable, where: str, *, targets: bool = False) -> list[Slot]:
    """The arguments without a default, those with one that is a large size or off, and, for
    ``targets``, a target whose default is None.
    """
    told: Callable = function.__init__ if inspect.isclass(function) else function
    slots, shapes = [], shapes_of(told)
    for p in _parameters(function):
        if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD):
            continue
        slot = Slot(p.name, where, p.default)
        if p.default is EMPTY:
            hints = replace(hints_of(told, p.name), shape=shapes.get(p.name))
            if p.annotation in (bool, "bool"):
                hints.words = hints.words or [True]
            slots.append(replace(slot, hints=hints))
        elif p.default is None:
            hints = hints_of(told, p.name)
            if inspect.isclass(function) and is_input_shape(p.name):
                slots.append(Slot(p.name, where, None, hints))
            elif hints.keys or (targets and naming.may_be_labels(p.name)):
                slots.append(Slot(p.name, where, EMPTY, hints))
        elif settings_of(p.name, Hints(), p.default) != [p.default]:
            slots.append(slot)
    return [replace(s, is_judged=_is_judged(s, slots)) for s in slots]


def _is_judged(slot, slots):
    """Whether a vector, called u or v, is all that a target is compared with."""
    beside = [s for s in slots if s is not slot]
    alone = all(s.is_labels or is_setting(s.name, s.default, s.hints) for s in beside)
    return slot.name in ("u", "v") and alone and any(s.is_labels for s in beside)


def _parameters(function):
    """The parameters of a function; of a class, also those that its constructor hands on to the
    constructor of the class above.
    """
    own = list(signature_of(function).parameters.values())
    if not inspect.isclass(function) or all(p.kind is not p.VAR_KEYWORD for p in own):
        return own
    makers = [vars(c)["__init__"] for c in function.__mro__[:-1] if "__init__" in vars(c)]
    for maker in makers[1:]:
        above = list(signature_of(maker).parameters.values())[1:]
        own += [p for p in above if p.name not in {q.name for q in own}]
        if all(p.kind is not p.VAR_KEYWORD for p in above):
            break
    return own


def fillings(
    slots: Sequence[Slot],
    rng: np.random.Generator,
    given: Mapping[str, object] | None = None,
    worlds: Sequence[World] = WORLDS,
    *,
    settings_first: bool = False,
) -> Iterator[dict[str, object]]:
    """Arguments to try, layout by layout; what was given stays.

    ``settings_first``: a name that may be that of a number is one, as in a constructor.
    """
    given = {k: v for k, v in (given or {}).items() if k in {slot.name for slot in slots}}
    tried = set()
    worlds = likeliest_first(slots, worlds)
    for world in (None, *worlds):
        base = world or worlds[0]
        choices = [
            _choices(slot, base, slots, given, world is None, settings_first) for slot in slots
        ]
        for chosen in itertools.islice(itertools.product(*choices), _PER_WORLD):
            key = repr(chosen)
            if key in tried or not belong_together(slots, chosen):
                continue
            tried.add(key)
            for positive in (False, True) if has_data(chosen) else (False,):
                yield {
                    slot.name: drawn(c, rng, positive)
                    for slot, c in zip(slots, chosen, strict=True)
                }


def as_given(name: str, value: object) -> object:
    """What was given for an argument: shapes become arrays to be drawn, at any depth."""
    if isinstance(value, tuple) and all(isinstance(n, (int, np.integer)) for n in value):
        return Array(tuple(int(n) for n in value))
    if isinstance(value, dict):
        settings = not any(isinstance(v, (dict, list, np.ndarray, tuple)) for v in value.values())
        return value if settings else {k: as_given(name, v) for k, v in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], (np.ndarray, dict, tuple)):
        return [as_given(name, v) for v in value]
    if isinstance(value, (list, np.ndarray)):
        try:
            return real_array(value, "expected an array or a shape")
        except (TypeError, ValueError) as error:
            raise UnusableLayer(f"inputs: {name}: {error}") from error
    return value


def choices_of(slot: Slot, world: World, slots: Sequence[Slot], made: bool) -> list:
    """What a layout says that may stand for an argument; ``made``: for one of a constructor."""
    return list(_choices(slot, world, slots, {}, False, made))


def _choices(slot, world, slots, given, documented, settings_first):
    if slot.name in given:
        return [as_given(slot.name, given[slot.name])]
    hints = slot.hints
    settings = _settings(slot, settings_first)
    if settings is not None:
        return settings
    if hints.prefixes or hints.keys:
        return _dicts(slot, world)
    if hints.shape is not None:
        return [Array(hints.shape, "normal" if naming.is_weight(slot.name) else "data")]
    if hints.items:
        return [_items(slot, world)]
    if hints.is_size and not hints.axes and (found := settings_of(slot.name, hints)):
        return list(found)
    arrays = _arrays(slot, world, slots, documented)
    if world.of_words and not naming.is_weight(slot.name) and not slot.is_labels:
        rows = [Array((5, 6), "labels"), Array((5,), "labels")]
        arrays = [*_of_rank(rows, hints, False), *arrays]
    if slot.is_labels or hints.is_index or hints.axes:
        return arrays
    if naming.may_be_labels(slot.name) and len(slots) > 1:
        arrays = [*arrays, *_labels(slot, world, slots)]
    of_data = slot.name.lower() in _OF_DATA  # whose gradient would go unseen behind integers
    if world.name == "its own arrays" and not naming.is_weight(slot.name) and not of_data:
        arrays = [*arrays, Array((5, 6), "labels"), Array((5,), "labels")]  # indices of rows
    # A short name, as p or f, may be that of a number, too; x is not.
    short = world.name in _OF_NUMBERS_TOO and slot.name.lower() not in _OF_DATA
    if not short:
        return arrays
    # A bias is a switch in a constructor alone: a forward pass adds it.
    return [*arrays, *(x for x in settings_of(slot.name, hints) if not isinstance(x, bool))]


def _settings(slot, settings_first):
    """What may stand for an argument that is no array, or that a constructor keeps; else None."""
    hints = slot.hints
    if hints.has_gradient:
        return None
    if settings_first and slot.name.lower() in ("x", "y", "t", "target"):
        return _held_data(slot)
    if settings_first and (found := settings_of(slot.name, hints, slot.default)):
        return list(found)
    if settings_first and hints.is_size and slot.default is EMPTY:
        return [7, 3]
    if is_setting(slot.name, slot.default, hints):
        found = settings_of(slot.name, hints, slot.default)
        if found or slot.default is not EMPTY:
            return list(found) or [slot.default]
    return None


def _held_data(slot):
    """Data and targets that an object is made with: rows, and one column of targets."""
    if slot.name.lower() == "x":
        return [Array((5, 7), "data"), Array((7, 5), "data")]
    return [Array((5, 1), "one-hot"), Array((5, CLASSES), "one-hot"), Array((5,), "labels")]


def _arrays(slot, world, slots, documented):
    names = [other.name for other in slots]
    layers, layer = layers_of(names)
    sizes = world.sizes(layers)
    said = slot.hints.documented if documented else None
    if slot.is_labels and said and said[-1] == "1" and (column := shape_of(said)) is not None:
        return [Array(column, "one-hot")]
    if slot.is_labels:
        return _labels(slot, world, slots)
    beside_others = slot.name == "weights" and {"w", "theta", "beta"} & set(names)
    if naming.are_of_samples(slot.name) or beside_others:
        return _of_samples(slot, world)
    if slot.name.lower() == "mask":
        return [Array(shape, "bits") for shape in (*world.labels, *world.data("x")) if shape]
    if slot.hints.is_index and not slot.hints.axes and not naming.is_weight(slot.name):
        several = [(5,)] if slot.hints.is_iterated else []
        return [Array(shape, "labels") for shape in (*several, *world.labels, (5, 6))]
    axes = slot.hints.documented if documented else None
    grouped = any(_GROUPS.fullmatch(name) for name in names)
    if axes and grouped:  # groups of two channels, not of one
        axes = tuple("2*C" if axis == "C" else axis for axis in axes)
    if axes and (shape := shape_of(axes)) is not None:
        return [Array(shape, "data")]
    beside = len(slots) > 1 or slot.name in layer
    if slot.is_weight:
        shapes = weights_of(slot.name, names, world, sizes, layer.get(slot.name, 1))
        of_rows = re.search(r"vec(tor)?s$|embed", slot.name, re.I)  # a table
        found = [Array(shape) for shape in shapes if len(shape) > 1 or not of_rows]
    elif (naming.is_bias(slot.name) and beside and _is_layer(names)) or _is_gain(slot, slots):
        found = [Array(s) for s in biases_of(slot.name, names, world)]
    else:
        probable = slot.hints.is_logged and naming.is_prediction(slot.name)
        kind = "probability" if probable else "data"
        found = [Array(shape, kind) for shape in world.data(slot.name)]
        found.sort(key=lambda a: grouped and len(a.shape) == 4 and a.shape[1] % 2)
        found = [Array(()), *found] if naming.is_of_all(slot.name) else found
        if world.name in _OF_NUMBERS_TOO and slot is not slots[0] and not is_state(slot.name):
            found.append(Array((N,), kind))  # one number for each sample
    return _of_rank(found, slot.hints, documented)


def _is_gain(slot, slots):
    """Whether an argument is the g that a normalisation scales x with, or the columns of V."""
    beside = any(other.name.lower() in ("x", "v", "w") for other in slots)
    return slot.name == "g" and beside and bool(re.search("norm", slot.where, re.I))


def _of_samples(slot, world):
    """One number for each sample: positive, or 0 and 1."""
    kind = "bits" if slot.hints.is_truth else "data" if slot.hints.is_index else "probability"
    return [Array(shape, kind) for shape in (world.labels if world.last > 1 else world.one_hot)]


def weights_of(
    name: str, names: Sequence[str], world: World, sizes: Sequence[int], k: int
) -> list[tuple[int, ...]]:
    """The shapes of a weight beside others: of a layer, or of the gates of an LSTM."""
    gates = of_gates(name, names, "column" in world.name)
    return gates or world.weights(name, sizes, k)


def biases_of(name: str, names: Sequence[str], world: World) -> list[tuple[int, ...]]:
    """The shapes of a bias beside other arguments: of the width of what it is added to."""
    layers, layer = layers_of(names)
    sizes, k = world.sizes(layers), layer.get(name, 1)
    if not any(naming.is_weight(other) for other in names):
        sizes = (sizes[0],) * len(sizes)
    found = world.biases(sizes, k)
    if any(naming.is_recurrent(other) for other in names):
        of_a_gate = any(of_gates(other, names, True) for other in names)
        out = name.lower() in (("by", "b_y") if of_a_gate else ("by", "bo", "b_y"))
        width, turned = (CLASSES if out else HIDDEN), "columns" in world.name
        gates = [width] if out else [width, 4 * width, 3 * width]
        forms = [[(n, 1) if turned else (n,) for n in gates], [(1, n) for n in gates]]
        found = [*forms[0], *forms[1], *found]
    return found


def _is_layer(names):
    lower = [name.lower() for name in names]
    of_columns = {"v", "g"} <= set(lower)
    return of_columns or any(re.match(r"[xwhz]|in|gamma|prev|data|a_?prev", n) for n in lower)


def _of_rank(arrays, hints, documented):
    """The arrays of the rank that the text reads, or one of the sizes that it names."""
    ranks = {len(axes) for axes in hints.axes}
    fitting = [a for a in arrays if len(a.shape) in ranks] if ranks else arrays
    if fitting or not documented:
        return fitting
    shape = shape_of(hints.axes[0])
    return [] if shape is None else [Array(shape, "data")]


def _labels(slot, world, slots):
    """Integer labels, one-hot ones, and values; without weights, of the shape of the data."""
    weighted = world.name == "its own arrays" or any(
        s.is_weight or s.hints.prefixes or s.hints.keys for s in slots
    )
    shapes = list(world.one_hot) if weighted else world.data("x")
    found = [Array(shape, "labels") for shape in world.labels]
    if (
        world.name == "its own arrays" and not slot.hints.is_index
    ):  # as many as the last layer has results, or their numbers
        return [Array(shapes[0], "one-hot"), *found, *(Array(s, "one-hot") for s in shapes[1:])]
    found += [Array(shape, "one-hot") for shape in shapes]
    found += [] if weighted else [Array(shape, "one-hot") for shape in world.one_hot]
    if not slot.hints.is_index:  # what is not an index may have the form of the data
        found = [*found[len(world.labels) :], *found[: len(world.labels)]]
    ranks = {len(axes) for axes in slot.hints.axes}
    return [a for a in found if len(a.shape) in ranks] if ranks else found


def _dicts(slot, world):
    """Dicts of parameters, of the keys that the text reads: 'W1', or 'W' and a number."""
    hints = slot.hints
    keys = [key for key in hints.keys if isinstance(key, str)]
    for prefix in hints.prefixes:
        numbered = [f"{prefix}{k}" for k in (1, 2)]
        keys += [key for key in numbered if key not in keys]
    layers, layer = layers_of(keys)
    sizes = world.sizes(layers)
    dicts: list[dict] = [{}, {}]
    for key in keys:
        if key in hints.lists:
            for filled in dicts:
                filled[key] = _list_of(key, world, hints.lists[key])
            continue
        if naming.is_weight(key):
            shapes = weights_of(key, keys, world, sizes, layer.get(key, 1))
        elif naming.is_bias(key):
            shapes = biases_of(key, keys, world)
        else:
            shapes = []
        for i, filled in enumerate(dicts):
            known = settings_of(key, Hints()) if not shapes else ()
            value = Array(shapes[min(i, len(shapes) - 1)]) if shapes else None
            number = Array(()) if i == 0 else 1  # one that a gradient may be of, or a count
            filled[key] = value if shapes else (known[0] if known else number)
    return dicts


def _list_of(key, world, count):
    """The weights, or the biases, of so many layers."""
    sizes = world.sizes(count)
    forms = world.weights if naming.is_weight(key) else lambda _, s, k: world.biases(s, k)
    return [Array(forms(key, sizes, k)[0]) for k in range(1, count + 1)]


def _items(slot, world):
    """A sequence that the text takes apart: a list of arrays by their names, or of numbers."""
    names = slot.hints.items
    if not any(naming.is_weight(name) or naming.is_bias(name) for name in names if name):
        return Array((len(names),), "data")
    layers, layer = layers_of(names)
    sizes = world.sizes(layers)
    found: list[object] = []
    for name in names:
        if naming.is_weight(name):
            found.append(Array(weights_of(name, names, world, sizes, layer.get(name, 1))[0]))
        elif naming.is_bias(name):
            found.append(Array(biases_of(name, names, world)[0]))
        else:
            found.append(Array(world.data(name)[0], "data"))
    return found
