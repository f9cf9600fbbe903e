"""Names as text that is inert wherever it is shown, and numbers as JSON can hold them."""

import math
import re

# These are what XML 1.0 cannot hold, C1 controls, and the marks that would turn the direction of
# the text around.
_FORBIDDEN = re.compile(
    "[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
    "|[\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def printable(string, longest=60):
    r"""One line of at most ``longest`` characters, without control characters.

    >>> printable("a\tb\x00c") == "a b\ufffdc"
    True
    """
    one_line = string.replace("\n", " ").replace("\r", " ").replace("\t", " ")
    string = _FORBIDDEN.sub("\ufffd", one_line)
    return string if len(string) <= longest else string[: longest - 1] + "…"


def finite(data):
    """Plain data with NaN and the infinities as text: JSON has no numbers for them.

    >>> finite({"x": [1.0, float("inf")]})
    {'x': [1.0, 'inf']}
    """
    if isinstance(data, dict):
        return {key: finite(value) for key, value in data.items()}
    if isinstance(data, list):
        return [finite(value) for value in data]
    return repr(data) if isinstance(data, float) and not math.isfinite(data) else data
