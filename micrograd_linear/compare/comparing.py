"""``compare``: judge each gradient that was derived by hand against the engine's, and explain those that are wrong."""

import os
from dataclasses import replace
from functools import partial

import numpy as np

from .. import arrays
from ..derive import derive
from ..graph import is_node, topological_order, unique_names
from .causes import Search
from .comparison import AGREE, Comparison, Result
from .gross import gross_gradients
from .judge import judge
from .rounding import EngineErrors, allowed
from .strength import weaknesses
from .verdicts import Verdicts, in_words

MOST_DERIVED = 300  # nodes of a graph whose formulas are printed beside what is wrong


def compare(hand, root, *, gradient=None, rtol=None, atol=None):
    """Compare hand-derived gradients of ``root`` with the engine's. Never raises on a mismatch, never broadcasts, touches no ``.grad``.

    ``hand``      {name or node: array}, for leaves and intermediates; or one array, to be compared with ``root.grad``. Arrays of any library that
                  speaks NumPy's, the buffer or the DLPack protocol, or the path of a file that ``np.save`` wrote
    ``root``      the result that is differentiated
    ``gradient``  dL/d(root), of its shape; needed where it is not a scalar
    ``rtol``, ``atol``  |hand - engine| <= atol + rtol * |engine| passes too, as ``close``; by default only rounding passes

    Returns a ``Comparison``. Raises ``ValueError`` for a name that no node of the graph has, or that several have, and
    ``TypeError`` for a gradient that is not made of real numbers.

    >>> from micrograd_linear import Tensor
    >>> W = Tensor([[1.0, 2.0]], "W"); loss = (W * W).sum()
    >>> compare({"W": [[2.0, 8.0]]}, loss)["W"].status
    'wrong'
    """
    for option, number in (("rtol", rtol), ("atol", atol)):
        if number is not None and not (isinstance(number, (int, float, np.number)) and number >= 0):
            raise ValueError(f"compare: {option}: expected a number from 0 upward, got {number!r}")
    if isinstance(hand, (list, tuple)) and hand and not is_node(hand[0]) and any(np.ndim(x) > 0 and isinstance(x, np.ndarray) for x in hand) and len(hand) > 1:
        raise TypeError(f"compare: expected {{name: array}}, or one array, got a {type(hand).__name__} of {len(hand)} arrays; say which is which by name")
    if not isinstance(hand, dict) and not hasattr(hand, "keys"):
        result = _compare_one(hand, root, rtol, atol)
        return Comparison([result], {root: result.name})
    if not is_node(root):
        raise TypeError(f"compare: expected the result as a Tensor or a Value, got {type(root).__name__}")
    order = topological_order(root)
    names = unique_names(order)
    by_name = _nodes_by_name(names)
    claims = {_find(key, names, by_name): None if array is None else _array(array, key) for key, array in hand.items()}
    if len(claims) < len(hand):
        raise ValueError("compare: a tensor was handed in twice, by name and as itself")
    gradients = root.gradients() if gradient is None else root.gradients(gradient)
    gross = gross_gradients(root, gradients)
    errors = EngineErrors(root, gradients, gross)
    for node in claims:
        if node not in gradients:
            raise ValueError(f"compare: {names[node]!r} requires no gradient; make it a Tensor with requires_grad=True to check it")
    missing = [Result(names[node], "missing", np.asarray(gradients[node]), note="None was handed in") for node, claim in claims.items() if claim is None]
    claims = {node: claim for node, claim in claims.items() if claim is not None}
    judged = (judge(names[node], claim, np.asarray(gradients[node]), gross[node], partial(errors.of, node), rtol, atol) for node, claim in claims.items())
    results = [_located(result, order, gradients, names) for result in judged]
    results = [*Verdicts(results, claims, root, gradients, gross, errors, names).explained(), *missing]

    def formulas(wrong):
        if len(order) > MOST_DERIVED:
            return {}
        nodes, by_name = {}, {names[node]: node for node in order if node.name}
        for result in results:
            if result.name in wrong:  # the line at the place of the mistake, where the cause knows it
                where = result.causes[0].where
                nodes[result.name] = by_name.get(where[1] if len(where) == 2 and result.causes[0].kind != "unknown" else result.name)
        return _formulas(root, {name: node for name, node in nodes.items() if node is not None})

    seen = {result.name for result in results}
    for node in order:
        if not node.operands and node in gradients and names[node] not in seen:
            results.append(Result(names[node], "unchecked", np.asarray(gradients[node])))
    return Comparison(results, {node: names[node] for node in gradients}, lambda: weaknesses(root, gradients[root], claims, order, names), formulas, gradients)


