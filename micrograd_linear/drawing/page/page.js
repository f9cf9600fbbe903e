// The page: its controls, its address, and what is chosen.

const page = {
  views: [],
  view: null,
  at: -1,
  selected: null,
  timer: null,
  speed: 1,

  start(data) {
    this.views = data.views.map((run, i) => this.viewOf(run, byId(`canvas-${i}`), new Set()));
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
      fit: () => this.zoom(0),
      help: () => this.help()
    }))
      byId(id).addEventListener("click", act);
    byId("fold")?.addEventListener("click", () => this.openAll());
    byId("search").addEventListener("input", () => this.search());
    byId("search").addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.search(true);
      if (event.key === "Escape") event.target.blur();
    });
    byId("everything").addEventListener("toggle", () => this.list());
    document.addEventListener("keydown", (event) => this.key(event));
    for (const kind of ["pointerover", "pointerout"])
      document.addEventListener(kind, (event) => this.pointAt(event, kind === "pointerover"));
    addEventListener("hashchange", () => this.address());
    const address = location.hash;
    this.show(this.views[0]);
    this.address(address);
  },

  /** The view of a run with some of its cards open. */
  viewOf(run, canvas, open) {
    const view = new View(withCards(run, open), canvas);
    return Object.assign(view, { run, open });
  },

  show(view) {
    this.play(false);
    this.view = view;
    this.views.forEach((other) => (other.canvas.hidden = other !== view));
    byId("folded").textContent = view.folded;
    this.pressed();
    this.phases();
    this.selected = null;
    byId("search").value = "";
    this.search();
    this.frame(view);
    this.go(-1);
  },

  /** The slider says where forward ends and backward begins. */
  phases() {
    const { view } = this;
    const phases = phasesOf(view);
    byId("slider").max = view.steps.length;
    byId("slider").disabled = byId("play").disabled = !view.steps.length;
    byId("phases").replaceChildren(
      make("span", { class: "overview" }),
      ...phases.map(({ name, steps }) => {
        const part = make("span", { class: name }, name);
        part.style.flexGrow = steps;
        return part;
      })
    );
  },

  key(event) {
    const { target } = event;
    if (event.key === "Escape") return byId("guide").open || this.select(null);
    if (isElsewhere(event)) return;
    const act = this.actOf(event);
    if (!act) return;
    event.preventDefault();
    if (target.type === "range" && event.key.startsWith("Arrow")) byId("slider").blur();
    act();
  },

  actOf(event) {
    return {
      ArrowRight: () => this.go(this.at + 1),
      ArrowLeft: () => this.go(this.at - 1),
      ArrowUp: this.turner(1, event.shiftKey),
      ArrowDown: this.turner(-1, event.shiftKey),
      Home: () => this.go(-1),
      End: () => this.go(this.view.steps.length - 1),
      "/": () => byId("search").focus(),
      "?": () => this.help(),
      "+": () => this.zoom(1.25),
      "-": () => this.zoom(0.8),
      0: () => this.zoom(0),
      o: () => this.selected !== null && this.toggleCard(this.view.values[this.selected].id),
      ...(event.target.matches?.("button, summary, [role=button]")
        ? {}
        : { " ": () => this.play(!this.timer) })
    }[event.key];
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
    byId("play").textContent = on ? "Pause" : "Play";
  },

  faster() {
    this.speed = { 1: 4, 4: 16, 16: 1 }[this.speed];
    byId("speed").textContent = `Speed ${this.speed}×`;
    if (this.timer) this.play(true);
  },

  go(at, playing = false) {
    if (!playing) this.play(false);
    const { view } = this;
    const last = view.steps.length - 1;
    this.at = Math.min(Math.max(at, -1), last);
    byId("slider").value = this.at + 1;
    const place = placeInWords(view, this.at);
    byId("count").textContent = place;
    byId("slider").setAttribute("aria-valuetext", place);
    byId("forward").textContent = this.at < 0 ? "Step through ▶" : "Next step ▶";
    for (const id of ["first", "back"]) byId(id).disabled = this.at < 0;
    for (const id of ["forward", "last"]) byId(id).disabled = this.at >= last;
    const root = view.values.at(-1);
    const result = view.seeds.length === 1 ? `${root.name} = ${brief(root.data)}` : view.title;
    byId("title").textContent = view.edited ? `${result}, edited values` : view.title;
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
    byId("ledger").hidden = this.selected === null;
    const parts = this.selected === null ? [] : explainValue(this.view, this.selected, this.at);
    byId("ledger").replaceChildren(...parts.map(render));
  },

  help() {
    const rows = GUIDE.map(([what, how]) => row(what, words(how)));
    const parts = [heading(2, "Help"), listed(rows), legend(this.view)];
    byId("guidance").replaceChildren(...parts.map(render));
    byId("guide").showModal();
  },

  /** The card of a symbol is lit while it is pointed at, and the symbols of a card. */
  pointAt(event, on) {
    const symbol = event.target.closest?.("[data-value]");
    const id = symbol?.dataset.value ?? event.target.closest?.("g.box")?.dataset.id;
    if (!id) return;
    this.view.element(id)?.classList.toggle("lit", on);
    document
      .querySelectorAll(`[data-value="${id}"]`)
      .forEach((element) => element.classList.toggle("lit", on));
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

  // --- the address: #step=7&value=v3&open=v9 ---

  remember() {
    const { view } = this;
    const value = this.selected === null ? "" : `&value=${view.values[this.selected].id}`;
    const open = view.open.size ? `&open=${[...view.open].join(",")}` : "";
    const folded = view === this.views[0] ? "" : "&folded";
    try {
      history.replaceState(null, "", `#step=${this.at + 1}${value}${open}${folded}`);
    } catch {
      /* a sandboxed frame has no address */
    }
  },

  address(hash = location.hash) {
    const words = new URLSearchParams(hash.slice(1));
    if (words.has("folded") && this.views[1] && this.view !== this.views[1])
      this.show(this.views[1]);
    if (words.has("open")) this.open(new Set(words.get("open").split(",")));
    const i = this.view.values.findIndex((value) => value.id === words.get("value"));
    if (i >= 0) this.selected = i;
    const step = Number.parseInt(words.get("step"), 10);
    this.go(Number.isNaN(step) ? this.at : step - 1);
  }
};

/** Whether a key is meant for something else: a text, the open help, the browser. */
function isElsewhere({ target, ctrlKey, metaKey, altKey }) {
  const inText = target.matches?.("input[type=text], input[type=search]");
  return inText || byId("guide").open || ctrlKey || metaKey || altKey;
}
