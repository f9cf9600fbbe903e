"use strict";
// Numbers and arrays in words.

const isArray = (x) => x !== null && typeof x === "object";
const known = (x) => x !== undefined && x !== null;

// --- numbers in words ---------------------------------------------------------------------------

/** JSON has no word for numbers that are not finite: they come as text. */
const num = (x) =>
  typeof x === "string"
    ? ({ nan: NaN, inf: Infinity, "-inf": -Infinity }[x] ?? Number(x))
    : Number(x);

/** As Python's %.{digits}g. */
function shown(x, digits = 6) {
  x = num(x);
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf";
  if (x === 0) return "0"; // of -0, too
  const [mantissa, exponent] = x.toExponential(digits - 1).split("e");
  const e = Number(exponent);
  const trimmed = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  if (e < -4 || e >= digits)
    return `${trimmed(mantissa)}e${e < 0 ? "-" : "+"}${String(Math.abs(e)).padStart(2, "0")}`;
  return trimmed(x.toFixed(Math.max(0, digits - 1 - e)));
}

function range(low, high, digits) {
  const [from, to] = [shown(low, digits), shown(high, digits)];
  return from === to ? from : `${from} … ${to}`;
}

const cells = (a) => (a.rows ?? a.blocks).flat().map(num);

/** One number, or the range of an array, and how many of its numbers are not finite. */
function brief(a, digits = 4) {
  if (!known(a)) return "";
  if (!isArray(a)) return shown(a, digits);
  const all = cells(a),
    finite = a.blocks
      ? [a.min, a.max].filter((x) => x !== "").map(num)
      : all.filter(Number.isFinite);
  if (!all.length) return "empty";
  if (all.length === 1) return shown(all[0], digits);
  const odd = a.blocks ? (a.odd ?? 0) : all.length - finite.length;
  return [
    finite.length && range(Math.min(...finite), Math.max(...finite), digits),
    odd && `${odd.toLocaleString("en")} not finite`
  ]
    .filter(Boolean)
    .join(", ");
}

const negative = (text) => (text.startsWith("-") && text !== "-inf" ? `(${text})` : text);
