// The picture of the page: its numbers, its marks, and what stands where in it.

Object.assign(page, {
  /**
   * Every box can be reached by keyboard, and says what it is; pointers move and enlarge the
   * picture.
   */
  prepare(view) {
    view.svg = view.canvas.querySelector("svg");
    view.paper = view.svg.getAttribute("viewBox").split(/\s+/).map(Number);
    view.whole = [...view.paper];
    view.notes = [...view.canvas.querySelectorAll(`text[fill="${NOTE}"]`)];
    this.prepareCards(view);
    this.label(view);
    this.movable(view);
    view.canvas.addEventListener("click", (event) => {
      const box = event.target.closest("g.box");
      if (!box || view.moved) return;
      const i = view.current.values.findIndex(({ id }) => id === box.dataset.id);
      if (i >= 0) this.select(i);
    });
    new ResizeObserver(() => view.canvas === this.view?.canvas && this.frame(this.view)).observe(
      view.canvas
    );
  },

  /** What can be chosen in the picture, and the places for numbers in it. */
  label(view) {
    view.current = view;
    view.values.forEach((value, i) => {
      const box = view.element(value.id);
      if (!box) return;
      box.classList.add("box");
      box.dataset.id = value.id;
      for (const [key, text] of [
        ["tabindex", "0"],
        ["role", "button"],
        ["aria-label", this.inWords(view, i)]
      ])
        box.setAttribute(key, text);
      box.onkeydown = (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        event.stopPropagation();
        this.select(this.view.values.findIndex(({ id }) => id === value.id));
      };
    });
    const places = new Map(view.values.map((value, i) => [value.place ?? i, i]));
    view.texts = view.values.map(() => ({ data: [], grad: [] }));
    for (const kind of ["data", "grad"])
      view.canvas.querySelectorAll(`[data-${kind}]`).forEach((text) => {
        const i = places.get(Number(text.dataset[kind]));
        if (i !== undefined) view.texts[i][kind].push(text);
      });
    if (view.editable)
      view.values.forEach((value, i) => {
        if (value.kind !== "leaf") return;
        for (const text of view.texts[i].data) this.draggable(view, text, i);
      });
  },

  inWords(view, i) {
    const value = view.values[i];
    const origin = value.symbol ? `made by ${value.symbol}` : value.kind;
    const about = value.about ? `, ${value.about}` : "";
    return `${value.name}, ${origin}${about}; data ${brief(value.data)}`;
  },

  /** The size of the pane that the picture is in. */
  pane(view) {
    const { clientWidth, clientHeight } = view.canvas;
    return { width: Math.max(clientWidth - 16, 1), height: Math.max(clientHeight - 8, 1) };
  },

  /** The picture where the window has room for it: beside what is explained, or above it. */
  frame(view) {
    const screen = { width: innerWidth, height: innerHeight };
    const main = document.querySelector("main");
    const stacked = isStacked(view.whole, screen);
    main.classList.toggle("stacked", stacked);
    main.style.gridTemplateRows = stacked ? `${heightAbove(view.whole, screen)}px auto` : "";
    if (view.canvas.clientWidth < 50 || view.canvas.clientHeight < 50) return;
    const enlarged = view.box && view.framed !== true;
    if (!enlarged) this.zoom(0);
    if (this.at >= 0 && view.texts) this.picture();
  },

  /** Numbers into the places that the picture has for them: one each, or one for all. */
  write(places, a) {
    for (const place of places) {
      const text = textOfPlace(a, place.dataset.cell);
      if (place.textContent !== text) place.textContent = text;
    }
  },

  /** Only what looks different from before is touched: a step of 300 cards takes no time. */
  mark(view, marks) {
    const looks = new Map();
    for (const [id, ...words] of marks) {
      const element = view.element(id);
      if (element) looks.set(element, new Set([...(looks.get(element) ?? []), ...words]));
    }
    for (const [element, words] of view.canvas.marked ?? [])
      for (const word of words)
        if (!looks.get(element)?.has(word)) element.classList.remove(word);
    for (const [element, words] of looks)
      for (const word of words)
        if (!element.classList.contains(word)) element.classList.add(word);
    view.canvas.marked = looks;
  },

  picture() {
    const { view, at } = this;
    view.canvas.classList.toggle("edited", view.edited);
    view.values.forEach((value, i) => {
      const { data, grad } = view.texts[i];
      const numbers = numbersAt(view, i, at);
      const before = (view.written ??= [])[i];
      if (before?.data !== numbers.data) this.write(data, numbers.data);
      if (before?.grad !== numbers.grad) this.write(grad, numbers.grad);
      view.written[i] = numbers;
    });
    // What is odd about the run is said when it is over.
    const finished = !view.edited && view.until(at) === view.steps.length - 1;
    for (const note of view.notes) note.style.visibility = finished ? "" : "hidden";
    const { marks, centre } = marksAt(view, at);
    if (this.selected !== null) marks.push([view.values[this.selected].id, "selected"]);
    this.mark(view, marks);
    const place = centre && (view.element(centre) ?? view.element(centre.split("_")[0]));
    if (place) this.keepInSight(view, place);
    else if (at < 0 && view.framed === "followed") this.zoom(0);
  }
});
