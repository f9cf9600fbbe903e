"""A run as plain data: the values of a picture in the order they were made, with their numbers, and
what each use adds to a gradient. The page plays it.
"""

import numpy as np

from ...derivation.mathml import Mathml
from ...derivation.text import Text
from ...derivation.typeset import name
from ...engine.graph import is_node
from ...engine.names import UniqueNames
from ...foundations.printable import printable
from .derivation import derivation
from .formulas import Formulas
from .nudges import nudges
from .numbers import Summaries

LONGEST_NAME = 40
MOST_ALIKE = 5000  # values in one card whose uses are compared, to know its formula


def run(picture, verdicts=None, closed=None):
    """({"seeds", "partial", "values", "formulas", "objective", "cards", "derivation"}, the
    formulas' scripts) of a picture, with what flows back in it if anything does.

    A value is {"id", "kind", "name", "math", "symbol", "about", "count", "data", "uses", "formula",
    "grad", "note", "line", "check", "nudges"}; "grad" is its gradient in this pass. A use is {"of",
    "words", "part", "whole", "sum"}: the place of the operand in the list, what is added to its
    gradient, after and before broadcasting is undone, and the sum up to there. What is not there is
    left out.

    ``closed`` is the same picture with calculations that have a name as one card each: "cards" is
    [{"of": the place of its result, "inside": the places of what it hides, "symbol", "meaning",
    "uses"}], and the derivation is that of the closed picture.
    """
    formulas = Formulas()
    place = {box.id: i for i, box in enumerate(picture.boxes)}
    names = _names(picture.boxes)
    numbers = Summaries(picture).numbers
    values = [_value(box, names[box.id], place, formulas, numbers) for box in picture.boxes]
    _add_gradients(picture, values, numbers, verdicts or {})
    objective = _objective(picture.boxes[-1], values[-1])
    cards = [] if closed is None else _cards(picture, closed, place, numbers)
    seeds = list(picture.seeds.items())
    itself = len(seeds) == 1 and seeds[0][0] == picture.boxes[-1].id
    itself = itself and np.ndim(seeds[0][1]) == 0 and float(seeds[0][1]) == 1.0
    closed_values = _with_closed(values, cards)
    found = derivation(closed_values, formulas.entries, objective, itself)
    return {
        "seeds": [[place[id], numbers(seed)] for id, seed in picture.seeds.items()],
        "partial": bool(picture.grouped or picture.reading.cut),
        "values": values,
        "formulas": formulas.entries,
        "objective": objective,
        "cards": cards,
        "derivation": found,
    }, formulas.scripts


def _add_gradients(picture, values, numbers, verdicts):
    """Every value gets its gradient in this pass, and what else is known of it."""
    sums = _add_contributions(picture, values, numbers)
    nudged = nudges(picture)
    for box, value in zip(picture.boxes, values, strict=True):
        of_this_pass = box.grad if picture.grouped else sums.get(box.id)
        if of_this_pass is not None:
            value["grad"] = numbers(of_this_pass)
        if not picture.grouped:
            value |= _notes(box, of_this_pass, picture.reading.stored)
        if box.verdict:
            verdict = verdicts.get(box.node, {})
            value["check"] = {"words": box.verdict, "wrong": box.wrong} | verdict
        if box.id in nudged:
            value["nudges"] = nudged[box.id]


def _cards(picture, closed, place, numbers):
    """The calculations that have a name, each of which is one card."""
    cards = []
    for box in closed.boxes:
        if not box.is_composite:
            continue
        inside = closed.reading.composites[box.node].inside
        hidden = {other.id for other in picture.boxes if other.node in inside} - {box.id}
        hidden |= _constants_of(picture, hidden | {box.id}) - {use.id for use in box.operands}
        uses = []
        for use in box.operands:
            shown = {"of": place[use.id]}
            if use.contribution is not None:
                shown["part"] = numbers(use.contribution)
            uses.append(shown)
        card = {"of": place[box.id], "inside": sorted(place[id] for id in hidden), "uses": uses}
        cards.append(card | {"symbol": box.symbol, "meaning": box.settings})
    return cards


def _constants_of(picture, ids):
    """The constants that are operands of these values alone."""
    kinds = {box.id: box.kind for box in picture.boxes if not box.symbol}
    uses = (use.id for box in picture.boxes if box.id in ids for use in box.operands)
    return {id for id in uses if kinds.get(id) == "constant"}


def _with_closed(values, cards):
    """The values of a picture in which each of the cards is closed: those inside are used by
    nothing.
    """
    values = list(values)
    for card in cards:
        for i in card["inside"]:
            values[i] = {**values[i], "uses": [], "kind": "hidden"}
        changed = {key: card[key] for key in ("uses", "symbol", "meaning")}
        kept = {key: part for key, part in values[card["of"]].items() if key != "formula"}
        values[card["of"]] = kept | changed
    return values


