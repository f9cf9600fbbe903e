"""User programs that a strict type checker must accept, and that run; see test_typing.py."""

# pyright: strict

import tempfile
from pathlib import Path

import numpy as np

import micrograd_linear as mgl
from micrograd_linear import Linear, Tensor, Value, compare, derive, draw, grad
from micrograd_linear.nn import MLP


def square(t: float) -> float:
    return t * t


def arithmetic(x: Tensor, W: Tensor) -> Tensor:
    y = x @ W + 1.0
    z: Tensor = 1.0 + x
    total: Tensor = (z * 2 - x / 3) ** 2
    total += np.ones(x.shape)
    mask: np.ndarray = x > 0.0
    assert mask.shape == total.shape
    first: Tensor = total[0]
    assert first.ndim == 1 and len(total) == 2
    return -y


def methods(x: Tensor) -> tuple[int, ...]:
    hidden: Tensor = x.exp().sum(axis=1, keepdims=True).reshape(-1, 1).T
    spread: Tensor = x.var(axis=0, ddof=1) + x.mean(dim=0)
    parts: list[Tensor] = x.split(2)
    index: np.ndarray = x.argmax(axis=1)
    assert index.shape == (2,) and len(parts) == 2 and spread.ndim == 1
    e = np.exp(x)
    assert np.sum(e).shape == ()
    return hidden.shape


def gradients(x: Tensor, W: Tensor) -> list[float]:
    y = x @ W
    y.name = "y"
    loss = (y * y).sum()
    loss.backward()
    W.data -= 0.1 * W.grad
    W.zero_grad()
    number: float = loss.item()
    with mgl.no_grad():
        plain: Tensor = x.detach() * 2
    assert not plain.requires_grad
    return [number, grad(square)(2.0)]


def comparing(x: Tensor, W: Tensor) -> str:
    loss = (x @ W).sum()
    comparison = compare({"W": np.ones(W.shape)}, loss, rtol=1e-6)
    kind = comparison["W"].causes[0].kind if comparison["W"].causes else ""
    first = comparison.first_wrong
    status: str = first.status if first is not None else ""
    report: dict[str, object] = comparison.to_dict()
    assert "ok" in report and comparison.ok is False and status
    return kind


def seen(x: Tensor, W: Tensor, folder: Path) -> str:
    y = (x @ W).sum()
    y.name = "loss"
    drawing = draw(y, level="auto", theme="dark")
    drawing.save(folder / "a.txt")
    drawing.save(str(folder / "a.dot"))
    text: str = derive(y)["W"].text
    return text + drawing.text


def layers() -> tuple[int, ...]:
    y = Linear(4, 3, rng=0)(np.ones((2, 4)))
    model = MLP(2, [4, 1])
    for parameter in model.parameters():
        parameter.zero_grad()
    return y.shape


def scalars() -> float:
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    c = a * b + 10 - 1.0 / a
    d: Value = (c**2).relu().log() + a.tanh()
    d.backward()
    assert a < 3.0
    return a.grad


def main() -> None:
    x, W = Tensor(np.ones((2, 3)), "x"), Tensor(np.ones((3, 4)), "W")
    assert arithmetic(x, W).shape == (2, 4)
    assert methods(x) == (1, 2)
    assert gradients(x, W)[1] == 4.0
    comparing(x, W)
    with tempfile.TemporaryDirectory() as folder:
        assert "∇" in seen(x, W, Path(folder))
    assert layers() == (2, 3)
    assert scalars() != 0.0


main()
