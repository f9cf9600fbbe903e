import numpy as np


class Mirror:
    """Encode with K, decode with its transpose, and pay for large codes."""

    def __init__(self, visible, codes, penalty=0.05):
        self.K = np.random.RandomState(3).normal(scale=0.4, size=(visible, codes))
        self.shift = np.zeros(codes)
        self.penalty = penalty

    def cost(self, x):
        m = len(x)
        code = np.tanh(x @ self.K + self.shift)
        miss = code @ self.K.T - x
        cost = 0.5 * np.sum(miss**2) / m + self.penalty * np.sum(code**2) / m

        d_code = miss @ self.K / m + 2 * self.penalty * code / m
        d_in = d_code * (1 - code**2)
        d_K = x.T @ d_in
        d_shift = d_in.sum(axis=0)
        return cost, {"K": d_K, "shift": d_shift}


class LeakySum:
    """A state leaks, and takes in what is seen; the last one is read out."""

    def __init__(self, n_seen, n_state):
        rng = np.random.default_rng(5)
        self.params = {"U": rng.normal(size=(n_seen, n_state)), "r": rng.normal(size=n_state)}

    def loss(self, xs, target):
        self.xs, self.states = xs, [np.zeros(len(self.params["r"]))]
        for x in xs:
            self.states.append(np.tanh(0.6 * self.states[-1] + x @ self.params["U"]))
        self.miss = self.states[-1] @ self.params["r"] - target
        return 0.5 * self.miss**2

    def backward(self):
        grads = {"U": np.zeros_like(self.params["U"]), "r": self.miss * self.states[-1]}
        dxs = np.zeros_like(self.xs)
        dstate = self.miss * self.params["r"]
        for t in reversed(range(len(self.xs))):
            dz = dstate * (1 - self.states[t + 1] ** 2)
            grads["U"] += np.outer(self.xs[t], dz)
            dxs[t] = self.params["U"] @ dz
            dstate = dz
        return dxs, grads
