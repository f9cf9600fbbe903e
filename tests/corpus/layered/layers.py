from builtins import range
import numpy as np


def affine_forward(x, w, b):
    """Every sample as one row, times w, plus b.

    - x: samples of any rank, of shape (N, d_1, ..., d_k)
    - w: of shape (D, M)
    - b: of shape (M,)
    """
    return np.reshape(x, (len(x), -1)) @ w + b, (x, w)


def affine_backward(dout, cache):
    x, w = cache
    rows = np.reshape(x, (len(x), -1))
    return np.reshape(dout @ w.T, x.shape), rows.T @ dout, dout.sum(0)


def relu_forward(x):
    passed = x > 0
    return x * passed, passed


def relu_backward(dout, cache):
    return np.where(cache, dout, 0)


def batchnorm_forward(x, gamma, beta, bn_param):
    eps = bn_param.get("eps", 1e-6)
    if bn_param["mode"] == "train":
        centre, spread = x.mean(axis=0), x.var(axis=0)
        keep = bn_param.get("momentum", 0.8)
        for key, now in (("running_mean", centre), ("running_var", spread)):
            bn_param[key] = keep * bn_param.get(key, 0.0) + (1 - keep) * now
    elif bn_param["mode"] == "test":
        centre, spread = bn_param["running_mean"], bn_param["running_var"]
    else:
        raise ValueError("mode is train or test, got %r" % bn_param["mode"])
    rate = (spread + eps) ** -0.5
    unit = (x - centre) * rate
    return unit * gamma + beta, (unit, rate, gamma)


def _through_unit(up, unit, rate, axes):
    """What comes through (x - mean) * rate, where both are taken over the axes."""
    level = up.mean(axis=axes, keepdims=True)
    slope = (up * unit).mean(axis=axes, keepdims=True)
    return rate * (up - level - slope * unit)


def batchnorm_backward(dout, cache):
    unit, rate, gamma = cache
    dgamma = np.einsum("nd,nd->d", dout, unit)
    return _through_unit(dout * gamma, unit, rate, 0), dgamma, dout.sum(axis=0)


def layernorm_forward(x, gamma, beta, ln_param):
    from_mean = x - x.mean(axis=1, keepdims=True)
    rate = (x.var(axis=1, keepdims=True) + ln_param.get("eps", 1e-6)) ** -0.5
    unit = from_mean * rate
    return unit * gamma + beta, (unit, rate, gamma)


def layernorm_backward(dout, cache):
    unit, rate, gamma = cache
    dgamma = np.einsum("nd,nd->d", dout, unit)
    return _through_unit(dout * gamma, unit, rate, 1), dgamma, dout.sum(axis=0)


def dropout_forward(x, dropout_param):
    """p is the share that is kept."""
    if dropout_param["mode"] == "test":
        return x, (dropout_param, 1.0)
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    share = dropout_param["p"]
    scale = np.where(np.random.rand(*x.shape) < share, 1 / share, 0.0)
    return x * scale, (dropout_param, scale)


def dropout_backward(dout, cache):
    return dout * cache[1]


def _windows(rows, columns, high, wide, stride):
    for p, top in enumerate(range(0, rows - high + 1, stride)):
        for q, left in enumerate(range(0, columns - wide + 1, stride)):
            yield p, q, slice(top, top + high), slice(left, left + wide)


