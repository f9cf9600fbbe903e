"""The names of the operations that a reader treats in a way of its own.

They are taken from the records, so that one which is misspelt, or is gone, is an error at once.
"""

from . import (
    activations,
    arithmetic,
    assignment,
    elementary,
    indexing,
    linear_algebra,
    ordering,
    pairs,
    reductions,
    shapes,
    steps,
)

ABSOLUTE = elementary.absolute.name
ADD = arithmetic.add.name
ASSIGN = assignment.assign.name
ASTYPE = shapes.astype.name
BROADCAST_TO = shapes.broadcast_to.name
CHOLESKY = linear_algebra.cholesky.name
CLIP = arithmetic.clip.name
CONCATENATE = shapes.concatenate.name
CUMPROD = reductions.cumprod.name
CUMSUM = reductions.cumsum.name
DET = linear_algebra.det.name
DIVIDE = arithmetic.divide.name
EINSUM = linear_algebra.einsum.name
EXP = elementary.exp.name
GETITEM = indexing.getitem.name
INV = linear_algebra.inv.name
LEAKY_RELU = activations.leaky_relu.name
LOG = elementary.log.name
LOG1P = elementary.log1p.name
LOGABSDET = linear_algebra.logabsdet.name
LOGSUMEXP = reductions.logsumexp.name
MATMUL = linear_algebra.matmul.name
MAX = reductions.max.name
MAXIMUM = arithmetic.maximum.name
MEAN = reductions.mean.name
MIN = reductions.min.name
MINIMUM = arithmetic.minimum.name
MULTIPLY = arithmetic.multiply.name
NEGATIVE = arithmetic.negative.name
NORM = reductions.norm.name
PAD = shapes.pad.name
POWER = arithmetic.power.name
PROD = reductions.prod.name
REMAINDER = pairs.remainder.name
RELU = activations.relu.name
RESHAPE = shapes.reshape.name
SCATTER_ADD = indexing.scatter_add.name
SIGMOID = activations.sigmoid.name
SIGN = steps.sign.name
SORT = ordering.sort.name
SOLVE = linear_algebra.solve.name
SQRT = elementary.sqrt.name
SQUARE = elementary.square.name
STD = reductions.std.name
SUBTRACT = arithmetic.subtract.name
SUM = reductions.sum.name
TANH = elementary.tanh.name
TRANSPOSE = shapes.transpose.name
VAR = reductions.var.name
WHERE = arithmetic.where.name
IDENTITY = shapes.identity.name
