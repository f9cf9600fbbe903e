// Other numbers in the leaves: the field in which one is edited, and what is wrong with a text.

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

Object.assign(page, {
  editor(i) {
    const value = this.view.values[i];
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
      const read = readNumber(field.value.trim(), value);
      field.setAttribute("aria-invalid", String(read.problem !== ""));
      problem.textContent = read.problem;
      if (!read.problem) this.edit(value, read.number);
    });
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      field.value = String(value.data);
      problem.textContent = "";
    });
    const label = make("label", {}, "data ", field);
    return make("div", {}, label, " ", this.resetButton(), problem);
  },

  edit(value, number) {
    value.data = number;
    this.view.recompute();
    this.go(this.at);
    byId("edit").focus();
  },

  /** The way back to the engine's own numbers; nothing where they are there. */
  resetButton() {
    const { view } = this;
    const onclick = () => {
      view.reset();
      this.go(this.at);
    };
    const button = { type: "button", id: "reset", onclick };
    return view.edited && make("button", button, "back to the run");
  }
});
