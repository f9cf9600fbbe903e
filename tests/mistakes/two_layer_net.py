import numpy as np


class TwoLayerNet(object):
    """affine - relu - affine - softmax"""

    def __init__(self, input_size, hidden_size, output_size, std=0.3, seed=0):
        rs = np.random.RandomState(seed)
        self.params = {}
        self.params['W1'] = std * rs.randn(input_size, hidden_size)
        self.params['b1'] = 0.1 * rs.randn(hidden_size)
        self.params['W2'] = std * rs.randn(hidden_size, output_size)
        self.params['b2'] = np.zeros(output_size)

    def loss(self, X, y=None, reg=0.1):
        W1, b1 = self.params['W1'], self.params['b1']
        W2, b2 = self.params['W2'], self.params['b2']
        N, D = X.shape

        # forward pass
        z1 = X.dot(W1) + b1
        h1 = np.maximum(0, z1)
        scores = h1.dot(W2) + b2
        if y is None:
            return scores

        shifted = scores - np.max(scores, axis=1, keepdims=True)
        exp_scores = np.exp(shifted)
        probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
        loss = -np.log(probs[np.arange(N), y]).mean()
        loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2))

        # backward pass
        grads = {}
        dscores = probs.copy()
        dscores[np.arange(N), y] -= 1
        dscores /= N
        grads['W2'] = h1.T.dot(dscores)
        grads['b2'] = np.sum(dscores, axis=0)
        dh1 = dscores.dot(W2.T)
        dh1[z1 <= 0] = 0
        grads['W1'] = X.T.dot(dh1)
        grads['b1'] = np.sum(dh1, axis=0)
        grads['W2'] += 2 * reg * W2
        grads['W1'] += 2 * reg * W1
        return loss, grads
