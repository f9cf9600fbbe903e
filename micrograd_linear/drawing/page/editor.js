// Other numbers in the leaves: typed into a field, dragged, or turned with the arrow keys.

const PIXELS = 4; // that a pointer moves for one unit

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
      if (!read.problem) this.edit(i, read.number);
    });
    field.addEventListener("keydown", (event) => {
      const turn = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (turn) {
        event.preventDefault();
        this.turn(i, turn, event.shiftKey);
      }
      if (event.key !== "Escape") return;
      event.stopPropagation();
      field.value = String(value.data);
      problem.textContent = "";
    });
    const label = make("label", {}, "data ", field);
    const handle = make("span", { class: "handle", title: "drag to change the number" }, "↔ drag");
    this.draggable(this.view, handle, i);
    return make("div", {}, label, " ", handle, " ", this.resetButton(), problem);
  },

  edit(i, number) {
    const { view } = this;
    view.values[i].data = number;
    view.recompute();
    const focused = document.activeElement?.id === "edit";
    this.go(this.at);
    if (focused) byId("edit")?.focus();
  },

  turn(i, direction, isLarge) {
    this.edit(i, moved(this.view.values[i].data, direction * (isLarge ? 100 : 10)));
  },

  /** What ↑ and ↓ do: they turn the number of the leaf that is chosen, if it can be edited. */
  turner(direction, isLarge) {
    const { view, selected } = this;
    const isLeaf = selected !== null && view.editable && view.values[selected].kind === "leaf";
    return isLeaf && (() => this.turn(selected, direction, isLarge));
  },

  /** A number that a pointer drags: to the right and up is more. */
  draggable(view, element, i) {
    if (element.dataset.draggable) return;
    element.dataset.draggable = "yes";
    element.classList.add("draggable");
    const now = () => (view.canvas === this.view.canvas ? this.view : view);
    element.addEventListener("pointerdown", (event) => {
      event.stopPropagation();
      event.preventDefault();
      const start = now().values[i].data;
      if (this.selected !== i) this.select(i);
      const move = (next) => {
        const far = next.clientX - event.clientX - (next.clientY - event.clientY);
        const number = moved(start, Math.round(far / PIXELS));
        if (number !== now().values[i].data) this.edit(i, number);
      };
      const end = () => {
        removeEventListener("pointermove", move);
        document.body.classList.remove("turning");
      };
      document.body.classList.add("turning");
      addEventListener("pointermove", move);
      addEventListener("pointerup", end, { once: true });
      addEventListener("pointercancel", end, { once: true });
    });
  },

  /** The way back to the engine's own numbers; nothing where they are there. */
  resetButton() {
    const { view } = this;
    const onclick = () => {
      view.reset();
      this.go(this.at);
    };
    const button = { type: "button", id: "reset", onclick };
    return view.edited && make("button", button, "Reset");
  }
});
