"""Blame and causes.

A mistake planted at a known place is named there, a gradient that only inherits it says so, and
nonsense is not explained.
"""

import numpy as np
import pytest

from micrograd_linear import Tensor, Value, assert_grads_match, compare

RNG = np.random.default_rng(5)


class Network:
    """x (5, 7) through W1, tanh, W2 and softmax cross-entropy, with its backward pass by hand.

    Each step of the backward pass can be spoiled.
    """

    def __init__(self, seed=0, **spoiled):
        rng = np.random.default_rng(seed)
        self.spoiled = spoiled
        for name, shape in {
            "x": (5, 7),
            "W1": (7, 4),
            "b1": (1, 4),
            "W2": (4, 3),
            "b2": (1, 3),
        }.items():
            setattr(self, name, Tensor(rng.normal(size=shape), name))
        self.labels = rng.integers(0, 3, 5)
        self.z = self.x @ self.W1 + self.b1
        self.h = self.z.tanh()
        self.y = self.h @ self.W2 + self.b2
        self.loss = (self.y.logsumexp(axis=1) - self.y[np.arange(5), self.labels]).mean()
        for name in ("z", "h", "y", "loss"):
            getattr(self, name).name = name

    def backward(self):
        a = {name: getattr(self, name).numpy() for name in ("x", "W1", "W2", "z", "h", "y")}
        n, found = 5, {}

        def step(name, right):
            found[name] = self.spoiled[name](a, found) if name in self.spoiled else right
            return found[name]

        a["p"] = np.exp(a["y"]) / np.exp(a["y"]).sum(axis=1, keepdims=True)
        a["p"][np.arange(n), self.labels] -= 1
        dy = step("y", a["p"] / n)
        step("W2", a["h"].T @ dy)
        step("b2", dy.sum(axis=0, keepdims=True))
        dh = step("h", dy @ a["W2"].T)
        dz = step("z", dh * (1 - a["h"] ** 2))
        step("W1", a["x"].T @ dz)
        step("b1", dz.sum(axis=0, keepdims=True))
        step("x", dz @ a["W1"].T)
        return found

    def compare(self, *names):
        found = self.backward()
        return compare({name: found[name] for name in names or found}, self.loss)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# name: (the step that is spoiled, how, the kind that is to be named)
PLANTED = {
    "1/N forgotten": ("y", lambda a, g: a["p"], "factor"),
    "sign": ("h", lambda a, g: -g["y"] @ a["W2"].T, "sign"),
    "twice": ("W2", lambda a, g: 2 * a["h"].T @ g["y"], "factor"),
    "averaged bias": ("b2", lambda a, g: g["y"].mean(axis=0, keepdims=True), "factor"),
    "bias not summed": ("b1", lambda a, g: g["z"], "missing-sum"),
    "bias without its axis": ("b1", lambda a, g: g["z"].sum(axis=0), "shape-only"),
    "bias summed too far": ("b1", lambda a, g: g["z"].sum(), "extra-sum"),
    "numerator layout": ("W1", lambda a, g: g["z"].T @ a["x"], "transpose"),
    "tanh of the input": ("z", lambda a, g: g["h"] * (1 - a["z"] ** 2), "local-derivative"),
    "tanh forgotten": ("z", lambda a, g: g["h"], "local-derivative"),
    "tanh at the output": (
        "z",
        lambda a, g: g["h"] * (1 - np.tanh(a["h"]) ** 2),
        "local-derivative",
    ),
    "1 - tanh": ("z", lambda a, g: g["h"] * (1 - a["h"]), "local-derivative"),
    "sigmoid for tanh": (
        "z",
        lambda a, g: g["h"] * sigmoid(a["z"]) * (1 - sigmoid(a["z"])),
        "local-derivative",
    ),
    "relu for tanh": ("z", lambda a, g: g["h"] * (a["z"] > 0), "local-derivative"),
    "weight decay": ("W1", lambda a, g: a["x"].T @ g["z"] + 0.1 * a["W1"], "extra-term"),
    "shifted": ("x", lambda a, g: np.roll(g["z"] @ a["W1"].T, 1, axis=0), "permuted"),
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", PLANTED)
def test_the_wrong_step_is_located_and_the_mistake_is_named(name, seed):
    tensor, spoil, kind = PLANTED[name]
    comparison = Network(seed, **{tensor: spoil}).compare()
    result = comparison[tensor]
    assert result.status in ("wrong step", "shape")
    assert kind in {cause.kind for cause in result.causes if cause.cost <= result.causes[0].cost}, (
        result.causes
    )
    for other, found in comparison.items():
        if other != tensor:
            assert found.status in ("identical", "rounding", "inherited"), other


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "name", [name for name, (tensor, _, _) in PLANTED.items() if tensor in ("y", "h", "z")]
)
def test_a_mistake_upstream_is_found_from_the_last_gradient_alone(name, seed):
    tensor, spoil, kind = PLANTED[name]
    result = Network(seed, **{tensor: spoil}).compare("W1")["W1"]
    assert result.status == "wrong" and kind in {cause.kind for cause in result.causes}


