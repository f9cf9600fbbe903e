"""What a page plays: the run value by value, where it is small enough to be followed, and the run folded."""

from ..tensor import Tensor
from .build import READABLE, picture, scalar_picture
from .flow import seed
from .page import MOST_STEPS, MOST_VALUES, page
from .page.verdicts import verdicts

WIDE = 3  # operations in a row that fit beside each other in a part of a page


def page_of(root, *, check, direction, level, most, variables):
    """The page of the graph of ``root``, as HTML text; arguments as for ``draw``. Raises ``RuntimeError`` where data were changed since."""
    flows = root.requires_grad and seed(root) is not None
    if level == "scalar" and isinstance(root, Tensor):
        pictures = [scalar_picture(root, most, backward=flows, variables=variables)]
    else:
        pictures = _pictures(root, check, flows, variables)
    about = verdicts(check, root, pictures[0].flow.seed) if check is not None and flows else None
    return page([(made, about) for made in pictures], direction or ("TB" if pictures[0].depth > WIDE else "LR"))


def _pictures(root, check, flows, variables):
    """[all of it, it folded], or one of the two: no second one where there is nothing to fold, no first one where it would be too long."""
    whole = picture(root, MOST_VALUES, check, backward=flows, variables=variables)
    steps = sum(bool(box.operands) + len(box.operands) for box in whole.boxes)
    if whole.folded or len(whole.boxes) <= READABLE:
        return [whole]
    folded = picture(root, READABLE, check, backward=flows, variables=variables, view="folded")
    return [whole, folded] if steps <= MOST_STEPS else [folded]
