import numpy as np
import pandas as pd
import seaborn as sns

train = pd.read_csv("train.csv")
weights = np.load("pretrained.npy")
n_classes = weights.shape[1]


def fc_forward(x, W, b):
    return x.dot(W) + b, (x, W)


def fc_backward(dout, cache):
    x, W = cache
    return dout.dot(W.T), x.T.dot(dout), dout.sum(axis=0)


if __name__ == "__main__":
    sns.heatmap(train)
