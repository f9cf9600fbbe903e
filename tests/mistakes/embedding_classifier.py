import numpy as np


class BagOfEmbeddings:
    """Mean of word vectors -> tanh hidden -> softmax over classes."""

    def __init__(self, vocab, dim, hidden, classes, seed=3):
        rng = np.random.default_rng(seed)
        self.E = rng.normal(size=(vocab, dim))
        self.W = rng.normal(size=(dim, hidden)) * 0.5
        self.V = rng.normal(size=(hidden, classes)) * 0.5
        self.c = np.zeros(classes)
        self.zero_grad()

    def zero_grad(self):
        self.dE = np.zeros_like(self.E)
        self.dW = np.zeros_like(self.W)
        self.dV = np.zeros_like(self.V)
        self.dc = np.zeros_like(self.c)

    def forward(self, idx, labels):
        # idx: (B, L) integer tokens
        self.idx = idx
        self.labels = labels
        self.mean = self.E[idx].mean(axis=1)
        self.h = np.tanh(self.mean @ self.W)
        logits = self.h @ self.V + self.c
        logits = logits - logits.max(axis=1, keepdims=True)
        e = np.exp(logits)
        self.p = e / e.sum(axis=1, keepdims=True)
        return -np.mean(np.log(self.p[np.arange(len(labels)), labels]))

    def backward(self):
        B, L = self.idx.shape
        dlogits = self.p.copy()
        dlogits[np.arange(B), self.labels] -= 1.0
        dlogits /= B
        self.dV += self.h.T @ dlogits
        self.dc += dlogits.sum(axis=0)
        dh = dlogits @ self.V.T
        dpre = dh * (1 - self.h ** 2)
        self.dW += self.mean.T @ dpre
        dmean = dpre @ self.W.T
        dvec = np.repeat(dmean[:, None, :], L, axis=1) / L
        np.add.at(self.dE, self.idx, dvec)
