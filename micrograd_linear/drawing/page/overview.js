// What stands in the overview, and the help: the derivation, and what the colours mean.

/** {title, text, parts} of the overview. */
function explainOverview(view) {
  const all = view.steps.length;
  const invitation = all
    ? "Step through (→) follows the run one operation at a time. " +
      "A click on a card shows all that adds up to its gradient."
    : "There is nothing to step through: this is a value by itself.";
  const opens = view.cards?.length ? " A card with ⊞ opens where it stands." : "";
  const text = invitation + opens;
  return {
    title: "Overview",
    text,
    parts: [
      words(text),
      { kind: "columns", parts: [...explainDerivation(view), legend(view)].filter(Boolean) }
    ]
  };
}

/** The equations of the run; the gradients of the leaves are boxed, with their numbers. */
function explainDerivation(view) {
  if (!view.derivation) return [];
  const { forward, backward } = view.derivation;
  const inner = backward.filter(({ leaf }) => !leaf);
  const leaves = backward.filter(({ leaf }) => leaf);
  const lines = (equations) => equations.map(({ markup }) => equation(markup));
  const first = [heading(3, "Forward"), ...lines(forward)];
  if (inner.length) first.push(heading(3, "Backward"), ...lines(inner));
  const second = leaves.map(({ of, markup }) => {
    const place = view.values.findIndex((value, k) => (value.place ?? k) === of);
    const grad = place < 0 ? undefined : view.gradient(place, Infinity);
    const isSmall = isArray(grad) && grad.rows && cells(grad).length <= MOST_CELLS;
    const numbers = isSmall ? [array(grad, "")] : [];
    const number = known(grad) && !isArray(grad) ? [equation(`<mo>=</mo>${mn(shown(grad))}`)] : [];
    return { kind: "boxed", parts: [equation(markup), ...numbers, ...number] };
  });
  const columns = [{ kind: "group", parts: first }];
  if (second.length)
    columns.push({ kind: "group", parts: [heading(3, "Gradients of the leaves"), ...second] });
  return columns;
}

const MOST_CELLS = 36;
const KINDS = {
  leaf: "input",
  parameter: "parameter of a module",
  constant: "constant",
  interior: "computed",
  root: "the result"
};

/** What the colours mean, of those that occur. */
function legend(view) {
  const looks = new Set(view.values.map(({ look, kind }) => look ?? kind));
  const entries = Object.entries(KINDS)
    .filter(([look]) => looks.has(look))
    .map(([look, text]) => ({ swatch: `--kind-${look}`, text }));
  const arrays = view.values.flatMap(({ data, grad }) => [data, grad]).filter(isArray);
  if (arrays.length)
    entries.push({ scale: true, text: "below 0 … above 0; the deeper, the larger in its array" });
  if (arrays.some(({ blocks }) => blocks))
    entries.push({ text: "Of an array above 12 by 12 a table shows the means of blocks." });
  if (arrays.some((a) => cells(a).some((x) => !Number.isFinite(x))))
    entries.push({ swatch: "--odd", text: "not finite" });
  if (view.values.some(({ count }) => count))
    entries.push({ text: "×n: a card for n values that play the same part" });
  entries.push({ line: "now", text: "what happens at this step" });
  if (view.start.size) entries.push({ line: "back", text: "what flows back at this step" });
  return { kind: "group", parts: [heading(3, "Colours"), { kind: "legend", entries }] };
}

/** The help: [what, how]. */
const GUIDE = [
  ["→ and ←", "the next step, and the one before"],
  ["Home and End", "the overview, and the last step"],
  ["Space", "play or pause"],
  ["Click on a card, or Tab and Enter", "all that adds up to its gradient"],
  ["⊞ on a card, or o", "open or close the card that is chosen"],
  ["Drag a number of a leaf, or ↑ and ↓", "another number; everything moves with it"],
  ["/", "search for a value by its name"],
  ["+, − and 0", "zoom in, zoom out, fit to window"],
  ["Drag, Ctrl and wheel, two fingers", "move and enlarge the picture"],
  ["Point at a symbol", "its card is lit"],
  ["Esc", "choose nothing"],
  ["?", "this help"]
];
