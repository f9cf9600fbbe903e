"""The layouts in which people write layers, and the shapes that arguments have in each.

No two sizes of a layout are equal where a mistake could hide behind that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from . import naming

Shape = tuple[int, ...]
N, D, CLASSES, HIDDEN, TIME, WORDS = 5, 7, 3, 4, 6, 8
# The sizes of a network, by its number of layers.
_SIZES = {1: (D, CLASSES), 2: (D, HIDDEN, CLASSES), 3: (D, 6, HIDDEN, CLASSES)}
_LETTERS = {"x": D, "i": D, "h": HIDDEN, "a": HIDDEN, "s": HIDDEN, "y": CLASSES, "o": CLASSES}


@dataclass(frozen=True)
class World:
    """A layout: shapes of data, of the weights and biases of layer k, of labels, in order."""

    name: str
    data: Callable[[str], list[Shape]]
    weights: Callable[[str, Sequence[int], int], list[Shape]]
    biases: Callable[[Sequence[int], int], list[Shape]]
    labels: list[Shape]
    one_hot: list[Shape]
    last: int = CLASSES
    first: int = D
    of_words: bool = False  # data are indices of words, or of rows

    def sizes(self, layers: int) -> tuple[int, ...]:
        """The widths of a network with so many layers."""
        sizes = _SIZES.get(layers) or (D, *(6 if k % 2 else 5 for k in range(layers - 1)), CLASSES)
        return (self.first, *sizes[1:-1], self.last)


def _as_data(*shapes):
    return lambda name: list(shapes)


def _row_weights(name, s, k):
    recurrent = _recurrent(name, columns=False)
    return recurrent or [(s[k - 1], s[k])]


def _column_weights(name, s, k):
    recurrent = _recurrent(name, columns=True)
    return recurrent or [(s[k], s[k - 1])]


def _recurrent(name, columns):
    """The shapes of Wx, Wh, Wxh, Waa, U and so on, by their letters."""
    letters = re.sub(r"[^a-z]", "", naming.last_part(name).lower())
    if letters in ("u", "wx", "wi", "wih"):
        ends = (HIDDEN, D)
    elif letters in ("wh", "whh", "wr", "wrec", "waa"):
        ends = (HIDDEN, HIDDEN)
    elif letters in ("v", "wy", "wo", "why"):
        ends = (CLASSES, HIDDEN)
    elif len(letters) == 3 and letters[0] == "w" and set(letters[1:]) <= set(_LETTERS):
        one, two = (_LETTERS[letter] for letter in letters[1:])
        # Wax is said "to a, from x"; Wxh "from x, to h".
        ends = (one, two) if letters in ("wax", "wya", "wha") else (two, one)
    else:
        return []
    to, source = ends
    rows = [(source, to), (source, 4 * to), (source, 3 * to)]
    return [(to, source), (4 * to, source), *rows] if columns else rows


_GATE = "[fiocgzrhjkn]"


def of_gates(name: str, names: Sequence[str], columns: bool) -> list[Shape]:
    """The shape of a weight of one gate: of Wf where the state and the data are taken as one, of Wz
    and Uz, or of Wxz and Whz; nothing where there are no gates.
    """
    letters = [re.sub(r"[^a-z]", "", naming.last_part(n).lower()) for n in (name, *names)]
    own, others = letters[0], set(letters[1:])
    pairs = {n for n in others if re.fullmatch(f"u{_GATE}", n)} and {"wz", "wf", "wi"} & others
    named = {"wxz", "wxf", "wxi", "wzx", "wfx", "wix"} & others
    to = source = 0
    if re.fullmatch(f"w{_GATE}", own) and {"wf", "wi", "wo"} <= others and not (pairs or named):
        to, source = HIDDEN, HIDDEN + D
    elif pairs and re.fullmatch(f"[wu]{_GATE}", own):
        to, source = HIDDEN, D if own[0] == "w" else HIDDEN
    elif named and (match := re.fullmatch(f"w(?:([xh]){_GATE}|{_GATE}([xh]))", own)):
        to, source = HIDDEN, D if "x" in match.groups() else HIDDEN
    if not to:
        return []
    return [(to, source)] if columns else [(source, to)]


def is_of_a_step(name: str) -> bool:
    """Whether a name is that of a weight into the hidden state of a recurrent layer."""
    letters = re.sub(r"[^a-z]", "", naming.last_part(name).lower())
    return letters in ("wx", "wi", "wih", "wh", "whh", "wr", "wrec", "wxh", "wax", "waa")


def _row_data(name):
    state = [(N, HIDDEN)] if is_state(name) else []
    return [*state, (N, D)]


def is_state(name: str) -> bool:
    """Whether an argument's name is that of a hidden state."""
    return bool(re.match(r"(prev_?)?[hacs](_?(prev|0|old|t|last))?$|.*(prev|hidden|state).*", name))


def _column_data(name):
    state = [(HIDDEN, N)] if re.match(r"(prev_?)?[hacs]_?(prev|0|old)|.*state", name) else []
    return [*state, (D, N)]


def _sequence_data(name):
    state = [(N, HIDDEN)] if is_state(name) else []
    return [*state, (N, TIME, D), (N, TIME, HIDDEN)]


def _head_weights(name, s, k):
    """Square weights of queries, keys, values and outputs; those of the two layers behind them."""
    if re.fullmatch(
        r"w_?(q|k|v|o|query|key|value|out\w*|proj\w*)s?", naming.last_part(name).lower()
    ):
        return [(8, 8)]
    return [(8, 16)] if k == 1 else [(16, 8)]