def test_a_right_backward_pass_has_neither_blame_nor_causes():
    for seed in range(5):
        comparison = Network(seed).compare()
        assert comparison.ok and not any(result.causes for result in comparison.values())


def test_inherited_errors_say_so():
    comparison = Network(0, z=PLANTED["tanh forgotten"][1]).compare()
    assert {comparison[name].status for name in ("W1", "b1", "x")} == {"inherited"} and comparison[
        "z"
    ].status == "wrong step"
    assert "z: at h = tanh(z): the derivative is left out" in str(comparison)


def test_nonsense_is_not_explained():
    network = Network()
    right = network.backward()
    rng = np.random.default_rng(1)
    for k in range(120):
        name = ("W1", "z", "h", "x", "W2")[k % 5]
        size, noise = np.abs(right[name]).max(), rng.normal(size=right[name].shape)
        nonsense = (
            noise * size,
            right[name] * (1 + 0.01 * noise),
            right[name] + 1e-4 * size * noise,
        )[k % 3]
        result = compare({name: nonsense}, network.loss)[name]
        assert result.status in ("wrong", "wrong step") and [
            cause.kind for cause in result.causes
        ] == ["unknown"], result.causes
        assert result.note.startswith(
            "no single mistake that was tried explains it: all elements differ; direction "
        )


def test_one_contribution_of_several():
    x = Tensor(RNG.normal(size=(3, 4)), "x")
    a, b = x * 2.0, x.tanh()
    a.name, b.name = "a", "b"
    loss = (a * a).sum() + b.sum()
    right = 8 * x.data + 1 - np.tanh(x.data) ** 2
    assert compare({"x": right}, loss).ok
    cause = compare({"x": 8 * x.data}, loss)["x"].causes[0]
    assert cause.kind == "missing-path" and "b" in cause.where[0] and "missing" in cause.sentence
    assert compare({"x": right + 8 * x.data}, loss)["x"].causes[0].kind == "extra-path"
    assert compare({"x": 8 * x.data - 1 + np.tanh(x.data) ** 2}, loss)["x"].causes[0].kind == "sign"


def test_repeated_indices_overwritten():
    E = Tensor(RNG.normal(size=(5, 3)), "E")
    taken = E[[0, 2, 0, 4]]
    taken.name = "taken"
    g = RNG.normal(size=(4, 3))
    hand = np.zeros((5, 3))
    hand[[0, 2, 0, 4]] = g
    cause = compare({"E": hand}, taken, gradient=g)["E"].causes[0]
    assert cause.kind == "overwritten-repeats" and cause.where == ("taken", "E")


