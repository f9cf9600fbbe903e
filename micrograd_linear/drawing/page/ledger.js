// The ledger of one value: its data, and all that adds up to its gradient.

Object.assign(page, {
  select(i) {
    this.selected = i;
    this.picture();
    this.ledger();
    if (i !== null && matchMedia("(max-width: 52rem)").matches)
      byId("ledger").scrollIntoView({ block: "nearest" });
    this.remember();
  },

  ledger() {
    const { view, at, selected } = this;
    const section = byId("ledger");
    if (selected === null)
      return section.replaceChildren(
        make(
          "p",
          { class: "soft" },
          "Choose a value in the picture, to see all that adds up to its gradient."
        )
      );
    const value = view.values[selected];
    const parts = [
      make(
        "h2",
        { tabindex: "-1" },
        value.name,
        value.count ? ` (${value.count.toLocaleString("en")} values)` : ""
      )
    ];
    parts.push(
      make(
        "p",
        { class: "soft" },
        [value.symbol ? `made by ${value.symbol}` : value.kind, value.about, value.line]
          .filter(Boolean)
          .join(" · ")
      )
    );
    if (value.check) parts.push(...this.verdict(value));
    for (const note of view.edited || at < view.steps.length - 1 ? [] : (value.notes ?? []))
      parts.push(make("p", { class: "strong" }, note));
    if (view.editable && value.kind === "leaf") parts.push(this.editor(selected));
    else if (value.kind === "leaf" && view.fixed)
      parts.push(make("p", { class: "soft" }, view.fixed));
    if (isArray(value.data))
      parts.push(make("h3", {}, "data"), matrix(value.data, `data of ${value.name}`));
    else if (!(view.editable && value.kind === "leaf"))
      parts.push(
        make(
          "p",
          {},
          "data ",
          make("span", { class: "number strong", id: "ledger-data" }, shown(value.data))
        )
      );
    parts.push(...this.contributions(selected, at));
    section.replaceChildren(...parts);
  },

  editor(i) {
    const { view } = this;
    const value = view.values[i];
    const problem = make("p", { class: "problem", id: "edit-problem", role: "alert" });
    const field = make("input", {
      type: "text",
      id: "edit",
      inputmode: "decimal",
      autocomplete: "off",
      size: "12",
      value: String(value.data),
      "aria-describedby": "edit-problem"
    });
    field.addEventListener("change", () => {
      const text = field.value.trim(),
        number = Number(text);
      const bad = !/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) || !Number.isFinite(number);
      field.setAttribute("aria-invalid", String(bad));
      problem.textContent = bad
        ? `Expected a number such as 0.5, got ${text || "nothing"}; ` +
          `${value.name} stays ${value.data}.`
        : "";
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
    const reset =
      view.edited &&
      make(
        "button",
        {
          type: "button",
          id: "reset",
          onclick: () => {
            view.reset();
            this.go(this.at);
          }
        },
        "back to the run"
      );
    return make("div", {}, make("label", {}, "data ", field), " ", reset, problem);
  },

  contributions(i, at) {
    const { view } = this;
    if (!view.start.size)
      return [
        make(
          "p",
          { class: "soft" },
          "No gradient: nothing was given to start a backward pass from."
        )
      ];
    const all = view.incoming[i],
      arrived = view.arrived(i, at);
    const parts = [make("h3", {}, `gradient ${view.gradientOf(i)[1]}`)];
    const seed = view.start.get(i);
    if (!all.length && !known(seed))
      return [
        ...parts,
        make(
          "p",
          { class: "soft" },
          view.values[i].kind === "constant" ? "A constant has none." : "Nothing flows back to it."
        )
      ];
    const table = make(
      "table",
      { class: "ledger" },
      make(
        "thead",
        {},
        make("tr", {}, make("th", { scope: "col" }, "from"), make("th", { scope: "col" }, "adds"))
      )
    );
    const body = make("tbody");
    if (known(seed))
      body.append(
        make(
          "tr",
          { class: view.seeded <= at ? "" : "due" },
          make(
            "td",
            {},
            make("button", { type: "button", onclick: () => this.go(view.seeded) }, "given"),
            make("div", { class: "soft" }, view.origin(i))
          ),
          make("td", {}, matrix(seed, "given"))
        )
      );
    for (const contribution of all) body.append(this.contribution(i, contribution, at));
    const sum = view.gradient(i, at);
    const foot = make(
      "tfoot",
      {},
      make(
        "tr",
        {},
        make(
          "td",
          {},
          arrived < all.length || at < view.seeded ? `so far, ${arrived} of ${all.length}` : "sum"
        ),
        make(
          "td",
          { id: "ledger-grad" },
          known(sum) ? (isArray(sum) ? matrix(sum, "sum") : shown(sum)) : "–"
        )
      )
    );
    table.append(body, foot);
    parts.push(make("div", { class: "scroll" }, table));
    const { note } = view.values[i];
    if (note && !view.edited) parts.push(make("p", { class: "soft" }, note));
    return parts;
  },

  /** The row of what one use of a value adds to its gradient. */
  contribution(i, { consumer, k, use: { part, step } }, at) {
    const { view } = this;
    const value = view.values[consumer],
      names = value.uses.map(({ of }) =>
        view.values[of].kind === "constant" && !isArray(view.values[of].data)
          ? shown(view.values[of].data)
          : view.values[of].name
      );
    const again = value.uses.filter(({ of }) => of === i).length > 1 ? `, as operand ${k + 1}` : "";
    const operands = names.length > 4 ? `… ${view.values[i].name} …` : names.join(", ");
    const call = `${value.symbol}(${operands}${value.more ? ", …" : ""})`;
    const formula = view.formulas[value.formula]?.parts[k];
    const words = formula ? filled(formula, view.fill(consumer, "names"))[1] : value.uses[k].words;
    return make(
      "tr",
      { class: step <= at ? "" : "due" },
      make(
        "td",
        {},
        make(
          "button",
          { type: "button", onclick: () => this.go(step) },
          `${value.name} = ${call}${again}`
        ),
        words ? make("div", { class: "soft" }, words) : ""
      ),
      make("td", {}, isArray(part) ? matrix(part, `from ${value.name}`) : shown(part))
    );
  },

  verdict({ check }) {
    const parts = [
      make("h3", {}, "your gradient"),
      make("p", { class: check.wrong ? "wrong" : "" }, check.words)
    ];
    for (const line of check.lines ?? []) parts.push(make("p", {}, line));
    if (check.trio) {
      const list = make("dl");
      for (const [who, x] of Object.entries(check.trio))
        list.append(make("dt", {}, who), make("dd", { class: "number" }, shown(x, 9)));
      parts.push(
        make("p", { class: "soft" }, check.where.length ? `at [${check.where.join(", ")}]:` : ""),
        list
      );
    }
    if (isArray(check.hand)) {
      const table = matrix(check.hand, "by hand");
      if (check.wrong && check.hand.rows)
        table.querySelectorAll("tr")[check.at[0]]?.children[check.at[1]]?.classList.add("cell");
      parts.push(make("p", { class: "soft" }, "by hand:"), table);
    }
    return parts;
  }
});
