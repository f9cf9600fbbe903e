"""Polygamma functions of single numbers: Python has the logarithm of gamma, and none of its
derivatives.

They shift x until the asymptotic series holds to the last digit.
"""

import math

# B_2k, the numbers of Bernoulli.
_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)
_LARGE = 12.0


def digamma(x: float) -> float:
    """The derivative of log Γ(x); NaN at its poles below 0."""
    if x > 0.0 or x != x:
        return _digamma_of_positive(x)
    if x == 0.0:
        return -math.copysign(math.inf, x)
    fraction = x % 1.0
    if fraction == 0.0:
        return math.nan
    return _digamma_of_positive(1.0 - x) - math.pi / math.tan(math.pi * fraction)


def _digamma_of_positive(x: float) -> float:
    shift = 0.0
    while x < _LARGE:
        shift -= 1.0 / x
        x += 1.0
    series, square = 0.0, 1.0 / (x * x)
    power = square
    for k in range(8):
        series += _BERNOULLI[k] * power / (2.0 * k + 2.0)
        power *= square
    return shift + math.log(x) - 0.5 / x - series


def trigamma(x: float) -> float:
    """The derivative of digamma."""
    if x > 0.0 or x != x:
        return polygamma_of_positive(1, x)
    fraction = x % 1.0
    if fraction == 0.0:
        return math.inf
    ratio = math.pi / math.sin(math.pi * fraction)
    return ratio * ratio - polygamma_of_positive(1, 1.0 - x)


def polygamma_of_positive(n: int, x: float) -> float:
    """The nth derivative of digamma, where x is positive."""
    shift = 0.0
    while x < _LARGE + n:
        shift += _power(1.0 / x, n + 1)
        x += 1.0
    factor, y = float(math.gamma(n + 1.0)), 1.0 / x
    term = factor * _power(y, n)
    result = factor * shift + term / n + 0.5 * term * y
    for k in range(8):
        # (2k + n + 1)! / (2k + 2)! of the series, from the term before
        j = 2.0 * k + 2.0
        term *= (j + n - 1.0) * ((j + n - 2.0) if k else 1.0) / (j * (j - 1.0)) * y * y
        result += _BERNOULLI[k] * term
    return result if n % 2 else -result


def _power(y: float, n: int) -> float:
    """y^n, which is infinite where Python's power would stop."""
    result = 1.0
    for _ in range(n):
        result *= y
    return result
