import numpy as np


class BatchNorm:
    def __init__(self, num_features, eps=1e-5, momentum=0.9):
        self.gamma = np.ones(num_features)
        self.beta = np.zeros(num_features)
        self.eps = eps
        self.momentum = momentum
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)
        self.dgamma = np.zeros(num_features)
        self.dbeta = np.zeros(num_features)

    def forward(self, x, train=True):
        if train:
            mean = x.mean(axis=0)
            var = x.var(axis=0)
            self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mean
            self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var
        else:
            mean, var = self.running_mean, self.running_var
        self.std = np.sqrt(var + self.eps)
        self.x_norm = (x - mean) / self.std
        return self.gamma * self.x_norm + self.beta

    def backward(self, dout):
        m = dout.shape[0]
        self.dgamma = (dout * self.x_norm).sum(axis=0)
        self.dbeta = dout.sum(axis=0)
        dx_norm = dout * self.gamma
        dx = m * dx_norm
        dx -= dx_norm.sum(axis=0)
        dx -= self.x_norm * (dx_norm * self.x_norm).sum(axis=0)
        dx /= m * self.std
        return dx


def batchnorm_backward_dvar(dout, x, gamma, eps=1e-5):
    """Same thing with explicit dvar and dmean, for x of shape (m, d)."""
    m = x.shape[0]
    mean = x.mean(axis=0)
    var = x.var(axis=0)
    x_hat = (x - mean) / np.sqrt(var + eps)
    dx_hat = dout * gamma
    dvar = np.sum(dx_hat * (x - mean) * -0.5 * (var + eps) ** -1.5, axis=0)
    dmean = np.sum(-dx_hat / np.sqrt(var + eps), axis=0)
    dmean += dvar * np.mean(-2.0 * (x - mean), axis=0)
    dx = dx_hat / np.sqrt(var + eps)
    dx = dx + dvar * 2.0 * (x - mean) / m
    dx = dx + dmean / m
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    return dx, dgamma, dbeta
