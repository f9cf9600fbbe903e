"""Whether two wrong gradients follow from one and the same other gradient of a node further on:
then it was one mistake that made them.
"""

from __future__ import annotations

import numpy as np

from ..engine.graph import Node, topological_order
from .blame import Backward
from .rounding import unit_roundoff

MOST_ELEMENTS = 256  # of the node further on: one backward pass for each
MOST_WORK = 20_000  # operations that are passed through
MOST_NUMBERS = 4_000_000  # in the matrix of the system
SPARE = 3  # equations more than unknowns, so that agreement is no accident


def one_origin(place: Node, claims: dict[Node, np.ndarray]) -> dict[Node, bool] | None:
    """{node: whether its claim alone determines the gradient of ``place``} if one such gradient
    makes all claims; else None.
    """
    n, rows = int(np.prod(place.shape)), sum(claim.size for claim in claims.values())
    small = n <= MOST_ELEMENTS and n * rows <= MOST_NUMBERS
    if not small or n * len(topological_order(place)) > MOST_WORK:
        return None
    maps = _maps(place, n, list(claims))
    if not all(np.isfinite(array).all() for array in maps.values()):
        return None
    system = np.concatenate(list(maps.values()))
    given = np.concatenate([claim.ravel() for claim in claims.values()]).astype(np.float64)
    try:
        found, _, rank, _ = np.linalg.lstsq(system, given, rcond=1e-10)
        ranks = {node: int(np.linalg.matrix_rank(array)) for node, array in maps.items()}
    except np.linalg.LinAlgError:
        return None
    if min(rows - rank, sum(ranks.values()) - rank) < SPARE:
        return None
    exact = unit_roundoff(*(claim.dtype for claim in claims.values())) < 1e-12
    tight = 1e-8 if exact else 1e-4
    size = np.concatenate(
        [np.full(claim.size, np.absolute(claim).max()) for claim in claims.values()]
    )
    if (np.absolute(system @ found - given) > tight * size).any():
        return None
    return {node: rank == n for node, rank in ranks.items()}


def _maps(place: Node, n: int, nodes: list[Node]) -> dict[Node, np.ndarray]:
    """{node: the matrix by which a gradient of ``place`` becomes the node's}"""
    columns = {node: [] for node in nodes}
    for unit in np.eye(n):
        passed = Backward(place, unit.reshape(place.shape), {}).implied
        for node in nodes:
            columns[node].append(np.ravel(passed[node]))
    return {node: np.stack(found, axis=1).astype(np.float64) for node, found in columns.items()}
