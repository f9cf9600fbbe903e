"""Where an array differs: a row, a block, the last elements, or where another array of the graph says so."""

import numpy as np


def partly(search):
    """Only a part that has a description differs, and there the gradient is 0, or times a number, or cut off at one."""
    wrong = ~search.within(search.expected)
    if wrong.all() or not wrong.any():
        return
    expected, hand = search.expected, search.hand
    words = part(wrong, search)
    limits = (float(hand.min()), float(hand.max()))
    if hand.size > 3:
        clipped = np.clip(expected, *limits)
        if np.count_nonzero(wrong) > 1:
            search.add("subset", f"it was cut off at {limits[0]:.6g} and {limits[1]:.6g}", clipped, 3, elements=int(wrong.sum()))
    if words is None:
        return
    inside, right = hand[wrong].astype(np.float64), expected[wrong].astype(np.float64)
    power = float((right * right).sum())
    factor = float((inside * right).sum()) / power if power else 0.0
    for value, what in [(0.0, "0"), (-1.0, "of the opposite sign"), *((v, f"{w} times the gradient") for v, w in search.named_factors())]:
        if words.startswith("the block") and value:  # a block of another sign is found too easily
            continue
        if abs(factor - value) <= search.tolerance * max(abs(value), 1e-3):
            predicted = np.where(wrong, value * expected, expected)
            search.add("subset", f"it differs in {words} alone; there it is {what}", predicted, 3, elements=int(wrong.sum()), factor=value)
    if np.count_nonzero(wrong) > 1:
        zeros = np.where(wrong, hand, expected)
        same = inside == inside[0]
        if same.all() and inside[0]:
            search.add("subset", f"it differs in {words} alone; there it is {inside[0]:.6g} throughout", zeros, 5, elements=int(wrong.sum()))


def described(search):
    """How much of an unexplained gradient differs, and where: a clause that goes on after a sentence."""
    if search.hand.shape != search.expected.shape or search.hand.size < 2:
        return ""
    hand, expected = (array.astype(np.float64) for array in (search.hand, search.expected))
    wrong = ~search.within(search.expected)
    count = int(np.count_nonzero(wrong))
    found = f": {count} of {wrong.size} elements differ" if count < wrong.size else ": all elements differ"
    if 0 < count < wrong.size:
        words = part(wrong, search)
        found += f", in {words}" if words else ""
    sizes = float(np.linalg.norm(hand)), float(np.linalg.norm(expected))
    if all(sizes) and np.isfinite(sizes).all() and wrong.size > 1:
        found += f"; direction {float((hand * expected).sum()) / (sizes[0] * sizes[1]):.2f} (cosine), length {sizes[0] / sizes[1]:.3g} times"
    return found


def part(wrong, search):
    """The part of an array that a mask marks, in words; None where it has no description. Where the gradient is 0, nothing can differ."""
    size = np.absolute(search.expected)
    live = wrong | (size > 1e-12 * size.max(initial=0.0))
    for axis in range(wrong.ndim):
        others = tuple(i for i in range(wrong.ndim) if i != axis)
        some = wrong.any(axis=others)
        n, places = wrong.shape[axis], np.flatnonzero(some)
        if n >= 2 and len(places) < n and (len(places) <= n / 2 or _in_a_row(places)) and _marks(wrong, np.expand_dims(some, others), live):
            kind = "element" if wrong.ndim == 1 else ("row", "column")[axis] if wrong.ndim == 2 else f"axis {axis}, index"
            return _counted(kind, places, n)
    if np.count_nonzero(wrong) == 1:
        return f"the element {[int(i) for i in np.argwhere(wrong)[0]]}"
    if wrong.ndim >= 2 and wrong.shape[-1] == wrong.shape[-2]:
        for words, mask in triangles(wrong.shape[-1]):
            if _marks(wrong, mask, live):
                return words
    if wrong.ndim > 1:
        corners = [np.flatnonzero(wrong.any(axis=tuple(j for j in range(wrong.ndim) if j != i))) for i in range(wrong.ndim)]
        block = tuple(slice(places[0], places[-1] + 1) for places in corners)
        inside = np.zeros(wrong.shape, dtype=bool)
        inside[block] = True
        if not inside.all() and _marks(wrong, inside, live):
            return "the block [" + ", ".join(f"{s.start}:{s.stop}" for s in block) + "]"
    for node in reversed(search.backward.order if search.backward is not None else ()):
        if node.shape == wrong.shape:
            value = np.asarray(node.current)
            for mask, words in ((value < 0, "negative"), (value > 0, "positive"), (value == 0, "0"), (value != 0, "not 0")):
                if _marks(wrong, mask, live):
                    return f"the elements where {search.names[node]} is {words}"
    return None


def triangles(n):
    """(words, mask) of the parts of a square matrix that masks leave out."""
    ones = np.ones((n, n), dtype=bool)
    yield "the diagonal", np.eye(n, dtype=bool)
    yield "the part above the diagonal", np.triu(ones, 1)
    yield "the part below the diagonal", np.tril(ones, -1)
    yield "the diagonal and what is above it", np.triu(ones)
    yield "the diagonal and what is below it", np.tril(ones)


def _marks(wrong, mask, live):
    """Whether a mask says what is wrong, as far as there is anything to see."""
    return bool((wrong == (np.broadcast_to(mask, wrong.shape) & live)).all())


def _in_a_row(places):
    return bool(len(places)) and places[-1] - places[0] + 1 == len(places)


def _counted(kind, places, n):
    """Row 2; the last row; rows 3 to 5; rows 0, 2 and 4."""
    if len(places) == 1:
        return f"the last {kind} ({places[0]})" if places[0] == n - 1 and n > 2 else f"{kind} {places[0]}"
    if _in_a_row(places):
        return f"the last {len(places)} {kind}s" if places[-1] == n - 1 else f"{kind}s {places[0]} to {places[-1]}"
    return f"{kind}s " + ", ".join(map(str, places[:-1])) + f" and {places[-1]}" if len(places) <= 6 else None
