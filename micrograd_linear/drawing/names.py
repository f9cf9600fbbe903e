"""The names in a picture: the user's, then paths through modules (``layers[0].W``), then the
caller's variables. No node is changed.
"""

import inspect
import os
import sys
from dataclasses import dataclass, field

from ..engine.tensor import Tensor
from ..engine.value import Value
from ..nn import Module

_PLAIN = (int, float, complex, str, bytes, type(None))  # what holds nothing
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


@dataclass(frozen=True)
class Scope:
    """The caller's variables: ``names`` {id of a node or module: the name}, and the ``modules``
    among them.
    """

    names: dict = field(default_factory=dict)
    modules: list = field(default_factory=list)


def variables():
    """The caller's ``Scope``: local variables, then global ones; of several names, the first.

    The caller is the nearest function outside this package. Names that begin with an underscore are
    not meant.
    """
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    scope = Scope()
    if frame is not None:
        local = frame.f_locals
        _add_names(local, scope)
        _add_names(frame.f_globals, scope)
        if (
            type(local) is dict
            and frame.f_code.co_flags & inspect.CO_OPTIMIZED
            and sys.getrefcount(local) <= 3
        ):
            # Up to Python 3.12 the function's frame keeps this copy of its variables, and them
            # alive, for as long as it runs.
            local.clear()
    return scope


def _add_names(scope, found):
    for name, value in list(scope.items()):
        if name.isidentifier() and not name.startswith("_"):  # other names are those of tools
            named = [(name, value)]
            if (
                type(value) in (list, tuple)
                and value
                and len(value) <= 1000
                and issubclass(type(value[0]), Module)
            ):
                named = [(f"{name}[{i}]", item) for i, item in enumerate(value)]
            for called, item in named:
                if issubclass(type(item), (Value, Tensor, Module)) and id(item) not in found.names:
                    found.names[id(item)] = called
                    if issubclass(type(item), Module):
                        found.modules.append(item)


def paths(module):
    """({id: path}, what has those ids) of all modules and parameters in a module: ``layers[0]``,
    ``layers[0].neurons[3].w[1]``.
    """
    by_id, things, pending, seen = {id(module): ""}, [], [(module, "")], set()
    while pending:
        item, path = pending.pop()
        if id(item) in seen:  # a list that holds itself, say
            continue
        seen.add(id(item))
        if issubclass(type(item), Module):
            inside = [
                (f"{path}.{name}" if path else name, value) for name, value in vars(item).items()
            ]
        elif isinstance(item, dict):
            inside = [
                (f"{path}[{key!r}]", value)
                for key, value in item.items()
                if not isinstance(value, _PLAIN)
            ]
        elif isinstance(item, (list, tuple)):
            inside = [
                (f"{path}[{i}]", value)
                for i, value in enumerate(item)
                if not isinstance(value, _PLAIN)
            ]
        else:
            continue
        for where, value in reversed(inside):
            if issubclass(type(value), (Module, Value, Tensor)):
                if id(value) in by_id:
                    continue
                by_id[id(value)] = where
                things.append(value)
            if not isinstance(value, _PLAIN):
                pending.append((value, where))
    return by_id, things


class Names:
    """Of the nodes in ``order``: ``shown`` {node: name}, the ``parameters``, and the ``path`` of a
    module, given the modules that were called.
    """

    def __init__(self, order, called, scope):
        self.shown, self.parameters, self._paths = {}, set(), {}
        nodes, seen, known = {id(node): node for node in order}, set(), scope.names
        outermost = _outermost(called, scope.modules, nodes)
        for module, (found, things) in outermost:
            prefix = known.get(id(module), "") if len(outermost) > 1 else ""
            self._paths.setdefault(id(module), prefix)
            for thing in things:
                path = found[id(thing)]
                path = f"{prefix}.{path}" if prefix and path else prefix or path
                self._paths.setdefault(id(thing), path)
                node = nodes.get(id(thing))
                if (
                    node is not None
                    and not node.operands
                    and node.requires_grad
                    and id(thing) not in seen
                ):
                    seen.add(id(thing))
                    self.parameters.add(node)
                    if node.name in (
                        "",
                        path.rpartition(".")[2],
                    ):  # a layer's own word for it, which the user may have changed
                        self.shown[node] = path
        for node in order:
            name = self.shown.get(node) or node.name or known.get(id(node), "")
            if name:
                self.shown[node] = str(name)
        self.given = {
            node for node in order if node.name or node in self.parameters
        }  # by the user or a module, not by a variable

    def path(self, module):
        return self._paths.get(id(module), "")

    def of_all(self, members):
        """One name for values that are drawn as one: theirs, up to three; paths that differ in
        indices are one path, ``neurons[:].w[:]``.
        """
        if len(members) == 1:
            return self.shown.get(members[0], "")
        names = list(
            dict.fromkeys(
                self.shown[node] for node in members if node in self.given and node in self.shown
            )
        )
        if len(names) > 1 and all(node in self.parameters for node in members):
            names = list(dict.fromkeys(_pattern(names)))
        return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")


def _outermost(called, held, nodes):
    """[(module, its paths)] of the modules that were called, and of the caller's that were not but
    whose parameters are used; none is part of another.
    """
    outermost = {id(module): (module, paths(module)) for module in called}
    inside = {key for _, (ids, _) in outermost.values() for key in ids}
    others = {id(module): (module, paths(module)) for module in held if id(module) not in inside}
    for key, (module, (ids, things)) in others.items():
        part = any(key in held_by for other, (_, (held_by, _)) in others.items() if other != key)
        if (
            not part
            and not any(id(thing) in inside for thing in things)
            and any(id(thing) in nodes for thing in things)
        ):
            outermost[key] = module, (ids, things)
    return list(outermost.values())


def _pattern(names):
    """Paths of the same parts, with ":" for the indices in which they differ."""
    parts = [name.replace("]", "").replace(".", "[.").split("[") for name in names]
    if (
        len({tuple(part for part in path if not part.isdigit()) for path in parts}) > 1
        or len({len(path) for path in parts}) > 1
    ):
        return names
    merged = [column[0] if len(set(column)) == 1 else ":" for column in zip(*parts)]
    return [
        merged[0] + "".join(part if part.startswith(".") else f"[{part}]" for part in merged[1:])
    ]