def test_square_matrices_hide_a_transpose_in_their_shape():
    x, W = Tensor(RNG.normal(size=(5, 3)), "x"), Tensor(RNG.normal(size=(3, 3)), "W")
    y = x @ W
    g = RNG.normal(size=(5, 3))
    assert compare({"W": (x.data.T @ g).T}, y, gradient=g)["W"].causes[0].kind == "transpose"
    cause = compare({"x": g @ W.data}, y, gradient=g)["x"].causes[0]
    assert cause.kind == "wrong-operand" and "not transposed" in cause.sentence


def test_values():
    a, b = Value(0.7, "a"), Value(1.3, "b")
    c = (a * b).tanh()
    c.name = "c"
    comparison = compare({"a": 0.0, "c": 2 * c.data}, c * c)
    assert (
        comparison["c"].status in ("identical", "rounding")
        and comparison["a"].status == "wrong step"
    )


def test_assert_grads_match():
    network = Network()
    right = network.backward()
    assert_grads_match(right, network.loss)
    with pytest.raises(AssertionError) as error:
        assert_grads_match({**right, "b2": right["y"]}, network.loss)
    text = str(error.value)
    assert text.splitlines()[0].startswith(
        "b2: the hand-derived gradient does not match: it has shape (5, 3): sum over axis 0"
    )
    assert len(text.splitlines()) <= 25
    with pytest.raises(AssertionError, match="W1: .*it is 2 times the gradient"):
        assert_grads_match({"W1": 2 * right["W1"]}, network.loss)
    with pytest.raises(AssertionError, match="nothing was checked"):
        assert_grads_match({}, network.loss)
    assert_grads_match({"W1": right["W1"] * (1 + 1e-6)}, network.loss, rtol=1e-5)


def test_causes_as_plain_data():
    data = Network(0, z=PLANTED["tanh forgotten"][1]).compare().to_dict()
    assert data["gradients"]["z"]["causes"][0] == {
        "kind": "local-derivative",
        "where": ["h", "z"],
        "sentence": "at h = tanh(z): the derivative is left out",
    }


def test_finite_differences_say_who_is_right(own):
    @own("wrong_cube")
    def wrong_cube(x):
        return x**3, (lambda g: 2 * g * x**2,)  # 3 is right

    network = Network(0, z=PLANTED["tanh forgotten"][1])
    check = network.compare()["z"].check
    assert check.startswith("finite differences give ") and check.endswith(", as the engine does")
    x = Tensor([1.5, -0.5], "x")
    loss = x.wrong_cube().sum()
    result = compare({"x": 3 * x.data**2}, loss)["x"]
    assert (
        result.status == "wrong"
        and result.note == result.check
        and "as your gradient does: the engine is wrong here" in result.note
    )
    a = Value(0.7, "a")
    assert "as the engine does" in compare({"a": 1.0}, (a.tanh() * a).exp())["a"].check
    with pytest.raises(
        AssertionError, match="\\nCheck: finite differences give .*, as the engine does\\n"
    ):
        assert_grads_match({"a": 1.0}, (a.tanh() * a).exp())


def test_another_choice_at_a_tie_is_no_error():
    z, c = (
        Tensor([[0.0, 1.0, -2.0], [0.0, 0.0, 3.0]], "z"),
        Tensor([[0.0, 2.0, -2.0], [1.0, 0.0, -1.0]], "c"),
    )
    g = RNG.normal(size=(2, 3))
    for make, hand, words in (
        (lambda: z.relu(), {"z": g * (z.data >= 0)}, "relu'(0) = 1"),
        (lambda: z.relu(), {"z": g * ((z.data > 0) + 0.5 * (z.data == 0))}, "relu'(0) = 1/2"),
        (lambda: abs(z), {"z": g * np.where(z.data >= 0, 1, -1)}, "|x|' = 1"),
        (lambda: z.maximum(0), {"z": g * (z.data >= 0)}, "goes to the first"),
        (
            lambda: z.maximum(c),
            {"z": g * (z.data >= c.data), "c": g * (c.data > z.data)},
            "goes to the first",
        ),
        (
            lambda: z.minimum(c),
            {"z": g * (z.data < c.data), "c": g * (c.data <= z.data)},
            "goes to the second",
        ),
    ):
        comparison = compare(hand, make(), gradient=g)
        assert comparison.ok and {
            result.status for result in comparison.values() if result.name in hand
        } == {"kink"}
        assert all(
            words in comparison[name].note
            and [cause.kind for cause in comparison[name].causes] == ["kink"]
            for name in hand
        )
        spoiled = {
            name: array + 0.1 * (np.arange(6).reshape(2, 3) == 1) for name, array in hand.items()
        }
        assert not compare(spoiled, make(), gradient=g).ok


