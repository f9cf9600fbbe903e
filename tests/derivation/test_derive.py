"""``derive``: the printed formulas."""

import keyword
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from derive_graphs import (
    FOUND,
    GRAPHS,
    batch_norm,
    classifier,
    equal_results,
    graph,
    linear_layer,
    named,
    normal,
    vectors,
)
from test_derive_source import argument_names, check_source, executed

import micrograd_linear as mgl
from micrograd_linear import Tensor, Value, derive
from micrograd_linear.engine.graph import topological_order


def test_the_linear_layer_as_text():
    assert derive(linear_layer()).text.splitlines() == [
        "y = x W + b               (5, 3)",
        "",
        "∂L/∂y is given            (5, 3)",
        "∇_b L = Σ_rows ∂L/∂y      (1, 3)",
        "∇_x L = ∂L/∂y Wᵀ          (5, 4)",
        "∇_W L = xᵀ ∂L/∂y          (4, 3)",
        "",
        "In numerator layout, every derivative transposed:",
        "∂L/∂x = W ∂L/∂y           (4, 5)",
        "∂L/∂W = ∂L/∂y x           (3, 4)",
        "∂L/∂b = Σ_columns ∂L/∂y   (3, 1)",
        "",
        "Σ_rows adds the rows up, which leaves one row; mean_rows, max_rows and so on likewise. "
        "_columns leaves one column.",
    ]


def test_one_formula():
    derivation = derive(linear_layer())
    assert list(derivation) == ["x", "W", "b"] and len(derivation) == 3
    formula = derivation["W"]
    assert (formula.text, formula.shape) == ("∇_W L = xᵀ ∂L/∂y", (4, 3))
    assert (formula.numerator.text, formula.numerator.shape) == ("∂L/∂W = ∂L/∂y x", (3, 4))
    assert formula.latex == r"\nabla_{W} L = {x}^{\top} \, \frac{\partial L}{\partial y}"
    assert formula._repr_latex_() == f"$\\displaystyle {formula.latex}$"
    assert str(formula) == formula.text and "(4, 3)" in repr(formula)


def test_the_other_weight_layout():
    x, W, b = Tensor(normal(5, 4), "x"), Tensor(normal(3, 4), "W"), Tensor(normal(3), "b")
    text = derive(named(x @ W.T + b, "y")).text
    assert "∇_W L = (∂L/∂y)ᵀ x" in text or "∇_W L = (xᵀ ∂L/∂y)ᵀ" in text
    assert "∇_x L = ∂L/∂y W " in text and "∇_b L = Σ_rows ∂L/∂y " in text


def test_named_results_stay_named_and_saved_values_print_as_their_names():
    text = derive(classifier()).text
    assert "∂loss/∂h = ∂loss/∂logits W2ᵀ" in text and "∇_W2 loss = hᵀ ∂loss/∂logits" in text
    x = Tensor(normal(3), "x")
    h = named(x.tanh(), "h")
    assert derive(named(h * 2, "y"))["x"].text == "∇_x L = ∂L/∂h ⊙ (1 − h²)"
    assert derive(named(x.exp() * 1, "y"))["x"].text == "∇_x L = ∂L/∂y ⊙ y"


@pytest.mark.parametrize(
    "make, formula",
    [
        (lambda x: (x * 1 + 0).sum(), "∇_x L = 1"),
        (lambda x: (2 * x).sum(), "∇_x L = 2"),
        (lambda x: x.mean(), "∇_x L = 1/6"),
        (lambda x: (x + x).sum(), "∇_x L = 2"),
        (lambda x: x.broadcast_to(4, 3, 2).sum(), "∇_x L = 4"),
        (lambda x: (x * x).sum(), "∇_x L = 2 · x"),
        (lambda x: (x**3).sum(), "∇_x L = 3 · x²"),
        (lambda x: (-np.negative(x)).sum(), "∇_x L = 1"),
        (lambda x: x.T.T.reshape(6).reshape(3, 2).exp().sum(), "∇_x L = exp(x)"),
        (lambda x: (x / 4).sum(), "∇_x L = 1/4"),
        (lambda x: (x * 0.1).sum(), "∇_x L = 0.1"),
        (lambda x: x.relu().sum(), "∇_x L = [x > 0]"),
        (lambda x: x.sigmoid().sum(), "∇_x L = σ(x) ⊙ (1 − σ(x))"),
        (lambda x: (x @ x.T).sum(), "∇_x L = broadcast_3×2(2 · Σ_rows x)"),
        (lambda x: x.log().sum(), "∇_x L = 1 / x"),
        (lambda x: (0 * x).sum(), "∇_x L = 0"),
        (lambda x: abs(x).sum(), "∇_x L = sign(x)"),
        (lambda x: (1 - x).sum(), "∇_x L = −1"),
        (lambda x: x.var(axis=0).sum(), "∇_x L = 2 · (x − mean_rows(x)) / 3"),
        (lambda x: x.logsumexp(), "∇_x L = exp(x − L)"),
        (lambda x: x.norm(), "∇_x L = x / (L + [L = 0])"),
    ],
)
def test_what_algebra_makes_trivial_is_not_printed(make, formula):
    assert derive(make(Tensor(abs(normal(3, 2)), "x")))["x"].text == formula


