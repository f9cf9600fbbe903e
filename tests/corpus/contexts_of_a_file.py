import numpy as np


class Memo:
    def keep(self, *arrays):
        self.kept = arrays


class Product:
    @staticmethod
    def forward(ctx, left, right):
        ctx.keep(left, right)
        return left @ right

    @staticmethod
    def backward(ctx, d_out):
        left, right = ctx.kept
        return d_out @ right.T, left.T @ d_out


class Share:
    """Each row as parts of its sum."""

    @staticmethod
    def forward(ctx, x):
        total = np.exp(x).sum(axis=1, keepdims=True)
        ctx.keep(np.exp(x) / total)
        return np.exp(x) / total

    @staticmethod
    def backward(ctx, d_out):
        (parts,) = ctx.kept
        return parts * (d_out - (d_out * parts).sum(axis=1, keepdims=True))


class Over:
    """Columns, each row of them divided by a number of its own."""

    @staticmethod
    def forward(ctx, a, b):
        ctx.keep(a, b)
        return a / b

    @staticmethod
    def backward(ctx, d_out):
        a, b = ctx.kept
        return d_out / b, -(d_out * a / b**2).sum(axis=1, keepdims=True)
