// What happens at a step, in words and formulas.

Object.assign(page, {
  explain() {
    const { view, at } = this;
    const step = view.steps[at];
    const [title, text, parts] = step
      ? this[step.kind](step)
      : ["Start", "Nothing has been computed yet: there are the leaves and the constants.", []];
    byId("step").replaceChildren(make("h2", {}, title), ...parts);
    byId("say").textContent = `${title}. ${text}`;
    byId("text").textContent = text;
  },

  forward(step) {
    const { view } = this;
    const value = view.values[step.value];
    const formula = view.formulas[value.formula];
    const names = value.uses.map((use) => view.values[use.of].name);
    const parts = [];
    let text = `${value.name} = ${value.symbol}(${names.join(", ")}${value.more ? ", …" : ""})`;
    if (formula) {
      const [markup, words] = filled(formula.value, view.fill(step.value, "names"));
      parts.push(math(`<mrow>${value.math}<mo>=</mo>${markup}</mrow>`));
      text = `${value.name} = ${words}`;
      if (!isArray(value.data) && value.uses.every((use) => !isArray(view.values[use.of].data))) {
        const [numbers, spoken] = filled(formula.value, view.fill(step.value, "numbers"));
        parts.push(math(`<mrow><mo>=</mo>${numbers}<mo>=</mo>${mn(shown(value.data))}</mrow>`));
        return [`Forward: ${value.name}`, `${text} = ${spoken} = ${shown(value.data)}`, parts];
      }
    } else parts.push(make("p", {}, text));
    const list = make("dl");
    for (const use of value.uses)
      list.append(
        make("dt", {}, view.values[use.of].name),
        make("dd", {}, matrix(view.values[use.of].data, view.values[use.of].name))
      );
    list.append(
      make("dt", { class: "strong" }, value.name),
      make("dd", {}, matrix(value.data, value.name))
    );
    return [`Forward: ${value.name}`, `${text}; it is ${brief(value.data)}`, [...parts, list]];
  },

  seed() {
    const { view } = this;
    const parts = [],
      words = [];
    for (const [i, seed] of view.seeds) {
      const [markup, text] = view.gradientOf(i);
      parts.push(
        isArray(seed)
          ? make("div", {}, math(markup), matrix(seed, text))
          : math(`<mrow>${markup}<mo>=</mo>${mn(shown(seed))}</mrow>`)
      );
      words.push(`${text} = ${brief(seed, 6)}`);
    }
    const itself = view.seeds.length === 1 && num(view.seeds[0][1]) === 1;
    const origin = view.seeds.some(([i]) => view.origin(i) !== START)
      ? "this flows in from what is not shown"
      : START;
    parts.push(
      make(
        "p",
        { class: "soft" },
        itself
          ? "The result changes by as much as itself: the backward pass starts here."
          : `Given: ${origin}.`
      )
    );
    return ["Seed", `${words.join(", ")}: ${origin}`, parts];
  },

  backward(step) {
    const { view, at } = this;
    const value = view.values[step.value],
      use = value.uses[step.use],
      to = view.values[use.of];
    const formula = view.formulas[value.formula];
    const [target, targetText] = view.gradientOf(use.of);
    const upstream = view.total(step.value);
    const before = view.gradient(use.of, at - 1),
      after = view.gradient(use.of, at);
    const scalar = !isArray(use.part) && !isArray(upstream) && !value.count;
    const parts = [],
      list = make("dl");
    const row = (term, ...content) => list.append(make("dt", {}, term), make("dd", {}, ...content));
    let text = `${value.name} hands on to ${to.name}`;
    if (formula?.parts[step.use]) {
      const [markup, words] = filled(formula.parts[step.use], view.fill(step.value, "names"));
      parts.push(math(`<mrow>${target}<mo>+=</mo>${markup}</mrow>`));
      text += `: ${targetText} += ${words}`;
      if (scalar) {
        row(
          "upstream",
          math(`<mrow>${view.gradientOf(step.value)[0]}<mo>=</mo>${mn(shown(upstream))}</mrow>`)
        );
        if (formula.slopes?.[step.use]) {
          const [slope, slopeText] = filled(
              formula.slopes[step.use],
              view.fill(step.value, "names")
            ),
            [numbers, numbersText] = filled(
              formula.slopes[step.use],
              view.fill(step.value, "numbers")
            );
          const x = RULES[value.formula].d[step.use](
            1,
            num(value.data),
            ...value.uses.map(({ of }) => num(view.values[of].data))
          );
          const chain = [
            slope,
            ...(numbersText === slopeText ? [] : [numbers]),
            ...(numbersText === shown(x) || slopeText === shown(x) ? [] : [mn(shown(x))])
          ];
          row(
            "local",
            math(
              `<mrow>${fraction(value.math, to.math)}<mo>=</mo>${chain.join("<mo>=</mo>")}</mrow>`
            )
          );
          const factors = [upstream, x].map((factor) => mn(negative(shown(factor))));
          const product = `${factors.join("<mo>·</mo>")}<mo>=</mo>${mn(shown(use.part))}`;
          row("product", math(`<mrow>${product}</mrow>`));
        }
        const spoken = filled(formula.parts[step.use], view.fill(step.value, "numbers"))[1];
        const plain = spoken === shown(use.part); // the upstream gradient is passed on as it is
        text += plain ? ` = ${shown(use.part)}` : ` = ${spoken} = ${shown(use.part)}`;
      }
    } else {
      const words = use.words ? ` (${use.words})` : "";
      const origin = `what ${value.name} = ${value.symbol}(…) makes of`;
      const upstreamText = view.gradientOf(step.value)[1];
      parts.push(make("p", {}, `${targetText} += ${origin} ${upstreamText}${words}`));
    }
    if (!scalar || !formula) {
      row("upstream", matrix(upstream, view.gradientOf(step.value)[1]));
      const used = formula
        ? [...new Set(formula.parts[step.use][1].match(/[\ue001-\uf8ff]/g) ?? [])].map((gap) =>
            gap === RESULT ? value : view.values[value.uses[gap.charCodeAt(0) - FIRST].of]
          )
        : [];
      for (const factor of new Set(used)) row(factor.name, matrix(factor.data, factor.name));
      if (known(use.whole)) {
        const axes = "summed over the axes that were broadcast";
        const shapes = `(${use.whole.shape.join(", ")}) to (${to.data.shape?.join(", ") ?? ""})`;
        const remark = make("p", { class: "soft" }, `${axes}: ${shapes}`);
        row("before summing", matrix(use.whole, `before it is ${axes}`), remark);
      }
      row("adds", matrix(use.part, `what is added to ${targetText}`));
      text += `; it adds ${brief(use.part)}`;
    }
    if (known(before) && known(after) && !isArray(after)) {
      const sum = `${shown(before)} + ${negative(shown(use.part))} = ${shown(after)}`;
      row("sum so far", make("span", { class: "number strong" }, sum));
      text += `; ${targetText} is ${sum} now`;
    } else if (known(before) && known(after)) row("sum so far", matrix(after, targetText));
    return [`Backward: ${value.name} → ${to.name}`, text, [...parts, list]];
  }
});
