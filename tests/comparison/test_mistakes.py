"""Mistakes at every kind of step, each planted at a known place.

Beside each stands the right gradient, which must not be explained as a mistake.
"""

import itertools

import numpy as np
import pytest

from micrograd_linear import Tensor, Value, compare
from micrograd_linear.comparison.mistakes import _OF, mistakes
from micrograd_linear.operations import RULES

FUNCTIONS = [name for name, rule in RULES.items() if rule.is_function]


def kinds(hand, root, tensor, gradient=None):
    """The kinds of the likeliest causes."""
    result = compare({tensor: hand}, root, gradient=gradient)[tensor]
    assert result.status in ("wrong", "wrong step", "shape"), result
    return {cause.kind for cause in result.causes if cause.cost == result.causes[0].cost}


def listed(hand, root, tensor, gradient=None):
    return [
        (cause.kind, cause.sentence)
        for cause in compare({tensor: hand}, root, gradient=gradient)[tensor].causes
    ]


# --- every mistake of every operation, planted from the table itself and found again --------------


def at(shape, rng, low=0.5, high=2.0):
    return Tensor(rng.uniform(low, high, size=shape), "x")


def bounds(operation):
    """From where the operand of a step is drawn: inside of the domain of its operation."""
    domains = RULES[operation].domains if operation in RULES else ()
    low, high = domains[0] if domains else (0.5, 2.0)
    return (0.5, 2.0) if low < 0.5 and high >= 2.0 else (max(low, 0.1), high)


def capped(x):
    y = x.copy()
    y[y > 1.2] = 0.4
    return y


STEPS = {
    **{
        name: (lambda x, name=name: getattr(x, name)() if name != "absolute" else abs(x), (3, 4))
        for name in FUNCTIONS
        if name != "leaky_relu"
    },
    "multiply": (lambda x: x * np.arange(1.0, 13).reshape(3, 4) * 0.3, (3, 4)),
    "divide": (lambda x: x / (0.2 + np.arange(12.0).reshape(3, 4)), (3, 4)),
    "power": (lambda x: x**3, (3, 4)),
    "matmul": (lambda x: x @ np.arange(16.0).reshape(4, 4) ** 0.7, (3, 4)),
    "sum": (lambda x: x.sum(axis=0), (3, 4)),
    "mean": (lambda x: x.mean(axis=1, keepdims=True), (3, 4)),
    "max": (lambda x: x.max(axis=1), (3, 4)),
    "min": (lambda x: x.min(axis=0), (3, 4)),
    "var": (lambda x: x.var(axis=0), (5, 4)),
    "std": (lambda x: x.std(axis=1), (5, 4)),
    "norm": (lambda x: np.linalg.norm(x, axis=1), (3, 4)),
    "logsumexp": (lambda x: x.logsumexp(axis=1), (3, 4)),
    "cumsum": (lambda x: x.cumsum(axis=1), (3, 4)),
    "prod": (lambda x: x.prod(axis=1), (3, 4)),
    "getitem": (lambda x: x[[0, 2, 0, 1]], (4, 3)),
    "reshape": (lambda x: x.reshape(4, 3), (3, 4)),
    "transpose": (lambda x: x.transpose(2, 0, 1), (2, 3, 4)),
    "concatenate": (lambda x: np.concatenate([x, x * 2.0, x**2], axis=1), (3, 4)),
    "inv": (lambda x: np.linalg.inv(x + 3 * np.eye(3)), (3, 3)),
    "det": (lambda x: np.linalg.det(x + np.eye(3)), (3, 3)),
    "maximum": (lambda x: x.maximum(1.2), (3, 4)),
    "minimum": (lambda x: x.minimum(1.2), (3, 4)),
    "clip": (lambda x: x.clip(0.8, 1.6), (3, 4)),
    "where": (lambda x: np.where(np.arange(12).reshape(3, 4) % 3 > 0, x, 0.0), (3, 4)),
    "einsum": (lambda x: np.einsum("ij,jk->ik", x, np.arange(16.0).reshape(4, 4) ** 0.7), (3, 4)),
    "assign": (capped, (3, 4)),
    "logabsdet": (lambda x: np.linalg.slogdet(x + np.eye(3))[1], (3, 3)),
}


