import numpy as np

# forward returns nothing and leaves self.output; backward returns nothing and leaves
# self.dinputs, self.dweights and self.dbiases.


class Dense_Layer:
    def __init__(self, n_inputs, n_units):
        bound = np.sqrt(6 / (n_inputs + n_units))
        self.weights = np.random.uniform(-bound, bound, size=(n_inputs, n_units))
        self.biases = np.full((1, n_units), 0.1)

    def forward(self, inputs):
        self.seen = inputs
        self.output = self.biases + inputs @ self.weights

    def backward(self, dvalues):
        self.dinputs = dvalues @ self.weights.T
        self.dweights = self.seen.T @ dvalues
        self.dbiases = dvalues.sum(axis=0)[None, :]


class Relu_Layer:
    def forward(self, inputs):
        self.open = inputs > 0
        self.output = inputs * self.open

    def backward(self, dvalues):
        self.dinputs = np.where(self.open, dvalues, 0.0)


class Softmax_Layer:
    def forward(self, inputs):
        top = inputs.max(axis=1, keepdims=True)
        self.output = np.exp(inputs - top)
        self.output /= self.output.sum(axis=1, keepdims=True)

    def backward(self, dvalues):
        # the whole Jacobian of each row: diag(p) - p p'
        p = self.output
        full = p[:, :, None] * (np.eye(p.shape[1]) - p[:, None, :])
        self.dinputs = np.einsum("nij,nj->ni", full, dvalues)


class Sigmoid_Layer:
    def forward(self, inputs):
        self.output = 1 / (1 + np.exp(-inputs))

    def backward(self, dvalues):
        self.dinputs = self.output * dvalues
        self.dinputs -= self.output * self.dinputs


class Objective:
    def mean(self, output, wanted):
        return self.forward(output, wanted).mean()
