import numpy as np


class BiRNNClassifier:
    """Bidirectional Elman network, many-to-one, MSE on a scalar target."""

    def __init__(self, n_in, n_hid, seed=0):
        rng = np.random.default_rng(seed)
        self.P = {}
        for d in ("f", "b"):
            self.P["Wx" + d] = rng.normal(0, 0.5, (n_in, n_hid))
            self.P["Wh" + d] = rng.normal(0, 0.5, (n_hid, n_hid))
        self.P["wo"] = rng.normal(0, 0.5, 2 * n_hid)

    def _run(self, xs, d):
        h = np.zeros(self.P["Wh" + d].shape[0])
        hs = [h]
        for x in xs:
            h = np.tanh(x @ self.P["Wx" + d] + h @ self.P["Wh" + d])
            hs.append(h)
        return hs

    def loss(self, xs, target):
        self.xs = xs
        self.hf = self._run(xs, "f")
        self.hb = self._run(xs[::-1], "b")
        self.feat = np.concatenate([self.hf[-1], self.hb[-1]])
        self.delta = self.feat @ self.P["wo"] - target
        return 0.5 * self.delta ** 2

    def _unroll(self, xs, hs, dh, d, G):
        dxs = np.zeros_like(xs)
        for t in range(len(xs) - 1, -1, -1):
            da = dh * (1 - hs[t + 1] ** 2)
            G["Wx" + d] += np.outer(xs[t], da)
            G["Wh" + d] += np.outer(hs[t], da)
            dxs[t] = self.P["Wx" + d] @ da
            dh = self.P["Wh" + d] @ da
        return dxs

    def backward(self):
        G = {k: np.zeros_like(v) for k, v in self.P.items()}
        n = len(self.hf[-1])
        G["wo"] = self.delta * self.feat
        dfeat = self.delta * self.P["wo"]
        dx = self._unroll(self.xs, self.hf, dfeat[:n], "f", G)
        dx += self._unroll(self.xs[::-1], self.hb, dfeat[n:], "b", G)[::-1]
        return dx, G
