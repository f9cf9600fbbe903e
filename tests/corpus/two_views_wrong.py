import numpy as np


def distance_loss_and_grads(params, view_a, view_b, alike, margin=3.0):
    W, b = params["W"], params["b"]
    m = len(alike)
    one, two = np.tanh(view_a @ W + b), np.tanh(view_b @ W + b)
    gap = one - two
    far = np.sqrt((gap**2).sum(axis=1) + 1e-8)
    short = np.maximum(margin - far, 0)
    loss = (alike * far**2 + (1 - alike) * short**2).sum() / m
    dfar = 2 * (alike * far - (1 - alike) * short) / m
    done = (dfar / far)[:, None] * gap * (1 - one**2)
    dtwo = -(dfar / far)[:, None] * gap * (1 - two**2)
    dW = view_a.T @ done - view_b.T @ dtwo
    db = (done + dtwo).sum(axis=0)
    return loss, {"W": dW, "b": db}


def code_forward(x, p, noise):
    """Encode to a mean and a width, draw, decode; what it costs."""
    h = np.tanh(x @ p["We"] + p["be"])
    mean, width = h @ p["Wm"], h @ p["Ws"]
    z = mean + np.exp(width) * noise
    back = z @ p["Wd"]
    n = len(x)
    cost = 0.5 * ((back - x) ** 2).sum() / n
    cost += 0.5 * (mean**2 + np.exp(2 * width) - 2 * width - 1).sum() / n
    return cost, (x, h, mean, width, z, back, noise)


def code_backward(p, cache):
    x, h, mean, width, z, back, noise = cache
    n = len(x)
    dback = (back - x) / n
    dz = dback @ p["Wd"].T
    dmean = dz + mean / n
    dwidth = dz * noise * np.exp(width) + np.exp(2 * width) / n
    dh = (dmean @ p["Wm"].T + dwidth @ p["Ws"].T) * (1 - h**2)
    grads = {"Wd": z.T @ dback, "Wm": h.T @ dmean, "Ws": h.T @ dwidth}
    grads["We"], grads["be"] = x.T @ dh, dh.sum(axis=0)
    return grads
