import numpy as np


class NeuralNetwork:
    def __init__(self, n_input, n_hidden, n_output):
        self.params = {
            "hidden": {"W": np.random.randn(n_input, n_hidden), "b": np.zeros((1, n_hidden))},
            "out": {"W": np.random.randn(n_hidden, n_output), "b": np.zeros((1, n_output))},
        }
        self.grads = {"hidden": {}, "out": {}}

    def forward(self, X):
        self.X = X
        self.h = np.tanh(X @ self.params["hidden"]["W"] + self.params["hidden"]["b"])
        return self.h @ self.params["out"]["W"] + self.params["out"]["b"]

    def backward(self, dout):
        self.grads["out"]["W"] = self.h.T @ dout
        self.grads["out"]["b"] = dout.sum(axis=0, keepdims=True)
        dh = dout @ self.params["out"]["W"].T * (1 - self.h**2)
        self.grads["hidden"]["W"] = self.X.T @ dh
        self.grads["hidden"]["b"] = dh.sum(axis=0, keepdims=True)
        return dh @ self.params["hidden"]["W"].T