_IMAGES = ((2, 3, 4, 4), (2, 3, 5, 5), (2, 3, 6, 6), (2, 4, 6, 6))
_LAST = ((2, 5, 5, 3), (2, 4, 4, 3), (2, 6, 6, 3))

WORLDS = (
    World(
        "rows",
        _row_data,
        _row_weights,
        lambda s, k: [(1, s[k]), (s[k],)],
        [(N,)],
        [(N, CLASSES)],
    ),
    World(
        "columns",
        _column_data,
        _column_weights,
        lambda s, k: [(s[k], 1), (s[k],)],
        [(N,), (1, N)],
        [(CLASSES, N)],
    ),
    World(
        "rows, weights turned",
        _row_data,
        _column_weights,
        lambda s, k: [(1, s[k]), (s[k],)],
        [(N,)],
        [(N, CLASSES)],
    ),
    World(
        "rows, one output",
        _as_data((N, D)),
        lambda name, s, k: [(s[k - 1], s[k]), (s[k - 1],)],
        lambda s, k: [(s[k],), (1, s[k]), ()],
        [(N,), (N, 1)],
        [(N, 1), (N,)],
        1,
    ),
    World(
        "columns, one output",
        _column_data,
        lambda name, s, k: [(s[k], s[k - 1]), (s[k - 1], s[k])],
        lambda s, k: [(s[k], 1), ()],
        [(1, N), (N,)],
        [(1, N)],
        1,
    ),
    World(
        "images",
        _as_data(*_IMAGES),
        lambda name, s, k: [(4, 3, 3, 3), (4, 3, 2, 2)],
        lambda s, k: [(4,), (3,), (4, 1), (1, 3, 1, 1), (1, 4, 1, 1)],
        [(2,)],
        [(2, CLASSES)],
    ),
    World(
        "images, channels last",
        _as_data(*_LAST),
        lambda name, s, k: [(3, 3, 3, 4), (2, 2, 3, 4)],
        lambda s, k: [(1, 1, 1, 4), (4,), (3,)],
        [(2,)],
        [(2, CLASSES)],
    ),
    World(
        "sequences",
        _sequence_data,
        _row_weights,
        lambda s, k: [(HIDDEN,), (4 * HIDDEN,), (s[k],), (3 * HIDDEN,)],
        [(N, TIME)],
        [(N, TIME, CLASSES)],
    ),
    World(
        "columns over time",
        lambda name: [(HIDDEN, N)] if is_state(name) else [(D, N, TIME)],
        _column_weights,
        lambda s, k: [(s[k], 1), (s[k],)],
        [(N, TIME)],
        [(CLASSES, N, TIME)],
    ),
    World(
        "one column",
        lambda name: [(HIDDEN, 1), (D, 1)] if is_state(name) else [(D, 1)],
        _column_weights,
        lambda s, k: [(s[k], 1), (s[k],)],
        [(1,), ()],
        [(CLASSES, 1)],
    ),
    World(
        "one vector",
        lambda name: [(HIDDEN,), (D,)] if is_state(name) else [(D,)],
        lambda name, s, k: [(s[k], s[k - 1]), (s[k - 1], s[k])],
        lambda s, k: [(s[k],)],
        [()],
        [(CLASSES,)],
    ),
    World(
        "one image",
        _as_data((3, 5, 5), (3, 6, 6), (6, 6), (5, 5), (3, 4, 4)),
        lambda name, s, k: [(4, 3, 3, 3), (3, 3), (4, 3, 3), (2, 2), (3, 3, 3), (4, 3, 2, 2)],
        lambda s, k: [(4,), (), (4, 1), (1, 1, 1), (4, 3, 3)],
        [()],
        [(CLASSES,)],
    ),
    World(
        "one row",
        _as_data((1, D)),
        _row_weights,
        lambda s, k: [(1, s[k]), (s[k],)],
        [(1,)],
        [(1, CLASSES)],
    ),
    World(
        "rows, weights turned, a vector last",
        _as_data((N, D)),
        lambda name, s, k: [(s[k], s[k - 1])] if k < len(s) - 1 else [(s[k - 1],), (1, s[k - 1])],
        lambda s, k: [(s[k],), ()],
        [(N,)],
        [(N,)],
        1,
    ),
    World(
        "heads",
        _as_data((2, 6, 8), (6, 8)),
        _head_weights,
        lambda s, k: [(8,), (16,)] if k != 1 else [(16,), (8,)],
        [(2, 6)],
        [(2, 6, CLASSES)],
    ),
    World(
        "one feature",
        _as_data((N,)),
        lambda name, s, k: [()],
        lambda s, k: [()],
        [(N,)],
        [(N,)],
    ),
    World(
        "numbers",
        _as_data(()),
        lambda name, s, k: [()],
        lambda s, k: [()],
        [()],
        [()],
    ),
)


def layers_of(names: Sequence[str]) -> tuple[int, dict[str, int]]:
    """(number of layers, {name: its layer}) of weights and biases, by their numbers."""
    found = {n: naming.layer_of(n) for n in names if naming.is_weight(n) or naming.is_bias(n)}
    numbers = sorted({k for k in found.values() if k is not None})
    place = {k: i + 1 for i, k in enumerate(numbers)}
    return max(1, len(numbers)), {
        n: place.get(k, 1) if k is not None else 1 for n, k in found.items()
    }
