"""The runnable form: the forward and the backward pass as a Python function that needs NumPy alone."""

import builtins
import keyword
import re
import unicodedata
from fractions import Fraction

import numpy as np

from ..symbol.shapes import broadcast_shapes
from .literals import literal
from .lower import lower, reachable
from .notation import tensor_of
from .typeset import clean

LONGEST = 70  # a longer expression is cut into named parts
_UNARY = {"absolute": "abs", "negative": "negative"}
_COMPARE = {"equal": "==", "not_equal": "!=", "less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">="}
_ATOM, _POWER, _UNARY_MINUS, _TIMES, _PLUS, _AND, _RELATION = 7, 6, 5, 4, 3, 2, 1  # how tightly an expression binds
_VIEWS = ("transpose", "reshape", "getitem", "broadcast", "variable")
_SIGMOID = '''
def sigmoid(x):
    """1 / (1 + e^-x), computed from e^-|x|, which cannot overflow."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)

'''


def write(walk, leaves, wanted):
    """The text of a module that defines ``value_and_gradients``: arguments are the ``leaves``, gradients those of the ``wanted``, both {node: name}."""
    writer = Writer(walk, leaves, wanted)
    value, gradients = writer.compute()
    writer.lines.append(f"return {value}, {{{', '.join(f'{_quoted(wanted[node])}: {text}' for node, text in gradients.items())}}}")
    return writer.module()


class Writer:
    """Writes the statements of a walk. For a reader that makes a function of its own of them: ``compute()`` returns what they compute, the statements are in
    ``lines``, the names of the leaves in ``arguments``, and what stands before the function in ``constants`` and ``helpers``.
    """

    def __init__(self, walk, leaves, wanted):
        value, outputs = walk.values[walk.root], {node: walk.gradients[node] for node in wanted}
        lowered = lower([value, *outputs.values()])
        self.value, self.gradients = lowered[value], {node: lowered[g] for node, g in outputs.items()}
        self.walk, self.leaves, self.wanted = walk, leaves, wanted
        self.lines, self.constants, self.helpers = [], [], {}
        self.expressions = {}  # symbol -> (text, how tightly it binds)
        self.taken = {"np", "value_and_gradients", "sigmoid", *dir(builtins)}
        self.identifiers = {}  # name -> identifier, of the variables
        self.arguments = {name: self.identifier(name) for name in leaves.values()}
        if walk.upstream is not None:
            self.gradient = self.identifier("gradient")
        self.labels = {}
        forward = set(reachable([lowered[walk.values[walk.root]]]))
        for node, name in walk.names.items():
            symbol = lowered.get(walk.gradients.get(node))
            if symbol is not None and symbol not in forward and symbol.operation not in ("variable", "number", "broadcast"):
                self.labels.setdefault(symbol, "d" + name)

    def identifier(self, name):
        """A Python name like the given one that nothing else has."""
        stem = re.sub(r"\W+", "_", unicodedata.normalize("NFKC", name)).strip("_")[:40] or "x"
        stem = stem if stem.isidentifier() else f"_{stem}" if f"_{stem}".isidentifier() else "x"
        stem += "_" * (keyword.iskeyword(stem) or stem in ("np", "value_and_gradients", "sigmoid") or stem in dir(builtins))
        found = next(name for k in range(1, len(self.taken) + 3) if (name := stem if k == 1 else f"{stem}_{k}") not in self.taken)
        self.taken.add(found)
        return found

    def compute(self):
        """(text of the value, {node: text of its gradient}), after the statements that they need are written."""
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
            if x.operation == "add":
                self.absorbed.update(y for y in x.operands if y.operation == "scatter_add" and uses[y] == 1 and y.shape == x.shape and y not in self.labels)
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
            return f"np.{dtype.name}({text})" if base.operation in ("number", "broadcast", "variable", "constant") else text
        if x.operation == "broadcast" and not text.isidentifier():
            return self.filled(x, dtype)
        shared = repeated or base in owned or base.operation in ("variable", "constant")
        owned[base] = None
        return f"{self.wrapped(x, _ATOM)}.copy()" if shared else text

    def module(self):
        """All of it as the text of a module."""
        shapes = {identifier: node.shape for node, identifier in ((node, self.arguments[name]) for node, name in self.leaves.items())}
        if self.walk.upstream is not None:
            shapes[self.gradient] = self.walk.root.shape
        arrays = {name: shape for name, shape in shapes.items() if shape}
        root = self.walk.names[self.walk.root]
        about = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        given = f", where {self.gradient} = d{self.walk.objective}/d{_plain(root)}" if self.walk.upstream is not None else ""
        head = ["import numpy as np", "", *self.constants, *[""] * bool(self.constants)]
        head += "".join(self.helpers.values()).splitlines()
        head += ["", f"def value_and_gradients({', '.join(shapes)}):"]
        head += [f'    """{_plain(root)} {self.walk.root.shape} and the gradients of {_plain(self.walk.objective)}, by name{given}. Arguments: {about}."""']
        if arrays:
            found = ", ".join(f"{name}.shape" for name in arrays)
            wanted = ", ".join(map(str, arrays.values()))
            comma = "," * (len(arrays) == 1)
            head += [f"    if ({found}{comma}) != ({wanted}{comma}):"]
            got = ", ".join(f"{{{name}.shape}}" for name in arrays)
            head += [f'        raise ValueError(f"expected shapes {wanted}, got {got}")']
        return "\n".join(head + [f"    {line}" for line in self.lines]) + "\n"

    # --- statements --------------------------------------------------------------------------------------------------------------

    def write_symbol(self, x):
        if x.operation == "variable":
            return self.write_variable(x)
        if x in self.absorbed:
            return
        if x.operation == "scatter_add" or (x.operation == "add" and any(y in self.absorbed for y in x.operands)):
            self.expressions[x] = (self.scattered(x), _ATOM)
            return
        text, level = self.expression(x)
        label = self.labels.get(x)
        views = x.operation in ("transpose", "reshape", "broadcast")
        trivial = x.operation == "number" or (views and (x.operands[0].operation == "number" or self.expressions[x.operands[0]][0].isidentifier()))
        short = self.uses[x] == 1 and len(text) <= LONGEST and not self.has_a_line(x)
        if label is None and (trivial or short or (x.operation == "constant" and len(text) < 30)):
            self.expressions[x] = (text, level)
            return
        self.expressions[x] = (self.assign(label or "t", text, x), _ATOM)

    def has_a_line(self, x):
        """True for a result that is not written inside of another expression, however short it is."""
        return False

    def write_variable(self, x):
        name, kind, definition = x.static["name"], x.static["kind"], x.static["definition"]
        if kind == "gradient":
            self.expressions[x] = (self.gradient, _ATOM)
        elif definition is None:
            self.expressions[x] = (self.arguments[name], _ATOM)
        elif definition.operation == "number":
            self.expressions[x] = (self.assign(name, f"np.{x.dtype.name}({_float(definition.static['value'])})", x), _ATOM)
        elif self.lines and self.uses[definition] == 1 and self.lines[-1].startswith(f"{self.expressions[definition][0]} ="):
            old = self.expressions[definition][0]  # a statement of its own already: give it the name
            new = self.identifier(name)
            self.lines[-1] = new + self.lines[-1][len(old) :]
            self.expressions[x] = (new, _ATOM)
        else:
            self.expressions[x] = (self.assign(name, self.expressions[definition][0], x), _ATOM)

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
        """Statements for values added into zeros, or into the other terms of a sum; returns the name."""
        if x.operation == "scatter_add":
            scatters, rest = [(1, x)], None
        else:
            terms = list(zip(x.static["signs"], x.operands, strict=True))
            scatters = [(sign, y) for sign, y in terms if y in self.absorbed]
            rest = [(sign, y) for sign, y in terms if y not in self.absorbed]
        label = self.labels.get(x, "t")
        name = self.assign(label, self.fresh(x, rest), x)
        for sign, scatter in scatters:
            (added,), index = scatter.operands, scatter.static["index"]
            added = added.operands[0] if added.operation == "broadcast" and added.operands[0].shape == () else added
            if added.operation == "number" and added.static["value"] < 0:
                sign, added = -sign, added.book.number(-added.static["value"])
                self.expressions[added] = self.expression(added)
            if _without_repeats(index):
                self.lines.append(f"{name}[{self.index(index)}] {'+' if sign > 0 else '-'}= {self.wrapped(added, 0)}")
            else:
                signed = self.wrapped(added, 0 if sign > 0 else _UNARY_MINUS)
                self.lines.append(f"np.add.at({name}, {self.index_object(index)}, {'' if sign > 0 else '-'}{signed})")
        return name

    def fresh(self, x, terms):
        """The sum of the terms as an array of x's shape that nobody else has."""
        shape = broadcast_shapes(*(y.shape for _, y in terms)) if terms else ()
        if not terms or all(y.operation == "number" for _, y in terms):
            value = sum(sign * y.static["value"] for sign, y in terms or ())
            return f"np.full({x.shape}, {_float(value)}{_dtype(x)})" if value else f"np.zeros({x.shape}{_dtype(x)})"
        if shape != x.shape:
            return f"np.broadcast_to({self.terms(terms)}, {x.shape}).copy()"
        sign, y = terms[0]
        as_it_is = len(terms) == 1 and sign == 1 and (y.operation in (*_VIEWS, "constant") or self.uses[y] > 1)
        return f"{self.wrapped(y, _ATOM)}.copy()" if as_it_is else self.terms(terms)

    # --- expressions -------------------------------------------------------------------------------------------------------------

    def wrapped(self, x, level):
        """The expression for a symbol, in brackets where it binds less tightly than its surroundings."""
        text, own = self.expressions[x]
        return text if own >= level else f"({text})"

    def expression(self, x):
        """(text, how tightly it binds)"""
        method = getattr(self, f"_{x.operation}", None)
        if method is not None:
            return method(x, *x.operands)
        if x.operation in _COMPARE:
            a, b = x.operands
            return f"{self.wrapped(a, _PLUS)} {_COMPARE[x.operation]} {self.wrapped(b, _PLUS)}", _RELATION
        return f"np.{_UNARY.get(x.operation, x.operation)}({', '.join(self.wrapped(y, 0) for y in x.operands)})", _ATOM

    def _number(self, x):
        return _number(x.static["value"])

    def _constant(self, x):
        value = x.static["value"]
        return self.constant(value) if value.ndim else f"np.{value.dtype.name}({literal(value)})", _ATOM

    def _multiply(self, x, a, b):
        if b.operation == "number" and isinstance(b.static["value"], Fraction) and b.static["value"].denominator == 1:
            a, b = b, a
        return f"{self.wrapped(a, _TIMES)} * {self.wrapped(b, _TIMES + 1)}", _TIMES

    def _divide(self, x, a, b):
        return f"{self.wrapped(a, _TIMES)} / {self.wrapped(b, _TIMES + 1)}", _TIMES

    def _matmul(self, x, a, b):
        return f"{self.wrapped(a, _TIMES)} @ {self.wrapped(b, _TIMES + 1)}", _TIMES

    def _negative(self, x, a):
        return f"-{self.wrapped(a, _UNARY_MINUS)}", _UNARY_MINUS

    def _power(self, x, a, b):
        return f"{self.wrapped(a, _POWER + 1)}**{self.wrapped(b, _POWER)}", _POWER

    def _both(self, x, a, b):
        return f"{self.wrapped(a, _AND + 1)} & {self.wrapped(b, _AND + 1)}", _AND

    def _add(self, x, *operands):
        return self.terms(list(zip(x.static["signs"], operands, strict=True))), _PLUS

    def terms(self, terms):
        terms = sorted(terms, key=lambda term: -term[0])  # a positive one first, where there is one
        text = ""
        for i, (sign, y) in enumerate(terms):
            operator = ("-" if sign < 0 else "") if i == 0 else (" - " if sign < 0 else " + ")
            text += operator + self.wrapped(y, _PLUS + (sign < 0) + (sign < 0 and i == 0))
        return text

    def _where(self, x, condition, a, b):
        if a.operation == b.operation == "number":
            numbers = [_float(y.static["value"]) if x.dtype == np.float64 else f"np.{x.dtype.name}({_float(y.static['value'])})" for y in (a, b)]
            return f"np.where({self.wrapped(condition, 0)}, {', '.join(numbers)})", _ATOM
        return f"np.where({', '.join(self.wrapped(y, 0) for y in (condition, a, b))})", _ATOM

    def _selected(self, x, g, contribution):
        return f"np.where({self.wrapped(g, _PLUS)} == 0, 0, {self.wrapped(contribution, 0)})", _ATOM

    def _sigmoid(self, x, a):
        self.helpers["sigmoid"] = _SIGMOID
        return f"sigmoid({self.wrapped(a, 0)})", _ATOM

    def _reduction(self, x, a):
        return self.reduced(x, a, keepdims=len(x.shape) == a.ndim), _ATOM

    def reduced(self, x, a, keepdims):
        axes = x.static["axis"]
        arguments = [] if len(axes) == a.ndim else [f"axis={axes[0] if len(axes) == 1 else axes}"]
        return f"{self.wrapped(a, _ATOM)}.{x.operation}({', '.join(arguments + ['keepdims=True'] * keepdims)})"

    _sum = _mean = _max = _min = _prod = _reduction

    def _cumsum(self, x, a):
        return f"{self.wrapped(a, _ATOM)}.cumsum(axis={x.static['axis']})", _ATOM

    def _reshape(self, x, a):
        if not a.shape and all(y.operation not in ("variable", "constant") for y in reachable([a])):  # made of nothing but numbers, it is one of Python's
            return f"np.full({x.shape}, {self.wrapped(a, 0)})", _ATOM
        if a.operation in ("sum", "mean", "max", "min", "prod") and not self.expressions[a][0].isidentifier():
            inner, axes = a.operands[0], a.static["axis"]
            for keepdims in (False, True):
                if x.shape == tuple(1 if i in axes else n for i, n in enumerate(inner.shape) if keepdims or i not in axes):
                    return self.reduced(a, inner, keepdims), _ATOM
        if not x.shape:
            return f"{self.wrapped(a, _ATOM)}.reshape(())[()]", _ATOM
        return f"{self.wrapped(a, _ATOM)}.reshape({', '.join(map(str, x.shape))})", _ATOM

    def _transpose(self, x, a):
        axes = x.static["axes"]
        if axes == tuple(reversed(range(x.ndim))):
            return f"{self.wrapped(a, _ATOM)}.T", _ATOM
        if axes == (*range(x.ndim - 2), x.ndim - 1, x.ndim - 2):
            return f"{self.wrapped(a, _ATOM)}.swapaxes(-1, -2)", _ATOM
        return f"{self.wrapped(a, _ATOM)}.transpose({', '.join(map(str, axes))})", _ATOM

    def _broadcast(self, x, a):
        if a.operation == "number":
            return self.filled(x), _ATOM
        return f"np.broadcast_to({self.wrapped(a, 0)}, {x.shape})", _ATOM

    def filled(self, x, dtype=None):
        """A broadcast as an array of its own; ``dtype`` is that of a number which has none."""
        (a,) = x.operands
        words = _dtype(x) if x.dtype is not None or dtype is None or dtype == np.float64 else f", np.{dtype.name}"
        if a.operation == "number":
            value = a.static["value"]
            name = {Fraction(0): "zeros", Fraction(1): "ones"}.get(value)
            return f"np.{name}({x.shape}{words})" if name else f"np.full({x.shape}, {_float(value)}{words})"
        return f"np.broadcast_to({self.wrapped(a, 0)}, {x.shape}).copy()"

    def _getitem(self, x, a):
        return f"{self.wrapped(a, _ATOM)}[{self.index(x.static['index'])}]", _ATOM

    def _concatenate(self, x, *parts):
        return f"np.concatenate([{', '.join(self.wrapped(p, 0) for p in parts)}], axis={x.static['axis']})", _ATOM

    def _pad(self, x, a):
        return f"np.pad({self.wrapped(a, 0)}, {x.static['widths']})", _ATOM

    def _astype(self, x, a):
        return f"{self.wrapped(a, _ATOM)}.astype(np.{x.dtype.name})", _ATOM

    def _tril(self, x, a):
        k = x.static["k"]
        return f"np.tril({self.wrapped(a, 0)}{f', {k}' if k else ''})", _ATOM

    def _einsum(self, x, *operands):
        subscripts = x.static["subscripts"]
        return f'np.einsum("{subscripts}", {", ".join(self.wrapped(y, 0) for y in operands)})', _ATOM

    def _inv(self, x, a):
        return f"np.linalg.{x.operation}({self.wrapped(a, 0)})", _ATOM

    _det = _cholesky = _inv

    def _logabsdet(self, x, a):
        return f"np.linalg.slogdet({self.wrapped(a, 0)})[1]", _ATOM

    def _solve(self, x, a, b):
        return f"np.linalg.solve({self.wrapped(a, 0)}, {self.wrapped(b, 0)})", _ATOM

    # --- constants and indices -----------------------------------------------------------------------------------------------------

    def constant(self, array):
        text = literal(array)
        if array.size <= 1:
            return text
        for line in self.constants:
            if line.split(" = ", 1)[1].rsplit("  # ", 1)[0] == text:
                return line.split(" = ", 1)[0]
        name = self.identifier(f"C{len(self.constants) + 1}")
        self.constants.append(f"{name} = {text}  # {array.shape}, a constant of the run")
        return name

    def index(self, index):
        if isinstance(index, tuple):
            return ", ".join(map(self.index, index)) + "," * (len(index) == 1) if index else "()"
        if isinstance(index, slice):
            start, stop, step = ("" if part is None else str(int(part)) for part in (index.start, index.stop, index.step))
            return f"{start}:{stop}{f':{step}' if step else ''}"
        return self.index_object(index)

    def index_object(self, index):
        """The same where it is an argument of a call."""
        if isinstance(index, tuple):
            return f"({', '.join(map(self.index_object, index))}{',' * (len(index) == 1)})"
        if isinstance(index, slice):
            return repr(slice(*(None if part is None else int(part) for part in (index.start, index.stop, index.step))))
        if index is None or index is Ellipsis:
            return "None" if index is None else "..."
        if isinstance(index, (int, np.integer)) and not isinstance(index, (bool, np.bool_)):
            return str(int(index))
        tensor = tensor_of(index)
        return self.constant(np.asarray(index)) if tensor is None else self.arguments[self.leaves[tensor]]

    # --- who owns what -------------------------------------------------------------------------------------------------------------

    def base(self, x):
        """(the symbol whose memory a view looks at, whether it looks at some of it several times)"""
        repeated = False
        while x.operation in _VIEWS or (x.operation == "einsum" and len(x.operands) == 1):
            repeated |= x.operation == "broadcast"
            if x.operation == "variable" and x.static["definition"] is None:
                break
            x = x.static["definition"] if x.operation == "variable" else x.operands[0]
        return x, repeated


def _number(value):
    if isinstance(value, Fraction) and value.denominator != 1:
        return f"{value.numerator} / {value.denominator}", _TIMES
    text = str(value.numerator) if isinstance(value, Fraction) else literal(np.asarray(value))
    return text, _UNARY_MINUS if text.startswith("-") else _ATOM


def _float(value):
    text = _number(value)[0]
    return f"{text}.0" if text.lstrip("-").isdigit() else text


def _quoted(name):
    """The name as a Python string, in double quotes where they need no escape."""
    text = repr(name)
    return text if '"' in text or "\\" in text else f'"{text[1:-1]}"'


def _dtype(x):
    return "" if x.dtype is None or x.dtype == np.float64 else f", np.{x.dtype.name}"


def _plain(text):
    """A name inside a docstring."""
    return clean(text).replace("\\", " ").replace('"', " ")


def _without_repeats(index):
    """True where no element is named twice, whatever an argument of the source holds: then adding in place needs no np.add.at."""
    parts = index if isinstance(index, tuple) else (index,)
    arrays = [part for part in parts if isinstance(part, (np.ndarray, list, range))]
    if not arrays or all(np.asarray(a).dtype == bool for a in arrays):
        return True
    if any(np.asarray(a).dtype == bool for a in arrays):
        return False
    joint = np.broadcast_shapes(*(np.shape(a) for a in arrays))
    known = [np.asarray(a) for a in arrays if tensor_of(a) is None and np.shape(a) == joint]
    return any(a.size == np.unique(a).size and (a >= 0).all() for a in known)
