"""Where the texts of an SVG stand, from its own coordinates, and random graphs to look at."""

import re
import xml.etree.ElementTree as ET

import numpy as np

from micrograd_linear import Linear, Tensor

TEXT = "{http://www.w3.org/2000/svg}text"
NARROW, BROAD = "iIl.,:;|!' \xa0", "mwMW"
WIDTHS = {**dict.fromkeys(NARROW, 0.26), **dict.fromkeys(BROAD, 0.85)}  # of Helvetica, in em
WIDTH, HEIGHT = 0.52, 0.8


def boxes_of_texts(svg):
    """[(words, left, top, right, bottom)] of every text, in points."""
    found = []
    for element in ET.fromstring(svg).iter(TEXT):
        words = element.text or ""
        size = float(element.get("font-size", "14"))
        width = size * sum(WIDTHS.get(character, WIDTH) for character in words)
        x, y = float(element.get("x")), float(element.get("y"))
        left = x - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[element.get("text-anchor")]
        if words.strip():
            found.append((words, left, y - HEIGHT * size, left + width, y))
    return found


def overlaps(svg, least=1.5):
    """The pairs of texts that overlap by more than so many points both ways."""
    boxes = boxes_of_texts(svg)
    pairs = []
    for i, (words, left, top, right, bottom) in enumerate(boxes):
        for other, x0, y0, x1, y1 in boxes[:i]:
            across = min(right, x1) - max(left, x0)
            down = min(bottom, y1) - max(top, y0)
            if across > least and down > least:
                pairs.append((other, words))
    return pairs


def moved_onto_another(svg):
    """The same SVG with the second text at the place of the first."""
    places = list(re.finditer(r'<text[^>]* x="([^"]*)" y="([^"]*)"', svg))
    first, second = places[0], places[1]
    wrong = second[0].replace(f'x="{second[1]}"', f'x="{first[1]}"')
    wrong = wrong.replace(f'y="{second[2]}"', f'y="{first[2]}"')
    return svg[: second.start()] + wrong + svg[second.end() :]


def random_graph(seed):
    """A graph of a few to some forty operations on arrays, of every kind."""
    rng = np.random.default_rng(seed)
    rows, columns = int(rng.integers(1, 7)), int(rng.integers(2, 15))
    values = [Tensor(rng.normal(size=(rows, columns)), f"x{i}") for i in range(rng.integers(1, 4))]
    for _ in range(int(rng.integers(1, 22))):
        x, other = (values[int(rng.integers(len(values)))] for _ in range(2))
        values.append(_step(int(rng.integers(9)), x, other, rng))
    total = sum((value.sum() for value in values[1:]), values[0].sum())
    total.backward()
    return total


def _step(kind, x, other, rng):
    size = x.shape[1]
    if kind == 0:
        return Linear(size, size, rng=rng)(x)
    if kind == 1:
        e = np.exp(x - x.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)
    if kind == 2:
        return x @ Tensor(rng.normal(size=(size, size)) / size, "W")
    if kind == 3:
        return x - x.mean(axis=0, keepdims=True)
    if kind == 4:
        return x * Tensor(rng.normal(size=(1, size)), "a long name of a scale")
    if kind == 5:
        return (x * 0.5 + 1.0).tanh()
    return x + other if kind == 6 else x * other if kind == 7 else np.exp(-(x**2))
