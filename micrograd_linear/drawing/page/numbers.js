"use strict";
// Numbers and arrays in words and as elements. Names are only ever text.

const byId = (id) => document.getElementById(id);
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

// --- elements -----------------------------------------------------------------------------------

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== false && known(value))
      element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => known(child) && child !== false));
  return element;
}

/** MathML that Python wrote: its names are escaped there. */
function math(markup) {
  const holder = document.createElement("div");
  holder.className = "equation";
  holder.innerHTML = `<math display="inline">${markup}</math>`;
  return holder;
}

/**
 * A table of an array; a larger one is shown in short, by the means of its blocks. Blue is below 0,
 * orange above, in the shades of the static picture; ZERO is the shade of 0.
 */
function matrix(a, label) {
  if (!isArray(a)) return make("span", { class: "number" }, shown(a));
  const rows = a.rows ?? a.blocks;
  if (!cells(a).length) return make("span", {}, `empty (${a.shape.join(", ")})`);
  const largest = Math.max(...cells(a).map(Math.abs).filter(Number.isFinite), 0) || 1;
  const table = make("table", { class: "matrix", "aria-label": label });
  const about = a.blocks
    ? `; each cell is the mean of a block; ${brief(a)}, ` +
      `mean ${shown(a.mean, 4)}, norm ${shown(a.norm, 4)}`
    : "";
  const digits = rows[0].length > 4 ? 3 : 4;
  table.append(
    make("caption", {}, `(${a.shape.join(", ")}${a.shape.length === 1 ? "," : ""})${about}`)
  );
  for (const row of rows) {
    const line = make("tr");
    for (const x of row) {
      const cell = make(
        "td",
        { title: shown(x) },
        a.blocks && rows[0].length > 4 ? "" : shown(x, digits)
      );
      cell.style.background = Number.isFinite(num(x))
        ? `var(--shade-${Math.round(ZERO + (ZERO * num(x)) / largest)})`
        : "var(--odd)";
      line.append(cell);
    }
    table.append(line);
  }
  return make("div", { class: "scroll" }, table);
}
