"""Layers that keep what the way back needs only where they are told to."""

import numpy as np


class Unroll:
    def __init__(self, columns=True):
        self.columns = columns
        self.shape = ()

    def forward_propagate(self, Z, save_cache=False):
        if save_cache:
            self.shape = Z.shape
        flat = Z.reshape(Z.shape[0], -1)
        return flat.T if self.columns else flat

    def back_propagate(self, Z):
        flat = Z.T if self.columns else Z
        return flat.reshape(self.shape) * 2


class Scaling:
    def __init__(self, width: int):
        self.w = np.ones((1, width))

    def forward(self, a, training: bool):
        self.a = a
        return a * self.w

    def backward(self, da):
        self.dw = (da * self.a).sum(axis=0, keepdims=True)
        return da * self.w
