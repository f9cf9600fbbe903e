"""Arguments in, gradients out: what a compiled function was called with, leaf by leaf, and Python
code that takes the next call apart at once.

A ``Layout`` is what a trace holds for: the nesting of the arguments, and the kind of every leaf.
For its nesting two functions are written and compiled, one that collects the leaves of a call (or
says that the call is of another layout), one that puts gradients into the nesting of the arguments.
"""

import inspect
from typing import NamedTuple

import numpy as np

from ..foundations.nested import flatten, paths

STATIC = (str, bytes, bool, type(None), np.bool_)


class Leaf(NamedTuple):
    """One leaf. ``kind`` is hashable, and equal for leaves of which one can stand in a trace for
    the other; it begins with the word for what the leaf is.
    """

    # A kind is one of ("number",), ("integer",), ("numbers", shape), ("integers", shape),
    # ("array", shape, dtype) and ("static", type, value).
    kind: tuple
    differentiated: bool


class Layout:
    """The structure of a call: nesting, leaves, names. Layouts with equal ``key``s are of one
    structure.
    """

    def __init__(self, args, keywords, differentiated, kind_of, names, level):
        self.keywords = tuple(keywords)
        self.positional, self.names, self.level = len(args), names, level
        self.structures, self.leaves, self.of_call = [], [], []
        for i, argument in enumerate((*args, *keywords.values())):
            leaves, structure = flatten(argument)
            self.structures.append(structure)
            for x in leaves:
                path = _Path(self, len(self.leaves))
                self.leaves.append(Leaf(kind_of(x, i in differentiated, path), i in differentiated))
            self.of_call += leaves
        self.key = level, tuple(self.structures), self.keywords, tuple(self.leaves)

    @property
    def paths(self):
        """How each leaf is written in Python."""
        return [
            path
            for name, structure in zip(self.names, self.structures)
            for path in paths(structure, name)
        ]

    def forget_leaves(self):
        """The leaves of the call, which the layout does not keep."""
        leaves, self.of_call = self.of_call, None
        return leaves

    def of_argument(self, i):
        """(structure, leaves) of an argument, by its number."""
        counts = [count_of(structure) for structure in self.structures]
        start = sum(counts[:i])
        return self.structures[i], self.leaves[start : start + counts[i]]


class _Path:
    """How a leaf is written in Python, found out when an error message asks for it."""

    __slots__ = ("layout", "number")

    def __init__(self, layout, number):
        self.layout, self.number = layout, number

    def __str__(self):
        return self.layout.paths[self.number]


def count_of(structure):
    """The number of leaves."""
    return 1 if structure is None else sum(count for count, _ in structure[2])


def names_of(f, args, keywords):
    """What f calls its arguments."""
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        parameters = ()
    names = []
    for parameter in parameters:
        if parameter.kind is parameter.VAR_POSITIONAL:
            names += [f"{parameter.name}[{i}]" for i in range(len(args) - len(names))]
        elif parameter.kind not in (parameter.KEYWORD_ONLY, parameter.VAR_KEYWORD):
            names.append(parameter.name)
    names += [f"argument{i}" for i in range(len(names), len(args))]
    return [*names[: len(args)], *keywords]


class Code:
    """A function under construction: lines of Python, and the objects they speak of."""

    def __init__(self, **objects):
        self.lines, self.objects, self.count = [], objects, 0

    def fresh(self, stem):
        self.count += 1
        return f"_{stem}{self.count}"

    def object(self, x):
        name = self.fresh("K")
        self.objects[name] = x
        return name

    def line(self, depth, text):
        self.lines.append("    " * (depth + 1) + text)

    def function(self, head):
        """The finished function."""
        names = dict(self.objects)
        exec("\n".join([f"def made({head}):", *self.lines]), names)
        return names["made"]


