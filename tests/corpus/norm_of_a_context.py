import numpy as np


class LayerNormFunction:
    """The norm of a row, as functions of a context."""

    @staticmethod
    def forward(ctx, x, weight, bias, eps=1e-5):
        centred = x - x.mean(axis=-1, keepdims=True)
        inverse = 1 / np.sqrt(x.var(axis=-1, keepdims=True) + eps)
        ctx.save_for_backward(centred * inverse, inverse, weight)
        return centred * inverse * weight + bias

    @staticmethod
    def backward(ctx, dout):
        normed, inverse, weight = ctx.saved_tensors
        d = dout * weight
        inner = normed * (d * normed).mean(-1, keepdims=True)
        dx = inverse * (d - d.mean(-1, keepdims=True) - inner)
        return dx, (dout * normed).sum(0), dout.sum(0), None