def test_the_table_has_a_step_for_every_operation():
    assert set(STEPS) >= {*FUNCTIONS, *_OF} - {"leaky_relu"}


@pytest.mark.parametrize("operation", STEPS)
def test_every_mistake_in_the_table_is_found_again(operation, rng):
    make, shape = STEPS[operation]
    x = at(shape, rng, *bounds(operation))
    y = make(x)
    g = rng.normal(size=y.shape)
    node = next(n for n in y.gradients(g) if n.operation == operation)
    before = y.gradients(g)
    position = next(i for i, operand in enumerate(node.operands) if hasattr(operand, "operands"))
    operand, g_here = node.operands[position], before[node]
    right, tried = np.asarray(node.pullbacks[position](g_here)), 0
    others = before[operand] - right  # what its other uses contribute
    for kind, words, f in mistakes(
        operation,
        position,
        [np.asarray(a) for a in node.arrays],
        np.asarray(node.current),
        node.static,
    ):
        with np.errstate(all="ignore"):
            wrong = np.asarray(f(g_here), dtype=float)
        if (
            wrong.shape != right.shape
            or not np.isfinite(wrong).all()
            or np.allclose(wrong, right, rtol=1e-6)
        ):
            continue  # no difference on these data
        found = compare({operand: wrong + others}, y, gradient=g)
        result = next(r for r in found.values() if r.status != "unchecked")
        assert result.causes[0].kind != "unknown", words
        assert kind in {cause.kind for cause in result.causes} or result.causes[0].cost < 3, (
            words,
            result.causes,
        )
        tried += 1
    assert tried


@pytest.mark.parametrize("operation", STEPS)
def test_right_gradients_and_nonsense_are_not_explained(operation, rng):
    make, shape = STEPS[operation]
    x = at(shape, rng, *bounds(operation))
    y = make(x)
    g = rng.normal(size=y.shape)
    right = y.gradients(g)[x]
    assert not any(
        cause.kind != "precision" for cause in compare({"x": right}, y, gradient=g)["x"].causes
    )
    for nonsense in (
        right * (1 + 0.01 * rng.normal(size=shape)),
        rng.normal(size=shape),
        right + 1e-4 * rng.normal(size=shape),
    ):
        assert kinds(nonsense, y, "x", g) == {"unknown"}


# --- the whole array ------------------------------------------------------------------------------


def test_slices_in_another_order(rng):
    x, g = Tensor(rng.normal(size=(6, 5)), "x"), rng.normal(size=(6, 5))
    right = g * x.data
    y = x * x * 0.5
    for order in ([1, 0, 2, 3, 4, 5], [3, 4, 5, 0, 1, 2], [5, 4, 3, 2, 1, 0]):
        assert kinds(right[order], y, "x", g) == {"permuted"}
    assert kinds(right[:, [0, 2, 1, 3, 4]], y, "x", g) == {"permuted"}
    assert kinds(right[::-1, ::-1], y, "x", g) == {"permuted"}
    assert "0 holds 1, 1 holds 0" in listed(right[[1, 0, 2, 3, 4, 5]], y, "x", g)[0][1]
    cube = Tensor(rng.normal(size=(2, 4, 4)), "cube")
    h = rng.normal(size=(2, 4, 4))
    assert kinds((h * cube.data).swapaxes(1, 2), cube * cube * 0.5, "cube", h) == {"transpose"}


def test_shapes(rng):
    W, g = Tensor(rng.normal(size=(2, 3)), "W"), rng.normal(size=(2, 3))
    y = W * 2.0
    assert kinds((2 * g).reshape(-1), y, "W", g) == {"shape-only"}
    assert kinds((2 * g).reshape(3, 2, order="F"), y, "W", g) == {"permuted"}
    assert kinds(np.einsum("ij,kl->ijkl", np.eye(2), 2 * np.eye(3)).swapaxes(1, 2), y, "W", g) == {
        "wrong-root"
    }  # dy/dW, not contracted
    x, w = Tensor(rng.normal(size=(5, 3)), "x"), Tensor(rng.normal(size=(3, 1)), "w")
    d = rng.normal(size=(5, 1))
    assert kinds(x.data * d, x @ w, "w", d) == {"missing-sum"}
    assert kinds(x.data * d * 5, (x @ w) * 1.0, "w", d) == {"missing-sum"}  # to be averaged


