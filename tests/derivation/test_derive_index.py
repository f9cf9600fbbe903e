"""The index form: every step of every chain equals the engine's gradient.

The steps are evaluated with einsum, where deltas are identity matrices.
"""

import re
from pathlib import Path

import numpy as np
import pytest
from derive_graphs import (
    FOUND,
    GRAPHS,
    batch_norm,
    classifier,
    graph,
    linear_layer,
    named,
    normal,
    recurrent,
    scalar_network,
)

from micrograd_linear import Tensor, Value, derive
from micrograd_linear.derivation.entries import (
    Apply,
    Delta,
    Entry,
    Mapped,
    Number,
    Product,
    Sum,
    Terms,
)
from micrograd_linear.derivation.index_form import Elements, boundaries, index_lines
from micrograd_linear.derivation.walk import walk
from micrograd_linear.engine.graph import topological_order
from micrograd_linear.operations import RULES

SHARED = Path(__file__).parents[3] / "shared" / "linear-layer.md"

# --- an evaluator of its own, by einsum -----------------------------------------------------------


class Evaluator:
    """The numbers that an expression stands for: (array, letters), one axis for each letter."""

    def __init__(self, passed, sizes, gradients):
        self.sizes, self.arrays = sizes, {}
        for node, name in passed.names.items():
            self.arrays[name, "node"] = self.arrays[name, "leaf"] = squeezed(node.current)
            if node in gradients:
                self.arrays[name, "gradient"] = squeezed(gradients[node])

    def element(self, symbol):
        return (
            squeezed(symbol.static["value"])
            if symbol.operation == "constant"
            else self.arrays[symbol.static["name"], symbol.static["kind"]]
        )

    def expression(self, e):
        if isinstance(e, Entry):
            return self.placed(self.element(e.symbol), e.letters)
        if isinstance(e, Number):
            return np.asarray(float(e.value)), ()
        if isinstance(e, Delta):
            return self.delta(e)
        if isinstance(e, Sum):
            return self.einsum([self.expression(e.body)], e.letters)
        if isinstance(e, Product):
            array, letters = self.einsum(
                [self.expression(f) for f in e.factors] + [self.inverse(d) for d in e.divisors]
            )
            return float(e.coefficient) * array, letters
        if isinstance(e, Terms):
            arrays, letters = self.aligned([self.expression(part) for part in e.parts])
            return sum(sign * array for sign, array in zip(e.signs, arrays)), letters
        assert isinstance(e, Apply)
        arrays, letters = self.aligned([self.expression(argument) for argument in e.arguments])
        function = (
            {"both": np.logical_and, "where": np.where, "sign": np.sign}.get(e.function)
            or RULES.get(e.function)
            or getattr(np, e.function)
        )
        return np.asarray(function(*arrays), dtype=float), letters

    def inverse(self, e):
        array, letters = self.expression(e)
        return 1 / array, letters

    def placed(self, array, letters):
        """An array at letters, some of which are mapped: one axis for each plain letter."""
        for axis, letter in reversed(list(enumerate(letters))):
            if isinstance(letter, Mapped) and letter.letter is None:
                array = np.take(array, letter.places[0], axis=axis)
        letters = [
            letter
            for letter in letters
            if not (isinstance(letter, Mapped) and letter.letter is None)
        ]
        plain = list(
            dict.fromkeys(
                letter.letter if isinstance(letter, Mapped) else letter for letter in letters
            )
        )
        grid = np.ix_(*(np.arange(self.sizes[letter]) for letter in plain))
        places = []
        for letter in letters:
            index = grid[plain.index(letter.letter if isinstance(letter, Mapped) else letter)]
            places.append(
                np.asarray(letter.places, dtype=int)[index] if isinstance(letter, Mapped) else index
            )
        return (array[tuple(places)] if places else np.asarray(array)), tuple(plain)

    def delta(self, delta):
        sides = []
        for letter in (delta.a, delta.b):
            mapped = isinstance(letter, Mapped)
            plain = letter.letter if mapped else letter
            sides.append(
                (np.asarray(letter.places) if mapped else np.arange(self.sizes[plain]), plain)
            )
        (a, first), (b, second) = sides
        if first is None or second is None:
            values, letter = (b, second) if first is None else (a, first)
            return (values == (a if first is None else b)[0]).astype(float), (letter,)
        matrix = (a[:, None] == b).astype(float)
        return (np.diagonal(matrix), (first,)) if first == second else (matrix, (first, second))

    def aligned(self, parts):
        letters = tuple(dict.fromkeys(letter for _, own in parts for letter in own))
        arrays = []
        for array, own in parts:
            order = [own.index(letter) for letter in letters if letter in own]
            arrays.append(
                np.transpose(array, order).reshape(
                    [self.sizes[letter] if letter in own else 1 for letter in letters]
                )
            )
        return np.broadcast_arrays(*arrays), letters

    def einsum(self, parts, summed=()):
        numbers, arguments = {}, []
        for array, letters in parts:
            arguments += [array, [numbers.setdefault(letter, len(numbers)) for letter in letters]]
        kept = [letter for letter in numbers if letter not in summed]
        repeats = np.prod(
            [self.sizes[letter] for letter in summed if letter not in numbers], dtype=float
        )
        return np.einsum(*arguments, [numbers[letter] for letter in kept]) * repeats, tuple(kept)

    def step(self, terms, letters):
        """The sum of the terms, as an array with one axis for each of the letters."""
        total = np.zeros([self.sizes[letter] for letter in letters])
        for term in terms:
            parts = [self.expression(x) for x in (*term.deltas, *term.factors)] + [
                self.inverse(d) for d in term.divisors
            ]
            array, own = self.einsum(parts or [(np.asarray(1.0), ())], term.sums)
            (array,), axes = self.aligned([(array, own)])
            order = [axes.index(letter) for letter in letters if letter in axes]
            total = total + float(term.coefficient) * np.transpose(array, order).reshape(
                [self.sizes[x] if x in axes else 1 for x in letters]
            )
        return total

    def product(self, product):
        """The entries of a matrix product, in the layout of its letters."""
        result = None
        for factor in product.factors:
            if factor.symbol is None:
                array = np.ones((product.length, 1))
            else:
                array = self.element(factor.symbol)
                numerator = (
                    factor.symbol.operation == "variable"
                    and factor.symbol.static["kind"] == "gradient"
                )
                array = (
                    np.diag(array)
                    if factor.diagonal
                    else array[:, None]
                    if array.ndim == 1
                    else array.T
                    if factor.transposed != numerator
                    else array
                )
            result = array if result is None else result @ array
        return float(product.coefficient) * (result if len(product.letters) == 2 else result[:, 0])


