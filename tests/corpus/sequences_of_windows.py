import numpy as np


class PastOnly:
    """A convolution over time that sees what came before, with gaps."""

    def __init__(self, c_in, c_out, taps, dilation=1):
        rng = np.random.default_rng(2)
        self.params = {"K": rng.normal(size=(taps, c_in, c_out)), "b": np.zeros(c_out)}
        self.grads = {}
        self.taps, self.dilation = taps, dilation

    def forward(self, x):
        self.x = x
        length = x.shape[1]
        y = np.tile(self.params["b"], (len(x), length, 1))
        for k in range(self.taps):
            ago = k * self.dilation
            y[:, ago:] += x[:, : length - ago] @ self.params["K"][k]
        return y

    def backward(self, dy):
        length = dy.shape[1]
        dx, dK = np.zeros_like(self.x), np.zeros_like(self.params["K"])
        for k in range(self.taps):
            ago = k * self.dilation
            dK[k] = np.tensordot(self.x[:, : length - ago], dy[:, ago:], axes=([0, 1], [0, 1]))
            dx[:, : length - ago] += dy[:, ago:] @ self.params["K"][k].T
        self.grads = {"K": dK, "b": dy.sum(axis=(0, 1))}
        return dx


class Summary:
    """A sequence in one vector: its steps, weighed by what is learned."""

    def __init__(self, width, inner):
        rng = np.random.RandomState(4)
        self.W, self.v = rng.randn(width, inner), rng.randn(inner)

    def __call__(self, x, mask):
        self.x, self.h = x, np.tanh(x @ self.W)
        score = np.where(mask, self.h @ self.v, -1e9)
        e = np.exp(score - score.max(axis=1, keepdims=True))
        self.a = e / e.sum(axis=1, keepdims=True)
        return np.einsum("bt,btd->bd", self.a, x)

    def gradient(self, dout):
        da = np.einsum("btd,bd->bt", self.x, dout)
        dscore = self.a * (da - (self.a * da).sum(axis=1, keepdims=True))
        self.dv = np.einsum("bt,btk->k", dscore, self.h)
        dz = dscore[:, :, None] * self.v * (1 - self.h**2)
        self.dW = np.einsum("btd,btk->dk", self.x, dz)
        return self.a[:, :, None] * dout[:, None, :] + dz @ self.W.T


class Heads:
    def __init__(self, width, heads, head_width):
        rng = np.random.default_rng(6)
        self.Wq, self.Wk, self.Wv = rng.normal(0, 0.4, (3, heads, width, head_width))
        self.Wo = rng.normal(0, 0.4, (heads, head_width, width))

    def forward(self, x):
        self.x = x
        self.q, self.k, self.v = (
            np.einsum("btd,hde->bhte", x, W) for W in (self.Wq, self.Wk, self.Wv)
        )
        s = np.einsum("bhte,bhue->bhtu", self.q, self.k) / np.sqrt(self.q.shape[-1])
        e = np.exp(s - s.max(axis=-1, keepdims=True))
        self.a = e / e.sum(axis=-1, keepdims=True)
        self.o = np.einsum("bhtu,bhue->bhte", self.a, self.v)
        return np.einsum("bhte,hed->btd", self.o, self.Wo)

    def backward(self, dy):
        do = np.einsum("btd,hed->bhte", dy, self.Wo)
        self.dWo = np.einsum("bhte,btd->hed", self.o, dy)
        da = np.einsum("bhte,bhue->bhtu", do, self.v)
        dv = np.einsum("bhtu,bhte->bhue", self.a, do)
        ds = self.a * (da - (self.a * da).sum(axis=-1, keepdims=True))
        ds /= np.sqrt(self.q.shape[-1])
        dq = np.einsum("bhtu,bhue->bhte", ds, self.k)
        dk = np.einsum("bhtu,bhte->bhue", ds, self.q)
        self.dWq, self.dWk, self.dWv = (np.einsum("btd,bhte->hde", self.x, d) for d in (dq, dk, dv))
        return sum(
            np.einsum("bhte,hde->btd", d, W)
            for d, W in ((dq, self.Wq), (dk, self.Wk), (dv, self.Wv))
        )