def conv_forward_loops(x, w, b, conv_param):
    """
    - x: images of shape (N, C, H, W)
    - w: filters of shape (F, C, HH, WW)
    - b: of shape (F,)
    - conv_param: a dict of 'stride' and 'pad'
    """
    stride, pad = conv_param["stride"], conv_param["pad"]
    framed = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    rows, columns = framed.shape[2:]
    high, wide = w.shape[2:]
    y = np.zeros((len(x), len(w), (rows - high) // stride + 1, (columns - wide) // stride + 1))
    for p, q, r, c in _windows(rows, columns, high, wide, stride):
        for k in range(len(w)):
            y[:, k, p, q] = (framed[:, :, r, c] * w[k]).sum(axis=(1, 2, 3)) + b[k]
    return y, (framed, w, stride, pad)


def conv_backward_loops(dout, cache):
    framed, w, stride, pad = cache
    rows, columns = framed.shape[2:]
    dframed, dw = np.zeros_like(framed), np.zeros_like(w)
    for p, q, r, c in _windows(rows, columns, w.shape[2], w.shape[3], stride):
        for k in range(len(w)):
            up = dout[:, k, p, q][:, None, None, None]
            dw[k] += (up * framed[:, :, r, c]).sum(axis=0)
            dframed[:, :, r, c] += up * w[k]
    return dframed[:, :, pad : rows - pad, pad : columns - pad], dw, np.einsum("nfhw->f", dout)


def max_pool_forward_loops(x, pool_param):
    high, wide, stride = (pool_param[k] for k in ("pool_height", "pool_width", "stride"))
    rows, columns = x.shape[2:]
    y = np.zeros(x.shape[:2] + ((rows - high) // stride + 1, (columns - wide) // stride + 1))
    for p, q, r, c in _windows(rows, columns, high, wide, stride):
        y[:, :, p, q] = x[:, :, r, c].max(axis=(2, 3))
    return y, (x, y, pool_param)


def max_pool_backward_loops(dout, cache):
    x, y, pool_param = cache
    high, wide = pool_param["pool_height"], pool_param["pool_width"]
    dx = np.zeros_like(x)
    for p, q, r, c in _windows(x.shape[2], x.shape[3], high, wide, pool_param["stride"]):
        largest = x[:, :, r, c] == y[:, :, p, q][:, :, None, None]
        dx[:, :, r, c] += largest * dout[:, :, p, q][:, :, None, None]
    return dx


def channel_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    pixels = np.moveaxis(x, 1, 3)
    y, cache = batchnorm_forward(pixels.reshape(N * H * W, C), gamma, beta, bn_param)
    return np.moveaxis(y.reshape(N, H, W, C), 3, 1), cache


def channel_batchnorm_backward(dout, cache):
    N, C, H, W = dout.shape
    dx, dgamma, dbeta = batchnorm_backward(np.moveaxis(dout, 1, 3).reshape(-1, C), cache)
    return np.moveaxis(dx.reshape(N, H, W, C), 3, 1), dgamma, dbeta


def groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    teams = x.reshape(N, G, -1)
    rate = (teams.var(axis=2, keepdims=True) + gn_param.get("eps", 1e-6)) ** -0.5
    unit = (teams - teams.mean(axis=2, keepdims=True)) * rate
    return unit.reshape(N, C, H, W) * gamma + beta, (unit, rate, gamma)


def groupnorm_backward(dout, cache):
    unit, rate, gamma = cache
    dx = _through_unit((dout * gamma).reshape(unit.shape), unit, rate, 2).reshape(dout.shape)
    dgamma = (dout * unit.reshape(dout.shape)).sum(axis=(0, 2, 3), keepdims=True)
    return dx, dgamma, dout.sum(axis=(0, 2, 3), keepdims=True)


def hinge_loss(x, y):
    rows = np.arange(len(y))
    over = 1.0 + x - x[rows, y][:, None]
    over[rows, y] = 0
    dx = np.where(over > 0, 1.0 / len(y), 0.0)
    loss = np.maximum(over, 0).sum() / len(y)
    dx[rows, y] = -dx.sum(axis=1)
    return loss, dx


def softmax_loss(x, y):
    rows = np.arange(len(y))
    raised = np.exp(x - x.max(axis=1, keepdims=True))
    share = raised / raised.sum(axis=1, keepdims=True)
    loss = -np.log(share[rows, y]).mean()
    dx = (share - np.eye(x.shape[1])[y]) / len(y)
    return loss, dx