def squeezed(array):
    array = np.asarray(array, dtype=float)
    return array.reshape([n for n in array.shape if n != 1])


def check_index_form(root, spoil=None):
    """Every step of every line equals the engine's gradient.

    Returns how many steps, deltas and matrix products were checked.
    """
    everything = walk(root, name_gradients=True, wanted=set(topological_order(root)))
    passed = walk(root, name_gradients=True, wanted=boundaries(everything))
    seed = (
        np.random.default_rng(3).normal(size=root.shape)
        if passed.upstream is not None
        else np.ones(root.shape)
    )
    with np.errstate(over="ignore"):
        engine = root.gradients(float(seed) if isinstance(root, Value) else seed)
    wanted = [node for node in passed.names if not node.operands and node in passed.gradients]
    forward, lines, supply = index_lines(passed, wanted)
    evaluator = Evaluator(passed, supply.sizes, engine)
    checked = {"forward": 0, "steps": 0, "deltas": 0, "products": 0, "matrix form": 0}
    with np.errstate(all="ignore"):
        for elements in forward:
            if not isinstance(elements, Elements):
                continue
            array, letters = evaluator.expression(elements.expression)
            found = evaluator.aligned([(array, letters)])[0][0].transpose(
                [letters.index(x) for x in elements.letters if x in letters]
            )
            assert np.allclose(
                np.broadcast_to(found, squeezed(elements.node.current).shape),
                squeezed(elements.node.current),
                rtol=1e-9,
                atol=1e-12,
            )
            checked["forward"] += 1
        for line in lines:
            if isinstance(line, tuple):
                checked["matrix form"] += 1
                continue
            expected = squeezed(engine[line.node])
            for step in line.steps:
                found = evaluator.step(spoil(step) if spoil else step, line.letters)
                assert np.allclose(found, expected, rtol=1e-8, atol=1e-11), line.node.name
                checked["steps"] += 1
                checked["deltas"] += sum(len(term.deltas) for term in step)
            if line.product is not None:
                found = evaluator.product(line.product)
                assert np.allclose(
                    found if line.product.letters == line.letters else found.T,
                    expected,
                    rtol=1e-8,
                    atol=1e-11,
                ), line.node.name
                checked["products"] += 1
    assert checked["steps"] or checked["matrix form"]
    return checked


# --- the forms that are asked for -----------------------------------------------------------------


