"""What a run of an object leaves behind on it: results, gradients, steps of a learning rule."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...engine.tensor import Tensor
from ..pair import UnusableLayer
from . import naming
from .attributes import Path, arrays_of, at, by_stem, gradient_paths, is_object
from .gradients import assigned

_RESULTS = (
    "output",
    "outputs",
    "out",
    "y",
    "Y",
    "a",
    "A",
    "result",
    "activation",
    "y_pred",
    "yhat",
    "y_hat",
    "prediction",
    "o",
    "loss",
    "value",
)


def result_left(thing: object, before: object, arguments: Mapping[str, object]) -> object:
    """The result of a forward method that returns nothing: an array that it left on the object."""
    held = vars(thing)
    for name in _RESULTS:
        if isinstance(held.get(name), (np.ndarray, Tensor, float, np.generic)):
            return held[name]
    known = vars(before)
    given = {id(x) for x in arguments.values()}
    new = [
        value
        for name, value in held.items()
        if isinstance(value, (np.ndarray, Tensor)) and name not in known and id(value) not in given
    ]
    if not new:
        raise UnusableLayer("forward returned nothing, and left no result on self")
    return new[-1]


def is_kept(path: Path) -> bool:
    """Whether an array is a gradient, a velocity or an average by its name, and no parameter."""
    words = [str(part).strip("_") for part in path if isinstance(part, str)]
    return any(
        re.match(
            r"d?grads?|.*gradients?|.*_grad|d_?[A-Za-z]$|d[A-Z]|v_|m_|s_|vel|momentum|.*cached?$|cache"
            r"|running|moving|last_|prev_|delta|acc|old_|opt",
            word,
        )
        for word in words
    )


class LeftBehind:
    """The arrays of an object before and after its backward method ran."""

    def __init__(self, thing: object, template: object):
        self.thing = thing
        self.before = {path: array.copy() for path, array in arrays_of(thing).items()}
        self.at_start = set(arrays_of(template)) if template is not None else set(self.before)
        self.after: dict[Path, np.ndarray] = {}
        self.returned: object = None

    def read(self, returned: object) -> None:
        """Remember what backward returned and left."""
        self.returned = returned
        self.after = arrays_of(self.thing)

    def made_by_forward(self, template: object) -> bool:
        """Whether forward itself made arrays that a gradient was left of, as a lazy layer does."""
        start = set(arrays_of(template))
        return any(
            path not in start
            and naming.is_weight(str(path[-1]))
            and self.gradient_at(path) is not None
            for path in self.before
        )

    def gradient_at(self, path: Path) -> np.ndarray | None:
        """The gradient of the array at a path: beside it, in a dict of gradients, or as a step."""
        shape = self.before[path].shape if path in self.before else None
        other = None
        for place in gradient_paths(path):
            found = at(self.thing, place)
            if place[-1] in ("g", "d") and self._is_as_before(place):
                continue  # a gain, beside V
            if isinstance(found, (np.ndarray, float, np.floating)):
                if np.shape(found) == shape:
                    return np.asarray(found)
                other = np.asarray(found) if other is None else other
        if other is not None:
            return other
        place = by_stem(path, [p for p in self.after if p != path])
        if place is not None:
            return self.after[place]
        before, after = self.before.get(path), self.after.get(path)
        if is_kept(path):
            return None
        if before is not None and after is not None and before.shape == after.shape:
            return None if np.array_equal(before, after) else before - after
        return None

    def _is_as_before(self, path: Path) -> bool:
        """Whether backward left an array as it was."""
        before, after = self.before.get(path), self.after.get(path)
        return before is not None and after is not None and np.array_equal(before, after)

    def has_gradient(self, path: Path) -> bool:
        """Whether a gradient was left of the array at a path."""
        return self.gradient_at(path) is not None

    def returned_for(self, names: Sequence[str]) -> set[str]:
        """The arrays of the object that what backward returned has a gradient of, in a dict."""
        parts = self.returned if isinstance(self.returned, (tuple, list)) else [self.returned]
        found = set()
        for part in parts:
            for key in part if isinstance(part, dict) else ():
                name = naming.named_by(str(key), names)
                same = [n for n in names if naming.last_part(n) == str(key)]
                found |= {name} if name else set(same[:1])
        return found

    def gradients(
        self,
        values: Mapping[str, np.ndarray],
        parameters: Mapping[str, list[Path]],
        said: Sequence[str],
        labels: Sequence[str],
    ) -> dict[str, Any]:
        """{name: gradient} of inputs and parameters; None where a gradient is not written yet."""
        inputs = {name: v for name, v in values.items() if name not in parameters}
        found: dict[str, np.ndarray] = {}
        keyed = self._by_key(parameters)
        for name, paths in parameters.items():
            gradient = keyed[name] if name in keyed else self._in_all(paths)
            if gradient is not None:
                found[name] = gradient
        if self.returned is not None and self.returned is not self.thing:
            found |= self._of_returned(values, inputs, found, said, labels)
        free = [name for name in inputs if name not in found]
        for path, array in self.after.items():
            name = naming.named_by(str(path[-1]), free, bare=False) if len(path) == 1 else None
            if (name and path not in self.at_start) or (name and name in free):
                found.setdefault(name, array)
        if not found:
            raise UnusableLayer("backward returned no gradient, and left none on self")
        gaps = {name: None for name, paths in parameters.items() if self._is_gap(paths)}
        return {**gaps, **found}

    def _is_gap(self, paths: Sequence[Path]) -> bool:
        """Whether None stands where the gradient of an array belongs: it is not written yet."""
        places = [place for path in paths for place in gradient_paths(path)]
        return any(self._holds_none(place) for place in places)

    def _holds_none(self, place: Path) -> bool:
        *owner, key = place
        holder = at(self.thing, tuple(owner))
        held = holder if isinstance(holder, dict) else vars(holder) if is_object(holder) else {}
        return key in held and held[key] is None

    def _by_key(self, parameters):
        """{name: gradient} of a returned dict, by the key at which the object has the parameter:
        what is handed out counts, where a layer inside has kept another.
        """
        if not isinstance(self.returned, dict):
            return {}
        keys = {name: {str(path[-1]) for path in paths} for name, paths in parameters.items()}
        found = {}
        for key, gradient in self.returned.items():
            plain = (
                str(key) if str(key) in set().union(*keys.values()) else naming.stem_of(str(key))
            )
            names = [name for name, own in keys.items() if plain in own]
            if len(names) == 1 and isinstance(gradient, (np.ndarray, float, np.floating)):
                found[names[0]] = np.asarray(gradient)
        return found

    def _in_all(self, paths: list[Path]) -> np.ndarray | None:
        """The gradient of an array that several layers may share, each with its own part of it."""
        parts: list[np.ndarray] = []
        for path in paths:
            part = self.gradient_at(path)
            # The same numbers at two places are one gradient, kept twice.
            if part is not None and not any(np.array_equal(part, other) for other in parts):
                parts.append(part)
        shapes = {part.shape for part in parts}
        return sum(parts[1:], parts[0]) if len(shapes) == 1 else next(iter(parts), None)

    def _of_one_parameter(self, values, inputs, found):
        """The one parameter that a single gradient has the shape of, where no input has it."""
        shape = np.shape(np.asarray(self.returned))
        if found or any(v.shape == shape for v in inputs.values()):
            return None
        fitting = [n for n, v in values.items() if n not in inputs and v.shape == shape]
        return fitting[0] if len(fitting) == 1 else None

    def _of_returned(self, values, inputs, found, said, labels):
        floats = [n for n, v in inputs.items() if v.dtype.kind == "f"]
        single = isinstance(self.returned, (np.ndarray, float, np.floating))
        if single and not floats:
            return {}
        parameter = self._of_one_parameter(values, inputs, found) if single else None
        if parameter is not None:
            return {parameter: np.asarray(self.returned)}
        try:
            return assigned(self.returned, inputs if single else values, said, labels)
        except UnusableLayer:
            if found:
                return {}
            raise
