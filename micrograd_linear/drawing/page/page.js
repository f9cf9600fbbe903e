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

  // --- what is explained, in words ---

  explain() {
    const { title, text, parts } = explainStep(this.view, this.at);
    byId("step").replaceChildren(make("h2", {}, title), ...parts.map(render));
    byId("say").textContent = `${title}. ${text}`;
    byId("text").textContent = text;
  },

  select(i) {
    this.selected = i;
    this.picture();
    this.ledger();
    if (i !== null && matchMedia("(max-width: 52rem)").matches)
      byId("ledger").scrollIntoView({ block: "nearest" });
    this.remember();
  },

  ledger() {
    const invitation = "Choose a value in the picture, to see all that adds up to its gradient.";
    const parts =
      this.selected === null
        ? [words(invitation, "soft")]
        : explainValue(this.view, this.selected, this.at);
    byId("ledger").replaceChildren(...parts.map(render));
  },

  // --- the picture ---

  /** Numbers into the places that the picture has for them: one each, or one for all. */
  write(places, a) {
    for (const place of places) {
      const text = textOfPlace(a, place.dataset.cell);
      if (place.textContent !== text) place.textContent = text;
    }
  },

  picture() {
    const { view, at } = this;
    view.canvas.classList.toggle("edited", view.edited);
    view.canvas
      .querySelectorAll(".now, .operand, .future, .back")
      .forEach((element) => element.classList.remove("now", "operand", "future", "back"));
    view.values.forEach((value, i) => {
      view.element(value.id)?.classList.toggle("selected", this.selected === i);
      const { data, grad } = view.texts[i];
      const numbers = numbersAt(view, i, at);
      this.write(data, numbers.data);
      this.write(grad, numbers.grad);
    });
    // What is odd about the run is said when it is over.
    const finished = !view.edited && at === view.steps.length - 1;
    for (const note of view.notes) note.style.visibility = finished ? "" : "hidden";
    const { marks, centre } = marksAt(view, at);
    for (const [id, ...looks] of marks) view.element(id)?.classList.add(...looks);
    if (centre) this.keepInSight(view, view.element(centre));
  },

  // --- everything as text, and the search ---

  list() {
    if (!byId("everything").open) return;
    const titles = ["value", "made by", "data", "gradient so far"];
    const head = titles.map((title) => make("th", { scope: "col" }, title));
    const rows = rowsAt(this.view, this.at).map(([name, ...others], i) => {
      const button = make("button", { type: "button", onclick: () => this.select(i) }, name);
      const cellsOfRow = [button, ...others].map((content) => make("td", {}, content));
      return make("tr", {}, ...cellsOfRow);
    });
    const table = make("table", {}, make("thead", {}, make("tr", {}, ...head)));
    table.append(make("tbody", {}, ...rows));
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
