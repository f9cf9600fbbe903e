// Cards that open where they stand: the rest of the picture makes room, and comes back.

const SVG = "http://www.w3.org/2000/svg";

/** An element of the picture. */
function makeSvg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const HEAD = 20; // above an open card: its title, and the way to close it
const EDGE = 8;

Object.assign(page, {
  /** What can be opened: for each, the picture of its inside, which is put where it belongs. */
  prepareCards(view) {
    view.insides = new Map();
    for (const [id, markup] of Object.entries(view.inner)) {
      const holder = make("div");
      holder.innerHTML = markup; // Python wrote it: its names are escaped there
      const inner = holder.querySelector("svg");
      const [x, y, width, height] = inner.getAttribute("viewBox").split(/\s+/).map(Number);
      const card = view.run.cards.find(({ of }) => view.run.values[of].id === id);
      const content = makeSvg("g", {}, ...inner.querySelectorAll("g.graph"));
      content.setAttribute("transform", `translate(${EDGE - x} ${HEAD - y})`);
      const size = { width: width + 2 * EDGE, height: height + HEAD + EDGE };
      const frame = makeSvg("rect", { class: "frame", rx: 6, ...size });
      const title = makeSvg("text", { class: "close", x: EDGE, y: 14 }, `⊟ ${card.symbol}`);
      const group = makeSvg("g", { class: "opened", visibility: "hidden" });
      group.append(frame, title, content);
      this.pressable(title, `close ${card.symbol}`, () => this.toggleCard(id));
      const closed = view.element(`${id}_op`) ?? view.element(id);
      view.svg.querySelector("g.graph").append(group);
      const sign = makeSvg("text", { class: "open" }, "⊞");
      this.pressable(sign, `open ${card.symbol}`, () => this.toggleCard(id));
      if (closed.id.endsWith("_op")) closed.onclick = () => view.moved || this.toggleCard(id);
      view.insides.set(id, { group, closed, sign, ...size });
    }
    if (view.insides.size) view.elements = null;
    this.measure(view);
  },

  pressable(element, words, act) {
    for (const [key, text] of [
      ["tabindex", "0"],
      ["role", "button"],
      ["aria-label", words]
    ])
      element.setAttribute(key, text);
    element.addEventListener("click", (event) => {
      event.stopPropagation();
      act();
    });
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      act();
    });
  },

  /** Where everything stands while all cards are closed. */
  measure(view) {
    if (view.scene || !view.canvas.clientWidth) return;
    const graph = view.svg.querySelector("g.graph");
    const nodes = [...graph.children].filter((element) => element.matches("g.node"));
    const rects = nodes.map((element) => {
      const { x, y, width, height } = element.getBBox();
      return { x, y, width, height, element };
    });
    const edges = [...graph.children]
      .filter((element) => element.matches("g.edge"))
      .map((element) => this.lineOf(element, rects));
    const frames = [...graph.children]
      .filter((element) => element.matches("g.cluster"))
      .map((element) => this.frameAround(element, rects));
    const matrix = graph.transform.baseVal.consolidate().matrix;
    view.scene = { rects, edges, frames, offset: [matrix.e, matrix.f] };
    for (const inside of view.insides.values()) {
      inside.rect = rects.find(({ element }) => element === inside.closed);
      inside.inFrame = frames.some(({ members }) => members.includes(inside.rect));
      const { x, y, width } = inside.rect;
      inside.sign.setAttribute("x", x + width - 13);
      inside.sign.setAttribute("y", y + 12);
      inside.closed.append(inside.sign);
    }
    this.minimap(view);
  },

  lineOf(element, rects) {
    const path = element.querySelector("path");
    const text = path?.getAttribute("d") ?? "";
    const pairs = text.match(/-?[\d.]+,-?[\d.]+/g) ?? [];
    const points = pairs.map((pair) => pair.split(",").map(Number));
    const shape = text.split(/-?[\d.]+,-?[\d.]+/);
    const rest = [...element.querySelectorAll("polygon, text")];
    const arrow = element.querySelector("polygon")?.getBBox();
    const tip = arrow && [arrow.x + arrow.width / 2, arrow.y + arrow.height / 2];
    const ends = points.length
      ? [nearest(rects, points[0]), nearest(rects, tip ?? points.at(-1))]
      : [];
    return { element, path, points, shape, rest, ends };
  },

  toggleCard(id) {
    const open = new Set(this.view.open);
    if (!this.view.insides.has(id)) return;
    if (!open.delete(id)) open.add(id);
    this.open(open);
    const { group, sign } = this.view.insides.get(id);
    this.keepInSight(this.view, open.has(id) ? group : sign.parentNode);
    (open.has(id) ? group.querySelector(".close") : sign).focus({ preventScroll: true });
  },

  openAll() {
    if (this.views[1])
      return this.show(this.view === this.views[0] ? this.views[1] : this.views[0]);
    const all = [...this.view.insides.keys()];
    this.open(new Set(this.view.open.size < all.length ? all : []));
  },

  pressed() {
    const { view } = this;
    const { open, insides } = view;
    const all = this.views[1] ? view !== this.views[0] : open.size && open.size === insides.size;
    byId("fold")?.setAttribute("aria-pressed", String(Boolean(all)));
  },

  /** The same run with other cards open, at the same step. */
  open(ids) {
    const before = this.view;
    const open = new Set([...ids].filter((id) => before.insides.has(id)));
    const view = this.viewOf(before.run, before.canvas, open);
    for (const key of ["svg", "paper", "notes", "insides", "scene", "moved"])
      view[key] = before[key];
    this.views = this.views.map((other) => (other === before ? view : other));
    const at = sameStep(before, this.at, view);
    const chosen = this.selected === null ? null : before.values[this.selected].id;
    this.view = view;
    this.makeRoom(view);
    this.label(view);
    const i = view.values.findIndex(({ id }) => id === chosen);
    this.selected = i < 0 ? null : i;
    this.pressed();
    this.phases();
    this.frame(view);
    this.go(at);
  },

  /** The frame of a module's call, and what stands in it. */
  frameAround(element, rects) {
    const { x, y, width, height } = element.querySelector("path, polygon").getBBox();
    const rect = { x, y, width, height };
    return { element, rect, members: rects.filter((other) => isInside(other, rect)) };
  },

  makeRoom(view) {
    const { rects, edges, frames, offset } = view.scene;
    const holes = [...view.open].map((id) => view.insides.get(id));
    const main = view.direction === "TB" ? 1 : 0;
    const shifts = new Map(shiftsOf(rects, holes, main).map((shift, i) => [rects[i], shift]));
    const places = new Map(rects.map((rect) => [rect, movedBy(rect, shifts.get(rect))]));
    for (const hole of holes) places.set(hole.rect, frameOf(hole, shifts.get(hole.rect)));
    for (const [id, { group, closed, rect }] of view.insides) {
      const isOpen = view.open.has(id);
      group.setAttribute("visibility", isOpen ? "visible" : "hidden");
      closed.style.visibility = isOpen ? "hidden" : "";
      if (isOpen) {
        const { x, y, width, height } = places.get(rect);
        group.setAttribute("transform", `translate(${x} ${y})`);
        group.firstChild.setAttribute("width", width);
        group.firstChild.setAttribute("height", height);
      }
    }
    for (const rect of rects)
      rect.element.setAttribute("transform", `translate(${shifts.get(rect)})`);
    for (const edge of edges) this.bend(edge, holes, main, places);
    const around = frames.map((frame) => this.stretch(frame, places));
    view.places = [...places.values()];
    this.setWhole(view, [...view.places, ...around], offset);
    this.minimap(view);
  },

  /** All of the picture, with room for what was opened. */
  setWhole(view, rects, [dx, dy]) {
    view.box = null;
    if (!view.open.size) return (view.whole = [...view.paper]);
    const { x, y, width, height } = around(rects, 8);
    view.whole = [x + dx, y + dy, width, height];
  },

  /** A line keeps to what it leads from and to; at an open card it ends at the frame. */
  bend({ path, points, shape, rest, ends }, holes, main, places) {
    if (!path) return;
    const shiftAt = (rect, [x, y]) => {
      const place = rect && places.get(rect);
      if (!place) return null;
      const along = (at, from, size) => Math.min(Math.max((at - from) / size, 0), 1);
      const isFrame = place.width !== rect.width || place.height !== rect.height;
      if (!isFrame) return [place.x - rect.x, place.y - rect.y];
      return [
        place.x + along(x, rect.x, rect.width) * place.width - x,
        place.y + along(y, rect.y, rect.height) * place.height - y
      ];
    };
    const [start, end] = [shiftAt(ends[0], points[0]), shiftAt(ends[1], points.at(-1))];
    const moved = bent(points, holes, main, start, end);
    path.setAttribute(
      "d",
      shape.map((part, i) => part + (moved[i] ? moved[i].map((x) => x.toFixed(2)) : "")).join("")
    );
    const delta = (i) => [moved[i][0] - points[i][0], moved[i][1] - points[i][1]];
    for (const other of rest) {
      const by = other.tagName === "text" ? Math.floor(points.length / 2) : points.length - 1;
      other.setAttribute("transform", `translate(${delta(by)})`);
    }
  },

  /** The frame of a module's call around what stands in it now; returns where it is. */
  stretch({ element, rect, members }, places) {
    if (!members.length) return rect;
    const before = around(members);
    const after = around(members.map((member) => places.get(member)));
    const place = {
      x: after.x - (before.x - rect.x),
      y: after.y - (before.y - rect.y),
      width: rect.width + after.width - before.width,
      height: rect.height + after.height - before.height
    };
    const [sx, sy] = [place.width / rect.width, place.height / rect.height];
    const shape = element.querySelector("path, polygon");
    const at = `translate(${place.x - sx * rect.x} ${place.y - sy * rect.y}) scale(${sx} ${sy})`;
    shape.setAttribute("transform", at);
    shape.setAttribute("vector-effect", "non-scaling-stroke");
    for (const title of element.querySelectorAll("text"))
      title.setAttribute("transform", `translate(${place.x - rect.x} ${place.y - rect.y})`);
    return place;
  },

  // --- the minimap ---

  minimap(view) {
    view.canvas.querySelector(".minimap")?.remove();
    view.map = null;
    if (view.values.length <= MANY_CARDS) return;
    const [dx, dy] = view.scene.offset;
    const [left, top, wide, high] = view.whole;
    const map = makeSvg("svg", {
      class: "minimap",
      viewBox: [left - dx, top - dy, wide, high].join(" "),
      "aria-hidden": "true"
    });
    for (const { x, y, width, height } of view.places ?? view.scene.rects)
      map.append(makeSvg("rect", { x, y, width, height }));
    view.map = makeSvg("rect", { class: "seen" });
    map.append(view.map);
    const jump = (event) => {
      if (event.type === "pointermove" && !event.buttons) return;
      event.stopPropagation();
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(
        map.getScreenCTM().inverse()
      );
      view.box[0] = at.x + dx - view.box[2] / 2;
      view.box[1] = at.y + dy - view.box[3] / 2;
      this.look(view);
    };
    for (const kind of ["pointerdown", "pointermove"]) map.addEventListener(kind, jump);
    view.canvas.append(map);
  }
});