def _add_contributions(picture, values, numbers):
    """Every use gets what it adds to a gradient; returns {id: the gradient}, of single values.

    The boxes are taken in the order of the engine's backward pass, so that sums are the engine's.
    """
    sums = dict(picture.seeds)
    for box, value in zip(reversed(picture.boxes), reversed(values), strict=True):
        wholes = _wholes(box, picture.reading.flow)
        for i, (use, shown) in enumerate(zip(box.operands, value["uses"], strict=True)):
            part = use.contribution
            if part is None:
                continue
            shown["part"] = numbers(part)
            if i in wholes:
                shown["whole"] = numbers(wholes[i])
            if not picture.grouped:
                before = sums.get(use.id)
                sums[use.id] = part if before is None else before + part
                if before is not None and np.ndim(part):
                    shown["sum"] = numbers(sums[use.id])
    return sums


def _objective(root, value):
    """What is differentiated, as MathML and as text: the root if it is one number, else some L."""
    if root.kind != "root" or root.data.size != 1 or root.group:
        return ["<mi>L</mi>", "L"]
    return [value["math"], value["name"]]


def _names(boxes):
    """{id: a name that no other box has}"""
    unique = UniqueNames()
    counts = {box.id: f" ×{box.count:,}" if box.count > 1 else "" for box in boxes}
    called = {box.id: printable(box.name or box.id, LONGEST_NAME) for box in boxes}
    return {id: unique.give(name + counts[id]) for id, name in called.items()}


def _value(box, called, place, formulas, numbers):
    called = name(called)
    value = {
        "id": box.id,
        "kind": box.kind,
        "name": Text().show(called),
        "math": Mathml().show(called),
        "symbol": box.symbol,
    }
    value |= {
        "about": " ".join(part for part in (box.about, box.settings) if part),
        "data": numbers(box.data),
    }
    if box.look != box.kind:
        value["look"] = box.look
    if box.count > 1:
        value["count"] = box.count
    if box.notes:
        value["notes"] = box.notes
    if box.constants:
        value["more"] = True
    if box.symbol and box.node is not None and not box.is_composite:
        value["formula"] = formulas.number_of(box.node, box.made_of)
    elif box.symbol and not box.single and box.members:
        value["formula"] = _of_all(box, formulas)
    value = {key: part for key, part in value.items() if part not in ("", None)}
    return value | {
        "uses": [
            {"of": place[use.id]} | ({"words": use.words} if use.words else {})
            for use in box.operands
        ]
    }


def _of_all(box, formulas):
    """The formula of values that are drawn as one; None for sums that were joined, and for calls of
    modules.
    """
    uses_of = {node: {} for node in box.members}
    for k, use in enumerate(box.operands):
        for consumer, i in use.places:
            if consumer not in uses_of:
                return None
            uses_of[consumer][i] = k
    nodes = [sum(map(is_node, node.operands)) for node in box.members]
    whole = all(len(uses) == count for uses, count in zip(uses_of.values(), nodes, strict=True))
    alike = len({(node.operation, repr(node.static)) for node in box.members}) == 1
    if not whole or not alike or len(uses_of) > MOST_ALIKE:
        return None
    return formulas.number_for_all(box.members[-1], uses_of)


def _wholes(box, flow):
    """{position: what is passed on before it is summed over broadcast axes}, where that is another
    shape.
    """
    is_of_arrays = hasattr(box.node, "arrays") and not box.is_composite
    if flow is None or box.node not in flow.gradients or not is_of_arrays:
        return {}
    wholes = {}
    with np.errstate(all="ignore"):
        pieces = iter(box.node.contributions(flow.gradients[box.node]))
    for i, use in enumerate(box.operands):
        if use.contribution is not None:
            operand, piece = next(pieces)
            if np.shape(piece) != operand.shape:
                wholes[i] = np.asarray(piece)
    return wholes


def _notes(box, of_this_pass, held):
    """Where a leaf holds another gradient than that of this pass; and the line that made a value,
    where ``debug`` noted it.
    """
    notes = {"line": box.node.line} if hasattr(box.node, "line") else {}
    stored = held.get(box.node) if box.kind == "leaf" else None
    if (
        of_this_pass is not None
        and stored is not None
        and np.any(stored)
        and not np.allclose(stored, of_this_pass, rtol=1e-6, equal_nan=True)
    ):
        words = f"{float(stored):.6g}" if np.ndim(stored) == 0 else "other numbers"
        notes["note"] = (
            f"Its .grad holds {words}: the gradients of all backward passes since zero_grad, "
            "added up."
        )
    return notes
