// Moving and enlarging the picture.

Object.assign(page, {
  zoom(factor, centre) {
    const { view } = this;
    if (!factor) view.box = [...view.whole];
    else {
      const [x, y, width, height] = view.box;
      const [cx, cy] = centre ?? [x + width / 2, y + height / 2];
      const k = Math.min(
        Math.max(1 / factor, (0.05 * view.whole[2]) / width),
        (4 * view.whole[2]) / width
      );
      view.box = [cx - (cx - x) * k, cy - (cy - y) * k, width * k, height * k];
    }
    view.svg.setAttribute("viewBox", view.box.join(" "));
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
    canvas.addEventListener("pointerdown", (event) => {
      hand.held.set(event.pointerId, event);
      hand.from = this.point(view, event);
      view.moved = false;
    });
    canvas.addEventListener("pointermove", (event) => this.drag(view, hand, event));
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
      this.zoom(Math.exp(-event.deltaY / 200), this.point(view, event));
    };
    canvas.addEventListener("wheel", wheel, { passive: false });
  },

  drag(view, hand, event) {
    const before = hand.held.get(event.pointerId);
    if (!before) return;
    const far = Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY) >= 5;
    if (hand.held.size === 1 && !view.moved && !far) return;
    if (!view.moved) view.canvas.setPointerCapture(event.pointerId);
    view.moved = true;
    view.canvas.classList.add("dragging");
    hand.held.set(event.pointerId, event);
    if (hand.held.size === 2) return this.pinch(view, hand);
    const to = this.point(view, event);
    view.box[0] += hand.from[0] - to[0];
    view.box[1] += hand.from[1] - to[1];
    view.svg.setAttribute("viewBox", view.box.join(" "));
  },

  pinch(view, hand) {
    const [a, b] = [...hand.held.values()];
    const distance = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
    const middle = { clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2 };
    if (hand.apart) this.zoom(distance / hand.apart, this.point(view, middle));
    hand.apart = distance;
  },

  /** Where the picture is enlarged, what happens now is moved into it. */
  keepInSight(view, element) {
    if (!element || view.box[2] >= view.whole[2]) return;
    const to = element.getBoundingClientRect(),
      frame = view.canvas.getBoundingClientRect();
    if (
      to.left >= frame.left &&
      to.right <= frame.right &&
      to.top >= frame.top &&
      to.bottom <= frame.bottom
    )
      return;
    const [x, y] = this.point(view, {
      clientX: (to.left + to.right) / 2,
      clientY: (to.top + to.bottom) / 2
    });
    const [left, top, width, height] = view.whole;
    const scale = Math.min(frame.width / view.box[2], frame.height / view.box[3]);
    const inside = (centre, from, size, seen) =>
      seen < size
        ? Math.min(Math.max(centre, from + seen / 2), from + size - seen / 2)
        : from + size / 2;
    const cx = inside(x, left, width, frame.width / scale),
      cy = inside(y, top, height, frame.height / scale); // no more empty paper than needed
    view.box = [cx - view.box[2] / 2, cy - view.box[3] / 2, view.box[2], view.box[3]];
    view.svg.setAttribute("viewBox", view.box.join(" "));
  }
});

page.start();
