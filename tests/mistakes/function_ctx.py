import numpy as np


class Context:
    def save(self, *tensors):
        self.saved = tensors


class MatMul:
    @staticmethod
    def forward(ctx, a, b):
        ctx.save(a, b)
        return a @ b

    @staticmethod
    def backward(ctx, grad_out):
        a, b = ctx.saved
        grad_a = grad_out @ b.T
        grad_b = a.T @ grad_out
        return grad_a, grad_b


class Div:
    """a / b with b of shape (N, 1) broadcast over columns"""

    @staticmethod
    def forward(ctx, a, b):
        ctx.save(a, b)
        return a / b

    @staticmethod
    def backward(ctx, grad_out):
        a, b = ctx.saved
        grad_a = grad_out / b
        grad_b = np.sum(-grad_out * a / b ** 2, axis=1, keepdims=True)
        return grad_a, grad_b


class LogSoftmax:
    @staticmethod
    def forward(ctx, x):
        m = x.max(axis=1, keepdims=True)
        out = x - m - np.log(np.exp(x - m).sum(axis=1, keepdims=True))
        ctx.save(out)
        return out

    @staticmethod
    def backward(ctx, grad_out):
        out, = ctx.saved
        total = grad_out.sum(axis=1, keepdims=True)
        return grad_out - np.exp(out) * total


class Sqrt:
    @staticmethod
    def forward(ctx, x):
        y = np.sqrt(x)
        ctx.save(y)
        return y

    @staticmethod
    def backward(ctx, grad_out):
        y, = ctx.saved
        return grad_out * 0.5 / y