def test_repeated_expressions_are_printed_once():
    text = derive(graph(classifier)).text
    assert text.count("X W1 + b1") == 1 and "[t1 > 0]" in text
    a = Value(2.0, "a")
    assert derive(named((a * a + 1).tanh() * (a * a + 1), "y")).text.count("a² + 1") == 1


def test_a_value_and_a_tensor_have_the_same_derivation():
    names = (
        "exp",
        "expm1",
        "log",
        "log1p",
        "sqrt",
        "sin",
        "cos",
        "tan",
        "tanh",
        "sigmoid",
        "softplus",
        "relu",
    )
    for function in names:
        texts = []
        for kind in (Value, Tensor):
            a, b = kind(0.7, "a"), kind(1.3, "b")
            z = named(getattr(b**2 + a / b - a * b, function)(), "z")
            texts.append(derive(getattr(z, function)() * abs(-z)).text)
        assert texts[0] == texts[1]
    for make in (
        lambda a, b: a.maximum(b),
        lambda a, b: a.minimum(b),
        lambda a, b: a**b,
        lambda a, b: a - b,
    ):
        assert (
            derive(make(Value(2.0, "a"), Value(3.0, "b"))).text
            == derive(make(Tensor(2.0, "a"), Tensor(3.0, "b"))).text
        )


def test_an_operation_of_ones_own_prints(own):
    @own("swish2")
    def swish2(x):
        s = 1 / (1 + np.exp(-x))
        return x * s, (lambda g: g * (s + x * s * (1 - s)),)

    root = named(Tensor(normal(3), "x").swish2(), "y")
    text = derive(root).text
    assert "y = swish2(x)" in text and "∇_x L" in text
    check_source(root)


def test_a_rule_that_cannot_be_run_on_formulas_is_named(own):
    @own("branching")
    def branching(x):
        return (x if x > 0 else -x), (lambda g: g,)

    @own("unknown_function")
    def unknown_function(x):
        return np.gcd(x, 2), (lambda g: g,)

    with pytest.raises(TypeError, match="'branching'.*must not branch"):
        derive(Tensor([1.0], "x").branching())
    with pytest.raises(TypeError, match="unknown_function.*gcd"):
        derive(Tensor([1.0, 0.5], "x").unknown_function())


# --- names ----------------------------------------------------------------------------------------

NAMES = [
    "class",
    "np",
    "gradient",
    "value_and_gradients",
    "sigmoid",
    "x y",
    "1st",
    "λ",
    "W (2)",
    "</script>",
    "{a|b}",
    r"\N",
    '"',
    "'",
    "a\nb",
    "日本",
    "",
    "t1",
    "dx",
    "🙂",
    "x" * 10_000,
]
NAMES += [
    "\u202egnp",
    "\x00",
    "$x$",
    "#",
    "%",
    "a_b_c",
    "_",
    "^",
    "~",
    "L",
    "y",
    "__import__('os')",
    '"""',
    "\\",
    "\ud800",
]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_any_name_is_printed_and_can_be_executed(name):
    x, w = Tensor(normal(2, 3), name), Tensor(normal(3), "dx")
    root = named((x.sigmoid() * w).exp().sum(axis=0), name + "'")
    derivation = derive(root)
    check_source(root)
    assert all(
        a.isidentifier() and not keyword.iskeyword(a) for a in argument_names(derivation.source)
    )
    ET.fromstring(derivation.mathml)
    assert (
        "\x00" not in derivation.text
        and "\u202e" not in derivation.text + derivation.latex + derivation.mathml
    )
    assert max(map(len, derivation.text.splitlines())) < 400
    assert "<script" not in derivation.mathml and "</script" not in derivation.mathml


def test_two_tensors_of_one_name():
    layers = [mgl.Linear(3, 3, rng=k) for k in range(2)]
    x = Tensor(normal(4, 3), "x")
    root = named(layers[1](layers[0](x).relu()), "y")
    derivation = derive(root)
    assert set(derivation) == {"x", "W (1)", "b (1)", "W (2)", "b (2)"}
    assert derivation[layers[1].W].text == derivation["W (2)"].text and derivation[
        "W (2)"
    ].latex.startswith(r"\nabla_{{W}^{(2)}}")
    check_source(root)
    with pytest.raises(ValueError, match=r"several.*'W \(1\)', 'W \(2\)'"):
        derive(root, wrt="W")


def test_without_names_all_leaves_are_derived():
    a, b = Value(2.0), Value(3.0)
    assert dict(derive(a * b + a).items()).keys() == {"x1", "x2"}
    c = Value(1.0, "c")
    assert list(derive(a * b * c)) == ["c"]


