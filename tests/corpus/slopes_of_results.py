"""Activations as pairs of static methods; the slope is asked for with what came out."""

import numpy as np


class Bounded:
    @staticmethod
    def activate(x, copy=False):
        return 1.0 / (1.0 + np.exp(-x))

    @staticmethod
    def gradient(x, copy=False):
        return x * (1.0 - x)


class Centered:
    @staticmethod
    def activate(x):
        return np.tanh(x)

    @staticmethod
    def gradient(x):
        return 1.0 - x * x


class Gate:
    @staticmethod
    def activate(x, copy=False):
        out = x.copy() if copy else x
        out[x < 0.0] = 0.0
        return out

    @staticmethod
    def gradient(x, copy=False):
        out = x.copy() if copy else x
        out[x > 0.0] = 1.0
        out[x <= 0.0] = 0.0
        return out
