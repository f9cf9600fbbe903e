import numpy as np

EPS = 1e-5


def ln_fwd(x, gain, bias):
    mean = x.mean(-1, keepdims=True)
    rstd = 1.0 / np.sqrt(((x - mean) ** 2).mean(-1, keepdims=True) + EPS)
    norm = (x - mean) * rstd
    return norm * gain + bias, (norm, rstd, gain)


def ln_bwd(dout, cache):
    norm, rstd, gain = cache
    dnorm = dout * gain
    dbias = dout.sum(0)
    dgain = dout.sum(0)  # not times norm
    dx = dnorm - dnorm.mean(-1, keepdims=True) - norm * (dnorm * norm).mean(-1, keepdims=True)
    dx = dx * rstd
    return dx, dgain, dbias
