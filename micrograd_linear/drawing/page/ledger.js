// The ledger of one value: its data, and all that adds up to its gradient, as plain data, which
// elements.js renders.

function explainValue(view, i, at) {
  const value = view.values[i];
  const count = value.count ? ` (${value.count.toLocaleString("en")} values)` : "";
  const made = [value.symbol ? `made by ${value.symbol}` : value.kind, value.about, value.line];
  const parts = [
    heading(2, `${value.name}${count}`),
    words(made.filter(Boolean).join(" · "), "soft"),
    ...(value.check ? explainVerdict(value.check) : [])
  ];
  const until = view.until(at);
  if (!view.edited && until === view.steps.length - 1)
    parts.push(...(value.notes ?? []).map((note) => words(note, "strong")));
  const nudges = view.edited ? [] : explainNudges(view, i);
  return [...parts, ...explainData(view, i), ...explainGradient(view, i, until), ...nudges];
}

/** The data of a value; those of a leaf can be edited where everything can be computed anew. */
function explainData(view, i) {
  const value = view.values[i];
  const leaf = value.kind === "leaf";
  if (leaf && view.editable) return [{ kind: "editor", value: i }, ...explainNudge(view, i)];
  const fixed = leaf && view.fixed ? [words(view.fixed, "soft")] : [];
  if (isArray(value.data))
    return [...fixed, heading(3, "data"), array(value.data, `data of ${value.name}`)];
  return [...fixed, { kind: "data", number: shown(value.data) }];
}

// --- the gradient -------------------------------------------------------------------------------

function explainGradient(view, i, at) {
  if (!view.start.size)
    return [words("No gradient: nothing was given to start a backward pass from.", "soft")];
  const { kind, note } = view.values[i];
  const parts = [heading(3, `gradient ${view.gradientOf(i)[1]}`)];
  const seed = view.start.get(i);
  const all = view.incoming[i];
  if (!all.length && !known(seed)) {
    const reason = kind === "constant" ? "A constant has none." : "Nothing flows back to it.";
    return [...parts, words(reason, "soft")];
  }
  const rows = all.map((contribution) => explainContribution(view, i, contribution, at));
  if (known(seed))
    rows.unshift({
      due: view.seeded > at,
      go: view.seeded,
      from: "given",
      about: view.origin(i),
      adds: array(seed, "given")
    });
  const arrived = view.arrived(i, at);
  const complete = arrived === all.length && at >= view.seeded;
  const label = complete ? "sum" : `so far, ${arrived} of ${all.length}`;
  parts.push({ kind: "ledger", rows, label, sum: numbersOrText(view.gradient(i, at), "sum") });
  if (note && !view.edited) parts.push(words(note, "soft"));
  return parts;
}

/** What one use of a value adds to its gradient. */
function explainContribution(view, i, { consumer, k, use: { part, step } }, at) {
  const value = view.values[consumer];
  const names = value.uses.map(({ of }) => {
    const { kind, data, name } = view.values[of];
    return kind === "constant" && !isArray(data) ? shown(data) : name;
  });
  const again = value.uses.filter(({ of }) => of === i).length > 1 ? `, as operand ${k + 1}` : "";
  const operands = names.length > 4 ? `… ${view.values[i].name} …` : names.join(", ");
  const call = `${value.symbol}(${operands}${value.more ? ", …" : ""})`;
  const formula = view.formulas[value.formula]?.parts[k];
  return {
    due: step > at,
    go: step,
    from: `${value.name} = ${call}${again}`,
    about: formula ? filled(formula, view.fill(consumer, "names"))[1] : value.uses[k].words,
    adds: numbersOrText(part, `from ${value.name}`)
  };
}

/** An array as its table, a number as text, and a dash where there is none. */
function numbersOrText(x, label) {
  if (isArray(x)) return array(x, label);
  return { kind: "number", text: known(x) ? shown(x) : "–" };
}

// --- a hand-derived gradient --------------------------------------------------------------------

function explainVerdict(check) {
  const parts = [heading(3, "your gradient"), words(check.words, check.wrong ? "wrong" : "")];
  parts.push(...(check.lines ?? []).map((line) => words(line)));
  if (check.trio) {
    const where = check.where.length ? `at [${check.where.join(", ")}]:` : "";
    const rows = Object.entries(check.trio).map(([who, x]) => ({
      ...row(who, { kind: "number", text: shown(x, 9) }),
      style: "number"
    }));
    parts.push(words(where, "soft"), listed(rows));
  }
  if (isArray(check.hand)) {
    const cell = check.wrong && check.hand.rows ? check.at : null;
    parts.push(words("by hand:", "soft"), array(check.hand, "by hand", cell));
  }
  return parts;
}
