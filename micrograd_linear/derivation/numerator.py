"""Numerator layout: the transpose of every gradient, as the field's derivations on paper have it,
∂L/∂W = ∂L/∂y x for y = xW.
"""

from ..operations import names as op
from ..symbol import algebra, structure
from ..symbol.algebra import parts_of
from ..symbol.node import parts_in_order
from ..symbol.shapes import same_but_leading_ones


def numerator(symbol):
    """The transposed formula, with each ∂L/∂h in it transposed as well; None where an operand is no
    matrix, so that there is no such layout.
    """
    flipped, plain = {}, {}
    for x in parts_in_order([symbol]):
        if x.ndim > 2 or (
            x.ndim == 1 and x.operation == "variable" and x.static["kind"] == "gradient"
        ):
            return None
        if x.operation == "variable" and x.static["kind"] == "gradient":
            flipped[x] = x.book.variable(x.static["name"], x.shape[::-1], x.dtype, "numerator")
            plain[x] = structure.transpose(flipped[x])
        elif all(plain[y] is y for y in x.operands):  # no derivative in it
            plain[x], flipped[x] = x, structure.transpose(x)
        else:
            if x.ndim == 2 and any(y.ndim == 1 for y in x.operands) and x.operation != op.RESHAPE:
                return None
            flipped[x] = _transposed(x, flipped, plain)
            plain[x] = structure.transpose(flipped[x])
    return flipped[symbol]


def _transposed(x, flipped, plain):
    operands = x.operands
    if x.operation == op.MATMUL:
        return structure.matmul(flipped[operands[1]], flipped[operands[0]])
    if x.operation == op.TRANSPOSE:
        return plain[operands[0]]
    if x.operation == op.SUM and operands[0].ndim == 2:
        summed = structure.reduce(
            op.SUM, flipped[operands[0]], [1 - axis for axis in x.static["axis"]], keepdims=True
        )
        return structure.reshape(summed, x.shape[::-1])
    if x.operation == op.RESHAPE and same_but_leading_ones(x.shape, operands[0].shape):
        return structure.reshape(flipped[operands[0]], x.shape[::-1])
    if x.operation in ("product", op.ADD) and x.ndim == 2:
        parts = [flipped[y] for y in operands]
        if x.operation == op.ADD:
            return algebra.add(*zip(x.static["signs"], parts))
        n = len(parts_of(x)[0])
        return algebra.product(x.static["coefficient"], parts[:n], parts[n:])
    return structure.transpose(_rebuilt(x, [plain[y] for y in operands]))


def _rebuilt(x, operands):
    """The same operation on other operands of the same shapes."""
    if x.operation == "product":
        n = x.static["factors"]
        return algebra.product(x.static["coefficient"], operands[:n], operands[n:])
    if x.operation == op.ADD:
        return algebra.add(*zip(x.static["signs"], operands))
    return x.book.make(
        x.operation, tuple(operands), x.static, x.shape, x.dtype, ("rebuilt", x.serial)
    )
