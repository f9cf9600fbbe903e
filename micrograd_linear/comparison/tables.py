"""Arrays of nodes by shape, one in each row, so that all are looked at in one matrix product."""

import bisect

import numpy as np

WORK = 4_000_000  # numbers in one table, at most


def broadcasts(shape: tuple, to: tuple) -> bool:
    """Whether an array of one shape, of more than one element, broadcasts to another shape."""
    if shape == to:
        return True
    aligned = zip(shape[::-1], to[::-1])
    return (
        len(shape) <= len(to) and all(n in (1, m) for n, m in aligned) and any(n > 1 for n in shape)
    )


class Table:
    """The arrays that ``rows_of(node, shape)`` lists for each node, as pairs of a label and an
    array.
    """

    def __init__(self, nodes, rows_of):
        self.nodes, self.rows_of, self.tables = nodes, rows_of, {}

    def near(self, shape, node, width):
        """(labels, rows) of those that were made just before or after a node."""
        if shape not in self.tables:
            self.tables[shape] = self._of_shape(shape)
        labels, created, rows = self.tables[shape]
        middle = bisect.bisect_left(created, node.created)
        chosen = slice(max(middle - width, 0), middle + width)
        return labels[chosen], rows[chosen]

    def _of_shape(self, shape):
        """(labels, when they were made, rows), of the last nodes if there are too many numbers."""
        size = int(np.prod(shape)) or 1
        labels, created, rows = [], [], []
        for node in self.nodes[-max(WORK // size, 1) :]:
            for label, array in self.rows_of(node, shape):
                labels.append(label)
                created.append(node.created)
                rows.append(np.broadcast_to(array, shape).ravel())
        if not rows:
            return labels, created, np.zeros((0, size))
        return labels, created, np.array(rows, dtype=np.float64).reshape(len(rows), -1)
