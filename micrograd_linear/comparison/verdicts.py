"""What stands behind each gradient that does not agree: a choice at a tie, an error further on, a
convention, or a mistake, with its causes.
"""

import warnings
from dataclasses import replace
from functools import partial

import numpy as np

from ..engine.graph import topological_order
from .blame import Backward
from .causes import Cause, Search
from .coarse import U, coarsest_of
from .comparison import AGREE
from .finite import by_the_rules, finite_difference, verdict
from .gross import gross_gradients
from .judge import judge
from .kinks import conventions
from .rounding import allowed
from .shared import Shared
from .tolerance import ROUNDING_ALONE

MOST_SEARCHED = 12  # wrong gradients whose causes are looked for, those nearest to the result


class Verdicts:
    """``results`` of the ``claims``, {node: hand gradient}, explained one by one, by what the
    ``engine`` says.
    """

    def __init__(self, results, claims, engine):
        self.results, self.claims, self.engine = results, claims, engine
        self.root, self.gradients, self.names = engine.root, engine.gradients, engine.names
        self.gross, self.errors = engine.gross, engine.errors

    def explained(self):
        """The results with status and causes: which of the wrong ones follow from the others, and
        what is wrong with the rest.
        """
        if all(result.status in AGREE for result in self.results):
            return self.results
        self.usable = {
            node: claim
            for node, claim in self.claims.items()
            if claim.shape == node.shape and np.isfinite(claim).all()
        }
        with np.errstate(all="ignore"):
            self.backward = self._backward(self.usable)
        between = any(node.operands for node in self.usable)
        self.gross_passed_on = (
            gross_gradients(self.engine.order, self.gradients, self.usable)
            if between
            else self.gross
        )
        self.ties = conventions(self.backward.order)
        self.steps = any(node.operands and node is not self.root for node in self.usable)
        self.passes, self.searched = {}, 0
        # Those nearest to the result come first.
        pairs = zip(self.results, self.claims, strict=True)
        in_turn = sorted(pairs, key=lambda pair: -pair[1].created)
        with np.errstate(all="ignore"), warnings.catch_warnings():
            # A run with other numbers may warn of the mean of nothing, say.
            warnings.simplefilter("ignore")
            found = {node: self._explained(result, node) for result, node in in_turn}
            judged = self._taken_back(self._coarse([found[node] for node in self.claims]))
            results = dict(zip(self.claims, judged, strict=True))
            shared = Shared(results, self.claims, self.backward, self.names, self._is_multiple)
            return list(shared.told_once().values())

    def _backward(self, hand, patch=None):
        return Backward(self.root, self.engine.seed, hand, patch, self.engine.order)

    def _explained(self, result, node):
        if result.status not in ("wrong", "shape"):
            return result
        if result.status == "wrong":
            implied = np.asarray(self.backward.implied[node])
            kink = self._kink(node)
            if kink:
                note = f"no error, another choice at a tie: {kink}"
                causes = (Cause("kink", (result.name,), note),)
                return replace(result, status="kink", note=note, causes=causes)
            gross = np.maximum(self.gross[node], self.gross_passed_on[node])
            if node is not self.root and self._agrees(node, implied, gross):
                note = "right from what it was given"
                return replace(result, status="inherited", note=note, causes=())
        return self._mistaken(result, node)

    def _mistaken(self, result, node):
        """The result of a wrong gradient with its causes, and with differences' verdict on the
        engine.
        """
        self.searched += 1
        causes = result.causes or self._causes(node)
        status = "wrong step" if self.steps and result.status == "wrong" else result.status
        note, check = in_words(causes, result.note), ""
        if result.status == "shape" and causes[0].kind == "unknown":
            note = f"{result.note}; {note}"
        if result.status == "wrong" and result.where is not None:
            check, engine_is_wrong = self._by_differences(result, node)
            note = check if engine_is_wrong else note
        return replace(result, status=status, causes=causes, note=note, check=check)

    def _by_differences(self, result, node):
        """(what finite differences say where the error is largest, whether the engine is wrong)"""
        claim, at = self.claims[node], result.where
        place = self.engine.order, self.engine.seed, node, at
        due = 0.0 if result.due is None else float(np.broadcast_to(result.due, claim.shape)[at])
        # A Value is a float64, for which the rules need not be read again.
        by_rules = partial(by_the_rules, *place) if hasattr(node, "arrays") else None
        difference = finite_difference(*place)
        return verdict(difference, claim[at], result.engine[at], at, due, by_rules)

    def _causes(self, node):
        if self.searched > MOST_SEARCHED:
            sentence = (
                f"not looked into, after {MOST_SEARCHED} others that are wrong; fix those first"
            )
            return (Cause("unknown", (self.names[node],), sentence, {}, 99),)
        claim = self.claims[node]

        def search(backward):
            def explains(array):
                return self._agrees(
                    node,
                    array,
                    self._gross_of(node, array, backward.implied[node])
                    if array.shape == node.shape
                    else None,
                )

            return Search(
                node,
                claim,
                backward.implied[node],
                self.names,
                explains,
                lambda array: self._within(node, array),
                backward,
            ).causes()

        causes = search(self.backward)
        if causes[0].kind == "unknown" and len(self.usable) > 1 and claim.shape == node.shape:
            # perhaps written by a formula that passes over the gradients in between
            causes = search(self._backward({node: claim}))
        return causes

    def _agrees(self, node, array, gross=None):
        if gross is None and array.shape == node.shape:
            gross = self.gross[node]
        return (
            judge("", self.claims[node], array, gross, partial(self.errors.of, node)).status
            in AGREE
        )

    def _gross_of(self, node, array, before):
        """The magnitudes that were added up to make another gradient: where it differs they may be
        as large as anything in the tensor.
        """
        gross = self.gross[node]
        return np.where(array == before, gross, np.maximum(gross, gross.max(initial=0.0)))

    def _within(self, node, array):
        """Where the hand gradient is an array but for rounding."""
        claim = self.claims[node]
        difference = np.absolute(claim.astype(np.float64) - array)
        return difference <= allowed(
            claim, np.asarray(array), self.gross[node], self.errors.of(node, claim.dtype)
        )

    def _kink(self, node):
        """The other choice at a tie that makes the gradient what it is, in words; None if there is
        none.
        """
        # Either the whole pass has that choice, or one that starts from the hand-derived gradients.
        for given in ({}, self.usable) if self.ties else ():
            without = self._pass(given, "", None)[node]
            for words, patch in self.ties:
                other = self._pass(given, words, patch)[node]
                if not np.array_equal(without, other) and self._agrees(
                    node, other, self._gross_of(node, other, without)
                ):
                    return words
        return None

    def _pass(self, given, words, patch):
        """{node: what the gradients of its consumers make of it} of a backward pass with another
        choice at ties.
        """
        if (bool(given), words) not in self.passes:
            self.passes[bool(given), words] = self._backward(given, patch).implied
        return self.passes[bool(given), words]

    def _is_multiple(self, node: object, factor: float) -> bool:
        """Whether a hand gradient is a number times what its consumers' gradients make of it."""
        implied = np.asarray(self.backward.implied[node], dtype=np.float64)
        gross = np.maximum(self.gross[node], self.gross_passed_on[node])
        return self._agrees(node, factor * implied, abs(factor) * gross)

    def _coarse(self, found):
        """Where some went through a coarser type: what inherits their rounding, or is made of
        float32's numbers itself, agrees to that rounding.
        """
        coarse = {
            result.name: coarsest_of(result)
            for result in found
            if result.status == "rounding" and (result.causes or result.hand.dtype.itemsize < 8)
        }
        if not coarse:
            return found
        precision = max(coarse.values(), key=lambda name: U.get(name, 0.0))
        for i, (result, node) in enumerate(zip(found, self.claims, strict=True)):
            itself = result.status in ("wrong", "wrong step") and np.array_equal(
                result.hand, result.hand.astype(np.float32)
            )
            if result.status != "inherited" and not itself:
                continue
            own, errors = result.hand.astype(np.float32), partial(self.errors.of, node)
            known = precision if precision in U and not itself else None
            tolerance = ROUNDING_ALONE.of_type(known)
            again = judge(result.name, own, result.engine, self.gross[node], errors, tolerance)
            if again.status in AGREE:
                others = f"{'as' if itself else 'that of'} {', '.join([*coarse][:3])}"
                note = f"equal to {known or 'float32'} rounding, {others}"
                found[i] = replace(again, hand=result.hand, status="rounding", note=note)
        return found

    def _taken_back(self, found):
        """A result's gradient times a number, from which right gradients of the leaves were made: a
        convention, such as dZ = A - Y, and no error.
        """
        leaves = [
            (node, result)
            for node, result in zip(self.claims, found, strict=True)
            if not node.operands
        ]
        for i, (result, node) in enumerate(zip(found, self.claims, strict=True)):
            if (
                not node.operands
                or result.status not in ("wrong", "wrong step", "inherited")
                or "the engine is wrong" in result.note
            ):
                continue
            below = set(topological_order(node))
            reached = [of_leaf for leaf, of_leaf in leaves if leaf in below]
            factor = self._factor(node)
            if (
                factor is not None
                and reached
                and all(of_leaf.status in AGREE for of_leaf in reached)
            ):
                words = (
                    f"no error: it is {factor:.6g} times the gradient, which is taken back later: "
                    f"{', '.join(x.name for x in reached[:3])} agree"
                )
                found[i] = replace(
                    result,
                    status="scaled",
                    note=words,
                    causes=(Cause("factor", (result.name,), words, {"factor": factor}),),
                )
        return found

    def _factor(self, node):
        hand, engine = (
            self.claims[node].astype(np.float64),
            np.asarray(self.gradients[node], dtype=np.float64),
        )
        power = float((engine * engine).sum())
        # Of one number, any other is a multiple.
        factor = float((hand * engine).sum()) / power if power and hand.size > 2 else 0.0
        return (
            factor
            if factor > 0
            and abs(factor - 1) > 1e-3
            and self._agrees(node, factor * engine, abs(factor) * self.gross[node])
            else None
        )


def in_words(causes, note=""):
    """The likeliest explanations, those that cannot be told apart here together."""
    if not causes:
        return note
    likeliest = list(
        dict.fromkeys(cause.sentence for cause in causes if cause.cost == causes[0].cost)
    )
    return "; or: ".join(likeliest[:3]) + (
        f"; or {len(likeliest) - 3} more" if len(likeliest) > 3 else ""
    )
