"""draw: light and dark."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from draw_graphs import brightness, linear_layer, mlp_loss

from micrograd_linear import Value, compare, draw


@pytest.fixture
def layer():
    return linear_layer()


def test_an_svg_is_dark_where_the_reader_is(layer):
    comparison = compare(
        {"W": np.zeros((4, 3)), "b": np.ones((1, 3))}, layer, gradient=np.ones((150, 3))
    )
    for drawing in (draw(layer, check=comparison), draw(mlp_loss(1)), draw(Value(2.0) * 7)):
        root = ET.fromstring(drawing.svg)
        sheet = root.find("{http://www.w3.org/2000/svg}style").text
        assert "@media (prefers-color-scheme: dark)" in sheet and "max-width:100%" in sheet
        used = {element.get(kind) for element in root.iter() for kind in ("fill", "stroke")} - {
            None,
            "none",
            "transparent",
        }
        assert used and all(f'[fill="{colour}"]' in sheet for colour in used), used
        for light, dark in re.findall(
            r'\[fill="([^"]+)"\]\{fill:(#[0-9a-f]{6})\}', sheet
        ):  # light becomes dark, and dark light
            assert (brightness(light) > 128) != (brightness(dark) > 128)
