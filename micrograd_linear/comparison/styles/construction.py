"""Objects of a class of the file: as the file itself makes them, or with likely arguments."""

from __future__ import annotations

import ast
import copy
import inspect
import itertools
import linecache
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ...operations import names as op
from . import naming
from .set_up import set_up
from .settings import EMPTY
from .slots import Slot, fillings, slots_of
from .source import text_of
from .worlds import WORLDS

_WORLDS = [world for world in WORLDS[:8] if "output" not in world.name]
_MOST = 120  # ways to make an object


def _tanh_prime(x):
    return 1 - np.tanh(x) ** 2


def objects_of(
    cls: type, module: Mapping[str, object], given: Mapping | None, rng: np.random.Generator
) -> Iterator[tuple[Any, dict[str, Any]]]:
    """(object, what it was made with), the likeliest first: as in the file's own text, then
    guesses.
    """
    for arguments, keywords in calls_of(cls, module):
        yield from _made(cls, arguments, keywords)
    yield from itertools.islice(_guessed(cls, module, given, rng), _MOST)
    for x in list(module.values()):
        if type(x) is cls:
            yield copy.deepcopy(x), {}


def _made(cls, arguments, keywords):
    try:
        made = cls(*arguments, **keywords)
        bound = inspect.signature(cls).bind(*arguments, **keywords)
    except Exception as error:  # the class of the file may raise anything; others are tried
        yield None, {"error": error}
        return
    bound.apply_defaults()
    yield made, dict(bound.arguments)


def slots_of_made(cls: type) -> list[Slot]:
    """What the constructor of a class takes."""
    try:
        return [_with_gradient(_with_axes(slot, cls), cls) for slot in slots_of(cls, cls.__name__)]
    except (TypeError, ValueError):
        return []


def _guessed(cls, module, given, rng):
    slots = slots_of_made(cls)
    if not slots:
        yield from _filled_up(_made(cls, (), {}), cls, module, rng)
        return
    given = {**_functions(slots), **_numbers(slots, cls, rng), **(given or {})}
    for filled in fillings(slots, rng, given, _WORLDS, settings_first=True):
        yield from _filled_up(_made(cls, (), filled), cls, module, rng)
    for slot in slots:
        if re.search(r"layer|module|model", slot.name, re.I):
            layers = chain_of(cls, module, rng)
            others = [s for s in slots if s is not slot]
            for filled in itertools.islice(
                fillings(others, rng, given, WORLDS[:1], settings_first=True), 4
            ):
                yield from _made(cls, (), {**filled, slot.name: copy.deepcopy(layers)})


def _with_axes(slot, cls):
    """The slot with the axes that methods read of the attribute of its name."""
    pattern = re.compile(rf"([\w, ]+?)\)? = self\.{re.escape(slot.name)}\.shape$", re.M)
    for method in vars(cls).values():
        match = pattern.search(text_of(method)) if inspect.isfunction(method) else None
        if match:
            axes = tuple(axis.strip(" (") for axis in match[1].split(","))
            return replace(slot, hints=replace(slot.hints, axes=[axes]))
    return slot


def _with_gradient(slot, cls):
    """The slot, which is an array where methods leave a gradient of the attribute of its name."""
    methods = [f for n, f in vars(cls).items() if inspect.isfunction(f) and n != "__init__"]
    name = re.escape(slot.name)
    left = re.compile(rf"self\.(d_?|grad_?){name}\b|self\.{name}_grad\b")
    if naming.is_weight(slot.name) and any(left.search(text_of(f)) for f in methods):
        return replace(slot, hints=replace(slot.hints, has_gradient=not slot.hints.is_size))
    return slot


def _functions(slots):
    """A function and its derivative, for layers that are made of both."""
    slots = [s for s in slots if not re.match(r"d_(model|k|v|in|out|ff|head|emb)", s.name)]
    prime = [s.name for s in slots if re.search(r"prime|deriv|grad|_d$|^d_", s.name)]
    if not prime:
        return {}
    function = [s.name for s in slots if s.name not in prime and s.default is EMPTY]
    return {prime[0]: _tanh_prime, **({function[0]: np.tanh} if function else {})}


_OF_MATRICES = re.compile(r"@|dot\(|matmul|einsum|outer|\.T\b|shape|axis|conv|correlate|range\(")


def _numbers(slots, cls, rng):
    """Numbers for the weights of a class that does nothing with them but elementwise products."""
    named = [s.name for s in slots if naming.is_weight(s.name) and s.default is EMPTY]
    methods = [f for n, f in vars(cls).items() if inspect.isfunction(f) and n != "__init__"]
    text = "\n".join(map(text_of, methods))
    alone = all(_is_factor(name, text) for name in named)
    if not named or not alone or _OF_MATRICES.search(text):
        return {}
    beside = [s.name for s in slots if naming.is_bias(s.name) and s.default is EMPTY]
    return {name: np.asarray(rng.normal()) for name in (*named, *beside)}


def _is_factor(name, text):
    """Whether an attribute only stands in products, and is handed to no function."""
    uses = re.findall(rf"self\.{re.escape(name)}\b", text)
    product = rf"\* self\.{re.escape(name)}\b|self\.{re.escape(name)} [*\-]"
    return bool(uses) and len(re.findall(product, text)) == len(uses)


