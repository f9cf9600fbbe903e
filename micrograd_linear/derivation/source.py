"""The runnable form: the forward and the backward pass as a Python function that needs NumPy."""

import builtins
import keyword
import re
import unicodedata

import numpy as np

from ..operations import names as op
from ..operations import record_of
from ..operations.assignment import assign
from ..symbol.shapes import broadcast_shapes
from .expressions import (
    ATOM,
    UNARY_MINUS,
    Expressions,
    float_text,
    helper_names,
    type_argument,
)
from .labels import tensor_of
from .lower import lower, reachable
from .typeset import clean

LONGEST = 70  # a longer expression is cut into named parts


def _is_view(x):
    """Whether its array may be one that NumPy shows in place: a part of another, or its name."""
    return x.operation in ("broadcast", "variable") or record_of(x.operation).moves


def write(walk, leaves, wanted):
    """The text of a module that defines ``value_and_gradients``: arguments are the ``leaves``,
    gradients those of the ``wanted``, both {node: name}.
    """
    writer = Writer(walk, leaves, wanted)
    value, gradients = writer.compute()
    items = ", ".join(f"{_quoted(wanted[node])}: {text}" for node, text in gradients.items())
    writer.lines.append(f"return {value}, {{{items}}}")
    return writer.module()


class Writer(Expressions):
    """Writes the statements of a walk. For a reader that makes its own function of them:
    ``compute()`` returns what they compute, the statements are in ``lines``, the names of the
    leaves in ``arguments``, and what stands before the function in ``constants`` and ``helpers``.
    """

    def __init__(self, walk, leaves, wanted):
        value, outputs = walk.values[walk.root], {node: walk.gradients[node] for node in wanted}
        lowered = lower([value, *outputs.values()])
        self.value = lowered[value]
        self.gradients = {node: lowered[gradient] for node, gradient in outputs.items()}
        self.walk, self.leaves, self.wanted = walk, leaves, wanted
        self.lines, self.constants, self.helpers = [], [], {}
        self.expressions = {}  # symbol -> (text, how tightly it binds)
        self.taken = {"np", "value_and_gradients", *helper_names(), *dir(builtins)}
        self.identifiers = {}  # name -> identifier, of the variables
        self.arguments = {name: self.identifier(name) for name in leaves.values()}
        if walk.upstream is not None:
            self.gradient = self.identifier("gradient")
        self.labels = {}
        forward = set(reachable([lowered[walk.values[walk.root]]]))
        for node, name in walk.names.items():
            symbol = lowered.get(walk.gradients.get(node))
            if (
                symbol is not None
                and symbol not in forward
                and symbol.operation not in ("variable", "number", "broadcast")
            ):
                self.labels.setdefault(symbol, "d" + name)

    def identifier(self, name):
        """A Python name like the given one that nothing else has."""
        stem = re.sub(r"\W+", "_", unicodedata.normalize("NFKC", name)).strip("_")[:40] or "x"
        stem = stem if stem.isidentifier() else f"_{stem}" if f"_{stem}".isidentifier() else "x"
        stem += "_" * (
            keyword.iskeyword(stem)
            or stem in ("np", "value_and_gradients", *helper_names())
            or stem in dir(builtins)
        )
        free = next(
            name
            for k in range(1, len(self.taken) + 3)
            if (name := stem if k == 1 else f"{stem}_{k}") not in self.taken
        )
        self.taken.add(free)
        return free

    def compute(self):
        """(text of the value, {node: text of its gradient}), after the statements that they need
        are written.
        """
        value, gradients = self.value, self.gradients
        order = reachable([value, *gradients.values()])
        uses = {}
        for x in order:
            for y in (*x.operands, *(d for d in [x.static.get("definition")] if d is not None)):
                uses[y] = uses.get(y, 0) + 1
        for x in [value, *gradients.values()]:
            uses[x] = uses.get(x, 0) + 1
        self.uses, self.absorbed = uses, set()
        self.order = order
        for x in order:  # a value that is scattered into a sum is added in place
            if x.operation == op.ADD:
                self.absorbed.update(
                    y
                    for y in x.operands
                    if y.operation == op.SCATTER_ADD
                    and uses[y] == 1
                    and y.shape == x.shape
                    and y not in self.labels
                )
        for x in order:
            self.write_symbol(x)
        owned = {}
        result = self.returned(value, self.walk.root, owned)
        return result, {node: self.returned(x, node, owned) for node, x in gradients.items()}

    def returned(self, x, node, owned):
        """The text of a result, as an array that is nobody else's."""
        dtype = getattr(node, "dtype", np.dtype(np.float64))
        base, repeated = self.base(x)
        text = self.expressions[x][0]
        if not x.shape:
            return (
                f"np.{dtype.name}({text})"
                if base.operation in ("number", "broadcast", "variable", "constant")
                else text
            )
        if x.operation == "broadcast" and not text.isidentifier():
            return self.filled(x, dtype)
        shared = repeated or base in owned or base.operation in ("variable", "constant")
        owned[base] = None
        return f"{self.wrapped(x, ATOM)}.copy()" if shared else text

    def module(self):
        """All of it as the text of a module."""
        shapes = {self.arguments[name]: node.shape for node, name in self.leaves.items()}
        if self.walk.upstream is not None:
            shapes[self.gradient] = self.walk.root.shape
        arrays = {name: shape for name, shape in shapes.items() if shape}
        root = self.walk.names[self.walk.root]
        about = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        explanation = (
            f", where {self.gradient} = d{self.walk.objective}/d{_plain(root)}"
            if self.walk.upstream is not None
            else ""
        )
        head = ["import numpy as np", "", *self.constants, *[""] * bool(self.constants)]
        head += "".join(self.helpers.values()).splitlines()
        head += ["", f"def value_and_gradients({', '.join(shapes)}):"]
        title = f"{_plain(root)} {self.walk.root.shape}"
        title += f" and the gradients of {_plain(self.walk.objective)}, by name{explanation}"
        head += [f'    """{title}. Arguments: {about}."""']
        if arrays:
            actual = ", ".join(f"{name}.shape" for name in arrays)
            expected = ", ".join(map(str, arrays.values()))
            comma = "," * (len(arrays) == 1)
            head += [f"    if ({actual}{comma}) != ({expected}{comma}):"]
            report = ", ".join(f"{{{name}.shape}}" for name in arrays)
            head += [f'        raise ValueError(f"expected shapes {expected}, got {report}")']
        return "\n".join(head + [f"    {line}" for line in self.lines]) + "\n"

    # --- statements ------------------------------------------------------------------------------

    def write_symbol(self, x):
        if x.operation == "variable":
            return self.write_variable(x)
        if x in self.absorbed:
            return
        if x.operation == op.SCATTER_ADD or (
            x.operation == op.ADD and any(y in self.absorbed for y in x.operands)
        ):
            self.expressions[x] = (self.scattered(x), ATOM)
            return
        if x.operation == assign.name:
            self.expressions[x] = (self.written(x), ATOM)
            return
        text, level = self.expression(x)
        label = self.labels.get(x)
        views = x.operation in (op.TRANSPOSE, op.RESHAPE, "broadcast")
        trivial = x.operation == "number" or (
            views
            and (
                x.operands[0].operation == "number"
                or self.expressions[x.operands[0]][0].isidentifier()
            )
        )
        short = self.uses[x] == 1 and len(text) <= LONGEST and not self.has_a_line(x)
        if label is None and (trivial or short or (x.operation == "constant" and len(text) < 30)):
            self.expressions[x] = (text, level)
            return
        self.expressions[x] = (self.assign(label or "t", text, x), ATOM)

    def has_a_line(self, x):
        """True for a result that is not written inside of another, however short it is."""
        return False

    def write_variable(self, x):
        name, kind, definition = x.static["name"], x.static["kind"], x.static["definition"]
        if kind == "gradient":
            self.expressions[x] = (self.gradient, ATOM)
        elif definition is None:
            self.expressions[x] = (self.arguments[name], ATOM)
        elif definition.operation == "number":
            self.expressions[x] = (
                self.assign(
                    name, f"np.{x.dtype.name}({float_text(definition.static['value'])})", x
                ),
                ATOM,
            )
        elif (
            self.lines
            and self.uses[definition] == 1
            and self.lines[-1].startswith(f"{self.expressions[definition][0]} =")
        ):
            # The definition has a statement of its own already, which gets the name.
            old = self.expressions[definition][0]
            new = self.identifier(name)
            self.lines[-1] = new + self.lines[-1][len(old) :]
            self.expressions[x] = (new, ATOM)
        else:
            self.expressions[x] = (self.assign(name, self.expressions[definition][0], x), ATOM)

    def assign(self, name, text, x):
        name = self.temporary() if name == "t" else self.identifier(name)
        comment = f"  # {x.shape}" if x.shape else ""
        self.lines.append(f"{name} = {text}{comment}")
        return name

    def temporary(self):
        self.count = getattr(self, "count", 0) + 1
        while f"t{self.count}" in self.taken:
            self.count += 1
        self.taken.add(f"t{self.count}")
        return f"t{self.count}"

    def scattered(self, x):
        """Statements for values added into zeros, or into the other terms of a sum; returns the
        name.
        """
        if x.operation == op.SCATTER_ADD:
            scatters, rest = [(1, x)], None
        else:
            terms = list(zip(x.static["signs"], x.operands, strict=True))
            scatters = [(sign, y) for sign, y in terms if y in self.absorbed]
            rest = [(sign, y) for sign, y in terms if y not in self.absorbed]
        label = self.labels.get(x, "t")
        name = self.assign(label, self.fresh(x, rest), x)
        for sign, scatter in scatters:
            (added,), index = scatter.operands, scatter.static["index"]
            if added.operation == "broadcast" and added.operands[0].shape == ():
                added = added.operands[0]
            if added.operation == "number" and added.static["value"] < 0:
                sign, added = -sign, added.book.number(-added.static["value"])
                self.expressions[added] = self.expression(added)
            if _without_repeats(index):
                operator = "+=" if sign > 0 else "-="
                self.lines.append(
                    f"{name}[{self.index(index)}] {operator} {self.wrapped(added, 0)}"
                )
            else:
                signed = (
                    self.wrapped(added, 0) if sign > 0 else f"-{self.wrapped(added, UNARY_MINUS)}"
                )
                self.lines.append(f"np.add.at({name}, {self.index_object(index)}, {signed})")
        return name

    def written(self, x):
        """Statements for values that are written into an array; returns its name."""
        base, *values = x.operands
        name = self.assign(self.labels.get(x, "t"), self.fresh(x, [(1, base)]), x)
        for index, value in zip(x.static["indices"], values, strict=True):
            self.lines.append(f"{name}[{self.index(index)}] = {self.wrapped(value, 0)}")
        return name

    def fresh(self, x, terms):
        """The sum of the terms as an array of x's shape that nobody else has."""
        shape = broadcast_shapes(*(y.shape for _, y in terms)) if terms else ()
        if not terms or all(y.operation == "number" for _, y in terms):
            value = sum(sign * y.static["value"] for sign, y in terms or ())
            return (
                f"np.full({x.shape}, {float_text(value)}{type_argument(x)})"
                if value
                else f"np.zeros({x.shape}{type_argument(x)})"
            )
        if shape != x.shape:
            return f"np.broadcast_to({self.terms(terms)}, {x.shape}).copy()"
        sign, y = terms[0]
        as_it_is = (
            len(terms) == 1
            and sign == 1
            and (_is_view(y) or y.operation == "constant" or self.uses[y] > 1)
        )
        return f"{self.wrapped(y, ATOM)}.copy()" if as_it_is else self.terms(terms)

    # --- who owns what ---------------------------------------------------------------------------

    def base(self, x):
        """(the symbol whose memory a view looks at, whether it looks at some of it twice)"""
        repeated = False
        while _is_view(x) or (x.operation == op.EINSUM and len(x.operands) == 1):
            repeated |= x.operation == "broadcast"
            if x.operation == "variable" and x.static["definition"] is None:
                break
            x = x.static["definition"] if x.operation == "variable" else x.operands[0]
        return x, repeated


def _quoted(name):
    """The name as a Python string, in double quotes where they need no escape."""
    text = repr(name)
    return text if '"' in text or "\\" in text else f'"{text[1:-1]}"'


def _plain(text):
    """A name inside a docstring."""
    return clean(text).replace("\\", " ").replace('"', " ")


def _without_repeats(index):
    """True where no element is named twice, whatever an argument of the source holds: then adding
    in place needs no np.add.at.
    """
    parts = index if isinstance(index, tuple) else (index,)
    arrays = [part for part in parts if isinstance(part, (np.ndarray, list, range))]
    if not arrays or all(np.asarray(a).dtype == bool for a in arrays):
        return True
    if any(np.asarray(a).dtype == bool for a in arrays):
        return False
    joint = np.broadcast_shapes(*(np.shape(a) for a in arrays))
    constants = [np.asarray(a) for a in arrays if tensor_of(a) is None and np.shape(a) == joint]
    return any(a.size == np.unique(a).size and (a >= 0).all() for a in constants)
