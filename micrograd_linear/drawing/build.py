"""From a graph to its picture: what is known of its nodes, and which of them become one box."""

from collections import Counter

import numpy as np

from ..engine.graph import is_node, topological_order, unique_names
from . import boxes, marks, modules
from .flow import flow, seed
from .fold import READABLE, fold, joined
from .names import Names, Scope
from .part import count_values, neighbourhood
from .picture import Picture
from .scalars import expanded

LAYABLE = 5000  # boxes that Graphviz lays out in seconds


def picture(
    root, most, check=None, *, backward=False, variables=None, view="auto", focus=None, depth=None
):
    """The picture of a graph.

    It is folded where it has more than ``most`` values, or as ``view`` has it ("full", "folded").

    ``check``      a Comparison: every value says how its gradient fared
    ``backward``   every use says what flows back through it
    ``variables``  the caller's, a ``Scope``
    ``focus``      a node or a name: only what is at most ``depth`` operations away
    """
    whole = topological_order(root)
    variables = variables or Scope()
    stacks, called = modules.calls(whole)
    known = boxes.Known(
        {root}, Names(whole, _outermost(stacks, called), variables), stacks=stacks, called=called
    )
    if check is not None:
        known.verdicts, known.wrong_uses = marks.verdicts(whole, check)
    own = {} if check is None else check.gradients  # a comparison has a backward pass of its own
    known.gradients = dict(own) or _stored_gradients(whole)
    backward_pass = _add_flow(root, known, own.get(root)) if backward else None
    known.notes = marks.notes(whole, known.gradients)
    order, left_out = whole, ""
    if focus is not None or depth is not None:
        order, known.cut, left_out = neighbourhood(
            whole, root if focus is None else focus, depth, known.names.shown
        )
    total = count_values(order, known.cut)
    if view == "full" and total > LAYABLE:
        raise ValueError(
            f"draw: view 'full': {total:,} values are more than the {LAYABLE:,} that can be laid "
            "out; use view='auto', or focus= with depth="
        )
    if view == "full" or (view == "auto" and total <= most):
        drawn, clusters = boxes.each({node: node.operands for node in order}, None, known)
        return _flowing(Picture(drawn, left_out, clusters), backward_pass, root)
    return _flowing(_folded(order, min(most, total), total, known, left_out), backward_pass, root)


def _stored_gradients(order):
    gradients = ((node, marks.gradient(node)) for node in order)
    return {node: g for node, g in gradients if g is not None}


def _folded(order, most, total, known, left_out):
    groups = (
        None
        if known.cut
        else modules.collapsed(order, known.stacks, known.called, known.names.parameters, most)
    )
    if groups is not None:
        calls = sum(group.module is not None for group in groups)
        words = f"{total:,} values, folded into {len(groups)}; "
        words += f"{calls:,} calls of modules are one box each"
    else:
        groups = fold(order, min(most, READABLE), known.cut)
        words = (
            f"{total:,} values, folded into {len(groups)}; ×n stands for n that play the same part"
        )
        if len(groups) == len(order):
            words = f"{total:,} values, of which no two play the same part"
    return Picture(
        boxes.grouped(groups, known), "; ".join(filter(None, (words, left_out))), grouped=True
    )


def _outermost(stacks, called):
    """The modules that were called by no other, oldest first."""
    return [called[begin] for begin in sorted({stack[0] for stack in stacks.values()})]


def _add_flow(root, known, start=None):
    if start is None:
        _start(root)
    found = flow(root, start)
    known.contributions = found.contributions
    if not any(
        np.any(g) for g in known.gradients.values()
    ):  # before a backward pass: those of this one
        known.gradients = found.gradients
    return found


def _flowing(picture, flow, root):
    """The picture with what flows in from where nothing is drawn."""
    if flow is None:
        return picture
    picture.flow = flow
    if picture.grouped:
        last = picture.boxes[-1]
        picture.seeds = {
            last.id: flow.seed if last.node is root or last.grad is None else last.grad
        }
        return picture
    places = {box.node: box for box in picture.boxes if box.node is not None}
    if root in places:
        picture.seeds[places[root].id] = flow.seed
    for (consumer, i), part in flow.contributions.items():
        operand = consumer.operands[i]
        if operand in places and (consumer not in places or places[consumer].cut):
            id = places[operand].id
            picture.seeds[id] = picture.seeds[id] + part if id in picture.seeds else part
    return picture


def _start(root):
    """What flows back starts from; an error where there is nothing."""
    if not root.requires_grad:
        raise ValueError(
            f"draw: backward=True: {root.describe()} depends on no tensor that requires a "
            "gradient, so nothing flows back"
        )
    start = seed(root)
    if start is None:
        raise ValueError(
            f"draw: backward=True: {root.describe()} is not a scalar and has no gradient, so there "
            "is nothing to start from; call its backward(gradient) first, or reduce it to a "
            "scalar, with .sum() for example"
        )
    return start


def scalar_picture(root, most, *, backward=False, variables=None):
    """The picture of a graph of Tensors, number by number, every tensor a group; sums of several
    terms are one sum.
    """
    variables = variables or Scope()
    tensors = topological_order(root)
    names = Names(tensors, _outermost(*modules.calls(tensors)), variables)
    start = _start(root) if backward else marks.gradient(root)
    arrays, results, whole = expanded(root, most, names.shown, start)
    order = sorted(
        {node for result in results for node in topological_order(result)},
        key=lambda node: node.created,
    )
    titles = _titles(tensors, names.shown)
    values = {
        value: tensor for tensor, array in arrays.items() for value in array.flat if is_node(value)
    }
    groups = {value: titles[tensor] for value, tensor in values.items()}
    known = boxes.Known(set(results), Names(order, [], Scope()), groups=groups)
    known.names.parameters = {
        value for value, tensor in values.items() if tensor in names.parameters
    }
    known.gradients = {node: marks.gradient(node) for node in order}
    backward_pass = flow(whole) if backward and whole is not None else None
    if backward_pass is not None:
        known.contributions = backward_pass.contributions
    sources = {}
    drawn, _ = boxes.each(joined(order, groups, sources), sources, known)
    picture = Picture(drawn, "", flow=backward_pass)
    if backward_pass is not None:
        ids = {box.node: box.id for box in drawn}
        for value, g in zip(arrays[root].flat, np.asarray(start, dtype=np.float64).flat):
            if is_node(value):
                picture.seeds[ids[value]] = picture.seeds.get(ids[value], 0) + g
    return picture


def _titles(tensors, shown):
    """{tensor: a title that no other has}"""
    titles, counts = unique_names(tensors), Counter(shown.values())
    titles |= {tensor: name for tensor, name in shown.items() if counts[name] == 1}
    again = Counter(titles.values())
    return {
        tensor: title if again[title] == 1 else f"{title} #{i}"
        for i, (tensor, title) in enumerate(titles.items())
    }
