"""The same mistake at several places: a tensor left out altogether, one use alone kept, or the same
wrong formula at every turn of a loop.
"""

import itertools
from collections import Counter

import numpy as np

from ..engine.graph import is_node
from ..operations import names as op
from ..operations import record_of
from .mistakes import mistakes
from .sites import CONFIRMED, MISSING, SIGN, grouped
from .steps import numbers, pulled, with_operand

FEWEST = 4  # of so large a graph not even these could be tried
WORK = 12_000  # contributions that are computed anew, at most: one backward pass for each proposal


def several_uses(sites):
    """Two statistics, or a tensor in all its uses, treated as constants; or one use alone that is
    there.
    """
    _pairs_of_statistics(sites)
    for node, edges in sites.uses.items():
        if len(edges) == 1:
            continue
        total = sum(edge.piece for edge in edges)
        along = sites.along[node]
        own = along @ np.ravel(total)
        if node is not sites.target and sites.fits(-own, own):
            sites.propose(
                "missing-path",
                f"{sites.called(node)} is treated as a constant",
                edges[0],
                -total,
                MISSING,
                (sites.names[node],),
                factor=0,
            )
        _assigned(sites, edges, total, own)
        pieces = np.stack([along @ np.ravel(edge.piece) for edge in edges])
        for times, kind in ((1, "missing-path"), (len(edges), "extra-path")):
            for k in np.flatnonzero(sites.fits(times * pieces - own, own))[:CONFIRMED]:
                through = f"the contribution through {sites.step(edges[k].node)}"
                alone = f"only {through} is there, of {len(edges)}: = where += belongs"
                words = (
                    alone
                    if times == 1
                    else f"{times} times {through} stand in place of all {times}"
                )
                cost = MISSING if times == 1 else SIGN
                sites.propose(
                    kind, words, edges[k], times * edges[k].piece - total, cost, factor=times
                )


def _assigned(sites, edges, total, own):
    """Parts of a tensor, as in a sliding window, whose gradients were assigned, so that the last
    one stays where they overlap; or the first.
    """
    if any(edge.node.operation != op.GETITEM for edge in edges):
        return
    for which, turn in (("last", edges), ("first", edges[::-1])):
        kept = np.zeros(np.shape(total))
        for edge in turn:
            kept[edge.node.static["index"]] = sites.backward.used[edge.node]
        if sites.fits(sites.along[edges[0].operand] @ np.ravel(kept - total), own):
            parts = f"the {len(edges)} parts of {sites.called(edges[0].operand)} that overlap"
            words = f"of {parts} only the {which} one's gradient is there: = where += belongs"
            sites.propose("overwritten-repeats", words, edges[0], kept - total, 4)


def at_every_step(sites):
    """One backward pass for each proposal, as many as a bounded amount of work allows; of every
    kind of step the likely mistakes come first.
    """
    runs = WORK // max(len(sites.backward.region(sites.target)[0]), 1)
    if runs < FEWEST:
        return
    for kind, words, where, replaced in itertools.islice(_in_turn(sites), runs):
        try:
            predicted = sites.backward.rerun(sites.target, replaced)
        except (ValueError, TypeError, IndexError, np.linalg.LinAlgError):
            continue  # A factor of another step does not fit here.
        cost = MISSING if kind == "missing-path" else SIGN
        line = sites.line(
            next(edge for edge in reversed(sites.edges) if (edge.node, edge.position) in replaced)
        )
        sites.search.add(kind, words, predicted, cost, where, line)


def _nothing(edge):
    return lambda g: np.zeros(edge.operand.shape)


def _pairs_of_statistics(sites):
    """Means, variances, norms, largest elements: two of them treated as constants, one backward
    pass for each pair.
    """
    reduced = [
        edge
        for edge in sites.edges
        if record_of(edge.node.operation).statistic and edge.operand.shape != edge.node.shape
    ]
    for one, two in itertools.combinations(reduced[:6], 2):
        names = sites.names[one.node], sites.names[two.node]
        predicted = sites.backward.rerun(
            sites.target, {(edge.node, edge.position): _nothing(edge) for edge in (one, two)}
        )
        words = f"{sites.called(one.node)} and {sites.called(two.node)} are treated as constants"
        sites.search.add("missing-path", words, predicted, 4, names, sites.line(one))


def _in_turn(sites):
    """The first proposal for every kind of step, then the second for each, and so on."""
    waiting = [_proposals(sites, edges) for edges in _groups(sites)]
    while waiting:
        for proposals in list(waiting):
            proposal = next(proposals, None)
            if proposal is None:
                waiting.remove(proposals)
            else:
                yield proposal


