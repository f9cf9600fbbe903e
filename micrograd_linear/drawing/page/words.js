// What happens at a step, in words and formulas; the ledger of one value.

Object.assign(page, {
  // --- what happens at this step ---

  explain() {
    const { view, at } = this;
    const step = view.steps[at];
    const [title, text, parts] = step ? this[step.kind](step) : ["Start", "Nothing has been computed yet: there are the leaves and the constants.", []];
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
    for (const use of value.uses) list.append(make("dt", {}, view.values[use.of].name), make("dd", {}, matrix(view.values[use.of].data, view.values[use.of].name)));
    list.append(make("dt", { class: "strong" }, value.name), make("dd", {}, matrix(value.data, value.name)));
    return [`Forward: ${value.name}`, `${text}; it is ${brief(value.data)}`, [...parts, list]];
  },

  seed() {
    const { view } = this;
    const parts = [], words = [];
    for (const [i, seed] of view.seeds) {
      const [markup, text] = view.gradientOf(i);
      parts.push(isArray(seed) ? make("div", {}, math(markup), matrix(seed, text)) : math(`<mrow>${markup}<mo>=</mo>${mn(shown(seed))}</mrow>`));
      words.push(`${text} = ${brief(seed, 6)}`);
    }
    const itself = view.seeds.length === 1 && num(view.seeds[0][1]) === 1;
    const origin = view.seeds.some(([i]) => view.origin(i) !== START) ? "this flows in from what is not shown" : START;
    parts.push(make("p", { class: "soft" }, itself ? "The result changes by as much as itself: the backward pass starts here." : `Given: ${origin}.`));
    return ["Seed", `${words.join(", ")}: ${origin}`, parts];
  },

  backward(step) {
    const { view, at } = this;
    const value = view.values[step.value], use = value.uses[step.use], to = view.values[use.of];
    const formula = view.formulas[value.formula];
    const [target, targetText] = view.gradientOf(use.of);
    const upstream = view.total(step.value);
    const before = view.gradient(use.of, at - 1), after = view.gradient(use.of, at);
    const scalar = !isArray(use.part) && !isArray(upstream) && !value.count;
    const parts = [], list = make("dl");
    const row = (term, ...content) => list.append(make("dt", {}, term), make("dd", {}, ...content));
    let text = `${value.name} hands on to ${to.name}`;
    if (formula?.parts[step.use]) {
      const [markup, words] = filled(formula.parts[step.use], view.fill(step.value, "names"));
      parts.push(math(`<mrow>${target}<mo>+=</mo>${markup}</mrow>`));
      text += `: ${targetText} += ${words}`;
      if (scalar) {
        row("upstream", math(`<mrow>${view.gradientOf(step.value)[0]}<mo>=</mo>${mn(shown(upstream))}</mrow>`));
        if (formula.slopes?.[step.use]) {
          const [slope, slopeText] = filled(formula.slopes[step.use], view.fill(step.value, "names")), [numbers, numbersText] = filled(formula.slopes[step.use], view.fill(step.value, "numbers"));
          const x = RULES[value.formula].d[step.use](1, num(value.data), ...value.uses.map(({ of }) => num(view.values[of].data)));
          const chain = [slope, ...(numbersText === slopeText ? [] : [numbers]), ...(numbersText === shown(x) || slopeText === shown(x) ? [] : [mn(shown(x))])];
          row("local", math(`<mrow>${fraction(value.math, to.math)}<mo>=</mo>${chain.join("<mo>=</mo>")}</mrow>`));
          row("product", math(`<mrow>${mn(negative(shown(upstream)))}<mo>·</mo>${mn(negative(shown(x)))}<mo>=</mo>${mn(shown(use.part))}</mrow>`));
        }
        const spoken = filled(formula.parts[step.use], view.fill(step.value, "numbers"))[1];
        const plain = spoken === shown(use.part); // handed on as it is
        text += plain ? ` = ${shown(use.part)}` : ` = ${spoken} = ${shown(use.part)}`;
      }
    } else parts.push(make("p", {}, `${targetText} += what ${value.name} = ${value.symbol}(…) makes of ${view.gradientOf(step.value)[1]}${use.words ? ` (${use.words})` : ""}`));
    if (!scalar || !formula) {
      row("upstream", matrix(upstream, view.gradientOf(step.value)[1]));
      const used = formula ? [...new Set(formula.parts[step.use][1].match(/[\ue001-\uf8ff]/g) ?? [])].map((gap) => (gap === RESULT ? value : view.values[value.uses[gap.charCodeAt(0) - FIRST].of])) : [];
      for (const factor of new Set(used)) row(factor.name, matrix(factor.data, factor.name));
      if (known(use.whole)) row("before summing", matrix(use.whole, "before it is summed over the axes that were broadcast"), make("p", { class: "soft" }, `summed over the axes that were broadcast: (${use.whole.shape.join(", ")}) to (${to.data.shape?.join(", ") ?? ""})`));
      row("adds", matrix(use.part, `what is added to ${targetText}`));
      text += `; it adds ${brief(use.part)}`;
    }
    if (known(before) && known(after) && !isArray(after)) {
      const sum = `${shown(before)} + ${negative(shown(use.part))} = ${shown(after)}`;
      row("sum so far", make("span", { class: "number strong" }, sum));
      text += `; ${targetText} is ${sum} now`;
    } else if (known(before) && known(after)) row("sum so far", matrix(after, targetText));
    return [`Backward: ${value.name} → ${to.name}`, text, [...parts, list]];
  },

  // --- the ledger of one value ---

  select(i) {
    this.selected = i;
    this.picture();
    this.ledger();
    if (i !== null && matchMedia("(max-width: 52rem)").matches) byId("ledger").scrollIntoView({ block: "nearest" });
    this.remember();
  },

  ledger() {
    const { view, at, selected } = this;
    const section = byId("ledger");
    if (selected === null) return section.replaceChildren(make("p", { class: "soft" }, "Choose a value in the picture, to see all that adds up to its gradient."));
    const value = view.values[selected];
    const parts = [make("h2", { tabindex: "-1" }, value.name, value.count ? ` (${value.count.toLocaleString("en")} values)` : "")];
    parts.push(make("p", { class: "soft" }, [value.symbol ? `made by ${value.symbol}` : value.kind, value.about, value.line].filter(Boolean).join(" · ")));
    if (value.check) parts.push(...this.verdict(value));
    for (const note of view.edited || at < view.steps.length - 1 ? [] : value.notes ?? []) parts.push(make("p", { class: "strong" }, note));
    if (view.editable && value.kind === "leaf") parts.push(this.editor(selected));
    else if (value.kind === "leaf" && view.fixed) parts.push(make("p", { class: "soft" }, view.fixed));
    if (isArray(value.data)) parts.push(make("h3", {}, "data"), matrix(value.data, `data of ${value.name}`));
    else if (!(view.editable && value.kind === "leaf")) parts.push(make("p", {}, "data ", make("span", { class: "number strong", id: "ledger-data" }, shown(value.data))));
    parts.push(...this.contributions(selected, at));
    section.replaceChildren(...parts);
  },

  editor(i) {
    const { view } = this;
    const value = view.values[i];
    const problem = make("p", { class: "problem", id: "edit-problem", role: "alert" });
    const field = make("input", { type: "text", id: "edit", inputmode: "decimal", autocomplete: "off", size: "12", value: String(value.data), "aria-describedby": "edit-problem" });
    field.addEventListener("change", () => {
      const text = field.value.trim(), number = Number(text);
      const bad = !/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) || !Number.isFinite(number);
      field.setAttribute("aria-invalid", String(bad));
      problem.textContent = bad ? `Expected a number such as 0.5, got ${text || "nothing"}; ${value.name} stays ${value.data}.` : "";
      if (bad) return;
      value.data = number;
      view.recompute();
      this.go(this.at);
      byId("edit").focus();
    });
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      field.value = String(value.data);
      problem.textContent = "";
    });
    const reset = view.edited && make("button", { type: "button", id: "reset", onclick: () => { view.reset(); this.go(this.at); } }, "back to the run");
    return make("div", {}, make("label", {}, "data ", field), " ", reset, problem);
  },

  contributions(i, at) {
    const { view } = this;
    if (!view.start.size) return [make("p", { class: "soft" }, "No gradient: nothing was given to start a backward pass from.")];
    const all = view.incoming[i], arrived = view.arrived(i, at);
    const parts = [make("h3", {}, `gradient ${view.gradientOf(i)[1]}`)];
    const seed = view.start.get(i);
    if (!all.length && !known(seed)) return [...parts, make("p", { class: "soft" }, view.values[i].kind === "constant" ? "A constant has none." : "Nothing flows back to it.")];
    const table = make("table", { class: "ledger" }, make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "from"), make("th", { scope: "col" }, "adds"))));
    const body = make("tbody");
    if (known(seed)) body.append(make("tr", { class: view.seeded <= at ? "" : "due" }, make("td", {}, make("button", { type: "button", onclick: () => this.go(view.seeded) }, "given"), make("div", { class: "soft" }, view.origin(i))), make("td", {}, matrix(seed, "given"))));
    for (const { consumer, k, use: { part, step } } of all) {
      const value = view.values[consumer], made = value.uses.map(({ of }) => view.values[of].kind === "constant" && !isArray(view.values[of].data) ? shown(view.values[of].data) : view.values[of].name);
      const again = value.uses.filter(({ of }) => of === i).length > 1 ? `, as operand ${k + 1}` : "";
      const formula = view.formulas[value.formula]?.parts[k];
      const words = formula ? filled(formula, view.fill(consumer, "names"))[1] : value.uses[k].words;
      body.append(make("tr", { class: step <= at ? "" : "due" },
        make("td", {}, make("button", { type: "button", onclick: () => this.go(step) }, `${value.name} = ${value.symbol}(${made.length > 4 ? `… ${view.values[i].name} …` : made.join(", ")}${value.more ? ", …" : ""})${again}`), words ? make("div", { class: "soft" }, words) : ""),
        make("td", {}, isArray(part) ? matrix(part, `from ${value.name}`) : shown(part))));
    }
    const sum = view.gradient(i, at);
    const foot = make("tfoot", {}, make("tr", {}, make("td", {}, arrived < all.length || at < view.seeded ? `so far, ${arrived} of ${all.length}` : "sum"), make("td", { id: "ledger-grad" }, known(sum) ? (isArray(sum) ? matrix(sum, "sum") : shown(sum)) : "–")));
    table.append(body, foot);
    parts.push(make("div", { class: "scroll" }, table));
    const { grad, note } = view.values[i];
    if (note && !view.edited) parts.push(make("p", { class: "soft" }, note));
    return parts;
  },

  verdict({ check }) {
    const parts = [make("h3", {}, "your gradient"), make("p", { class: check.wrong ? "wrong" : "" }, check.words)];
    for (const line of check.lines ?? []) parts.push(make("p", {}, line));
    if (check.trio) {
      const list = make("dl");
      for (const [who, x] of Object.entries(check.trio)) list.append(make("dt", {}, who), make("dd", { class: "number" }, shown(x, 9)));
      parts.push(make("p", { class: "soft" }, check.where.length ? `at [${check.where.join(", ")}]:` : ""), list);
    }
    if (isArray(check.hand)) {
      const table = matrix(check.hand, "by hand");
      if (check.wrong && check.hand.rows) table.querySelectorAll("tr")[check.at[0]]?.children[check.at[1]]?.classList.add("cell");
      parts.push(make("p", { class: "soft" }, "by hand:"), table);
    }
    return parts;
  },
});