class Unpacking:
    """Writes the code that takes the arguments of a call apart; ``return None`` where they have
    another layout.
    """

    loops = True  # parts that are alike are taken in a loop

    def __init__(self, code):
        self.code = code

    def arguments(self, layout):
        line = self.code.line
        if layout.keywords:
            keywords = f"tuple(keywords) != {self.code.object(layout.keywords)}"
            line(0, f"if {keywords} or len(args) != {layout.positional}: return None")
            line(0, "args = (*args, *keywords.values())")
        else:
            line(0, f"if keywords or len(args) != {layout.positional}: return None")
        names = [self.code.fresh("a") for _ in layout.structures]
        if names:
            line(0, f"{', '.join(names)}, = args")
        for name, structure in zip(names, layout.structures):
            # All arguments are checked before any is looked into, so that a batch of another
            # length is told at once.
            self.check(structure, name, 0)
        start = 0
        for name, structure in zip(names, layout.structures):
            count = count_of(structure)
            self.tree(structure, layout.leaves[start : start + count], name, 0)
            start += count

    def check(self, structure, name, depth):
        """Code that returns None where this is not a list of that length, and so on."""
        if structure is None:
            return
        kind, keys, parts = structure
        if kind == "dict":
            text, differs = "dict", f"tuple({name}) != {self.code.object(keys)}"
        else:
            text = kind.__name__ if kind in (list, tuple) else self.code.object(kind)
            differs = f"len({name}) != {len(parts)}"
        self.code.line(depth, f"if {name}.__class__ is not {text} or {differs}: return None")

    def tree(self, structure, leaves, name, depth):
        """Code for a nesting that was checked."""
        line = self.code.line
        if structure is None:
            self.leaf(leaves[0], name, depth)
            return
        kind, _, parts = structure
        items = f"{name}.values()" if kind == "dict" else name
        alike = len(parts) > 1 and len(set(parts)) == 1 and _repeats(leaves, len(parts))
        if self.loops and alike and parts[0][1] is None and self.run(leaves[0], items, depth):
            return
        if self.loops and alike and depth < 12:
            item = self.code.fresh("a")
            line(depth, f"for {item} in {items}:")
            self.check(parts[0][1], item, depth + 1)
            self.tree(parts[0][1], leaves[: parts[0][0]], item, depth + 1)
            return
        names = [self.code.fresh("a") for _ in parts]
        if names:
            line(depth, f"{', '.join(names)}, = {items}")
        start = 0
        for item, (count, part) in zip(names, parts):
            self.check(part, item, depth)
            self.tree(part, leaves[start : start + count], item, depth)
            start += count

    def static(self, leaf, name, depth):
        value = self.code.object(leaf.kind[2])
        other = f"{name}.__class__ is not {value}.__class__ or {name} != {value}"
        self.code.line(depth, f"if {other}: return None")

    def leaf(self, leaf, name, depth):
        """Code for one leaf."""
        raise NotImplementedError

    def run(self, leaf, name, depth):
        """Code for a list of leaves that are all like this one; False where there is none."""
        return False


def _repeats(items, times):
    """True where the items are so many times the same."""
    return items == items[: len(items) // times] * times


def packer(layout, single, argnums):
    """The function (numbers, array) -> gradients in the nesting of the differentiated arguments.

    ``numbers`` is a list with an entry for each differentiated number; ``array`` has them along its
    last axis, for arguments that are arrays.
    """
    code = Code()
    starts, total = {}, 0
    for i in range(len(layout.structures)):
        starts[i] = total
        total += sum(map(_length, layout.of_argument(i)[1]))
    texts = []
    for i in argnums:
        structure, leaves = layout.of_argument(i)
        texts.append(_packed(code, structure, leaves, "", starts[i]))
    code.line(0, f"return {texts[0]}" if single else f"return ({', '.join(texts)},)")
    return code.function("numbers, array")


def _length(leaf):
    """How many differentiated numbers a leaf holds."""
    if not leaf.differentiated or leaf.kind[0] == "static":
        return 0
    return int(np.prod(leaf.kind[1])) if len(leaf.kind) > 1 else 1


def _packed(code, structure, leaves, variable, offset):
    """Text for a nesting whose numbers begin at ``variable + offset``."""
    at = f"{variable} + {offset}" if variable and offset else variable or f"{offset}"
    if structure is None:
        (leaf,) = leaves
        if leaf.kind[0] == "static":
            return "None"
        if leaf.kind[0] == "number":
            return f"numbers[{at}]"
        part = f"array[..., {at} : {at} + {_length(leaf)}]"
        return f"{part}.reshape(*array.shape[:-1], *{leaf.kind[1]}).copy()"
    kind, keys, parts = structure
    alike = len(parts) > 1 and len(set(parts)) == 1 and _repeats(leaves, len(parts))
    if alike and parts[0][1] is None and leaves[0].kind == ("number",):
        items = f"numbers[{at} : {at} + {len(parts)}]"
    elif alike:
        count = parts[0][0]
        stride = sum(map(_length, leaves[:count]))
        step = code.fresh("i")
        if stride:
            item = _packed(code, parts[0][1], leaves[:count], step, 0)
            steps = f"range({at}, {at} + {stride * len(parts)}, {stride})"
        else:
            item = _packed(code, parts[0][1], leaves[:count], variable, offset)
            steps = f"range({len(parts)})"
        items = f"[{item} for {step} in {steps}]"
    else:
        texts, start = [], 0
        for count, part in parts:
            texts.append(_packed(code, part, leaves[start : start + count], variable, offset))
            offset += sum(map(_length, leaves[start : start + count]))
            start += count
        if kind is tuple:
            return f"({', '.join(texts)}{',' * (len(texts) == 1)})"
        items = f"[{', '.join(texts)}]"
    if kind == "dict":
        return f"dict(zip({code.object(keys)}, {items}))"
    if kind is list:
        return items
    return f"{code.object(kind)}({'*' * hasattr(kind, '_fields')}{items})"
