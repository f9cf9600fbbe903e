import numpy as np


def mse_loss(pred, target):
    return np.mean((pred - target) ** 2)


def mse_loss_grad(pred, target):
    return 2 * (pred - target)


def mae_loss(pred, target):
    return np.abs(pred - target).mean()


def mae_loss_grad(pred, target):
    return np.sign(pred - target) / pred.size


def bce_loss(pred, target):
    return -np.mean(target * np.log(pred) + (1 - target) * np.log(1 - pred))


def bce_loss_grad(pred, target):
    return (pred - target) / (pred * (1 - pred)) / pred.size