def test_with_respect_to():
    x, W = Tensor(normal(3, 2), "x"), Tensor(normal(2, 2), "W")
    h = (x @ W).tanh()
    root = named(h * h, "y")
    assert list(derive(root, "W")) == ["W"] and list(derive(root, [W, "x"])) == ["W", "x"]
    derivation = derive(root, h)
    assert derivation[h].text == "∂L/∂t1 = 2 · ∂L/∂y ⊙ t1"
    _, gradients = executed(derivation.source)(x.data, W.data, np.ones((3, 2)))
    assert np.allclose(gradients["t1"], root.gradients(np.ones((3, 2)))[h])


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda y: derive(3.0), TypeError, "expected a Tensor or a Value, got float"),
        (
            lambda y: derive(y, form="latex"),
            ValueError,
            "unknown form 'latex'; expected 'matrix' or 'index'",
        ),
        (lambda y: derive(y, "q"), ValueError, "'q'.*no tensor.*x, W, b, y"),
        (lambda y: derive(y, 3), TypeError, "wrt: expected names or nodes, got int"),
        (lambda y: derive(Tensor([1.0], "x")), ValueError, "x \\(1,\\) was computed from nothing"),
        (lambda y: derive(y)["q"], KeyError, "'q' is not among the derived gradients: x, W, b"),
        (lambda y: derive(y.detach() * 2), ValueError, "depends on no tensor"),
        (lambda y: derive(y, Tensor([1.0], "z")), ValueError, "z \\(1,\\) has no gradient here"),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match=message):
        call(linear_layer())


def test_an_operation_written_by_hand_has_no_formula():
    x = Value(2.0, "x")
    out = Value(x.data**3, (x,), "cubed_by_hand")
    out._backward = lambda: None
    with pytest.raises(TypeError, match="made by hand \\('cubed_by_hand'"):
        derive(out * 2)


# --- constants ------------------------------------------------------------------------------------


def test_constants_print_as_numbers_and_large_ones_get_a_name():
    x = Tensor(normal(3), "x")
    assert derive((x * [1.0, 2.0, 4.0]).sum())["x"].text == "∇_x L = [1, 2, 4]"
    M = normal(3, 3)
    derivation = derive((x * M).sum())
    assert (
        derivation["x"].text == "∇_x L = Σ_rows C1"
        and "C1: a constant array, (3, 3)." in derivation.text
    )
    check_source((x * M).sum())


def test_vectors_are_rows_beside_matrices():
    X, v = Tensor(normal(3, 3), "X"), Tensor(normal(3), "v")
    h = named(X @ v, "h")
    derivation = derive((h * X).sum())
    assert "h = X v                        (3,)" in derivation.text or "h = X v " in derivation.text
    assert (
        "∂L/∂h = Σ_rows X" in derivation.text and derivation["X"].text == "∇_X L = h + (∂L/∂h)ᵀ v"
    )
    assert "L = Σ ((Σ_columns X)ᵀ ⊙ X)" in derive((X.sum(axis=1) * X).sum()).text
    text = derive((X.sum(axis=1, keepdims=True) * X).sum()).text
    assert "t1 = Σ_columns X                (3, 1)" in text and "L = Σ (t1 ⊙ X)" in text
    assert derive((v @ v) * 1.5)["v"].text == "∇_v L = 3 · v"


def test_every_named_result_is_defined_before_it_is_used():
    for make in (equal_results, vectors, batch_norm, classifier):
        lines = [line for line in derive(graph(make)).text.splitlines() if " = " in line]
        defined = [line.split(" = ")[0] for line in lines]
        assert len(set(defined)) == len(defined)
        assert "∇" not in "".join(
            line.split(" = ")[1] for line in lines if not line.startswith(("∇", "∂"))
        )
    text = derive(graph(equal_results)).text
    assert "a = x W" in text and "b = x W" in text and "h = b" in text


def test_shapes_are_those_of_the_tensors():
    for make in (*GRAPHS, *FOUND):
        root = graph(make)
        derivation = derive(root)
        for node in topological_order(root):
            if node.name and node in derivation._formulas:
                assert derivation[node].shape == node.shape


# --- size -----------------------------------------------------------------------------------------


def test_a_long_chain_needs_no_recursion():
    x = Tensor(np.full(2, 0.5), "x")
    y = x
    for _ in range(2000):
        y = (y * 0.9).tanh() + x
    derivation = derive(y.sum())
    assert max(map(len, derivation.text.splitlines())) < 1_000_000
    assert len(derivation.latex) and len(derivation.mathml)
    check_source(y.sum())


def test_derive_changes_nothing():
    root = linear_layer()
    root.backward(np.ones(root.shape))
    before = [(node, node.current.copy(), node.grad.copy()) for node in topological_order(root)]
    _ = derive(root).source, derive(root, form="index").text
    assert all(
        np.array_equal(node.current, data) and np.array_equal(node.grad, grad)
        for node, data, grad in before
    )
