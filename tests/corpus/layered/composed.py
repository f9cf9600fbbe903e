from .layers import *


def affine_relu_forward(x, w, b):
    u, before = affine_forward(x, w, b)
    y, after = relu_forward(u)
    return y, (before, after)


def affine_relu_backward(dout, cache):
    """Backwards through both, the last first."""
    return affine_backward(relu_backward(dout, cache[1]), cache[0])


def conv_relu_forward(x, w, b, conv_param):
    u, before = conv_forward_loops(x, w, b, conv_param)
    y, after = relu_forward(u)
    return y, (before, after)


def conv_relu_backward(dout, cache):
    before, after = cache
    return conv_backward_loops(relu_backward(dout, after), before)
