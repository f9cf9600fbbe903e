"""A mistake that several gradients share is reported once, where it is.

Each case stands beside one in which there are several mistakes.
"""

import numpy as np
import pytest

from micrograd_linear import Tensor, Value, compare


@pytest.fixture
def network(rng):
    """x W1 + b1 through tanh, W2 and b2, and the mean square of z - t, differentiated by hand."""
    shapes = {"x": (5, 4), "W1": (4, 3), "b1": (1, 3), "W2": (3, 2), "b2": (1, 2)}
    a = {name: Tensor(rng.normal(size=shape), name) for name, shape in shapes.items()}
    u = a["x"] @ a["W1"] + a["b1"]
    h = u.tanh()
    z = h @ a["W2"] + a["b2"]
    h.name, z.name = "h", "z"
    t = rng.normal(size=(5, 2))
    loss = ((z - t) ** 2).sum() / 5
    loss.name = "loss"
    v = {name: tensor.data for name, tensor in a.items()}

    def backward(at_z=1.0, at_u=1.0, slope=1 - h.data**2):
        dz = at_z * 2 * (z.data - t) / 5
        du = at_u * (dz @ v["W2"].T) * slope
        return {
            "x": du @ v["W1"].T,
            "W1": v["x"].T @ du,
            "b1": du.sum(axis=0, keepdims=True),
            "W2": h.data.T @ dz,
            "b2": dz.sum(axis=0, keepdims=True),
        }

    return loss, backward, u.data


def told(comparison):
    """({name of a tensor: its note} of those that tell a mistake, [those that follow])"""
    wrong = {r.name: r for r in comparison.values() if r.status in ("wrong", "wrong step")}
    return {n: r.note for n, r in wrong.items() if not r.follows}, [
        n for n, r in wrong.items() if r.follows
    ]


@pytest.mark.parametrize(
    "factor, words",
    [(5, "5 times the gradient"), (-1, "of the opposite sign"), (0.2, "1/5 of the gradient")],
)
def test_one_factor_at_the_loss_is_one_mistake(network, factor, words):
    loss, backward, _ = network
    comparison = compare(backward(at_z=factor), loss)
    tellers, followers = told(comparison)
    assert not comparison.ok and len(tellers) == 1 and len(followers) == 4
    assert (
        f"x, W1, b1, W2 and b2 are each {words}" in tellers["x"]
        and "on the way back from loss to z" in tellers["x"]
    )
    assert list(comparison.formulas) == ["x"] and comparison.formulas["x"].startswith(
        "∂L/∂z = ".replace("L", "loss")
    )
    assert all(comparison[name].follows == "x" and comparison[name].causes for name in followers)
    assert len([line for line in str(comparison).splitlines() if "right is" in line]) == 1


def test_a_factor_half_way_spares_what_is_right(network):
    loss, backward, _ = network
    comparison = compare(backward(at_u=-1), loss)
    tellers, followers = told(comparison)
    assert (
        list(tellers) == ["x"]
        and followers == ["W1", "b1"]
        and comparison["W2"].status in ("identical", "rounding")
    )
    assert "back from z to add(matmul(…), b1)" in tellers["x"]
    assert comparison.formulas["x"].startswith("∂loss/∂t1 = ∂loss/∂h ⊙ (1 − h²)")


def test_two_factors_are_two_mistakes(network):
    loss, backward, _ = network
    right = backward()
    comparison = compare({**right, "W1": 3 * right["W1"], "b2": -right["b2"]}, loss)
    tellers, followers = told(comparison)
    assert (
        tellers == {"W1": "it is 3 times the gradient", "b2": "it has the opposite sign"}
        and not followers
    )
    same = compare(
        {**right, "W1": 3 * right["W1"], "W2": 3 * right["W2"]}, loss
    )  # and yet x, b1 and b2 are right
    assert len(told(same)[0]) == 2


def test_one_wrong_step_behind_several_gradients_is_said_once(network):
    loss, backward, u = network
    comparison = compare(backward(slope=1 - u**2), loss)
    tellers, followers = told(comparison)
    assert list(tellers) == ["x"] and followers == ["W1", "b1"]
    assert "you used 1 - u**2; it is 1 - tanh(u)**2, u the input" in tellers["x"]
    assert str(comparison).count("you used") == 1


def test_an_unknown_mistake_further_on_is_said_once(network, rng):
    loss, backward, _ = network
    comparison = compare(backward(slope=rng.normal(size=(5, 3))), loss)
    tellers, followers = told(comparison)
    assert list(tellers) == ["x"] and followers == ["W1", "b1"]
    assert "follow from one other gradient: one mistake, on the way back from z to" in tellers["x"]
    right = backward()
    nonsense = {name: rng.normal(size=right[name].shape) for name in ("x", "W1", "b1")}
    assert len(told(compare({**right, **nonsense}, loss))[0]) == 3


def test_values_share_a_factor():
    a, b, c = Value(2.0, "a"), Value(3.0, "b"), Value(0.7, "c")
    y = (a * b + c).tanh()
    right = {node.name: g for node, g in y.gradients().items() if node.name}
    comparison = compare({name: 0.37 * g for name, g in right.items()}, y)
    assert len(told(comparison)[0]) == 1 and len(told(comparison)[1]) == 2


# --- the convention of averaging in dW and db alone -----------------------------------------------


