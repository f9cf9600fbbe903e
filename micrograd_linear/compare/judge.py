"""``compare``: judge each gradient that was derived by hand against the engine's."""

from dataclasses import replace

import numpy as np

from .. import arrays
from ..graph import is_node, topological_order, unique_names
from .blame import Backward
from .causes import Search
from .comparison import AGREE, Comparison, Result
from .finite import finite_difference, verdict
from .gross import gross_gradients
from .kinks import conventions
from .rounding import EngineErrors, allowed


def compare(hand, root, *, gradient=None, rtol=None, atol=None):
    """Compare hand-derived gradients of ``root`` with the engine's. Never raises on a mismatch, never broadcasts, touches no ``.grad``.

    ``hand``      {name or node: array}, for leaves and intermediates; or one array, to be compared with ``root.grad``
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
    if not isinstance(hand, dict) and not hasattr(hand, "keys"):
        result = _compare_one(hand, root, rtol, atol)
        return Comparison([result], {root: result.name})
    if not is_node(root):
        raise TypeError(f"compare: expected the result as a Tensor or a Value, got {type(root).__name__}")
    order = topological_order(root)
    names = unique_names(order)
    by_name = _nodes_by_name(names)
    claims = {_find(key, names, by_name): _array(array, key) for key, array in hand.items()}
    if len(claims) < len(hand):
        raise ValueError("compare: a tensor was handed in twice, by name and as itself")
    gradients = root.gradients() if gradient is None else root.gradients(gradient)
    gross = gross_gradients(root, gradients)
    errors = EngineErrors(root, gradients[root])
    results = []
    for node, claim in claims.items():
        if node not in gradients:
            raise ValueError(f"compare: {names[node]!r} requires no gradient; make it a Tensor with requires_grad=True to check it")
        engine = np.asarray(gradients[node])
        results.append(judge(names[node], claim, engine, gross[node], lambda dtype, node=node: errors.of(node, gross[node], dtype), rtol, atol))
    results = _explained(results, claims, root, gradients, gross, errors, names)
    for node in order:
        if not node.operands and node in gradients and node not in claims:
            results.append(Result(names[node], "unchecked", np.asarray(gradients[node])))
    return Comparison(results, {node: names[node] for node in gradients})


def _explained(results, claims, root, gradients, gross, errors, names):
    """The results with blame and causes: which of the wrong ones follow from the others, and what is wrong with the rest."""
    if all(result.status in AGREE for result in results):
        return results
    usable = {node: claim for node, claim in claims.items() if claim.shape == node.shape and np.isfinite(claim).all()}
    with np.errstate(all="ignore"):
        backward = Backward(root, gradients[root], usable)
    ties = conventions(backward.order)
    steps = any(node.operands and node is not root for node in usable)
    explained = []
    for result, (node, claim) in zip(results, claims.items(), strict=True):
        if result.status not in ("wrong", "shape"):
            explained.append(result)
            continue

        def agrees(array, claim=claim, node=node):
            scale = gross[node] if array.shape == gross[node].shape else None
            return judge("", claim, array, scale, lambda dtype: errors.of(node, gross[node], dtype)).status in AGREE

        def explains(array, claim=claim, node=node):
            if array.shape != gross[node].shape:
                return agrees(array)
            # what a mistake adds up where it changes anything may be as large as anything in the tensor
            scale = np.where(array == backward.implied[node], gross[node], np.maximum(gross[node], gross[node].max(initial=0.0)))
            return judge("", claim, array, scale, lambda dtype: errors.of(node, gross[node], dtype)).status in AGREE

        def within(array, claim=claim, node=node):
            difference = np.absolute(claim.astype(np.float64) - array)
            return difference <= allowed(claim, np.asarray(array), gross[node], errors.of(node, gross[node], claim.dtype))

        implied = np.asarray(backward.implied[node])
        kink = _kink(root, gradients[root], usable, node, agrees, ties) if result.status == "wrong" else None
        if kink:
            explained.append(replace(result, status="kink", note=f"no error: at a tie you take {kink}"))
            continue
        if result.status == "wrong" and node is not root and agrees(implied):
            explained.append(replace(result, status="inherited", note="right from what it was given"))
            continue
        causes = Search(node, claim, implied, names, explains, within, backward).causes()
        if causes[0].kind == "unknown" and len(usable) > 1 and claim.shape == node.shape:  # written by a formula that passes over the gradients in between
            alone = Backward(root, gradients[root], {node: claim})
            causes = Search(node, claim, alone.implied[node], names, explains, within, alone).causes()
        status = "wrong step" if steps and result.status == "wrong" else result.status
        note, check = _in_words(causes, result.note), ""
        if result.status == "wrong" and result.where is not None:
            difference = finite_difference(root, gradients[root], node, result.where)
            check, engine_is_wrong = verdict(difference, claim[result.where], result.engine[result.where], result.where)
            note = check if engine_is_wrong else note
        explained.append(replace(result, status=status, causes=causes, note=note, check=check))
    return explained


def _kink(root, seed, usable, node, agrees, ties):
    """The other choice at a tie that makes the gradient what it is, in words; None if there is none."""
    if not ties:
        return None

    def implied(given, choice=None):
        return np.asarray(Backward(root, seed, given, choice).implied[node])

    others = {other: array for other, array in usable.items() if other is not node}
    with np.errstate(all="ignore"):
        # the whole pass with that choice, or one that goes on from the hand-derived gradients
        plain = [(given, implied(given)) for given in ({}, others)]
        for words, patch in ties:
            for given, without in plain:
                if not np.array_equal(without, other := implied(given, patch)) and agrees(other):
                    return words
    return None


def _in_words(causes, note):
    """The likeliest explanations, those that cannot be told apart here together."""
    if not causes:
        return note or "no single mistake that was tried explains it"
    likeliest = [cause.sentence for cause in causes if cause.cost == causes[0].cost]
    return "; or: ".join(likeliest[:3]) + (f"; or {len(likeliest) - 3} more" if len(likeliest) > 3 else "")


def judge(name, hand, engine, gross=None, errors=None, rtol=None, atol=None):
    """One gradient against the other. ``gross`` and ``errors`` (a function of the coarser type) say how much rounding is due: see ``rounding``."""
    if hand.shape != engine.shape:
        note = f"expected shape {engine.shape}, got {hand.shape}"
        if hand.shape == engine.shape[::-1] and judge(name, hand.T, engine, gross, errors, rtol, atol).status in ("identical", "rounding", "close"):
            note += "; its transpose agrees: this is the numerator layout, the engine's is that of the tensor"
        return Result(name, "shape", engine, hand, note=note)
    finite = np.isfinite(hand) & np.isfinite(engine)
    if not finite.all():
        where = _first(~finite)
        return Result(name, "non-finite", engine, hand, abs(float(hand[where]) - float(engine[where])), where)
    if not engine.size or np.array_equal(hand, engine):
        return Result(name, "identical", engine, hand, 0.0)
    with np.errstate(over="ignore"):  # an overflow is a difference, too
        difference = np.absolute(hand.astype(np.float64) - engine.astype(np.float64))
    where = tuple(int(i) for i in np.unravel_index(np.argmax(difference), difference.shape))
    magnitude = np.absolute(engine)
    coarser = min(hand.dtype, engine.dtype, key=lambda dtype: dtype.itemsize)
    if (difference <= allowed(hand, engine, gross, errors and errors(coarser))).all():
        status = "rounding"
    elif (rtol is not None or atol is not None) and (difference <= (atol or 0.0) + (rtol or 0.0) * magnitude).all():
        status = "close"
    else:
        status = "wrong"
    return Result(name, status, engine, hand, float(difference[where]), where)


def _compare_one(hand, tensor, rtol, atol):
    if not is_node(tensor):
        raise TypeError(f"compare: expected a Tensor or a Value as the second argument, got {type(tensor).__name__}")
    if tensor.grad is None:
        raise ValueError(f"compare: {tensor.describe()} has no gradient yet; call backward() on the result first, or compare({{name: array}}, result)")
    name = tensor.name or "gradient"
    return judge(name, _array(hand, name), np.array(tensor.grad), rtol=rtol, atol=atol)


def _array(array, key):
    name = key if isinstance(key, str) else getattr(key, "name", "") or "gradient"
    if array is None:
        raise TypeError(f"compare: the hand-derived gradient of {name!r} is None; leave it out to have it listed as unchecked")
    array = arrays.real_array(array, f"compare: the hand-derived gradient of {name!r}")
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


def _first(mask):
    """The index of the first True, as a tuple."""
    return tuple(int(i) for i in np.unravel_index(np.argmax(mask), mask.shape))
