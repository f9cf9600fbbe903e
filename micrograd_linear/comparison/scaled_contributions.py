"""One contribution times a number: left out, counted twice, of the opposite sign; or a path of
several.
"""

from __future__ import annotations

import numpy as np

from ..engine.graph import is_node
from ..operations import names as op
from .blame import Edge
from .sites import SIGN, Sites, grouped

PATHS = 24  # that are tried with a number, at most


def explain_by_scale(sites: Sites) -> None:
    """Try a number at every contribution, and at both of a node that has an operand twice."""
    _scaled_pairs(sites)
    edges = [edge for edge in sites.edges if edge not in sites.twice]
    if len(sites.edges) < 2 or not edges:
        return
    own = np.stack([sites.along[edge.operand] @ np.ravel(edge.piece) for edge in edges])
    power = (own * own).sum(axis=1)
    scales = 1 + (own @ sites.sketch) / power
    fit = (power > 0) & sites.fits((scales - 1)[:, None] * own, own)
    scale_of = {edges[k]: scales[k] for k in np.flatnonzero(fit)}
    for path in _paths(sites, scale_of)[:PATHS]:
        _multiplied(sites, path, scale_of[path[0]], path[0].piece)


def _scaled_pairs(sites):
    """A node that has the operand twice, as x * x: both of its contributions."""
    for edges in sites.pairs:
        piece = np.asarray(sum(edge.piece for edge in edges))
        own = sites.along[edges[0].operand] @ np.ravel(piece)
        power = float(own @ own)
        if len(edges) < len(sites.edges) and power:
            scale = 1 + float(own @ sites.sketch) / power
            if sites.fits((scale - 1) * own, own):
                _multiplied(sites, edges[:1], scale, piece)


def _paths(sites: Sites, edges: dict) -> list[list]:
    """The edges with those that follow them where nothing branches off: a path is scaled as one."""
    edges_of = grouped(sites.edges, lambda edge: edge.node)
    following = {
        edge: sites.uses[edge.node][0]
        for edge in sites.edges
        if len(edges_of[edge.node]) == 1 and len(sites.uses.get(edge.node, ())) == 1
    }
    before, paths, seen = {b: a for a, b in following.items()}, [], set()
    for edge in edges:
        while edge in before:
            edge = before[edge]
        path = [edge]
        while path[-1] in following:
            path.append(following[path[-1]])
        if edge not in seen:
            paths.append([edge for edge in path if edge in edges] or path)
        seen.add(edge)
    return paths


def _in_words(sites: Sites, path: list) -> tuple[str, Edge]:
    """(words for a path, its edge that is nearest to names the user gave)"""
    named = [edge for edge in path if edge.node.name]
    if len(path) == 1 or not named:
        return f"the contribution through {sites.step(path[0].node)}", path[0]
    upto = next(i for i, edge in enumerate(path) if edge is named[-1])
    shown = [path[0].operand, *(edge.node for edge in path[: upto + 1])]
    if not shown[0].name:
        return f"the contribution through {sites.step(named[0].node)}", named[0]
    words = [sites.names[x] if x.name else "…" for x in shown]
    words = [word for word, last in zip(words, ["", *words]) if word != "…" or last != "…"]
    return f"the path {' → '.join(words)}", named[0]


def _multiplied(sites: Sites, path: list, scale: float, piece: np.ndarray) -> None:
    """A contribution times a number that has a meaning, or any number."""
    edge = path[0]
    through, nearest = _in_words(sites, path)
    where, tolerance = sites.place(nearest), sites.search.tolerance

    def propose(kind, words, factor, cost, said):
        change = (factor - 1) * piece
        sites.propose(kind, f"{through} {words}", edge, change, cost, where, said, factor=factor)

    several = len(sites.uses[edge.operand]) > 1
    twice = ("extra-path", "is counted twice", 3) if several else ("factor", "is taken 2 times", 3)
    likely = {
        0.0: ("missing-path", "is missing", 3),
        2.0: twice,
        -1.0: ("sign", "has the opposite sign", SIGN),
    }
    for value, (kind, words, cost) in likely.items():
        if abs(scale - value) < tolerance:
            propose(kind, words, value, cost, words)
    for value, number in sites.search.named_factors():
        if value != 2 and abs(scale - value) <= tolerance * abs(value):
            words = f"is taken {number} times"
            propose("factor", words, value, 4, words)
    if sites.search.found or sites.rest.size <= 3:
        return
    if several or _has_constant(edge.node):
        effect = sites.backward.propagated(edge.operand, piece, sites.target)
        rate = float((effect * sites.rest).sum()) / float((effect * effect).sum())
        scale, cost = sites.search.typed(1 + rate)
        propose("factor", f"is taken {scale:.6g} times", scale, cost, "is taken")


def _has_constant(node):
    """Whether one factor of a product or quotient is a constant, which may be another one."""
    operands = [x for x in node.operands if is_node(x)]
    return node.operation in (op.MULTIPLY, op.DIVIDE) and len(operands) == 1
