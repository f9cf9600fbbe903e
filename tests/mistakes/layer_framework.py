import numpy as np


class Layer:
    def params(self):
        return []


class Dense(Layer):
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) * np.sqrt(2.0 / n_in)
        self.b = np.zeros(n_out)
        self.dW = np.zeros_like(self.W)
        self.db = np.zeros_like(self.b)

    def forward(self, x):
        self.input = x
        return np.dot(x, self.W) + self.b

    def backward(self, grad):
        self.dW = np.dot(self.input.T, grad)
        self.db = np.sum(grad, axis=0)
        return np.dot(grad, self.W.T)

    def params(self):
        return [(self.W, self.dW), (self.b, self.db)]


class Sigmoid(Layer):
    def forward(self, x):
        self.out = 1 / (1 + np.exp(-x))
        return self.out

    def backward(self, grad):
        return grad * self.out * (1 - self.out)


class BCEWithLogits:
    def forward(self, logits, target):
        self.logits, self.target = logits, target
        return np.mean(np.maximum(logits, 0) - logits * target + np.log1p(np.exp(-np.abs(logits))))

    def backward(self):
        p = 1 / (1 + np.exp(-self.logits))
        return (p - self.target) / self.target.size


class Sequential:
    def __init__(self, *layers):
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad):
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        return grad


if __name__ == "__main__":
    np.random.seed(0)
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
    Y = np.array([[0], [1], [1], [0]], dtype=float)
    model = Sequential(Dense(2, 8), Sigmoid(), Dense(8, 1))
    loss_fn = BCEWithLogits()
    for step in range(2000):
        loss = loss_fn.forward(model.forward(X), Y)
        model.backward(loss_fn.backward())
        for layer in model.layers:
            for p, g in layer.params():
                p -= 1.0 * g
    print("final loss", loss)