def test_any_factor_of_the_whole_and_a_free_factor_of_one_path(rng):
    x, g = Tensor(rng.normal(size=(4, 3)), "x"), rng.normal(size=(4, 3))
    a, b = x * 0.7, x.tanh()
    right = 0.7 * g + g * (1 - np.tanh(x.data) ** 2)
    assert kinds(right * 0.8765, a + b, "x", g) == {"factor"}
    assert kinds(0.7 * 0.6543 * g + g * (1 - np.tanh(x.data) ** 2), a + b, "x", g) == {"factor"}


def test_subsets_that_have_a_description(rng):
    x, g = Tensor(rng.normal(size=(6, 6)), "x"), rng.normal(size=(6, 6))
    y, right = x * x * 0.5, g * x.data
    for part, words in (
        (np.s_[5:], "the last row"),
        (np.s_[:, 2], "column 2"),
        (np.s_[3:], "the last 3 rows"),
        (np.s_[2:4, 1:5], "the block [2:4, 1:5]"),
        (np.s_[1, 4], "the element [1, 4]"),
        (np.diag_indices(6), "the diagonal"),
        (np.triu_indices(6, 1), "the part above the diagonal"),
        (x.data < 0, "the elements where x is negative"),
    ):
        hand = right.copy()
        hand[part] = 0
        kind, sentence = listed(hand, y, "x", g)[0]
        assert kind == "subset" and words in sentence and "there it is 0" in sentence, sentence
    doubled = right.copy()
    doubled[2] *= 2
    assert "row 2 alone; there it is 2 times" in listed(doubled, y, "x", g)[0][1]
    clipped = np.clip(right, -0.5, 0.5)
    assert "cut off at -0.5 and 0.5" in listed(clipped, y, "x", g)[0][1]
    noise = right.copy()
    noise[2] += rng.normal(size=6)
    kind, sentence = listed(noise, y, "x", g)[0]
    assert kind == "unknown" and "6 of 36 elements differ, in row 2" in sentence


def test_stale_gradients(rng):
    W = Tensor(rng.normal(size=(4, 3)), "W")
    (W * W).sum().backward()
    before = W.grad.copy()
    x, g = rng.normal(size=(5, 4)), rng.normal(size=(5, 3))
    y = x @ W
    assert kinds(before, y, "W", g) == {"stale"} and kinds(before + x.T @ g, y, "W", g) == {"stale"}
    assert (W.grad == before).all()


def test_a_parameter_that_was_updated_too_early(rng):
    x, W, V = (
        Tensor(rng.normal(size=(5, 4)), "x"),
        Tensor(rng.normal(size=(4, 3)), "W"),
        Tensor(rng.normal(size=(3, 2)), "V"),
    )
    h = (x @ W).tanh()
    y = h @ V
    h.name = "h"
    g = rng.normal(size=(5, 2))
    dV = h.data.T @ g
    dh = g @ (V.data - 0.1 * dV).T
    result = compare({"V": dV, "h": dh}, y, gradient=g)["h"]
    assert (
        result.causes[0].kind == "stale"
        and result.causes[0].evidence["rate"] == pytest.approx(-0.1)
        and "updated before it was used" in result.note
    )


# --- loops ----------------------------------------------------------------------------------------


