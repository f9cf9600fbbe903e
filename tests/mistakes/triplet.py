import numpy as np


class TripletLoss:
    def __init__(self, margin=1.0):
        self.margin = margin

    def forward(self, anchor, pos, neg):
        self.dp = anchor - pos
        self.dn = anchor - neg
        d_pos = (self.dp ** 2).sum(axis=1)
        d_neg = (self.dn ** 2).sum(axis=1)
        self.viol = d_pos - d_neg + self.margin
        return np.maximum(self.viol, 0).mean()

    def backward(self):
        active = (self.viol > 0).astype(float)
        scale = 2.0 * active[:, None] / len(self.viol)
        danchor = scale * (self.dp - self.dn)
        dpos = -scale * self.dp
        dneg = scale * self.dn
        return danchor, dpos, dneg


class Embedder:
    def __init__(self, W):
        self.W = W
        self.dW = np.zeros_like(W)
        self.saved = []

    def forward(self, x):
        h = np.tanh(x @ self.W)
        self.saved.append((x, h))
        return h

    def backward(self, dh):
        x, h = self.saved.pop()
        da = dh * (1 - h * h)
        self.dW += x.T @ da
        return da @ self.W.T


def train_step(net, crit, a, p, n):
    fa, fp, fn = net.forward(a), net.forward(p), net.forward(n)
    loss = crit.forward(fa, fp, fn)
    da, dp, dn = crit.backward()
    dxn = net.backward(dn)
    dxp = net.backward(dp)
    dxa = net.backward(da)
    return loss, (dxa, dxp, dxn)
