// Other numbers in the leaves: how far a drag goes, and what a small nudge does to the result.

const NUDGE = 0.01;

/** {number}, or {problem} in words, where the text that was typed is none. */
function readNumber(text, value) {
  const number = Number(text);
  if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) && Number.isFinite(number))
    return { number, problem: "" };
  const got = text || "nothing";
  return {
    problem: `Expected a number such as 0.5, got ${got}; ${value.name} stays ${value.data}.`
  };
}

/** The smallest change of a number that a hand makes: its third digit, but 0.01 of one below 10. */
function unitOf(x) {
  const magnitude = Math.max(Math.abs(num(x)), 1);
  return 10 ** (Math.floor(Math.log10(magnitude)) - 2);
}

/** A number that was moved by so many units, without digits that nobody asked for. */
function moved(start, units) {
  const unit = unitOf(start);
  const next = num(start) + units * unit;
  const digits = Math.max(0, Math.round(-Math.log10(unit)));
  return Number.isInteger(units) ? Number(next.toFixed(digits)) : next;
}

/** What a backward pass differentiates: the results, weighted by what was given for them. */
const objectiveOf = (view, data) =>
  view.seeds.reduce((sum, [i, seed]) => sum + num(seed) * num(data[i]), 0);

/** The numbers of all values with another number in one leaf. */
function computedWith(view, leaf, number) {
  const data = view.values.map((value) => num(value.data));
  data[leaf] = number;
  view.values.forEach(({ uses, formula }, i) => {
    if (uses.length) data[i] = RULES[formula].f(...uses.map(({ of }) => data[of]));
  });
  return data;
}

/** {moves, says}: how far the result moves with a nudge of a leaf, and how far by its gradient. */
function nudgeOf(view, leaf, by = NUDGE) {
  const start = num(view.values[leaf].data);
  const before = objectiveOf(view, view.values.map(({ data }) => data));
  const after = objectiveOf(view, computedWith(view, leaf, start + by));
  return { moves: after - before, says: num(view.total(leaf) ?? 0) * by };
}

/** The finite-difference check of a leaf's number, as plain data. */
const explainNudge = (view, leaf) => checkedNudge(view, leaf, "", nudgeOf(view, leaf));

/** That of the elements of an array, which Python computed: it ran the graph again. */
const explainNudges = (view, leaf) =>
  (view.values[leaf].nudges ?? []).flatMap(({ at, ...nudge }) =>
    checkedNudge(view, leaf, at.length ? `[${at.join(", ")}]` : "", nudge)
  );

function checkedNudge(view, leaf, where, { moves, says }) {
  const [objective, by] = [view.objective[1], shown(NUDGE)];
  const rest = Math.abs(moves - says);
  const close = rest <= 1e-3 * Math.max(Math.abs(moves), Math.abs(says), 1e-12);
  const bent = "The rest is curvature: a smaller nudge leaves less of it.";
  const remark = close ? "They agree." : bent;
  return [
    heading(3, `nudge ${view.values[leaf].name}${where} by ${by}`),
    listed([
      row(`${objective} moves by`, strong(shown(moves, 5))),
      row(`${view.gradientOf(leaf)[1]}${where} · ${by} says`, strong(shown(says, 5)))
    ]),
    words(remark, "soft")
  ];
}
