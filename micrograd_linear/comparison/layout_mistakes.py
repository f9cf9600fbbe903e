"""What people write for operations that only take or move elements: indexing, reshaping,
transposing, joining.
"""

import numpy as np

from ..operations import names as op


def _getitem(position, arrays, y, static):
    x, index = arrays[0], static["index"]

    def last_kept(g):
        kept = np.zeros_like(x)
        kept[index] = g
        return kept

    def first_kept(g):
        places = np.arange(x.size).reshape(x.shape)[index].reshape(-1)
        kept = np.zeros(x.size, dtype=x.dtype)
        kept[places[::-1]] = np.reshape(g, -1)[::-1]
        return kept.reshape(x.shape)

    # Assignment in place of addition keeps one gradient of an index that occurs several times.
    words = (
        "an element that was taken several times keeps only one of its gradients: "
        "= where += belongs"
    )
    entries = index if isinstance(index, tuple) else (index,)
    return [
        ("overwritten-repeats", words, last_kept),
        ("overwritten-repeats", words, first_kept),
        *_displaced_indices(x, entries),
        *_crossed_indices(x, entries),
    ]


def _displaced_indices(x, index):
    """The gradient at the neighbours of the elements that were taken, or at the first ones."""
    forms = []
    for axis, one in enumerate(index):
        if not (isinstance(one, np.ndarray) and one.dtype.kind in "iu" and one.size):
            continue
        if any(i is None or i is ... for i in index[:axis]):
            continue
        n = x.shape[axis]
        others = (
            ("the next one", (one + 1) % n),
            ("the one before", (one - 1) % n),
            ("the first one", one * 0),
            ("that of the first row", one * 0 + one.flat[0]),
            ("one counted from the end", n - 1 - one),
        )
        for which, moved in others:
            words = f"{which} along axis {axis} gets the gradient, not the one that was taken"
            scattered = _scattered(x, (*index[:axis], moved, *index[axis + 1 :]))
            forms.append(("permuted", words, scattered))
    return forms


def _crossed_indices(x, index):
    """Every row with every column, where pairs of a row and a column were taken."""
    if len(index) != 2 or x.ndim != 2 or any(np.ndim(one) != 1 for one in index):
        return []

    def at_all_columns(g):
        total = np.zeros_like(x)
        total[:, index[1]] = np.mean(g)
        return total

    words = "every row gets it at the columns of all rows: [:, y] where [arange(n), y] belongs"
    return [("permuted", words, at_all_columns)]


def _scattered(x, index):
    def scattered(g):
        total = np.zeros_like(x)
        np.add.at(total, index, g)
        return total

    return scattered


def _reshape(position, arrays, y, static):
    x = arrays[0]
    forms = [
        (
            "permuted",
            "the numbers are put back column by column",
            lambda g: g.reshape(x.shape, order="F"),
        )
    ]
    for i in range(np.ndim(y)):
        for j in range(i):
            forms.append(
                (
                    "permuted",
                    f"axes {j} and {i} were exchanged before it was put back",
                    lambda g, i=i, j=j: g.swapaxes(i, j).reshape(x.shape),
                )
            )
    if x.ndim >= 2:
        forms.append(
            (
                "permuted",
                "it was put back into the transposed shape",
                lambda g: g.reshape(x.mT.shape).mT,
            )
        )
    return forms


def _transpose(position, arrays, y, static):
    x, axes = arrays[0], static.get("axes")
    forms = [("permuted", "reshaped where it should be transposed", lambda g: g.reshape(x.shape))]
    if axes is not None:
        forms.append(
            (
                "permuted",
                "transposed by the same axes again instead of back",
                lambda g: np.transpose(g, axes),
            )
        )
    if np.shape(y) == x.shape:
        forms.append(("transpose", "not transposed back", lambda g: g))
    return forms


def _concatenate(position, arrays, y, static):
    axis = static.get("axis", 0)
    ends = np.cumsum([0] + [part.shape[axis] for part in arrays])
    own = arrays[position].shape

    def cut(start):
        return lambda g: np.take(g, range(start, start + own[axis]), axis=axis)

    return [
        ("permuted", "it is the slice of another part", cut(int(start)))
        for start in {
            *ends[:-1],
            ends[-1] - own[axis],
            *(e + 1 for e in ends[:-1]),
            *(e - 1 for e in ends[1:-1]),
        }
        if 0 <= start <= ends[-1] - own[axis] and start != ends[position]
    ]


def _assign(position, arrays, y, static):
    """What was written over has no gradient."""
    if position:
        return []
    kept = np.ones(y.shape, dtype=bool)
    for index in static["indices"]:
        kept[index] = False
    return [
        (
            "local-derivative",
            "what was written over keeps its gradient; it has none, as where a mask is forgotten",
            lambda g: g + 0,
        ),
        (
            "local-derivative",
            "the mask is inverted: what was written over has no gradient, the rest has it",
            lambda g: np.where(kept, 0, g),
        ),
    ]


MISTAKES_OF_LAYOUT = {
    op.ASSIGN: _assign,
    op.GETITEM: _getitem,
    op.RESHAPE: _reshape,
    op.TRANSPOSE: _transpose,
    op.CONCATENATE: _concatenate,
}