class Loop:
    """h <- tanh(h W + x_t U) for four turns, with the loss at the last.

    ``spoil`` changes lines of the backward pass at every turn.
    """

    def __init__(self, rng, turns=4):
        self.W, self.U = (
            Tensor(0.5 * rng.normal(size=(3, 3)), "W"),
            Tensor(rng.normal(size=(2, 3)), "U"),
        )
        self.xs, self.hs = (
            [rng.normal(size=(5, 2)) for _ in range(turns)],
            [Tensor(rng.normal(size=(5, 3)), "h0")],
        )
        for t, x in enumerate(self.xs):
            h = (self.hs[-1] @ self.W + x @ self.U).tanh()
            h.name = f"h{t + 1}"
            self.hs.append(h)
        self.g = rng.normal(size=(5, 3))

    def backward(
        self,
        slope=lambda h, z: 1 - h * h,
        before=lambda hs, t: hs[t],
        carry=lambda dz, W: dz @ W.T,
        last_only=False,
    ):
        h, W = [node.data for node in self.hs], self.W.data
        dh, dW, dU = self.g, 0, 0
        for t in reversed(range(len(self.xs))):
            dz = dh * slope(h[t + 1], h[t] @ W + self.xs[t] @ self.U.data)
            dW, dU = dW + before(h, t).T @ dz, dU + self.xs[t].T @ dz
            dh = carry(dz, W) * (0 if last_only else 1)
        return {"W": dW, "U": dU}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "spoiled, kind",
    [
        ({"slope": lambda h, z: 1 - h}, "local-derivative"),
        ({"slope": lambda h, z: 1.0 + 0 * h}, "local-derivative"),
        ({"slope": lambda h, z: 1 - z * z}, "local-derivative"),
        ({"carry": lambda dz, W: dz @ W}, "wrong-operand"),
        ({"before": lambda hs, t: hs[t + 1]}, "wrong-operand"),
        ({"last_only": True}, "missing-path"),
        ({"carry": lambda dz, W: -dz @ W.T}, "sign"),
    ],
)
def test_the_same_mistake_at_every_turn(spoiled, kind, seed):
    loop = Loop(np.random.default_rng(seed))
    right, wrong = loop.backward(), loop.backward(**spoiled)
    assert compare(right, loop.hs[-1], gradient=loop.g).ok
    for name in ("W", "U"):
        if not np.allclose(right[name], wrong[name]):
            assert kind in kinds(wrong[name], loop.hs[-1], name, loop.g)


def test_mean_and_variance_as_constants(rng):
    x = Tensor(rng.normal(size=(6, 4)), "x")
    u = x * 1.5
    mu = u.mean(axis=0, keepdims=True)
    var = ((u - mu) ** 2).mean(axis=0, keepdims=True)
    y = (u - mu) / np.sqrt(var + 1e-5)
    u.name, mu.name, var.name = "u", "mu", "var"
    g = rng.normal(size=(6, 4))
    sentence = " ".join(words for _, words in listed(1.5 * g / np.sqrt(var.data + 1e-5), y, "x", g))
    assert kinds(1.5 * g / np.sqrt(var.data + 1e-5), y, "x", g) == {"missing-path"}
    assert (
        "treated as constants" in sentence
        or "only the contribution through subtract(u, mu) is there" in sentence
    )


def softmax_spelt_out(rng):
    z = Tensor(rng.normal(size=(5, 4)), "z")
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    p.name = "p"
    return z, p


def test_softmax_spelt_out_with_its_diagonal_alone(rng):
    _, p = softmax_spelt_out(rng)
    g = rng.normal(size=(5, 4))
    a = p.data
    assert compare({"z": a * (g - (g * a).sum(axis=1, keepdims=True))}, p, gradient=g).ok
    assert kinds(g * a * (1 - a), p, "z", g) == {"diagonal-only"}
    assert "missing-path" in kinds(g * a, p, "z", g)
    assert kinds(a * (g - (g * a).sum(axis=0, keepdims=True)), p, "z", g) == {"local-derivative"}


def test_one_of_one_two_or_three_numbers_is_not_explained_by_any_number(rng):
    for n in (1, 2, 3):
        found = 0
        for seed in range(30):
            draw = np.random.default_rng(seed)
            x = Tensor(draw.normal(size=n), "x")
            y = ((x * 2.0).tanh() * x + x.exp()).sum()
            found += kinds(draw.normal(size=n), y, "x") != {"unknown"}
        assert found == 0, n


def test_nothing_that_fails_inside_stops_a_comparison(own, rng):
    @own("odd_cube")
    def odd_cube(x):
        if np.ndim(x) != 1 or np.shape(x)[0] != 3:
            raise ValueError("three numbers only")
        return x**3, (lambda g: 3 * g * x**2,)

    x = Tensor(rng.normal(size=3), "x")
    y = (x.odd_cube() * x).sum()
    assert compare({"x": rng.normal(size=3)}, y)["x"].causes[0].kind == "unknown"