def other_layout():
    x, W, b = Tensor(normal(5, 4), "x"), Tensor(normal(3, 4), "W"), Tensor(normal(3), "b")
    return named(x @ W.T + b, "y")


def bilinear():
    x, A, z = Tensor(normal(5, 4), "x"), Tensor(normal(4, 3), "A"), Tensor(normal(5, 3), "z")
    return named(((x @ A) * z).sum(axis=1), "s")


def bilinear_einsum():
    x, A, z = Tensor(normal(4), "x"), Tensor(normal(4, 3), "A"), Tensor(normal(3), "z")
    return named(np.einsum("i,ij,j->", x, A, z), "s")


def batch_mean():
    x = Tensor(normal(5, 4), "x")
    return named(x - x.mean(axis=0), "y")


def elementwise():
    return named(Tensor(normal(5, 4), "z").tanh(), "h")


def mean_squared_error():
    y, t = named(linear_layer(), "y"), Tensor(normal(5, 3), "t", requires_grad=False)
    return ((y - t) ** 2).mean()


def softmax_cross_entropy():
    z = Tensor(normal(5, 3), "z")
    return (z.logsumexp(axis=1) - z[range(5), [0, 2, 1, 1, 0]]).mean()


def one_hot_cross_entropy():
    z, t = Tensor(normal(5, 3), "z"), np.eye(3)[[0, 2, 1, 1, 0]]
    p = named(z.exp() / z.exp().sum(axis=1, keepdims=True), "p")
    return -(t * p.log()).sum() / 5


def shifted():
    x = Tensor(normal(6), "x")
    return ((x[1:] - x[:-1]) ** 2).sum() + x[2] * x[-1]


def three_axes():
    q, k = Tensor(normal(2, 3, 4), "q"), Tensor(normal(2, 3, 4), "k")
    return (q @ k.mT).sigmoid().sum(axis=(0, 2))


def chain_of_three():
    A, B, C = Tensor(normal(2, 3), "A"), Tensor(normal(3, 4), "B"), Tensor(normal(4, 5), "C")
    return named(A @ B @ C, "y")


def norms():
    x = Tensor(normal(4, 3), "x")
    return x.norm(axis=1).sum() + x.std(axis=0).sum() + x.var() + (x.softplus() / x.exp()).mean()


ASKED = [
    linear_layer,
    other_layout,
    bilinear,
    bilinear_einsum,
    batch_mean,
    elementwise,
    mean_squared_error,
    softmax_cross_entropy,
    one_hot_cross_entropy,
    shifted,
]
ASKED += [three_axes, chain_of_three, norms, classifier, batch_norm]


@pytest.mark.parametrize("make", ASKED, ids=lambda f: f.__name__)
def test_every_step_equals_the_engine(make):
    checked = check_index_form(make())
    assert (
        checked["matrix form"] == 0
        and checked["steps"] >= 1
        and checked["deltas"] >= 1
        and checked["forward"]
    )


@pytest.mark.parametrize(
    "make",
    [
        g
        for g in (*GRAPHS, *FOUND)
        if g.__name__ not in ("masked_pole", "mixed_types", "many_factors")
    ],
    ids=lambda f: f.__name__,
)
def test_whatever_is_built_of_those(make):
    check_index_form(graph(make))


@pytest.mark.parametrize(
    "make",
    [linear_layer, softmax_cross_entropy, mean_squared_error, bilinear],
    ids=lambda f: f.__name__,
)
def test_a_wrong_step_is_rejected(make):
    from dataclasses import replace
    from fractions import Fraction

    def doubled(terms):
        return [
            replace(term, coefficient=term.coefficient * Fraction(1001, 1000)) for term in terms
        ]

    def without_deltas(terms):
        return [replace(term, deltas=()) for term in terms]

    def one_term_less(terms):
        return terms[1:]

    for spoil in (doubled, without_deltas, one_term_less):
        with pytest.raises((AssertionError, ValueError)):
            check_index_form(make(), spoil)


# --- the text -------------------------------------------------------------------------------------


