// What happens at a step, in words and formulas: as plain data, which elements.js renders.

/** What can be shown, as plain data; a `look` is a class of the style. */
const equation = (markup) => ({ kind: "equation", markup });
const words = (text, look = false) => ({ kind: "words", text, look });
const strong = (text) => ({ kind: "strong", text });
const heading = (level, text) => ({ kind: "heading", level, text });
const array = (numbers, label, cell = null) => ({ kind: "array", numbers, label, cell });
const listed = (rows) => ({ kind: "list", rows });
const row = (term, ...parts) => ({ term, parts });

/** {title, text, parts} of the step at a place; `text` says it all, for those who hear it. */
function explainStep(view, at) {
  const step = view.steps[at];
  if (!step) return explainOverview(view);
  return { forward: explainForward, seed: explainSeed, backward: explainBackward }[step.kind](
    view,
    at
  );
}

// --- forward ------------------------------------------------------------------------------------

function explainForward(view, at) {
  const i = view.steps[at].value;
  const value = view.values[i];
  const title = `Forward: ${value.name}`;
  const { text, parts } = computed(view, i);
  const operands = value.uses.map((use) => view.values[use.of]);
  const formula = view.formulas[value.formula];
  if (formula?.value && ![value, ...operands].some(({ data }) => isArray(data))) {
    const [numbers, spoken] = filled(formula.value, view.fill(i, "numbers"));
    const result = `<mo>=</mo>${numbers}<mo>=</mo>${mn(shown(value.data))}`;
    parts.push(equation(`<mrow>${result}</mrow>`));
    return { title, text: `${text} = ${spoken} = ${shown(value.data)}`, parts };
  }
  const rows = operands.map(({ name, data }) => row(name, array(data, name)));
  rows.push({ ...row(value.name, array(value.data, value.name)), look: "strong" });
  parts.push(listed(rows));
  return { title, text: `${text}; it is ${brief(value.data)}`, parts };
}

/** How a value is computed: its formula, or its operation and the names of the operands. */
function computed(view, i) {
  const value = view.values[i];
  const formula = view.formulas[value.formula];
  if (formula?.value) {
    const [markup, said] = filled(formula.value, view.fill(i, "names"));
    const whole = `<mrow>${value.math}<mo>=</mo>${markup}</mrow>`;
    return { text: `${value.name} = ${said}`, parts: [equation(whole)] };
  }
  const names = value.uses.map((use) => view.values[use.of].name).join(", ");
  const text = `${value.name} = ${value.symbol}(${names}${value.more ? ", …" : ""})`;
  const meaning = value.meaning ? [words(value.meaning, "soft")] : [];
  return { text, parts: [words(text), ...meaning] };
}

// --- seed ---------------------------------------------------------------------------------------

function explainSeed(view) {
  const parts = view.seeds.map(([i, seed]) => {
    const [markup, label] = view.gradientOf(i);
    if (isArray(seed)) return { kind: "group", parts: [equation(markup), array(seed, label)] };
    return equation(`<mrow>${markup}<mo>=</mo>${mn(shown(seed))}</mrow>`);
  });
  const given = view.seeds.map(([i, seed]) => `${view.gradientOf(i)[1]} = ${brief(seed, 6)}`);
  const itself = view.seeds.length === 1 && num(view.seeds[0][1]) === 1;
  const elsewhere = view.seeds.some(([i]) => view.origin(i) !== START);
  const origin = elsewhere ? "this flows in from what is not shown" : START;
  const reason = itself
    ? "The result changes by as much as itself: the backward pass starts here."
    : `Given: ${origin}.`;
  parts.push(words(reason, "soft"));
  return { title: "Seed", text: `${given.join(", ")}: ${origin}`, parts };
}

// --- backward -----------------------------------------------------------------------------------

function explainBackward(view, at) {
  const flow = flowAt(view, at);
  const { value, to } = flow;
  const said = [flow.part ? passed(flow) : passedInWords(flow)];
  if (flow.scalar && flow.part) said.push(inNumbers(flow));
  if (!flow.scalar || !flow.formula) said.push(inArrays(flow));
  said.push(sumSoFar(view, at, flow));
  const rows = said.flatMap((each) => each.rows ?? []);
  return {
    title: `Backward: ${value.name} → ${to.name}`,
    text: `${value.name} passes to ${to.name}${said.map((each) => each.text).join("")}`,
    parts: [...said.flatMap((each) => each.parts ?? []), listed(rows)]
  };
}