def test_pairs_of_mistakes_are_not_explained_by_one(rng):
    x, W, V = (
        Tensor(rng.normal(size=(5, 4)), "x"),
        Tensor(rng.normal(size=(4, 3)), "W"),
        Tensor(rng.normal(size=(3, 2)), "V"),
    )
    z = x @ W
    h = z.tanh()
    y = (h @ V).sigmoid()
    g = rng.normal(size=(5, 2))
    slopes = {"right": lambda s: g * s * (1 - s), "left out": lambda s: g, "value": lambda s: g * s}
    for (one, f), (two, d) in itertools.product(
        slopes.items(), {"right": 1 - h.data**2, "1 - tanh": 1 - h.data, "z": 1 - z.data**2}.items()
    ):
        found = (
            kinds(x.data.T @ ((f(y.data) @ V.data.T) * d), y, "W", g)
            if (one, two) != ("right", "right")
            else {"right"}
        )
        assert found == {
            "right"
            if (one, two) == ("right", "right")
            else "local-derivative"
            if "right" in (one, two)
            else "unknown"
        }


# --- what a reader of the README tried ------------------------------------------------------------


def sentences(hand, root, tensor, gradient=None):
    return compare({tensor: hand}, root, gradient=gradient)[tensor].note


def test_explanations_that_fit_equally_well_are_given_together():
    a, b = Value(2.0, "a"), Value(3.0, "b")
    note = sentences(5.0, a * b + a**2, "a")
    assert (
        "the other factor is left out" in note and "the factor p of p x**(p - 1) is missing" in note
    )


def test_softmax_over_the_wrong_axis_and_labels_of_all_rows(rng):
    z, p = softmax_spelt_out(rng)
    q = np.exp(z.data) / np.exp(z.data).sum(axis=0)
    g, y = rng.normal(size=(5, 4)), np.array([0, 2, 1, 3, 2])
    assert (
        sentences(q * (g - (g * q).sum(axis=0)), p, "z", g)
        == "the softmax of z is taken over axis 0, not over axis 1"
    )
    loss = -np.log(p)[np.arange(5), y].mean()
    assert (
        sentences((q - np.eye(4)[y]) / 5, loss, "z")
        == "the softmax of z is taken over axis 0, not over axis 1"
    )
    everywhere = p.data.copy()
    everywhere[:, y] -= 1
    assert "[:, y] where [arange(n), y] belongs" in sentences(everywhere / 5, loss, "z")
    right = p.data.copy()
    right[np.arange(5), y] -= 1
    assert compare({"z": right / 5}, loss).ok


def test_assignment_in_a_sliding_window(rng):
    x, w, g = Tensor(rng.normal(size=8), "x"), rng.normal(size=3), rng.normal(size=6)
    y = np.stack([(x[i : i + 3] * w).sum() for i in range(6)])
    right, wrong = np.zeros(8), np.zeros(8)
    for i in range(6):
        right[i : i + 3] += g[i] * w
        wrong[i : i + 3] = g[i] * w
    assert compare({"x": right}, y, gradient=g).ok and kinds(wrong, y, "x", g) == {
        "overwritten-repeats"
    }


def test_exchanged_gradients_and_unexplained_shapes(rng):
    x, W, g = (
        Tensor(rng.normal(size=(4, 3)), "x"),
        Tensor(rng.normal(size=(3, 2)), "W"),
        rng.normal(size=(4, 2)),
    )
    y = x @ W
    assert "perhaps two were exchanged" in sentences(g @ W.data.T, y, "W", g) and kinds(
        x.data.T @ g, y, "x", g
    ) == {"other-gradient"}
    assert sentences(rng.normal(size=(1, 3)), y, "x", g).startswith(
        "expected shape (4, 3), got (1, 3); no single mistake"
    )


def test_a_sigmoid_spelt_out(rng):
    x, g = Tensor(rng.normal(size=(4, 3)), "x"), rng.normal(size=(4, 3))
    s = 1 / (1 + np.exp(-x))
    s.name = "s"
    assert compare({"x": g * s.data * (1 - s.data)}, s, gradient=g).ok
    for wrong in (g * s.data * (1 + s.data), g * (1 - s.data), g * s.data):
        assert kinds(wrong, s, "x", g) != {"unknown"}
