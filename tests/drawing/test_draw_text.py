"""Text for a projector: fewer things on a screen, each of them larger."""

import re

import numpy as np
import pytest

from micrograd_linear import Tensor, draw
from micrograd_linear.drawing.layout import SCREEN
from micrograd_linear.drawing.render import size_of


def chain():
    x = Tensor(np.arange(6.0).reshape(2, 3), "x")
    for k in range(4):
        x = (x * (k + 1.5)).tanh()
    return x.sum()


def size_of_text(svg):
    """How large the smallest text is where the picture has its natural size, in points."""
    width = size_of(svg)[0]
    box = re.search(r'viewBox="[\d.]+ [\d.]+ ([\d.]+)', svg)
    sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)"', svg)]
    return min(sizes) * width / float(box[1])


def test_text_is_larger_and_the_picture_still_fits_on_a_screen():
    normal, large = (draw(chain(), text=text).svg for text in ("normal", "large"))
    assert size_of_text(large) > 1.15 * size_of_text(normal)
    width, height = size_of(large)
    assert width <= SCREEN[0] + 1 and height <= SCREEN[1] + 1


def test_the_page_is_larger_too():
    assert '<body class="large">' in draw(chain(), text="large").html
    assert '<body class="normal">' in draw(chain()).html


def test_another_size_is_an_error():
    with pytest.raises(ValueError, match="text: expected 'normal' or 'large', got 'huge'"):
        draw(chain(), text="huge")
