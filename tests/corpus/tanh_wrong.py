# -*- coding: utf-8 -*-
from numpy import exp, tanh, dot, zeros


def tanh_forward(x):
    y = tanh(x)
    return y, y


def tanh_backward(dy, y):
    return dy * (1 - y)


def linear_forward(x, w):
    return dot(x, w), (x, w)


def linear_backward(dy, cache):
    x, w = cache
    dx = dot(dy, w.T)
    dw = dot(dy.T, x)
    return dx, dw


def sigmoid_forward(x):
    y = 1 / (1 + exp(-x))
    return y, y


def sigmoid_backward(dy, y):
    return dy * y * (1 - y)