def _formulas(root, nodes):
    """{name: the line of the derivation}; empty where the graph has an operation without a formula, or nothing but leaves."""
    try:
        derivation = derive(root, list(nodes.values()))
        return {name: derivation[node].text for name, node in nodes.items() if node in derivation}
    except (TypeError, ValueError):
        return {}


def _compare_one(hand, tensor, rtol, atol):
    if not is_node(tensor):
        raise TypeError(f"compare: expected a Tensor or a Value as the second argument, got {type(tensor).__name__}")
    if tensor.grad is None:
        raise ValueError(f"compare: {tensor.describe()} has no gradient yet; call backward() on the result first, or compare({{name: array}}, result)")
    name = tensor.name or "gradient"
    hand, engine = _array(hand, name), np.array(tensor.grad)
    if not hasattr(tensor, "arrays") and not engine.any() and hand.any():
        raise ValueError(f"compare: the gradient of {tensor.describe() if hasattr(tensor, 'describe') else name} is 0; call backward() on the result first")
    result = judge(name, hand, engine, rtol=rtol, atol=atol)
    if result.status not in ("wrong", "shape"):
        return result

    def agrees(array):
        return judge("", hand, array).status in AGREE

    def within(array):
        return np.absolute(hand.astype(np.float64) - array) <= allowed(hand, np.asarray(array), None, None)

    causes = Search(tensor, hand, engine, {tensor: name}, agrees, within).causes()
    return replace(result, causes=causes, note=in_words(causes))


def _located(result, order, gradients, names):
    """Where the first number that is not finite arose, if it was in the engine's run."""
    if result.status != "non-finite" or np.isfinite(result.engine).all():
        return result
    for node in order:
        if not np.isfinite(np.asarray(node.current)).all():
            return replace(result, note=f"{result.note}; the first arises in the forward pass, at {names[node]}")
    first = next(node for node in reversed(order) if node in gradients and not np.isfinite(np.asarray(gradients[node])).all())
    return replace(result, note=f"{result.note}; the first arises in the backward pass, in the gradient of {names[first]}")


def _array(array, key):
    name = key if isinstance(key, str) else getattr(key, "name", "") or "gradient"
    what = f"compare: the hand-derived gradient of {name!r}"
    if isinstance(array, str) and not array.endswith(".npy"):
        raise TypeError(f"{what}: expected real numbers, or the path of a .npy file, got strings: {array[:60]!r}")
    if isinstance(array, os.PathLike | str):
        array = arrays.from_file(array, what)
    array = arrays.real_array(array, what)
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def _nodes_by_name(names):
    """{name: the nodes that are meant by it}: the user's names, and after them those that ``unique_names`` made up."""
    found = {}
    for node in names:
        if node.name:
            found.setdefault(node.name, []).append(node)
    for node, name in names.items():
        found.setdefault(name, [node])
    return found


def _find(key, names, by_name):
    if is_node(key):
        if key not in names:
            raise ValueError(f"compare: {key!r} is not part of the graph of the result")
        return key
    found = by_name.get(key, [])
    if len(found) == 1:
        return found[0]
    known = ", ".join(repr(node.name) for node in names if node.name) or "none has a name"
    if found:
        raise ValueError(f"compare: {len(found)} nodes of the graph are named {key!r}; hand in the node itself instead of its name")
    raise ValueError(f"compare: no node of the graph is named {key!r}; named are: {known}")
