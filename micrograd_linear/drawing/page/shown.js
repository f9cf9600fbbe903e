// What the picture and the list show at a step, as plain data.

/** What stands at a place for a number: all of it, its k-th number, or words, once. */
function textOfPlace(a, k) {
  const inWords = typeof a === "string" && !/^-?(nan|inf)$/.test(a);
  if (inWords) return k === undefined || k === "0" ? a : "";
  return k === undefined ? brief(a) : shown(cells(a)[k], 4);
}

/** {data, grad} of a value as the picture has them at a step: numbers, or words in their place. */
function numbersAt(view, i, at) {
  const waits = view.incoming[i].length || view.start.has(i);
  const until = view.until(at);
  return {
    data: view.made[i] > until ? "" : view.values[i].data,
    grad: view.gradient(i, until) ?? (waits ? "·" : "")
  };
}

/** {marks: [[id, looks…]], centre: the id of what is to be seen} of the picture at a step. */
function marksAt(view, at) {
  const marks = [];
  const step = view.steps[at];
  if (!step) return { marks, centre: null };
  view.values.forEach(({ id }, i) => {
    if (view.made[i] > at) marks.push([id, "future"], [`${id}_op`, "future"]);
  });
  const { id, uses } = view.values[step.value];
  if (step.kind === "backward") {
    marks.push([`${id}_op-${step.use}`, "now", "edge", "back"], [`${id}_op`, "now"]);
    marks.push([view.values[uses[step.use].of].id, "now"], [id, "operand"]);
    return { marks, centre: `${id}_op` };
  }
  marks.push([id, "now"]);
  if (step.kind === "forward") {
    marks.push([`${id}_op`, "now"]);
    marks.push(...uses.map((use) => [view.values[use.of].id, "operand"]));
  }
  return { marks, centre: id };
}

/** [name, how it was made, data, gradient so far] of every value, as text. */
function rowsAt(view, at) {
  const until = view.until(at);
  return view.values.map((value, i) => {
    const operands = value.uses.map((use) => view.values[use.of].name).join(", ");
    const g = view.gradient(i, until);
    return [
      value.name,
      value.symbol ? `${value.symbol}(${operands})` : value.kind,
      view.made[i] > until ? "" : brief(value.data, 6),
      known(g) ? brief(g, 6) : ""
    ];
  });
}

/** [{name, steps}] of the parts of a run, in their order. */
function phasesOf(view) {
  const count = (kind) => view.steps.filter((step) => step.kind === kind).length;
  return [
    { name: "forward", steps: count("forward") },
    { name: "backward", steps: count("seed") + count("backward") }
  ].filter(({ steps }) => steps);
}

/** Where the page is, in words. */
function placeInWords(view, at) {
  const all = view.steps.length;
  const many = `${all} ${all === 1 ? "step" : "steps"}`;
  return at < 0 ? `overview · ${many}` : `${at + 1} of ${all} · ${view.steps[at].kind}`;
}
