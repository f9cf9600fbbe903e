// One view of a run: its values in the order they were made, its steps, and what had arrived at
// each value by then. RULES says what each formula computes, of single numbers; it stands above,
// and is written from the engine's rules.

// --- formulas -----------------------------------------------------------------------------------

const GRADIENT = "\ue000",
  RESULT = "\ue001",
  FIRST = 0xe100;

/** A number as MathML; one in brackets keeps them. */
function mn(text) {
  if (text.startsWith("(")) return `<mrow><mo>(</mo>${mn(text.slice(1, -1))}<mo>)</mo></mrow>`;
  return text.startsWith("-")
    ? `<mrow><mo form="prefix">−</mo><mn>${text.slice(1)}</mn></mrow>`
    : `<mn>${text}</mn>`;
}

const fraction = (above, below) =>
  `<mfrac><mrow><mo>∂</mo>${above}</mrow><mrow><mo>∂</mo>${below}</mrow></mfrac>`;

/** The name of a value in a formula; where it is pointed at, its card is lit. */
const symbolOf = ({ id, math }) => `<mrow data-value="${id}">${math}</mrow>`;

/** A formula with its gaps filled by fill(gap), which gives [MathML, text]. */
function filled([markup, text], fill) {
  if (/^[\ue000-\uf8ff]$/.test(text)) {
    // nothing but a gap: a number in it needs no brackets
    const [whole, words] = fill(text);
    return /^\(-[^()]*\)$/.test(words)
      ? [mn(words.slice(1, -1)), words.slice(1, -1)]
      : [whole, words];
  }
  return [
    markup.replace(/<mi>([\ue000-\uf8ff])<\/mi>/g, (_, gap) => fill(gap)[0]),
    text.replace(/[\ue000-\uf8ff]/g, (gap) => fill(gap)[1])
  ];
}

// --- one view of a run: the values in the order they were made, and the steps -------------------

const START = "where the backward pass starts";

class View {
  constructor(data, canvas = null) {
    Object.assign(this, data);
    this.canvas = canvas;
    this.owners = data.owners ?? new Map();
    this.original = structuredClone(data.values);
    this.edited = false;
    this.consumers = this.values.map(() => []);
    this.values.forEach((value, i) =>
      value.uses.forEach((use, k) => this.consumers[use.of].push([i, k]))
    );
    this.steps = [];
    this.values.forEach(
      (value, i) => value.uses.length && this.steps.push({ kind: "forward", value: i })
    );
    this.start = new Map(this.steps.length ? this.seeds : []);
    if (this.start.size) {
      this.steps.push({ kind: "seed", value: this.seeds[this.seeds.length - 1][0] });
      for (let i = this.values.length - 1; i >= 0; i--)
        this.values[i].uses.forEach(
          (use, k) => known(use.part) && this.steps.push({ kind: "backward", value: i, use: k })
        );
    }
    this.made = this.values.map(() => -1);
    this.steps.forEach((step, s) => {
      if (step.kind === "forward") this.made[step.value] = s;
      if (step.kind === "seed") this.seeded = s;
      if (step.kind === "backward") this.values[step.value].uses[step.use].step = s;
    });
    this.incoming = this.consumers.map((found) =>
      found
        .map(([consumer, k]) => ({ consumer, k, use: this.values[consumer].uses[k] }))
        .filter(({ use }) => known(use.part))
        .sort((a, b) => a.use.step - b.use.step)
    );
    this.fixed = this.reason();
    this.editable = this.fixed === "" && this.start.size > 0;
  }

  /** Why no leaf can be edited, in words; "" where all can. */
  reason() {
    if (!this.start.size) return "";
    const byHand = this.values.find(
      (value) => value.uses.length && !isArray(value.data) && !RULES[value.formula]
    );
    if (this.partial) return "Where values are folded or left out, leaves cannot be edited.";
    if (this.values.some((value) => isArray(value.data)))
      return 'Number by number, draw(…, level="scalar"), leaves can be edited.';
    return byHand
      ? `No leaf can be edited, since ${byHand.symbol} is written by hand: ` +
          "there is no formula to compute it anew."
      : "";
  }