def _groups(sites):
    """Edges that play the same role: the same operation on the same parameter, at the same place of
    a loop, or anywhere.
    """
    inner = {
        node: i for i, node in enumerate(node for node in sites.backward.order if node.operands)
    }
    period = loop_length(inner)

    def leaves(edge):
        return tuple(id(x) for x in edge.node.operands if is_node(x) and not x.operands)

    def operation(edge):
        return edge.node.operation, edge.position

    shared = grouped(filter(leaves, sites.edges), lambda edge: (*operation(edge), leaves(edge)))
    roles = grouped(
        sites.edges if period > 1 else (),
        lambda edge: (*operation(edge), inner[edge.node] % period),
    )
    groups = [*shared.values(), *roles.values(), *grouped(sites.edges, operation).values()]
    unique = {tuple(id(edge) for edge in edges): edges for edges in groups}.values()
    return [
        edges
        for edges in unique
        if len(edges) > 1 and len({edge.node for edge in edges}) == len(edges)
    ]


def loop_length(inner):
    """How many operations one turn of a loop has: the distance at which leaves are used again and
    again; 1 where there is no loop.
    """
    uses, distances = {}, Counter()
    for node, i in inner.items():
        for x in node.operands:
            if is_node(x) and not x.operands:
                uses.setdefault(x, []).append(i)
    for places in uses.values():
        distances.update(b - a for a, b in itertools.pairwise(places))
    likeliest = distances.most_common(1)
    return likeliest[0][0] if likeliest and likeliest[0][1] > 1 and likeliest[0][0] > 0 else 1


def _proposals(sites, edges):
    """(kind, words, where, {(node, position): what it contributes}) for edges that play the same
    role.
    """
    ends = (node for edge in edges for node in (edge.node, edge.operand))
    where = tuple(dict.fromkeys(sites.names[node] for node in ends))
    steps = [sites.step(edge.node) for edge in edges]
    every = (
        f"at {steps[0]} and at {steps[1]}"
        if len(edges) == 2
        else f"at all {len(edges)} steps like {steps[-1]}"
    )

    def proposal(kind, words, functions):
        replaced = {(e.node, e.position): f for e, f in zip(edges, functions, strict=True)}
        return kind, f"{every}: {words}", where, replaced

    if len(sites.edges) > len(edges):
        yield proposal(
            "missing-path", "the contribution is missing", [_nothing(edge) for edge in edges]
        )
    yield proposal(
        "sign",
        "the contribution has the opposite sign",
        [lambda g, e=e: -pulled(e, g) for e in edges],
    )
    if edges[0].node.operation in (op.MULTIPLY, op.MATMUL):
        yield from (
            proposal("wrong-operand", words, functions)
            for words, functions in _other_factors(sites, edges)
        )
    listed = [mistakes(edge.node.operation, edge.position, *numbers(edge.node)) for edge in edges]
    if len({len(found) for found in listed}) == 1:
        for same in zip(*listed, strict=True):
            yield proposal(same[0][0], same[0][1], [f for _, _, f in same])


def _other_factors(sites, edges):
    """(words, functions): the other factor of the step after or before, or another one of that
    step.
    """
    other = 1 - edges[0].position
    factors = [edge.node.operands[other] for edge in edges]
    last = factors[-1]
    name = sites.called(last) if is_node(last) else "the other factor"
    if len(edges) == 2 and np.shape(factors[0]) == np.shape(last):
        yield (
            "the two other factors are exchanged",
            [_with(e, other, x) for e, x in zip(edges, reversed(factors))],
        )
    if not is_node(last) or len({id(x) for x in factors}) < len(edges):
        return
    inner = [node for node in sites.backward.order if node.operands]
    index = {node: i for i, node in enumerate(inner)}
    if last in index and is_node(factors[-2]) and factors[-2] in index:
        i = 2 * index[last] - index[factors[-2]]
        if i < len(inner) and inner[i].shape == last.shape:
            replaced = f"{sites.called(inner[i])} is used in place of {name}"
            words = f"{replaced}, and so on: that of the step after"
            yield words, [_with(e, other, x) for e, x in zip(edges, [*factors[1:], inner[i]])]
    fitting = [x for x in sites.backward.order if x.shape == last.shape and np.size(x.current) > 1]
    at = {x: i for i, x in enumerate(fitting)}
    alike = [x for x in fitting if x.operation == last.operation]
    following = [next((x for x in alike if x.created > e.node.created), None) for e in edges]
    if all(x is not None for x in following):
        replaced = f"{sites.called(following[-1])} is used in place of {name}"
        words = f"{replaced}, and so on: that of the step after"
        yield words, [_with(e, other, x) for e, x in zip(edges, following)]
    for offset in (1, -1, 2, -2, 3, -3) if all(is_node(x) and x in at for x in factors) else ():
        places = [at[x] + offset for x in factors]
        if min(places) >= 0 and max(places) < len(fitting):
            words = f"{sites.called(fitting[places[-1]])} is used in place of {name}, and so on"
            yield words, [_with(e, other, fitting[i]) for e, i in zip(edges, places)]


def _with(edge, other, x):
    """What an edge contributes if another tensor is used in place of the other operand."""

    def contribution(g):
        return with_operand(
            edge.node, other, np.asarray(x.current if is_node(x) else x), edge.position, g
        )

    return contribution