/** What a value passes to one of its operands at a step. */
function flowAt(view, at) {
  const { value: i, use: k } = view.steps[at];
  const value = view.values[i],
    use = value.uses[k],
    formula = view.formulas[value.formula];
  const upstream = view.total(i);
  return {
    view,
    i,
    k,
    value,
    use,
    to: view.values[use.of],
    formula,
    part: formula?.parts[k],
    upstream,
    above: view.gradientOf(i), // of the value, as [MathML, text]
    target: view.gradientOf(use.of), // of the operand
    scalar: !isArray(use.part) && !isArray(upstream) && !value.count
  };
}

function passed({ view, i, part, target }) {
  const [markup, said] = filled(part, view.fill(i, "names"));
  return {
    parts: [equation(`<mrow>${target[0]}<mo>+=</mo>${markup}</mrow>`)],
    text: `: ${target[1]} += ${said}`
  };
}

function passedInWords({ value, use, above, target }) {
  const which = use.words ? ` (${use.words})` : "";
  const origin = `what ${value.symbol} makes of`;
  return { parts: [words(`${target[1]} += ${origin} ${above[1]}${which}`)], text: "" };
}

/** The chain rule with single numbers: upstream times local. */
function inNumbers(flow) {
  const { view, i, k, use, formula, part, upstream, above } = flow;
  const given = `${above[0]}<mo>=</mo>${mn(shown(upstream))}`;
  const rows = [row("upstream", equation(`<mrow>${given}</mrow>`))];
  if (formula.slopes?.[k]) rows.push(...chainRule(flow));
  const spoken = filled(part, view.fill(i, "numbers"))[1];
  const plain = spoken === shown(use.part); // the upstream gradient is passed on as it is
  return { rows, text: plain ? ` = ${spoken}` : ` = ${spoken} = ${shown(use.part)}` };
}

function chainRule({ view, i, k, value, use, to, formula, upstream }) {
  const slope = RULES[value.formula].d[k](
    1,
    num(value.data),
    ...value.uses.map(({ of }) => num(view.values[of].data))
  );
  const [markup, said] = filled(formula.slopes[k], view.fill(i, "names"));
  const [numbers, spoken] = filled(formula.slopes[k], view.fill(i, "numbers"));
  const chain = [markup];
  if (spoken !== said) chain.push(numbers);
  if (spoken !== shown(slope) && said !== shown(slope)) chain.push(mn(shown(slope)));
  const local = `${fraction(value.math, to.math)}<mo>=</mo>${chain.join("<mo>=</mo>")}`;
  const factors = [upstream, slope].map((factor) => mn(negative(shown(factor))));
  const product = `${factors.join("<mo>·</mo>")}<mo>=</mo>${mn(shown(use.part))}`;
  return [
    row("local", equation(`<mrow>${local}</mrow>`)),
    row("product", equation(`<mrow>${product}</mrow>`))
  ];
}

/** The arrays that a contribution is made of, and the sum over axes that were broadcast. */
function inArrays({ view, value, use, to, part, upstream, above, target }) {
  const rows = [row("upstream", array(upstream, above[1]))];
  const gaps = part?.[1].match(/[\ue001-\uf8ff]/g) ?? [];
  for (const factor of new Set(gaps.map((gap) => view.behind(value, gap))))
    rows.push(row(factor.name, array(factor.data, factor.name)));
  if (known(use.whole)) {
    const axes = "summed over the axes that were broadcast";
    const shapes = `(${use.whole.shape.join(", ")}) to (${to.data.shape?.join(", ") ?? ""})`;
    const whole = array(use.whole, `before it is ${axes}`);
    rows.push(row("before summing", whole, words(`${axes}: ${shapes}`, "soft")));
  }
  rows.push(row("adds", array(use.part, `what is added to ${target[1]}`)));
  return { rows, text: `; it adds ${brief(use.part)}` };
}

function sumSoFar(view, at, { use, target }) {
  const before = view.gradient(use.of, at - 1),
    after = view.gradient(use.of, at);
  if (!known(before) || !known(after)) return { text: "" };
  if (isArray(after)) return { rows: [row("sum so far", array(after, target[1]))], text: "" };
  const sum = `${shown(before)} + ${negative(shown(use.part))} = ${shown(after)}`;
  return { rows: [row("sum so far", strong(sum))], text: `; ${target[1]} is ${sum} now` };
}
