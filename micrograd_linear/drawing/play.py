"""What a page plays: the run value by value, where it is small enough to be followed, and the run
folded.
"""

import numpy as np

from ..engine.graph import topological_order
from ..engine.tensor import Tensor
from ..foundations.printable import printable
from .build import picture, scalar_picture
from .flow import seed
from .fold import READABLE
from .names import Names
from .page import MOST_STEPS, MOST_VALUES, page
from .page.svg import brief
from .page.verdicts import verdicts

WIDE = 3  # operations in a row that fit beside each other in a part of a page


def page_of(root, asked, variables, style):
    """The page of the graph of ``root``, as HTML text; ``asked`` are arguments of ``draw``. Raises
    ``RuntimeError`` where data were changed since.
    """
    compared = asked["check"] is not None and root in asked["check"].gradients
    flows = root.requires_grad and (compared or seed(root) is not None)
    if asked["level"] == "scalar" and isinstance(root, Tensor):
        pictures = [scalar_picture(root, asked["most"], backward=flows, variables=variables)]
    else:
        pictures = _pictures(root, asked, {"backward": flows, "variables": variables})
    about = (
        verdicts(asked["check"], root, pictures[0].flow.seed)
        if asked["check"] is not None and flows
        else None
    )
    direction = style.direction or ("TB" if pictures[0].depth > WIDE else "LR")
    called = Names(topological_order(root), [], variables).shown.get(root, "result")
    title = f"{printable(called)} {root.shape or ''}".strip() + (
        f" = {brief(np.asarray(root.current))}" if getattr(root, "size", 1) == 1 else ""
    )
    remarks = (
        []
        if pictures[0].flow is None or pictures[0].flow.given
        else ["no backward pass was made yet: this is the one that backward() would make"]
    )
    remarks += [printable(asked["check"].summary, 300)] if asked["check"] is not None else []
    if asked["level"] == "scalar" and isinstance(root, Tensor):
        title += ", number by number"
    return page(pictures, about, title, "; ".join(remarks), direction, style.theme, style.budget)


def _pictures(root, asked, options):
    """[all of it, it folded], or one of the two: no second one where there is nothing to fold, no
    first one where it would be too long.
    """
    part = {key: asked[key] for key in ("focus", "depth")}
    whole = picture(
        root,
        MOST_VALUES,
        asked["check"],
        view="folded" if asked["view"] == "folded" else "auto",
        **part,
        **options,
    )
    if whole.grouped or len(whole.boxes) <= READABLE:
        return [whole]
    folded = picture(root, READABLE, asked["check"], view="folded", **part, **options)
    steps = sum(bool(box.operands) + len(box.operands) for box in whole.boxes)
    return [whole, folded] if steps <= MOST_STEPS else [folded]
