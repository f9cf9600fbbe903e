import numpy as np


class FullyConnected:
    def __init__(self, n_in, n_out, learning_rate=0.01):
        self.lr = learning_rate
        self.W = np.random.normal(0, n_in**-0.5, (n_in, n_out))
        self.b = np.zeros((1, n_out))

    def forward(self, X):
        self.X = X
        return X.dot(self.W) + self.b

    def backward(self, grad):
        dW = self.X.T.dot(grad)
        db = np.sum(grad, axis=0, keepdims=True)
        # update, and then pass on the gradient
        self.W -= self.lr * dW
        self.b -= self.lr * db
        return grad.dot(self.W.T)


class ReLU:
    def forward(self, X):
        self.X = X
        return X * (X > 0)

    def backward(self, grad):
        return grad * (self.X > 0)
