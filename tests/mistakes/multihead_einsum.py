import numpy as np


class MultiHeadAttention:
    def __init__(self, dim, heads, head_dim, causal=True, seed=0):
        rng = np.random.default_rng(seed)
        self.Wq = rng.normal(0, 0.5, (heads, dim, head_dim))
        self.Wk = rng.normal(0, 0.5, (heads, dim, head_dim))
        self.Wv = rng.normal(0, 0.5, (heads, dim, head_dim))
        self.Wo = rng.normal(0, 0.5, (heads, head_dim, dim))
        self.scale = head_dim ** -0.5
        self.causal = causal

    def forward(self, x):
        self.x = x
        self.q = np.einsum('btd,hdk->bhtk', x, self.Wq)
        self.k = np.einsum('btd,hdk->bhtk', x, self.Wk)
        self.v = np.einsum('btd,hdk->bhtk', x, self.Wv)
        s = np.einsum('bhtk,bhsk->bhts', self.q, self.k) * self.scale
        if self.causal:
            T = x.shape[1]
            s = np.where(np.tril(np.ones((T, T))) == 1, s, -1e9)
        s = s - s.max(-1, keepdims=True)
        e = np.exp(s)
        self.att = e / e.sum(-1, keepdims=True)
        self.o = np.einsum('bhts,bhsk->bhtk', self.att, self.v)
        return np.einsum('bhtk,hkd->btd', self.o, self.Wo)

    def backward(self, dy):
        do = np.einsum('btd,hkd->bhtk', dy, self.Wo)
        self.dWo = np.einsum('bhtk,btd->hkd', self.o, dy)
        datt = np.einsum('bhtk,bhsk->bhts', do, self.v)
        dv = np.einsum('bhts,bhtk->bhsk', self.att, do)
        ds = self.att * (datt - (datt * self.att).sum(-1, keepdims=True))
        ds *= self.scale
        dq = np.einsum('bhts,bhsk->bhtk', ds, self.k)
        dk = np.einsum('bhts,bhtk->bhsk', ds, self.q)
        self.dWq = np.einsum('btd,bhtk->hdk', self.x, dq)
        self.dWk = np.einsum('btd,bhtk->hdk', self.x, dk)
        self.dWv = np.einsum('btd,bhtk->hdk', self.x, dv)
        dx = np.einsum('bhtk,hdk->btd', dq, self.Wq)
        dx += np.einsum('bhtk,hdk->btd', dk, self.Wk)
        dx += np.einsum('bhtk,hdk->btd', dv, self.Wv)
        return dx
