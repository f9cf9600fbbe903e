import numpy as np


def zscore(x):
    mu = x.mean(axis=0)
    sd = np.sqrt(((x - mu) ** 2).mean(axis=0))
    return (x - mu) / sd


def zscore_grad(x, dz):
    """Gradient of zscore wrt x given the gradient wrt its result."""
    n = x.shape[0]
    mu = x.mean(axis=0)
    xc = x - mu
    sd = np.sqrt((xc ** 2).mean(axis=0))
    dxc = dz / sd
    dsd = np.sum(-dz * xc / sd ** 2, axis=0)
    dvar = dsd / (2 * sd)
    dxc = dxc + dvar * 2 * xc / n
    dx = dxc - dxc.mean(axis=0)
    return dx


def sample_variance(x, ddof=1):
    return np.sum((x - x.mean()) ** 2) / (x.size - ddof)


def sample_variance_grad(x, ddof=1):
    return 2 * (x - x.mean()) / (x.size - ddof)


def pearson(x, y):
    xc = x - x.mean()
    yc = y - y.mean()
    return np.sum(xc * yc) / np.sqrt(np.sum(xc ** 2) * np.sum(yc ** 2))


def pearson_grad(x, y):
    xc = x - x.mean()
    yc = y - y.mean()
    sx = np.sqrt(np.sum(xc ** 2))
    sy = np.sqrt(np.sum(yc ** 2))
    r = np.sum(xc * yc) / (sx * sy)
    dx = yc / (sx * sy) - r * xc / sx ** 2
    dy = xc / (sx * sy) - r * yc / sy ** 2
    return dx, dy
