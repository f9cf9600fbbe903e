// The page: its controls, its picture, its address.

const SMALL = 0.35,
  READABLE = 0.6;

const page = {
  views: [],
  view: null,
  at: -1,
  selected: null,
  timer: null,
  speed: 1,

  start() {
    const data = JSON.parse(byId("data").textContent);
    this.views = data.views.map((view, i) => new View(view, byId(`canvas-${i}`)));
    this.views.forEach((view) => this.prepare(view));
    byId("slider").addEventListener("input", (event) => this.go(Number(event.target.value) - 1));
    for (const [id, act] of Object.entries({
      first: () => this.go(-1),
      back: () => this.go(this.at - 1),
      forward: () => this.go(this.at + 1),
      last: () => this.go(this.view.steps.length - 1),
      play: () => this.play(!this.timer),
      speed: () => this.faster(),
      larger: () => this.zoom(1.25),
      smaller: () => this.zoom(0.8),
      fit: () => this.zoom(0)
    }))
      byId(id).addEventListener("click", act);
    byId("fold")?.addEventListener("click", () =>
      this.show(this.view === this.views[0] ? this.views[1] : this.views[0])
    );
    byId("search").addEventListener("input", () => this.search());
    byId("search").addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.search(true);
      if (event.key === "Escape") event.target.blur();
    });
    byId("everything").addEventListener("toggle", () => this.list());
    document.addEventListener("keydown", (event) => this.key(event));
    addEventListener("hashchange", () => this.address());
    const address = location.hash;
    this.show(this.views[0]);
    this.address(address);
  },

  /**
   * Every box can be reached by keyboard, and says what it is; pointers move and enlarge the
   * picture.
   */
  prepare(view) {
    view.values.forEach((value, i) => {
      const box = view.element(value.id);
      if (!box) return;
      box.classList.add("box");
      box.querySelector("title")?.remove();
      for (const [key, text] of [
        ["tabindex", "0"],
        ["role", "button"],
        ["aria-label", this.inWords(view, i)]
      ])
        box.setAttribute(key, text);
      box.addEventListener("click", () => !view.moved && this.select(i));
      box.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        event.stopPropagation();
        this.select(i);
      });
    });
    view.canvas
      .querySelectorAll("g.edge > title, g.graph > title, g.node > title")
      .forEach((title) => title.remove());
    view.svg = view.canvas.querySelector("svg");
    view.whole = view.svg.getAttribute("viewBox").split(/\s+/).map(Number);
    view.box = [...view.whole];
    view.texts = view.values.map(() => ({ data: [], grad: [] }));
    for (const kind of ["data", "grad"])
      view.svg
        .querySelectorAll(`[data-${kind}]`)
        .forEach((text) => view.texts[text.dataset[kind]][kind].push(text));
    view.notes = [...view.svg.querySelectorAll(`text[fill="${NOTE}"]`)];
    this.movable(view);
    new ResizeObserver(() => view === this.view && this.frame(view)).observe(view.canvas);
  },

  inWords(view, i) {
    const value = view.values[i];
    const origin = value.symbol ? `made by ${value.symbol}` : value.kind;
    const about = value.about ? `, ${value.about}` : "";
    return `${value.name}, ${origin}${about}; data ${brief(value.data)}`;
  },

  show(view) {
    this.play(false);
    this.view = view;
    this.views.forEach((other) => (other.canvas.hidden = other !== view));
    byId("folded").textContent = view.folded;
    byId("fold")?.setAttribute("aria-pressed", String(view !== this.views[0]));
    byId("slider").max = view.steps.length;
    this.selected = null;
    byId("search").value = "";
    this.search();
    this.frame(view);
    this.go(view.steps.length - 1);
  },

  /**
   * Where all of the picture would be too small to read, some of it is shown; this is done once,
   * when it is known how large the picture is.
   */
  frame(view) {
    const { clientWidth: width, clientHeight: height } = view.canvas;
    if (view.framed || width < 50 || height < 50) return;
    view.framed = true;
    const size = Math.min(width / view.whole[2], height / view.whole[3]); // pixels to a point
    if (size < SMALL) this.zoom(READABLE / size);
    if (this.at >= 0) this.picture();
  },

  key(event) {
    const inText = event.target.matches?.("input[type=text], input[type=search]");
    if (event.key === "Escape") return this.select(null);
    if (inText || event.ctrlKey || event.metaKey || event.altKey) return;
    const range = event.target.type === "range";
    const act = {
      ArrowRight: () => this.go(this.at + 1),
      ArrowLeft: () => this.go(this.at - 1),
      Home: () => this.go(-1),
      End: () => this.go(this.view.steps.length - 1),
      "/": () => byId("search").focus(),
      "+": () => this.zoom(1.25),
      "-": () => this.zoom(0.8),
      0: () => this.zoom(0),
      ...(event.target.matches?.("button, summary") ? {} : { " ": () => this.play(!this.timer) })
    }[event.key];
    if (!act) return;
    event.preventDefault();
    if (range && event.key.startsWith("Arrow")) byId("slider").blur();
    act();
  },

  play(on) {
    clearInterval(this.timer);
    this.timer = null;
    if (on) {
      if (this.at >= this.view.steps.length - 1) this.go(-1);
      this.timer = setInterval(
        () =>
          this.at >= this.view.steps.length - 1 ? this.play(false) : this.go(this.at + 1, true),
        1000 / this.speed
      );
    }
    byId("play").textContent = on ? "❚❚ pause" : "▶ play";
  },

  faster() {
    this.speed = { 1: 4, 4: 16, 16: 1 }[this.speed];
    byId("speed").textContent = `${this.speed}×`;
    if (this.timer) this.play(true);
  },

  go(at, playing = false) {
    if (!playing) this.play(false);
    const { view } = this;
    this.at = Math.min(Math.max(at, -1), view.steps.length - 1);
    byId("slider").value = this.at + 1;
    const step = view.steps[this.at];
    const phase = step
      ? { forward: "forward", seed: "seed", backward: "backward" }[step.kind]
      : "start";
    byId("count").textContent = `${this.at + 1} of ${view.steps.length} · ${phase}`;
    byId("slider").setAttribute(
      "aria-valuetext",
      `step ${this.at + 1} of ${view.steps.length}, ${phase}`
    );
    for (const [id, off] of [
      ["first", this.at < 0],
      ["back", this.at < 0],
      ["forward", this.at >= view.steps.length - 1],
      ["last", this.at >= view.steps.length - 1]
    ])
      byId(id).disabled = off;
    const root = view.values.at(-1);
    const result = view.seeds.length === 1 ? `${root.name} = ${brief(root.data)}` : view.title;
    byId("title").textContent = view.edited ? `${result}, with other numbers` : view.title;
    this.picture();
    this.explain();
    this.ledger();
    this.list();
    this.remember();
  },

  // --- the picture ---

  /** Numbers into the places that the picture has for them: one each, or one for all. */
  write(places, a) {
    for (const place of places) {
      const k = place.dataset.cell;
      const text =
        typeof a === "string" && !/^-?(nan|inf)$/.test(a)
          ? k === undefined || k === "0"
            ? a
            : ""
          : k === undefined
            ? brief(a)
            : shown(cells(a)[k], 4);
      if (place.textContent !== text) place.textContent = text;
    }
  },

  picture() {
    const { view, at } = this;
    const step = view.steps[at];
    view.canvas.classList.toggle("edited", view.edited);
    view.canvas
      .querySelectorAll(".now, .operand, .future, .back")
      .forEach((element) => element.classList.remove("now", "operand", "future", "back"));
    view.values.forEach((value, i) => {
      const later = view.made[i] > at,
        box = view.element(value.id);
      box?.classList.toggle("selected", this.selected === i);
      for (const element of [box, view.element(`${value.id}_op`)])
        if (later) element?.classList.add("future");
      const { data, grad } = view.texts[i];
      this.write(data, later ? "" : value.data);
      if (grad.length)
        this.write(
          grad,
          view.gradient(i, at) ?? (view.incoming[i].length || view.start.has(i) ? "·" : "")
        );
    });
    // What is odd about the run is said when it is over.
    const finished = !view.edited && at === view.steps.length - 1;
    for (const note of view.notes) note.style.visibility = finished ? "" : "hidden";
    if (!step) return;
    const mark = (id, name, edge) => {
      const element = view.element(id);
      element?.classList.add(name);
      if (edge) element?.classList.add("edge");
    };
    const value = view.values[step.value];
    if (step.kind === "backward") {
      mark(`${value.id}_op-${step.use}`, "now", true);
      mark(`${value.id}_op-${step.use}`, "back");
      mark(`${value.id}_op`, "now");
      mark(view.values[value.uses[step.use].of].id, "now");
      mark(value.id, "operand");
    } else {
      mark(value.id, "now");
      if (step.kind === "forward") {
        mark(`${value.id}_op`, "now");
        value.uses.forEach((use) => mark(view.values[use.of].id, "operand"));
      }
    }
    this.keepInSight(view, view.element(step.kind === "backward" ? `${value.id}_op` : value.id));
  },

  // --- everything as text, and the search ---

  list() {
    if (!byId("everything").open) return;
    const { view, at } = this;
    const table = make(
      "table",
      {},
      make(
        "thead",
        {},
        make(
          "tr",
          {},
          ...["value", "made by", "data", "gradient so far"].map((words) =>
            make("th", { scope: "col" }, words)
          )
        )
      )
    );
    const body = make("tbody");
    view.values.forEach((value, i) => {
      const later = view.made[i] > at,
        g = view.gradient(i, at);
      const made = value.symbol
        ? `${value.symbol}(${value.uses.map((use) => view.values[use.of].name).join(", ")})`
        : value.kind;
      body.append(
        make(
          "tr",
          {},
          make(
            "td",
            {},
            make("button", { type: "button", onclick: () => this.select(i) }, value.name)
          ),
          make("td", {}, made),
          make("td", {}, later ? "" : brief(value.data, 6)),
          make("td", {}, known(g) ? brief(g, 6) : "")
        )
      );
    });
    table.append(body);
    byId("list").replaceChildren(table);
  },

  search(choose = false) {
    const { view } = this;
    const words = byId("search").value.trim().toLowerCase();
    const found = [];
    view.values.forEach((value, i) => {
      const hit =
        words !== "" &&
        (value.name.toLowerCase().includes(words) || (value.symbol ?? "").toLowerCase() === words);
      view.element(value.id)?.classList.toggle("found", hit);
      if (hit) found.push(i);
    });
    byId("found").textContent = words ? `${found.length} found` : "";
    if (choose === true && found.length) {
      const next = found[(found.indexOf(this.selected) + 1) % found.length];
      this.select(next);
      this.keepInSight(view, view.element(view.values[next].id));
    }
  },

  // --- the address: #step=7&value=v3 ---

  remember() {
    const value = this.selected === null ? "" : `&value=${this.view.values[this.selected].id}`;
    try {
      history.replaceState(
        null,
        "",
        `#step=${this.at + 1}${value}${this.view === this.views[0] ? "" : "&folded"}`
      );
    } catch {
      /* a sandboxed frame has no address */
    }
  },

  address(hash = location.hash) {
    const words = new URLSearchParams(hash.slice(1));
    if (words.has("folded") && this.views[1] && this.view !== this.views[1])
      this.show(this.views[1]);
    const i = this.view.values.findIndex((value) => value.id === words.get("value"));
    if (i >= 0) this.selected = i;
    const step = Number.parseInt(words.get("step"), 10);
    this.go(Number.isNaN(step) ? this.at : step - 1);
  }
};
