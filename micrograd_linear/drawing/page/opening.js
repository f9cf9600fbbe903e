// Cards that stand for several values: the data of a view in which some of them are open.

/**
 * The run with its cards closed, but for those whose results have the ids in `open`. A value that
 * a closed card hides is left out, and what the card is used for stands at its result.
 */
function withCards(run, open) {
  const closed = new Map();
  const owners = new Map();
  const hidden = new Set();
  for (const card of run.cards ?? []) {
    const { id } = run.values[card.of];
    if (open.has(id))
      for (const i of [card.of, ...card.inside]) owners.set(run.values[i].id, id);
    else {
      closed.set(card.of, card);
      card.inside.forEach((i) => hidden.add(i));
    }
  }
  const kept = run.values.map((_, i) => i).filter((i) => !hidden.has(i));
  const place = new Map(kept.map((i, k) => [i, k]));
  const values = kept.map((i) => {
    const value = { ...run.values[i], ...(closed.has(i) ? asCard(closed.get(i)) : {}) };
    const uses = value.uses.map((use) => ({ ...use, of: place.get(use.of) }));
    return { ...value, place: i, uses };
  });
  const seeds = run.seeds.filter(([i]) => place.has(i)).map(([i, seed]) => [place.get(i), seed]);
  return { ...run, values, seeds, owners };
}

const asCard = ({ symbol, meaning, uses }) => ({ symbol, meaning, uses, formula: undefined });

/** The step of a view that is the same as one of another: the same value, and the same operand. */
function sameStep(before, at, after) {
  const step = before.steps[at];
  if (!step) return -1;
  const id = before.values[step.value].id;
  const operand = ({ values }, { value, use }) =>
    use === undefined ? "" : values[values[value].uses[use].of].id;
  const found = after.steps.findIndex(
    (other) =>
      other.kind === step.kind &&
      after.values[other.value].id === id &&
      operand(after, other) === operand(before, step)
  );
  if (found >= 0) return found;
  return after.steps.findIndex(({ value }) => after.values[value].id === id);
}
