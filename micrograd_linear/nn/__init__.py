"""Layers and models, each composed of recorded operations."""

from .functions import cross_entropy, largest, linear, pick, rmsnorm, softmax
from .linear_layer import Linear
from .module import Module
from .perceptron import MLP, Layer, Neuron

__all__ = [
    "MLP",
    "Layer",
    "Linear",
    "Module",
    "Neuron",
    "cross_entropy",
    "largest",
    "linear",
    "pick",
    "rmsnorm",
    "softmax",
]
