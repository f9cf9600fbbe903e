"""Graphs that the tests of draw share, and how they read what was drawn."""

import re
import xml.etree.ElementTree as ET
from collections import Counter

import numpy as np

from micrograd_linear import Linear, Tensor, Value
from micrograd_linear.engine.graph import topological_order
from micrograd_linear.nn import MLP

ODD_NAMES = [
    "</script>",
    "{a|b}",
    r"\N",
    r"\\",
    '"quoted"',
    "a\nb",
    "\x00\x07\x1b",
    "\ud800",
    "x" * 10_000,
    "\u202eevil",
    "😀",
    "<b>",
    "&amp;",
    "'",
    "]]>",
    "-->",
    " ",
]


def texts(svg):
    """All text of the SVG, joined; each piece once."""
    return " ".join(
        e.text or "" for e in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    )


def linear_layer():
    """y = xW + b, after a backward pass."""
    x = Tensor(np.random.default_rng(7).normal(size=(150, 4)), "x")
    y = Linear(4, 3, rng=0)(x)
    y.name = "y"
    y.backward(np.ones((150, 3)))
    return y


def small_layer():
    x, W, b = (
        Tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], "x"),
        Tensor([[1.0, -1.0], [0.5, 2.0]], "W"),
        Tensor([[0.5, -0.5]], "b"),
    )
    y = x @ W + b
    y.name = "y"
    y.backward(np.array([[1.0, 0.0], [0.0, 1.0], [2.0, -1.0]]))
    return x, W, b, y


def mlp_loss(samples):
    """An MLP 2-16-16-1 on some points, one node for each number."""
    draw_numbers = np.random.default_rng(0)
    model, losses = MLP(2, [16, 16, 1]), []
    for _ in range(samples):
        losses.append(
            (1 + -model([Value(number) for number in draw_numbers.normal(size=2)])).relu()
        )
    return sum(losses) * (1 / samples)


def counts(drawing):
    """{how many a box stands for: how many such boxes}"""
    return Counter(
        int(number.replace(",", "")) for number in re.findall(r"×([\d,]+)</B>", drawing.dot)
    )


def brightness(colour):
    colour = {"white": "#ffffff", "black": "#000000"}.get(colour, colour)
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue


def contrast(one, other):
    """The ratio of WCAG 2: 1 for the same colour, 21 for black on white."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (
        c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def neuron():
    """The neuron of micrograd's lecture, with a second use of x1."""
    x1, x2, w1, w2, b = (
        Value(number, name)
        for number, name in (
            (2.0, "x1"),
            (0.0, "x2"),
            (-3.0, "w1"),
            (1.0, "w2"),
            (6.8813735870195432, "b"),
        )
    )
    n = x1 * w1 + x2 * w2 + b
    o = n.tanh()
    loss = (o - 1) ** 2 + x1 * 0.1
    n.name, o.name, loss.name = "n", "o", "L"
    loss.backward()
    return loss


def by_name(root):
    return {node.name: node for node in topological_order(root) if node.name}


def same(shown, number, digits=6):
    """Whether what is shown is the number, to as many digits as are shown."""
    return shown == f"{float(number):.{digits}g}"