def _filled_up(objects, cls, module, rng):
    """The objects; one that has a method to add layers with gets some."""
    for made, arguments in objects:
        if made is None:
            yield made, arguments
            continue
        add = next((n for n in (op.ADD, "add_layer", "append") if hasattr(made, n)), None)
        if add:
            try:
                for layer in chain_of(cls, module, rng):
                    getattr(made, add)(layer)
            except Exception:  # what it adds is no layer
                continue
        for thing, shape in set_up(made):
            yield thing, {**arguments, **({"input_shape": shape} if shape else {})}


def chain_of(cls: type, module: Mapping[str, object], rng: np.random.Generator) -> list[object]:
    """Layers of the file's other classes that take what the one before gives."""
    x, layers = rng.normal(size=(5, 7)), []
    others = [x for x in list(module.values()) if isinstance(x, type) and x is not cls]
    for other in others:
        if not hasattr(other, "backward") or re.search(
            r"loss|entropy|mse|net|model|optim", other.__name__, re.I
        ):
            continue
        for made, _ in itertools.islice(objects_of(other, {}, None, rng), 6):
            try:
                y = made.forward(x)  # type: ignore[attr-defined]
            except Exception:  # another number of axes, say
                continue
            if isinstance(y, np.ndarray) and y.ndim == 2 and y.size > 1:
                layers.append(copy.deepcopy(made))
                x = y
                break
        if len(layers) == 3:
            break
    return layers


def calls_of(cls: type, module: Mapping[str, object]) -> list[tuple[tuple, dict]]:
    """The arguments that the file's own text calls the class with, where these are constants, or
    small arrays and numbers of the module.
    """
    found = []
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Call) and _called(node.func) == cls.__name__:
            try:
                arguments = tuple(_value(a, module) for a in node.args)
                keywords = {k.arg: _value(k.value, module) for k in node.keywords if k.arg}
            except (ValueError, SyntaxError, TypeError, MemoryError):
                continue
            if not _is_large(arguments) and not _is_large(keywords.values()):
                found.append((arguments, keywords))
    return [call for i, call in enumerate(found) if str(call) not in map(str, found[:i])][:6]


def _tree(module):
    """The syntax tree of the module's own text, or of the cells that define something."""
    own = module.get("__name__")
    files = dict.fromkeys(
        code.co_filename
        for x in list(module.values())
        if getattr(x, "__module__", None) == own
        for code in _codes(x)
    )
    body = []
    for file in files:
        try:
            body += ast.parse("".join(linecache.getlines(file))).body
        except (SyntaxError, ValueError):
            continue
    return ast.Module(body, [])


def _codes(x):
    for each in (x, *(vars(x).values() if inspect.isclass(x) else ())):
        if inspect.isfunction(each):
            yield each.__code__


def _called(function):
    return getattr(function, "id", getattr(function, "attr", None))


def _value(node, module):
    if isinstance(node, ast.Name):
        value = module.get(node.id)
        if isinstance(value, (int, float, str, tuple, list)) or inspect.isroutine(value):
            return value
        raise ValueError(node.id)
    if isinstance(node, (ast.List, ast.Tuple)):
        parts = [_value(part, module) for part in node.elts]
        return parts if isinstance(node, ast.List) else tuple(parts)
    return ast.literal_eval(node)


def _is_large(arguments):
    sizes = [x for x in arguments if isinstance(x, (int, tuple, list)) and not isinstance(x, bool)]
    flat = [n for x in sizes for n in (x if isinstance(x, (tuple, list)) else [x])]
    return any(isinstance(n, int) and n > 64 for n in flat)


_OF_ONE = re.compile(r"_?(b\d?|bias|intercept|w\d?|weight|theta_?\d)_?")
_LATER = re.compile(r"_?([wW]|weights?|coef|theta|beta)_?")


def _may_lack(cls, name):
    """Whether methods of a class ask whether there are weights at all, as of classes in a loss."""
    asks = re.compile(rf"self\.{re.escape(name)} is (not )?None")
    return any(asks.search(text_of(f)) for f in vars(cls).values() if inspect.isfunction(f))


def with_own_parameters(made: Any, rng: np.random.Generator) -> Iterator[Any]:
    """An object whose parameters are arrays: a number becomes one, and where ``fit`` would make
    the weights of one output, weights are there.
    """
    held = vars(made) if hasattr(made, "__dict__") else {}
    later = [n for n, x in held.items() if x is None and _LATER.fullmatch(n)]
    if later and any(_may_lack(type(made), name) for name in later):
        yield copy.copy(made)
    for shape in ((7,), (7, 1), (7, 3)) if later else (None,):
        thing = copy.copy(made) if shape else made
        for name, x in list(held.items()):
            number = isinstance(x, float) or (isinstance(x, int) and x == 0 and x is not False)
            absent = x is None and bool(later)
            if (number or absent) and _OF_ONE.fullmatch(name) and name not in later:
                vars(thing)[name] = np.asarray(float(x or 0.0))
            elif name in later:
                vars(thing)[name] = rng.normal(size=shape)
        yield thing
