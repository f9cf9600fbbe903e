import numpy as np

# litres of water and hours of light; centimetres that a plant grew
care = np.array([[0.4, 5.0], [0.9, 8.0], [0.2, 11.0], [0.7, 2.0]])
grown = np.array([[1.1], [3.0], [1.6], [0.8]])
care /= care.max(axis=0)
grown /= 4


class PlantNet(object):
    """Its loss is written nowhere; backward adds the step down to the weights at once."""

    def __init__(self):
        rng = np.random.default_rng(8)
        self.W1 = rng.normal(size=(2, 3))
        self.W2 = rng.normal(size=(3, 1))

    def squash(self, u):
        return 1 / (1 + np.exp(-u))

    def forward(self, X):
        self.h = self.squash(X @ self.W1)
        return self.squash(self.h @ self.W2)

    def backward(self, X, y, o):
        last = (y - o) * o * (1 - o)
        first = last @ self.W2.T * self.h * (1 - self.h)
        self.W2 += self.h.T @ last
        self.W1 += X.T @ first


net = PlantNet()
for season in range(60):
    net.backward(care, grown, net.forward(care))
print("still off by", np.abs(grown - net.forward(care)).max())
