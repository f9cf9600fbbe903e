"""``torch.autograd.Function``s as people write them; in some, one line is wrong."""

import math

import torch
from torch.nn import functional


class Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, bias):
        ctx.save_for_backward(x, weight)
        return x.mm(weight.t()) + bias.unsqueeze(0).expand(x.size(0), -1)

    @staticmethod
    def backward(ctx, grad_output):
        x, weight = ctx.saved_tensors
        grad_x = grad_weight = grad_bias = None
        if ctx.needs_input_grad[0]:
            grad_x = grad_output.mm(weight)
        if ctx.needs_input_grad[1]:
            grad_weight = grad_output.t().mm(x)
        if ctx.needs_input_grad[2]:
            grad_bias = grad_output.sum(0)
        return grad_x, grad_weight, grad_bias


class LinearWithoutSum(Linear):
    @staticmethod
    def backward(ctx, grad_output):
        x, weight = ctx.saved_tensors
        return grad_output.mm(weight), grad_output.t().mm(x), grad_output.mean(0)


class LayerNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, gamma, beta, eps=1e-5):
        mu = x.mean(dim=-1, keepdim=True)
        inv = torch.rsqrt(x.var(dim=-1, unbiased=False, keepdim=True) + eps)
        xhat = (x - mu) * inv
        ctx.save_for_backward(xhat, inv, gamma)
        return xhat * gamma + beta

    @staticmethod
    def backward(ctx, dy):
        xhat, inv, gamma = ctx.saved_tensors
        d = dy * gamma
        along = (d * xhat).mean(-1, keepdim=True)
        dx = inv * (d - d.mean(-1, keepdim=True) - xhat * along)
        return dx, (dy * xhat).sum(0), dy.sum(0), None


class LayerNormWithoutMean(LayerNorm):
    @staticmethod
    def backward(ctx, dy):
        xhat, inv, gamma = ctx.saved_tensors
        d = dy * gamma
        along = (d * xhat).mean(-1, keepdim=True)
        dx = inv * (d - xhat * along)
        return dx, (dy * xhat).sum(0), dy.sum(0), None


class GELU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        cdf = 0.5 * (1 + torch.erf(x / math.sqrt(2)))
        pdf = torch.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
        return g * (cdf + x * pdf)


class GELUWithoutDensity(GELU):
    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        cdf = 0.5 * (1 + torch.erf(x / math.sqrt(2)))
        return g * cdf


class Softmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        p = torch.softmax(x, dim=-1)
        ctx.save_for_backward(p)
        return p

    @staticmethod
    def backward(ctx, dp):
        (p,) = ctx.saved_tensors
        return p * (dp - (dp * p).sum(-1, keepdim=True))


class SoftmaxOfTheDiagonal(Softmax):
    @staticmethod
    def backward(ctx, dp):
        (p,) = ctx.saved_tensors
        return p * (dp - dp * p)


class CrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, target):
        logp = functional.log_softmax(logits, dim=1)
        ctx.save_for_backward(logp, target)
        return functional.nll_loss(logp, target)

    @staticmethod
    def backward(ctx, g):
        logp, target = ctx.saved_tensors
        d = logp.exp()
        d[torch.arange(len(target)), target] -= 1
        return g * d / len(target), None


class CrossEntropyOfSums(CrossEntropy):
    @staticmethod
    def backward(ctx, g):
        logp, target = ctx.saved_tensors
        d = logp.exp()
        d[torch.arange(len(target)), target] -= 1
        return g * d, None


class Attention(torch.autograd.Function):
    @staticmethod
    def forward(ctx, q, k, v):
        ctx.scale = q.shape[-1] ** -0.5
        p = torch.softmax(q @ k.transpose(-2, -1) * ctx.scale, dim=-1)
        ctx.save_for_backward(q, k, v, p)
        return p @ v

    @staticmethod
    def backward(ctx, do):
        q, k, v, p = ctx.saved_tensors
        dp = do @ v.transpose(-2, -1)
        ds = p * (dp - (dp * p).sum(-1, keepdim=True)) * ctx.scale
        return ds @ k, ds.transpose(-2, -1) @ q, p.transpose(-2, -1) @ do


class AttentionWithoutScale(Attention):
    @staticmethod
    def backward(ctx, do):
        q, k, v, p = ctx.saved_tensors
        dp = do @ v.transpose(-2, -1)
        ds = p * (dp - (dp * p).sum(-1, keepdim=True))
        return ds @ k * ctx.scale, ds.transpose(-2, -1) @ q, p.transpose(-2, -1) @ do


