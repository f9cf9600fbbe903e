import numpy as np


class CausalConv1d:
    """x: (B, T, Cin); y[t] = sum_k x[t - k * dilation] W[k] + b"""

    def __init__(self, c_in, c_out, kernel, dilation=1, seed=0):
        rng = np.random.default_rng(seed)
        self.params = {"W": rng.normal(size=(kernel, c_in, c_out)) * 0.4, "b": np.zeros(c_out)}
        self.grads = {k: np.zeros_like(v) for k, v in self.params.items()}
        self.kernel = kernel
        self.dilation = dilation

    def forward(self, x):
        self.x = x
        B, T, _ = x.shape
        W = self.params["W"]
        y = np.zeros((B, T, W.shape[2])) + self.params["b"]
        for k in range(self.kernel):
            lag = k * self.dilation
            y[:, lag:] += x[:, :T - lag] @ W[k]
        return y

    def backward(self, dy):
        x, W = self.x, self.params["W"]
        T = x.shape[1]
        dx = np.zeros_like(x)
        dW = np.zeros_like(W)
        for k in range(self.kernel):
            lag = k * self.dilation
            dW[k] = np.einsum('btc,bto->co', x[:, :T - lag], dy[:, lag:])
            dx[:, :T - lag] += dy[:, lag:] @ W[k].T
        self.grads["W"] = dW
        self.grads["b"] = dy.sum(axis=(0, 1))
        return dx
