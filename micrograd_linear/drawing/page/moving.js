// Moving and enlarging the picture.

Object.assign(page, {
  /** What the pane shows; the map says where that is. */
  look(view) {
    view.svg.setAttribute("viewBox", view.box.join(" "));
    if (!view.map) return;
    const [x, y, width, height] = view.box;
    const [dx, dy] = view.scene.offset;
    for (const [key, number] of Object.entries({ x: x - dx, y: y - dy, width, height }))
      view.map.setAttribute(key, number);
    const all = width >= view.whole[2] && height >= view.whole[3];
    view.map.parentNode.style.display = all ? "none" : "";
  },

  /** Zoom by a factor around a point, or, with 0, to all of the picture. */
  zoom(factor, centre) {
    const { view } = this;
    const pane = this.pane(view);
    view.framed = !factor;
    if (!factor || !view.box) view.box = fitted(view.whole, pane);
    if (factor) {
      const [x, y, width, height] = view.box;
      const [cx, cy] = centre ?? [x + width / 2, y + height / 2];
      const largest = Math.max(4 * view.whole[2], width);
      const k = Math.min(Math.max(1 / factor, (0.05 * view.whole[2]) / width), largest / width);
      view.box = [cx - (cx - x) * k, cy - (cy - y) * k, width * k, height * k];
    }
    this.look(view);
  },

  point(view, event) {
    const matrix = view.svg.getScreenCTM().inverse();
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
    return [x, y];
  },

  /** One pointer moves the picture, two enlarge it; so does the wheel, with Ctrl. */
  movable(view) {
    const { canvas } = view;
    const hand = { held: new Map(), from: null, apart: 0 };
    const now = () => this.views.find((other) => other.canvas === canvas);
    canvas.addEventListener("pointerdown", (event) => {
      hand.held.set(event.pointerId, event);
      hand.from = this.point(now(), event);
      view.moved = false;
    });
    canvas.addEventListener("pointermove", (event) => this.drag(now(), view, hand, event));
    for (const kind of ["pointerup", "pointercancel"])
      canvas.addEventListener(kind, (event) => {
        hand.held.delete(event.pointerId);
        hand.apart = 0;
        canvas.classList.remove("dragging");
        setTimeout(() => (view.moved = false));
      });
    const wheel = (event) => {
      if (!event.ctrlKey) return; // without it the page scrolls
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY / 200), this.point(now(), event));
    };
    canvas.addEventListener("wheel", wheel, { passive: false });
  },

  drag(view, first, hand, event) {
    const before = hand.held.get(event.pointerId);
    if (!before) return;
    const far = Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY) >= 5;
    if (hand.held.size === 1 && !first.moved && !far) return;
    if (!first.moved) view.canvas.setPointerCapture(event.pointerId);
    first.moved = true;
    view.canvas.classList.add("dragging");
    hand.held.set(event.pointerId, event);
    if (hand.held.size === 2) return this.pinch(view, hand);
    const to = this.point(view, event);
    view.box[0] += hand.from[0] - to[0];
    view.box[1] += hand.from[1] - to[1];
    view.framed = false;
    this.look(view);
  },

  pinch(view, hand) {
    const [a, b] = [...hand.held.values()];
    const distance = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
    const middle = { clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2 };
    if (hand.apart) this.zoom(distance / hand.apart, this.point(view, middle));
    hand.apart = distance;
  },

  /** What happens now is moved into sight, and enlarged where its text could not be read. */
  keepInSight(view, element) {
    if (!element || !view.box) return;
    const to = element.getBoundingClientRect();
    const [x, y] = this.point(view, { clientX: to.left, clientY: to.top });
    const [right, bottom] = this.point(view, { clientX: to.right, clientY: to.bottom });
    const rect = { x, y, width: right - x, height: bottom - y };
    const box = following(view.box, view.whole, this.pane(view), rect);
    if (!box) return;
    view.box = box;
    view.framed = "followed";
    this.look(view);
  }
});
