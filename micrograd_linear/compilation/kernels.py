"""The loops that replay a schedule as machine code. They are the same for every graph of everyday
operations, and for every other: Numba compiles them once and keeps them on disk.

``values`` and ``gradients`` have a number for every position. Nodes are visited in the order f made
them, and back; so every gradient adds up its contributions in the order of the eager engine, and
equals its gradient to the last bit.

An operation is found by comparing its code, one rung after the other. The rungs are written from
the records of the operations; what no rung knows is not computed: the loop ends and returns the
code.
"""

from typing import Any

import numba

from ..engine.value import POWER_OF_CONSTANT as POWER_RULE
from .codes import CODES, DETACH, DOT, DOT_LEFT, NOTHING, POWER_OF_CONSTANT, SELECT, SUM
from .jitted import OPTIONS, compiled, fingerprint, text_of

ALL_KNOWN = -1  # what a loop returns that has met no unknown code


@numba.njit(inline="always", **OPTIONS)
def _select(terms, offset, count, index):
    """The position of the item that an integer, which may count from the end, takes."""
    return terms[offset + (index if index >= 0 else index + count)]


def _forward_pass(value_at):
    """The loop that computes every node from those before it."""

    @numba.njit(**OPTIONS)
    def forward(code, left, right, start, terms, values, indices):
        first = len(values) - len(code)
        for n in range(len(code)):
            c = code[n]
            if DOT <= c <= DOT_LEFT:
                total = values[start[n]]
                k = left[n]
                for _ in range(right[n]):
                    total += values[terms[k]] * values[terms[k + 1]]
                    k += 2
                y = total
            elif c == SUM:
                k = left[n]
                total = values[terms[k]]
                for i in range(1, right[n]):
                    total += values[terms[k + i]]
                y = total
            elif c == SELECT:
                y = values[_select(terms, left[n], start[n], indices[right[n]])]
            elif c == DETACH:
                y = values[left[n]]
            else:
                known, y = value_at(c, left[n], right[n], values)
                if not known:
                    return c
            values[first + n] = y
        return ALL_KNOWN

    return forward


def _backward_pass(hand_on):
    """The loop that hands every gradient on, from the last node to the first."""

    @numba.njit(**OPTIONS)
    def backward(back, left, right, start, terms, values, indices, gradients):
        first = len(values) - len(back)
        for n in range(len(back) - 1, -1, -1):
            c = back[n]
            if c == NOTHING:
                continue
            g = gradients[first + n]
            if c in (DOT, DOT_LEFT):
                k = left[n] + 2 * right[n]
                for i in range(right[n]):
                    k -= 2
                    if i == right[n] - 1:
                        # The first of the additions that became this dot handed its gradient on
                        # to what the sum begins with before it reached the first product.
                        gradients[start[n]] += g
                    x, y = terms[k], terms[k + 1]
                    p, q = values[x], values[y]
                    gradients[x] += g * q
                    if c == DOT:
                        gradients[y] += g * p
            elif c == SUM:
                k = left[n]
                for i in range(right[n] - 1, -1, -1):
                    gradients[terms[k + i]] += g
            elif c == SELECT:
                gradients[_select(terms, left[n], start[n], indices[right[n]])] += g
            elif not hand_on(c, g, left[n], right[n], values, gradients):
                return c
        return ALL_KNOWN

    return backward


def _ladder(head, rungs, names):
    """A compiled function that compares a code with that of one operation after the other.

    A table of functions instead would take a fifth more time.
    """
    lines = [f"def {head}:"]
    for code, statements in rungs:
        lines += [f"    if c == {code}:", *(f"        {each}" for each in statements)]
    name = head.partition("(")[0]
    lines += [f"    return {'False, 0.0' if name == 'value_at' else 'False'}"]
    # Numba imports this module when it reads compiled code from its disk.
    namespace = {"__name__": __name__, **names}
    exec("\n".join(lines), namespace)
    return numba.njit(inline="always", **OPTIONS)(namespace[name])


def _ladders(rules):
    """(value_at, hand_on): a rung for each of the operations, written from their records."""
    names, forward, backward = {}, [], []
    for code, rule in rules:
        names |= {f"value_{code}": compiled(rule.value), f"d_{code}": compiled(rule.derivative)}
        if rule.operand_count == 1:
            numbers, parts = "values[a]", ["gradients[a] += to_a"]
        else:
            numbers, parts = (
                "values[a], values[b]",
                ["gradients[a] += to_a", "gradients[b] += to_b"],
            )
        targets = "to_a" if rule.operand_count == 1 else "to_a, to_b"
        if code == POWER_OF_CONSTANT:
            targets, parts = "to_a, _", parts[:1]
        else:
            forward.append((code, [f"return True, value_{code}({numbers})"]))
        backward.append((code, [f"{targets} = d_{code}(g, {numbers})", *parts, "return True"]))
    return (
        _ladder("value_at(c, a, b, values)", forward, names),
        _ladder("hand_on(c, g, a, b, values, gradients)", backward, names),
    )


def _with_fingerprint(version, _forward, _backward):
    """The two loops; ``version`` is part of what Numba looks up on its disk.

    They return (a code that no rung knows, or ``ALL_KNOWN``; the version).
    """

    def replay(code, back, left, right, start, terms, root, values, indices, gradients):
        """One run: ``values`` has the inputs and the constants, and gets all others; ``gradients``
        gets d(root)/d(every position)."""
        unknown = _forward(code, left, right, start, terms, values, indices)
        if unknown == ALL_KNOWN:
            gradients[:] = 0.0
            gradients[root] = 1.0
            unknown = _backward(back, left, right, start, terms, values, indices, gradients)
        return unknown, version

    def replay_batch(
        code, back, left, right, start, terms, root,
        values, gradients, inputs, integers, results, found,
    ):  # fmt: skip
        """A run for each row of ``inputs`` and ``integers``; row b of ``found`` gets the gradients
        of the first positions."""
        for b in range(len(inputs)):
            values[: inputs.shape[1]] = inputs[b]
            unknown = _forward(code, left, right, start, terms, values, integers[b])
            if unknown != ALL_KNOWN:
                return unknown, version
            results[b] = values[root]
            gradients[:] = 0.0
            gradients[root] = 1.0
            unknown = _backward(back, left, right, start, terms, values, integers[b], gradients)
            if unknown != ALL_KNOWN:
                return unknown, version
            found[b] = gradients[: found.shape[1]]
        return ALL_KNOWN, version

    return replay, replay_batch


def loops(cache: bool, known: int) -> tuple[Any, Any]:
    """(replay, replay_batch) of the first ``known`` codes, compiled at their first call, or read
    from the disk.
    """
    rules = [(code, rule) for code, rule in enumerate(CODES.rules[:known]) if rule is not None]
    rules.append((POWER_OF_CONSTANT, POWER_RULE))
    version = fingerprint("\n".join(f"{code} {text_of(rule)}" for code, rule in rules))
    value_at, hand_on = _ladders(rules)
    passes = _forward_pass(value_at), _backward_pass(hand_on)
    compile_loop = numba.njit(cache=cache, **OPTIONS)
    replay, replay_batch = map(compile_loop, _with_fingerprint(version, *passes))
    return replay, replay_batch
