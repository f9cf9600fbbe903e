import numpy as np


def vae_forward(x, p, eps_noise):
    """One-layer encoder/decoder VAE with fixed noise; returns (elbo loss, cache)."""
    h = np.tanh(x @ p["We"] + p["be"])
    mu = h @ p["Wm"]
    logvar = h @ p["Wv"]
    std = np.exp(0.5 * logvar)
    z = mu + std * eps_noise
    xr = z @ p["Wd"] + p["bd"]
    n = x.shape[0]
    rec = 0.5 * np.sum((xr - x) ** 2) / n
    kl = -0.5 * np.sum(1 + logvar - mu ** 2 - np.exp(logvar)) / n
    return rec + kl, (x, h, mu, logvar, std, z, xr, eps_noise)


def vae_backward(p, cache):
    x, h, mu, logvar, std, z, xr, eps_noise = cache
    n = x.shape[0]
    g = {}
    # decoder
    dxr = (xr - x) / n
    g["Wd"] = z.T @ dxr
    g["bd"] = dxr.sum(axis=0)
    dz = dxr @ p["Wd"].T
    # reparameterisation + KL
    dmu = dz.copy()
    dmu += mu / n
    dlogvar = dz * eps_noise * std * 0.5
    dlogvar += 0.5 * (np.exp(logvar) - 1) / n
    # encoder
    g["Wm"] = h.T @ dmu
    g["Wv"] = h.T @ dlogvar
    dh = dmu @ p["Wm"].T
    dh += dlogvar @ p["Wv"].T
    dpre = dh * (1 - h ** 2)
    g["We"] = x.T @ dpre
    g["be"] = dpre.sum(axis=0)
    return g