@pytest.mark.parametrize("columns", [False, True])
def test_the_convention_that_averages_in_dw_and_db_is_named(rng, columns):
    m = 6
    if columns:
        A, W, b = (
            Tensor(rng.normal(size=s), n) for s, n in (((4, m), "A"), ((3, 4), "W"), ((3, 1), "b"))
        )
        Z, dZ = W @ A + b, rng.normal(size=(3, m))
        hand = {"W": dZ @ A.data.T / m, "b": dZ.sum(axis=1, keepdims=True) / m, "A": W.data.T @ dZ}
    else:
        A, W, b = (
            Tensor(rng.normal(size=s), n) for s, n in (((m, 4), "A"), ((4, 3), "W"), ((1, 3), "b"))
        )
        Z, dZ = A @ W + b, rng.normal(size=(m, 3))
        hand = {"W": A.data.T @ dZ / m, "b": dZ.mean(axis=0, keepdims=True), "A": dZ @ W.data.T}
    comparison = compare(hand, Z, gradient=dZ)
    assert not comparison.ok and comparison["A"].status in ("identical", "rounding")
    tellers, followers = told(comparison)
    assert (
        list(tellers) == ["W"]
        and followers == ["b"]
        and "convention" in tellers["W"]
        and "1/6" in tellers["W"]
    )
    assert not comparison.formulas
    halved = {**hand, "W": hand["W"] * m / 2, "b": hand["b"] * m / 2}  # no convention
    assert "convention" not in str(compare(halved, Z, gradient=dZ))


# --- two leaves with one gradient -----------------------------------------------------------------


@pytest.fixture
def residual(rng):
    x, r = Tensor(rng.normal(size=(5, 4)), "x"), Tensor(rng.normal(size=(5, 4)), "r")
    s = x + r
    mu = s.mean(axis=1, keepdims=True)
    var = ((s - mu) ** 2).mean(axis=1, keepdims=True)
    y = (s - mu) / np.sqrt(var + 1e-5)
    s.name, mu.name, var.name, y.name = "s", "mu", "var", "y"
    return y, rng.normal(size=(5, 4)), np.sqrt(var.data + 1e-5)


def test_two_leaves_with_one_gradient_are_not_explained_by_each_other(residual, rng):
    y, g, std = residual
    right = next(array for node, array in y.gradients(g).items() if node.name == "x")
    for wrong in (
        g / std,
        right + 0.1 * rng.normal(size=(5, 4)),
        2 * right,
        right[::-1],
        right * (right > 0),
    ):
        comparison = compare({"x": wrong, "r": wrong}, y, gradient=g)
        assert (
            "the gradient of r" not in comparison["x"].note
            and "it is the gradient of x" not in comparison["r"].note
        )
        assert comparison["r"].follows == "x" and comparison["x"].status == "wrong"
    assert (
        "mu and var are treated as constants"
        in compare({"x": g / std, "r": g / std}, y, gradient=g)["x"].note
    )


def test_a_gradient_of_another_tensor_is_still_named(rng):
    x, gain, b = (
        Tensor(rng.normal(size=s), n) for s, n in (((5, 4), "x"), ((1, 4), "gain"), ((1, 4), "b"))
    )
    y, g = x * gain + b, rng.normal(size=(5, 4))
    y.name = "y"
    columns = g.sum(axis=0, keepdims=True)
    comparison = compare({"gain": columns, "b": columns}, y, gradient=g)
    assert (
        "it is the gradient of b" in comparison["gain"].note
        and comparison["b"].status == "identical"
    )
    assert comparison.formulas["gain"] == "∇_gain L = Σ_rows (∂L/∂y ⊙ x)"  # of gain, not of b
    wrong = compare({"gain": 2 * columns, "b": 2 * columns}, y, gradient=g)
    assert "it is the gradient of b" not in wrong["gain"].note  # b's is another than that


# --- from another wrong gradient ------------------------------------------------------------------


@pytest.mark.parametrize("order", [("c", "G"), ("G", "c")])
@pytest.mark.parametrize("given", [True, False])
def test_what_is_made_of_another_wrong_gradient_only_inherits_it(rng, order, given):
    G, c = (
        Tensor(rng.normal(size=(4, 4)) + 3 * np.eye(4), "G"),
        Tensor(rng.normal(size=(4, 1)), "c"),
    )
    w = np.linalg.solve(G, c)
    w.name = "w"
    dw = rng.normal(size=(4, 1))
    if given:
        root, gradient, more = w, dw, {}
    else:
        root, gradient, more = (w * dw).sum(), None, {"w": dw}

    def judged(dc, dG):
        hand = {"c": dc, "G": dG}
        return compare({**more, **{name: hand[name] for name in order}}, root, gradient=gradient)

    right, wrong = np.linalg.solve(G.data.T, dw), np.linalg.solve(G.data, dw)
    assert judged(right, -right @ w.data.T).ok
    comparison = judged(wrong, -wrong @ w.data.T)
    assert (
        comparison["G"].status == "inherited"
        and comparison["G"].follows == "c"
        and not comparison.ok
    )
    assert comparison["c"].status in ("wrong", "wrong step") and comparison.first_wrong.name == "c"
    assert judged(wrong, -wrong @ w.data.T + 0.1).first_wrong is not None
    assert judged(wrong, wrong @ w.data.T + 0.1)["G"].status != "inherited"
    assert judged(right, -wrong @ w.data.T)["G"].status in ("wrong", "wrong step")
