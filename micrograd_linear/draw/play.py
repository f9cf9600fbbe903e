"""What a page plays: the whole run, where it is small enough to be followed number by number, else the run folded; or both."""


from .flow import flow
from .page import MOST_VALUES, page
from .page.verdicts import verdicts
from .picture import picture


def page_of(root, check, direction):
    """The page of the graph of ``root``, as HTML text."""
    passed = flow(root)
    about = verdicts(check, root, passed.seed) if check is not None and passed is not None else None
    made = picture(root, MOST_VALUES, check)
    if passed:
        for box in made.boxes:
            for i, use in enumerate(box.operands):
                use.contribution = passed.contributions.get((box.node, i))
    seeds = {made.boxes[-1].id: passed.seed} if passed else {}
    return page([(made, seeds, passed, about)], direction)