def test_the_first_of_several_largest():
    x = Tensor([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]], "x")
    first, each = (
        np.array([[0.0, 1.0, 0.0], [5.0, 0.0, 0.0]]),
        np.array([[0.0, 1.0, 1.0], [5.0, 5.0, 5.0]]),
    )
    for hand, words in ((first, "the first of several largest"), (each, "each of several largest")):
        result = compare({"x": hand}, x.max(axis=1), gradient=[1.0, 5.0])["x"]
        assert result.status == "kink" and words in result.note
    assert compare({"x": 2 * first}, x.max(axis=1), gradient=[1.0, 5.0])["x"].status == "wrong"


def test_a_choice_at_a_tie_in_a_network():
    x, W = (
        Tensor(np.vstack([np.zeros((2, 4)), RNG.normal(size=(3, 4))]), "x"),
        Tensor(RNG.normal(size=(4, 3)), "W"),
    )
    z = x @ W
    h = z.relu()
    z.name, h.name = "z", "h"
    loss = (h * h + h).sum()
    dh = 2 * h.data + 1
    dz = dh * (z.data >= 0)
    right = compare({"h": dh, "z": dz, "W": x.data.T @ dz, "x": dz @ W.data.T}, loss)
    assert right.ok and right["z"].status == right["x"].status == "kink"
    wrong = compare({"h": dh, "z": dz, "W": 2 * x.data.T @ dz, "x": dz @ W.data.T}, loss)
    assert (
        not wrong.ok
        and wrong["z"].status == wrong["x"].status == "kink"
        and wrong["W"].status == "wrong step"
        and wrong["W"].causes[0].kind == "factor"
    )


def test_a_tie_does_not_excuse_an_inherited_error():
    x, W = (
        Tensor(np.vstack([np.zeros((2, 4)), RNG.normal(size=(3, 4))]), "x"),
        Tensor(RNG.normal(size=(4, 3)), "W"),
    )
    z = x @ W
    h = z.relu()
    z.name, h.name = "z", "h"
    dh = 2 * (2 * h.data + 1)  # twice as large as it should be
    dz = dh * (z.data > 0)
    comparison = compare({"h": dh, "z": dz, "W": x.data.T @ dz}, (h * h + h).sum())
    assert [comparison[name].status for name in ("h", "z", "W")] == [
        "wrong step",
        "inherited",
        "inherited",
    ]


def test_the_derivative_of_something_else():
    network = Network()
    a = {name: getattr(network, name).numpy() for name in ("x", "W1", "W2", "h")}
    of_output = a["x"].T @ ((np.ones((5, 3)) @ a["W2"].T) * (1 - a["h"] ** 2))
    cause = compare({"W1": of_output}, network.loss)["W1"].causes[0]
    assert cause.kind == "wrong-root" and cause.sentence == "it is the derivative of y, not of loss"
    g = RNG.normal(size=(5, 3))
    cause = compare({"W2": a["h"].T @ np.ones((5, 3))}, network.y, gradient=g)["W2"].causes[0]
    assert cause.kind == "wrong-root" and "upstream gradient is ignored" in cause.sentence
