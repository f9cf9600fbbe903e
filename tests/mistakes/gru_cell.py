import numpy as np


def sigm(v):
    return 1 / (1 + np.exp(-v))


class GRU:
    """Column-vector GRU, one sequence at a time."""

    def __init__(self, n_in, n_hid, seed=0):
        rng = np.random.RandomState(seed)
        self.n_hid = n_hid
        self.p = {}
        for g in "zrh":
            self.p["W" + g] = rng.randn(n_hid, n_in) * 0.5
            self.p["U" + g] = rng.randn(n_hid, n_hid) * 0.5
            self.p["b" + g] = rng.randn(n_hid) * 0.1

    def forward(self, xs):
        p = self.p
        h = np.zeros(self.n_hid)
        self.tape = []
        hs = []
        for x in xs:
            z = sigm(p["Wz"] @ x + p["Uz"] @ h + p["bz"])
            r = sigm(p["Wr"] @ x + p["Ur"] @ h + p["br"])
            hh = np.tanh(p["Wh"] @ x + p["Uh"] @ (r * h) + p["bh"])
            h_new = (1 - z) * h + z * hh
            self.tape.append((x, h, z, r, hh))
            h = h_new
            hs.append(h)
        return np.array(hs)

    def backward(self, dhs):
        p = self.p
        self.grads = {k: np.zeros_like(v) for k, v in p.items()}
        g = self.grads
        dxs = []
        dh = np.zeros(self.n_hid)
        for t in range(len(dhs) - 1, -1, -1):
            x, h, z, r, hh = self.tape[t]
            dh = dh + dhs[t]
            dz = dh * (hh - h)
            dhh = dh * z
            dh_prev = dh * (1 - z)
            dah = dhh * (1 - hh * hh)
            drh = p["Uh"].T @ dah
            dr = drh * h
            dh_prev += drh * r
            daz = dz * z * (1 - z)
            dar = dr * r * (1 - r)
            dh_prev += p["Uz"].T @ daz
            dh_prev += p["Ur"].T @ dar
            g["Wz"] += np.outer(daz, x)
            g["Wr"] += np.outer(dar, x)
            g["Wh"] += np.outer(dah, x)
            g["Uz"] += np.outer(daz, h)
            g["Ur"] += np.outer(dar, h)
            g["Uh"] += np.outer(dah, r * h)
            g["bz"] += daz
            g["br"] += dar
            g["bh"] += dah
            dxs.append(p["Wz"].T @ daz + p["Wr"].T @ dar + p["Wh"].T @ dah)
            dh = dh_prev
        return np.array(dxs[::-1])
