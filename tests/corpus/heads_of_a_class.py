import numpy as np


class MultiHeadAttention:
    def __init__(self, d_model, n_heads):
        assert d_model % n_heads == 0
        self.h, self.d = n_heads, d_model // n_heads
        s = 1 / np.sqrt(d_model)
        self.Wq = np.random.randn(d_model, d_model) * s
        self.Wk = np.random.randn(d_model, d_model) * s
        self.Wv = np.random.randn(d_model, d_model) * s
        self.Wo = np.random.randn(d_model, d_model) * s

    def _split(self, x):
        b, t, _ = x.shape
        return x.reshape(b, t, self.h, self.d).transpose(0, 2, 1, 3)

    def _merge(self, x):
        b, h, t, d = x.shape
        return x.transpose(0, 2, 1, 3).reshape(b, t, h * d)

    def forward(self, x):
        self.x = x
        self.q = self._split(x @ self.Wq)
        self.k = self._split(x @ self.Wk)
        self.v = self._split(x @ self.Wv)
        s = np.einsum("bhqd,bhkd->bhqk", self.q, self.k) / np.sqrt(self.d)
        s = np.exp(s - s.max(-1, keepdims=True))
        self.a = s / s.sum(-1, keepdims=True)
        self.c = self._merge(np.einsum("bhqk,bhkd->bhqd", self.a, self.v))
        return self.c @ self.Wo

    def backward(self, dout):
        self.dWo = np.einsum("bti,btj->ij", self.c, dout)
        dc = self._split(dout @ self.Wo.T)
        da = np.einsum("bhqd,bhkd->bhqk", dc, self.v)
        dv = np.einsum("bhqk,bhqd->bhkd", self.a, dc)
        ds = self.a * (da - np.einsum("bhqk,bhqk->bhq", da, self.a)[..., None]) / np.sqrt(self.d)
        dq = self._merge(np.einsum("bhqk,bhkd->bhqd", ds, self.k))
        dk = self._merge(np.einsum("bhqk,bhqd->bhkd", ds, self.q))
        dv = self._merge(dv)
        self.dWq = np.einsum("bti,btj->ij", self.x, dq)
        self.dWk = np.einsum("bti,btj->ij", self.x, dk)
        self.dWv = np.einsum("bti,btj->ij", self.x, dv)
        return dq @ self.Wq.T + dk @ self.Wk.T + dv @ self.Wv.T
