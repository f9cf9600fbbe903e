import numpy as np


class MLP:
    def __init__(self, n_in, n_h1, n_h2, n_out):
        rng = np.random.RandomState(42)
        self.W = [rng.randn(n_in, n_h1) * 0.5, rng.randn(n_h1, n_h2) * 0.5, rng.randn(n_h2, n_out) * 0.5]
        self.b = [np.zeros((1, n_h1)), np.zeros((1, n_h2)), np.zeros((1, n_out))]

    def forward(self, X):
        self.a = [X]
        for i in range(2):
            self.a.append(np.tanh(self.a[-1] @ self.W[i] + self.b[i]))
        self.y_hat = self.a[-1] @ self.W[2] + self.b[2]
        return self.y_hat

    def mse(self, X, Y):
        return np.mean((self.forward(X) - Y) ** 2)

    def backward(self, Y):
        dW, db = [None] * 3, [None] * 3
        delta = 2 * (self.y_hat - Y) / Y.size
        for i in range(2, -1, -1):
            dW[i] = self.a[i].T @ delta
            db[i] = delta.sum(axis=0, keepdims=True)
            if i > 0:
                delta = delta @ self.W[i].T
                delta = delta * (1 - self.a[i] ** 2)
        return dW, db


if __name__ == "__main__":
    X = np.linspace(-3, 3, 64).reshape(-1, 1)
    Y = np.sin(X)
    net = MLP(1, 16, 16, 1)
    for epoch in range(1000):
        loss = net.mse(X, Y)
        dW, db = net.backward(Y)
        for i in range(3):
            net.W[i] -= 0.1 * dW[i]
            net.b[i] -= 0.1 * db[i]
        if epoch % 100 == 0:
            print(epoch, loss)
