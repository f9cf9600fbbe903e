import numpy as np


class Linear:
    def __init__(self, nin, nout):
        self.W = np.random.randn(nin, nout) / np.sqrt(nin)
        self.b = np.zeros(nout)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, d):
        self.dW = self.x.T @ d
        self.db = d.sum(0)
        return d @ self.W.T


class Tanh:
    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, d):
        return d * (1 - self.out**2)


class Network:
    def __init__(self, layers):
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, d):
        for layer in reversed(self.layers):
            d = layer.backward(d)
        return d


if __name__ == "__main__":
    net = Network([Linear(2, 16), Tanh(), Linear(16, 1)])
    print(net.forward(np.random.randn(4, 2)).shape)
