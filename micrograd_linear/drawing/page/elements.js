// Elements, and the elements for what is to be shown as plain data. Names are only ever text.

const byId = (id) => document.getElementById(id);

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
  if (!cells(a).length) return make("span", {}, `empty (${a.shape.join(", ")})`);
  const table = make("table", { class: "matrix", "aria-label": label });
  table.append(make("caption", {}, captionOf(a)), ...rowsOf(a));
  return make("div", { class: "scroll" }, table);
}

function captionOf(a) {
  const about = a.blocks
    ? `; each cell is the mean of a block; ${brief(a)}, ` +
      `mean ${shown(a.mean, 4)}, norm ${shown(a.norm, 4)}`
    : "";
  return `(${a.shape.join(", ")}${a.shape.length === 1 ? "," : ""})${about}`;
}

function rowsOf(a) {
  const rows = a.rows ?? a.blocks;
  const largest = Math.max(...cells(a).map(Math.abs).filter(Number.isFinite), 0) || 1;
  const wide = rows[0].length > 4;
  return rows.map((row) => {
    const line = make("tr");
    for (const x of row) {
      const cell = make("td", { title: shown(x) }, a.blocks && wide ? "" : shown(x, wide ? 3 : 4));
      cell.style.background = Number.isFinite(num(x))
        ? `var(--shade-${Math.round(ZERO + (ZERO * num(x)) / largest)})`
        : "var(--odd)";
      line.append(cell);
    }
    return line;
  });
}

function shade(k) {
  const part = make("i");
  part.style.background = `var(--shade-${k})`;
  return part;
}

// --- the elements of what is to be shown --------------------------------------------------------

const RENDERERS = {
  equation: ({ markup }) => math(markup),
  words: ({ text, look }) => make("p", { class: look }, text),
  strong: ({ text }) => make("span", { class: "number strong" }, text),
  heading: ({ level, text }) => make(`h${level}`, { tabindex: level === 2 ? "-1" : false }, text),
  group: ({ parts }) => make("div", {}, ...parts.map(render)),
  columns: ({ parts }) => make("div", { class: "columns" }, ...parts.map(render)),
  boxed: ({ parts }) => make("div", { class: "boxed" }, ...parts.map(render)),
  legend({ entries }) {
    const list = make("ul", { class: "legend" });
    for (const { swatch, scale, line, text } of entries) {
      const sign = make("span", { class: `swatch ${line ?? ""}`, "aria-hidden": "true" });
      if (swatch) sign.style.background = `var(${swatch})`;
      if (scale) sign.append(...[0, 3, ZERO, 2 * ZERO - 3, 2 * ZERO].map(shade));
      const isNote = !(swatch || scale || line);
      list.append(make("li", {}, isNote ? "" : sign, make("span", {}, text)));
    }
    return list;
  },
  data: ({ number }) =>
    make("p", {}, "data ", make("span", { class: "number strong", id: "ledger-data" }, number)),
  array({ numbers, label, cell }) {
    const table = matrix(numbers, label);
    if (cell) table.querySelectorAll("tr")[cell[0]]?.children[cell[1]]?.classList.add("cell");
    return table;
  },
  list({ rows }) {
    const list = make("dl");
    for (const { term, parts, look, style } of rows) {
      const content = parts.map(render);
      list.append(make("dt", { class: look }, term), make("dd", { class: style }, ...content));
    }
    return list;
  },
  ledger({ rows, label, sum }) {
    const titles = ["from", "adds"].map((title) => make("th", { scope: "col" }, title));
    const foot = make("tr", {}, make("td", {}, label));
    foot.append(make("td", { id: "ledger-grad" }, render(sum)));
    const parts = [
      make("thead", {}, make("tr", {}, ...titles)),
      make("tbody", {}, ...rows.map(ledgerRow)),
      make("tfoot", {}, foot)
    ];
    return make("div", { class: "scroll" }, make("table", { class: "ledger" }, ...parts));
  },
  editor: ({ value }) => page.editor(value),
  number: ({ text }) => text
};

function ledgerRow({ due, go, from, about, adds }) {
  const button = make("button", { type: "button", onclick: () => page.go(go) }, from);
  const remark = about ? make("div", { class: "soft" }, about) : "";
  return make(
    "tr",
    { class: due ? "due" : "" },
    make("td", {}, button, remark),
    make("td", {}, render(adds))
  );
}

/** The element, or the text, of a part of what is to be shown. */
const render = (part) => RENDERERS[part.kind](part);