class Rotary(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, cos, sin):
        ctx.save_for_backward(cos, sin)
        first, second = x.chunk(2, dim=-1)
        return torch.cat([first * cos - second * sin, first * sin + second * cos], dim=-1)

    @staticmethod
    def backward(ctx, g):
        cos, sin = ctx.saved_tensors
        one, two = g.chunk(2, dim=-1)
        return torch.cat([one * cos + two * sin, two * cos - one * sin], dim=-1), None, None


class RotaryForwards(Rotary):
    @staticmethod
    def backward(ctx, g):
        cos, sin = ctx.saved_tensors
        one, two = g.chunk(2, dim=-1)
        return torch.cat([one * cos - two * sin, two * cos + one * sin], dim=-1), None, None


class Focal(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, target, gamma=2.0):
        p = torch.sigmoid(x)
        pt = torch.where(target == 1, p, 1 - p)
        ctx.save_for_backward(pt, target)
        ctx.gamma = gamma
        return (-((1 - pt) ** gamma) * torch.log(pt)).mean()

    @staticmethod
    def backward(ctx, g):
        pt, target = ctx.saved_tensors
        gamma = ctx.gamma
        sign = 2 * target.double() - 1
        slope = gamma * (1 - pt) ** (gamma - 1) * torch.log(pt) - (1 - pt) ** gamma / pt
        return g * slope * pt * (1 - pt) * sign / pt.numel(), None, None


class Affine(torch.autograd.Function):
    @staticmethod
    def forward(x, w):
        return torch.tanh(x @ w)

    @staticmethod
    def setup_context(ctx, inputs, output):
        x, w = inputs
        ctx.save_for_backward(x, w, output)

    @staticmethod
    def backward(ctx, g):
        x, w, y = ctx.saved_tensors
        dz = g * (1 - y**2)
        return dz @ w.T, x.T @ dz


class AffineWithoutTranspose(Affine):
    @staticmethod
    def backward(ctx, g):
        x, w, y = ctx.saved_tensors
        dz = g * (1 - y)
        return dz @ w.T, x.T @ dz


class TwoResults(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.sin(x), x**2

    @staticmethod
    def backward(ctx, ds, dq):
        (x,) = ctx.saved_tensors
        return ds * torch.cos(x) + dq * 2 * x


_LINEAR = {"x": (5, 4), "weight": (3, 4), "bias": (3,)}
_NORM = {"x": (5, 7), "gamma": (7,), "beta": (7,)}
_LABELS = {"logits": (6, 4), "target": [0, 3, 1, 1, 2, 0]}
_HEADS = {"q": (2, 5, 3), "k": (2, 5, 3), "v": (2, 5, 4)}
_ANGLES = [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]
_TURNED = {
    "x": (2, 6),
    "cos": torch.cos(torch.tensor(_ANGLES, dtype=torch.float64)).numpy(),
    "sin": torch.sin(torch.tensor(_ANGLES, dtype=torch.float64)).numpy(),
}
RIGHT = [
    (Linear, _LINEAR),
    (LayerNorm, _NORM),
    (GELU, {"x": (4, 5)}),
    (Softmax, {"x": (4, 5)}),
    (CrossEntropy, _LABELS),
    (Attention, _HEADS),
    (Focal, {"x": (6,), "target": [0, 1, 1, 0, 1, 0]}),
    (Affine, {"x": (5, 4), "w": (4, 3)}),
    (TwoResults, {"x": (3, 2)}),
    (Linear, None),
    (Softmax, None),
    (Attention, None),
]
# (the function, inputs, the gradient that is wrong, words that are said of it)
WRONG = [
    (LinearWithoutSum, _LINEAR, "bias", "`mean` should be `sum`"),
    (LayerNormWithoutMean, _NORM, "x", "through mean(x) is missing"),
    (GELUWithoutDensity, {"x": (4, 5)}, "x", "the path x"),
    (SoftmaxOfTheDiagonal, {"x": (4, 5)}, "x", "off the diagonal"),
    (CrossEntropyOfSums, _LABELS, "logits", "`1 / logp.shape[0]` is missing"),
    (AttentionWithoutScale, _HEADS, "k", "ctx.scale"),
    (AffineWithoutTranspose, {"x": (5, 4), "w": (4, 3)}, "x", "`y` should be squared"),
]