  element(id) {
    if (!this.elements)
      this.elements = new Map(
        [...this.canvas.querySelectorAll("[id]")].map((element) => [element.id, element])
      );
    const owner = this.owners.get(id.split("_")[0]);
    const inner = owner && this.elements.get(`${this.prefix}${owner}-${id}`);
    return inner || this.elements.get(this.prefix + id);
  }

  /** The step until which a moment of the page has everything: all of them in the overview. */
  until(at) {
    return at < 0 ? this.steps.length - 1 : at;
  }

  /** What a gradient that comes from nowhere in the picture is. */
  origin(i) {
    return this.values[i].kind === "root" ? START : "from what is not shown";
  }

  gradientOf(i) {
    const [markup, text] = this.objective;
    return [fraction(markup, symbolOf(this.values[i])), `∂${text}/∂${this.values[i].name}`];
  }

  /** How many contributions had arrived at a value by step s. */
  arrived(i, s) {
    let n = 0;
    while (n < this.incoming[i].length && this.incoming[i][n].use.step <= s) n += 1;
    return n;
  }

  /** The gradient of a value by step s, or null where nothing has arrived. */
  gradient(i, s) {
    const n = this.arrived(i, s),
      all = this.incoming[i];
    const seed = this.start.has(i) && s >= this.seeded ? this.start.get(i) : null;
    if (!n) return seed;
    if (n === all.length && !this.edited) return this.values[i].grad;
    const { part, sum } = all[n - 1].use;
    if (isArray(part)) return known(sum) ? sum : n === 1 && !known(seed) ? part : null;
    return all.slice(0, n).reduce((total, { use }) => total + num(use.part), num(seed ?? 0));
  }

  fill(i, mode) {
    const value = this.values[i];
    return (gap) => {
      if (mode === "numbers") {
        const x = gap === GRADIENT ? this.total(i) : this.behind(value, gap).data;
        const text = negative(shown(x));
        return [mn(text), text];
      }
      if (gap === GRADIENT) return this.gradientOf(i);
      const of = this.behind(value, gap);
      if (of.kind === "constant" && !isArray(of.data))
        return [mn(negative(shown(of.data))), negative(shown(of.data))];
      return [symbolOf(of), of.name];
    };
  }

  /** The value that a gap in the formula of a value stands for: its result, or an operand. */
  behind(value, gap) {
    return gap === RESULT ? value : this.values[value.uses[gap.charCodeAt(0) - FIRST].of];
  }

  /** The gradient that a value passes on: all that arrived. */
  total(i) {
    return this.gradient(i, Infinity);
  }

  /** Compute everything anew from the leaves, by the same rules. */
  recompute() {
    const { values } = this;
    values.forEach((value) => {
      if (value.uses.length)
        value.data = RULES[value.formula].f(...value.uses.map((use) => num(values[use.of].data)));
    });
    const gradients = values.map((_, i) => num(this.start.get(i) ?? 0));
    for (let i = values.length - 1; i >= 0; i--) {
      const { uses, formula, data } = values[i];
      if (!uses.length) continue;
      uses.forEach((use, k) => {
        if (!known(use.part)) return;
        use.part = RULES[formula].d[k](
          gradients[i],
          num(data),
          ...uses.map((other) => num(values[other.of].data))
        );
        gradients[use.of] += use.part;
      });
    }
    this.edited = values.some(
      (value, i) => value.kind === "leaf" && value.data !== this.original[i].data
    );
    if (!this.edited) this.reset(); // back to the engine's own numbers
  }

  reset() {
    this.values.forEach((value, i) => {
      value.data = this.original[i].data;
      value.uses.forEach((use, k) => (use.part = this.original[i].uses[k].part));
    });
    this.edited = false;
  }
}
