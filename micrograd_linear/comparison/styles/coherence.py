"""Which guesses belong together: samples, widths and outputs that all arguments agree on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .draws import DATA, Array
from .worlds import N, World, is_of_a_step, is_state

if TYPE_CHECKING:
    from .slots import Slot

_OF_VECTORS = re.compile(r"sigmoid|binary|bce|hinge|svm|margin|logistic", re.I)


def likeliest_first(slots: Sequence[Slot], worlds: Sequence[World]) -> Sequence[World]:
    """The layouts; those of one output, or of vectors, first where the text speaks of no axis."""
    targets = [s for s in slots if s.is_labels]
    weights = [s for s in slots if s.is_weight]
    of_columns = any(s.name == "X" for s in slots) and not any(s.hints.has_classes for s in slots)
    flat = bool(weights) and (of_columns or not any(s.hints.has_axes for s in slots))
    lower = all(s.name[0].islower() for s in weights)
    if worlds[0].name == "its own arrays":
        return worlds
    elementwise = not any(s.hints.has_axes or s.hints.is_multiplied for s in slots)
    if targets and weights and elementwise and all(s.name.islower() for s in slots):
        return sorted(worlds, key=lambda world: world.name != "one feature")
    if targets and flat and lower and len(weights) == 1:
        return sorted(worlds, key=lambda world: "one output" not in world.name)
    of_vectors = not any(s.hints.has_axes for s in slots)
    if targets and not weights and of_vectors and any(_OF_VECTORS.search(s.where) for s in targets):
        return sorted(worlds, key=lambda world: world.name != "one vector")
    return worlds


def belong_together(slots: Sequence[Slot], chosen: Sequence[object]) -> bool:
    """Whether the arguments are of as many samples, of one width, and of one form."""
    one_form = _of_one_form(slots, chosen)
    return one_form and _of_one_batch(slots, chosen) and _of_one_width(slots, chosen)


def _of_one_form(slots, chosen):
    """Whether the targets of one output are a column where its weights are one, else a vector."""
    shapes = {s.name: c.shape for s, c in zip(slots, chosen) if isinstance(c, Array)}
    weights = [shapes[s.name] for s in slots if s.name in shapes and s.is_weight]
    targets = [shapes[s.name] for s in slots if s.name in shapes and s.is_labels]
    single = len(weights) == 1 and len(targets) == 1 and weights[0] and 1 in weights[0][1:]
    vector = len(weights) == 1 and len(targets) == 1 and len(weights[0]) == 1
    return not (single and len(targets[0]) == 1) and not (vector and len(targets[0]) > 1)


def _of_one_batch(slots, chosen):
    """Whether targets have as many samples as the data: an axis of the same length at an end."""
    arrays = [(s, c) for s, c in zip(slots, chosen) if isinstance(c, Array)]
    data = [c.shape for s, c in arrays if c.kind in DATA and not is_state(s.name)]
    targets = [c.shape for c in chosen if isinstance(c, Array) and c.kind in ("labels", "one-hot")]
    if data and all(len(shape) == 1 for shape in data):  # one sample, or one number of each
        own = {shape[0] for shape in data}
        several = {c.shape for _, c in arrays if c.kind == "labels"} & {(N,), (2,)}
        return not several or (several == {(N,)} and N in own)
    ends = {n for shape in data if len(shape) > 1 for n in (shape[0], shape[-1])}
    if ends and not all(not s or {s[0], s[-1], *s[1:2]} & ends for s in targets):
        return False
    tables = [shape for shape in data if len(shape) == 2]
    return not tables or all(_share_an_end(s, tables) for s in targets if len(s) == 2)


def _share_an_end(target, data):
    """Whether a table of targets has the rows, or the columns, of one of data."""
    return any(target[0] == shape[0] or target[-1] == shape[-1] for shape in data)


def _of_one_width(slots, chosen):
    """Whether the weights of a recurrent layer, and its bias, are for as many gates."""
    pairs = [(s.name, c.shape) for s, c in zip(slots, chosen) if isinstance(c, Array)]
    weights = [shape for name, shape in pairs if len(shape) == 2 and is_of_a_step(name)]
    if len(weights) < 2:
        return True
    shared = {shape[-1] for shape in weights}, {shape[0] for shape in weights}
    widths = {n for ends in shared if len(ends) == 1 for n in ends}
    biases = [max(shape) for name, shape in pairs if name.lower() == "b" and shape]
    return bool(widths) and all(n in widths for n in biases)