def test_the_three_derivations_of_the_linear_layer_line_by_line():
    assert derive(linear_layer(), form="index").text.splitlines() == [
        "y_ij = Σ_l x_il W_lj + b_j",
        "",
        "∂L/∂y is given                                                               (5, 3)",
        "",
        "∂y_ij/∂x_lk = δ_il W_kj",
        "∂L/∂x_lk = Σ_i Σ_j ∂L/∂y_ij δ_il W_kj = Σ_j ∂L/∂y_lj W_kj = (W · ∂L/∂y)_kl   (5, 4)",
        "",
        "∂y_ij/∂W_hk = δ_kj x_ih",
        "∂L/∂W_hk = Σ_i Σ_j ∂L/∂y_ij δ_kj x_ih = Σ_i ∂L/∂y_ik x_ih = (∂L/∂y · x)_kh   (4, 3)",
        "",
        "∂y_ij/∂b_k = δ_kj",
        "∂L/∂b_k = Σ_i Σ_j ∂L/∂y_ij δ_kj = Σ_i ∂L/∂y_ik = (∂L/∂y · 1)_k               (1, 3)",
        "",
        "As products of matrices; every ∂ in numerator layout, the transpose of ∇:",
        "∂L/∂x = W · ∂L/∂y                                                            (4, 5)",
        "∂L/∂W = ∂L/∂y · x                                                            (3, 4)",
        "∂L/∂b = ∂L/∂y · 1                                                            (3, 1)",
    ]


def test_it_reproduces_the_derivation_on_paper():
    """The equations of docs/linear_layer.md, as they stand there, are among the printed ones."""
    page = (Path(__file__).parents[2] / "docs" / "linear_layer.md").read_text()
    text = derive(linear_layer(), form="index").text
    printed = {
        part.strip() for line in text.splitlines() for part in [re.split(r"\s{2,}", line)[0]]
    }
    on_paper = (
        re.findall(r"^(∂L/∂\w+ = Σ.*)$", page, re.M)
        + re.findall(r"^(∂y_ij/∂\w+ = [^:,]*)", page, re.M)
        + ["y_ij = Σ_l x_il W_lj + b_j"]
    )
    assert len(on_paper) == 7
    assert set(on_paper) <= printed
    for name in ("W", "b", "x"):
        found = re.search(rf"\*\*(∂L/∂{name} = [^*]*)\*\*", page)[1]
        assert found in printed


@pytest.mark.parametrize(
    "make, lines",
    [
        (
            other_layout,
            [
                "∂L/∂W_kh = Σ_i Σ_j ∂L/∂y_ij δ_kj x_ih = Σ_i ∂L/∂y_ik x_ih = (∂L/∂y · x)_kh",
                "∇_W L = ∂L/∂y · x",
            ],
        ),
        (bilinear, ["∂L/∂A_lk = Σ_i ∂L/∂s_i z_ik x_il = (zᵀ · diag(∂L/∂s) · x)_kl"]),
        (
            elementwise,
            [
                "∂h_ij/∂z_lk = δ_il δ_kj (1 − h_ij²)",
                "∂L/∂z_lk = Σ_i Σ_j ∂L/∂h_ij δ_il δ_kj (1 − h_ij²) = ∂L/∂h_lk (1 − h_lk²)",
            ],
        ),
        (
            mean_squared_error,
            [
                "L = 1/15 Σ_l Σ_p (y_lp − t_lp)²",
                "∂L/∂y_lk = 2/15 Σ_p Σ_q δ_pl δ_qk (y_pq − t_pq) = 2 (y_lk − t_lk) / 15",
            ],
        ),
        (
            softmax_cross_entropy,
            ["L = 1/5 Σ_l (log(Σ_p exp(z_lp)) − z_(l,c_l))", "c_i: the places [0, 2, 1, 1, 0]."],
        ),
        (batch_mean, ["y_ij = x_ij − 1/5 Σ_l x_lj"]),
    ],
)
def test_lines(make, lines):
    text = derive(make(), form="index").text
    for line in lines:
        assert line in text, text


def test_values_have_no_indices():
    a, b = Value(2.0, "a"), Value(3.0, "b")
    c = named(a * b, "c")
    assert derive(c.tanh(), form="index").text.splitlines() == [
        "c = a b",
        "L = tanh(c)",
        "",
        "∂L/∂c = 1 − L²    ()",
        "",
        "∂c/∂a = b",
        "∂L/∂a = ∂L/∂c b   ()",
        "",
        "∂c/∂b = a",
        "∂L/∂b = ∂L/∂c a   ()",
    ]


def test_what_has_no_index_form_says_so_and_is_in_matrix_form():
    x = Tensor(normal(3, 3), "x")
    derivation = derive((np.linalg.inv(x) ** 2).sum(), form="index")
    assert (
        derivation["x"].text == "∇_x L = −t1ᵀ ∂L/∂t1 t1ᵀ"
        and "∇_x L is in matrix form: inv has no short form in indices." in derivation.text
    )


def test_large_graphs():
    for make in (scalar_network, recurrent):
        derivation = derive(graph(make), form="index")
        assert len(derivation.text) < 200_000 and len(derivation)
