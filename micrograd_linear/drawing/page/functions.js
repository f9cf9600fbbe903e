"use strict";
// Functions of numbers that JavaScript has not, as NumPy and Python compute them.

/** a % b with the sign of b. */
function remainder(a, b) {
  const rest = a % b;
  if (Number.isNaN(rest)) return rest;
  if (rest === 0) return b < 0 ? -0 : 0;
  return b < 0 === rest < 0 ? rest : rest + b;
}

/** a // b: a less its remainder is a multiple of b, but for rounding. */
function floorDivide(a, b) {
  if (b === 0) return a / b;
  const rest = a % b;
  const quotient = (a - rest) / b - (rest !== 0 && b < 0 !== rest < 0 ? 1 : 0);
  const whole = Math.floor(quotient);
  return quotient - whole > 0.5 ? whole + 1 : whole;
}

// Beyond it the continued fraction of erfc has all digits after so many steps.
const FAR = 2,
  FRACTIONS = 120;

/** 1 - erf(x) for x beyond FAR, with all digits where it is small. */
function tailOfErf(x) {
  let fraction = x;
  for (let k = FRACTIONS; k > 0; k--) fraction = x + k / 2 / fraction;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
}

/** The error function: a series of positive terms where x is small. */
function erf(x) {
  if (Number.isNaN(x)) return x;
  const size = Math.abs(x);
  if (size > FAR) return Math.sign(x) * (1 - tailOfErf(size));
  let term = x,
    sum = x;
  for (let n = 1; n < 80; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

function erfc(x) {
  if (x > FAR) return tailOfErf(x);
  return 1 - erf(x);
}

// The numbers of Bernoulli B_2k of the asymptotic series, which hold beyond LARGE.
const BERNOULLI = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510];
const LARGE = 12;

/** log |Γ(x)|. */
function gammaln(x) {
  if (!Number.isFinite(x)) return Math.abs(x);
  if (x <= 0 && Number.isInteger(x)) return Infinity;
  if (x < 0) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * (x % 2)))) - gammaln(1 - x);
  let product = 1;
  for (; x < LARGE; x++) product *= x;
  let series = 0;
  BERNOULLI.forEach((b, i) => {
    series += b / ((2 * i + 1) * (2 * i + 2) * x ** (2 * i + 1));
  });
  const stirling = (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
  return stirling - Math.log(product);
}

/** The derivative of gammaln. */
function digamma(x) {
  if (x === 0) return Object.is(x, -0) ? Infinity : -Infinity;
  if (x < 0) {
    const fraction = remainder(x, 1);
    return fraction === 0 ? NaN : digamma(1 - x) - Math.PI / Math.tan(Math.PI * fraction);
  }
  let shift = 0;
  for (; x < LARGE; x++) shift -= 1 / x;
  let series = 0;
  BERNOULLI.forEach((b, i) => {
    series += b / ((2 * i + 2) * x ** (2 * i + 2));
  });
  return shift + Math.log(x) - 0.5 / x - series;
}

/** The derivative of digamma. */
function trigamma(x) {
  if (x <= 0) {
    const fraction = remainder(x, 1);
    if (fraction === 0) return Infinity;
    const ratio = Math.PI / Math.sin(Math.PI * fraction);
    return ratio * ratio - trigamma(1 - x);
  }
  if (x === Infinity) return 0;
  let shift = 0;
  for (; x < LARGE; x++) shift += 1 / (x * x);
  let series = 0;
  BERNOULLI.forEach((b, i) => {
    series += b / x ** (2 * i + 3);
  });
  return shift + 1 / x + 0.5 / (x * x) + series;
}
