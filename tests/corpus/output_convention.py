# XOR in eleven lines of numpy
import numpy as np

np.random.seed(42)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_derivative(x):
    # expects the OUTPUT of sigmoid
    return x * (1 - x)


X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
y = np.array([[0], [1], [1], [0]])
w0 = 2 * np.random.random((2, 4)) - 1
w1 = 2 * np.random.random((4, 1)) - 1
for i in range(200):
    l1 = sigmoid(X @ w0)
    l2 = sigmoid(l1 @ w1)
    d2 = (y - l2) * sigmoid_derivative(l2)
    d1 = d2 @ w1.T * sigmoid_derivative(l1)
    w1 += l1.T @ d2
    w0 += X.T @ d1
print("error", np.abs(y - l2).mean())
