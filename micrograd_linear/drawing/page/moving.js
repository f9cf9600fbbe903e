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

  movable(view) {
    const held = new Map();
    const { canvas } = view;
    let from = null,
      apart = 0;
    canvas.addEventListener("pointerdown", (event) => {
      held.set(event.pointerId, event);
      from = this.point(view, event);
      view.moved = false;
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!held.has(event.pointerId)) return;
      const before = held.get(event.pointerId);
      if (
        held.size === 1 &&
        !view.moved &&
        Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY) < 5
      )
        return;
      if (!view.moved) canvas.setPointerCapture(event.pointerId);
      view.moved = true;
      canvas.classList.add("dragging");
      held.set(event.pointerId, event);
      if (held.size === 2) {
        const [a, b] = [...held.values()];
        const distance = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
        if (apart)
          this.zoom(
            distance / apart,
            this.point(view, {
              clientX: (a.clientX + b.clientX) / 2,
              clientY: (a.clientY + b.clientY) / 2
            })
          );
        apart = distance;
        return;
      }
      const to = this.point(view, event);
      view.box[0] += from[0] - to[0];
      view.box[1] += from[1] - to[1];
      view.svg.setAttribute("viewBox", view.box.join(" "));
    });
    for (const kind of ["pointerup", "pointercancel"])
      canvas.addEventListener(kind, (event) => {
        held.delete(event.pointerId);
        apart = 0;
        canvas.classList.remove("dragging");
        setTimeout(() => (view.moved = false));
      });
    canvas.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey) return; // without it the page scrolls
        event.preventDefault();
        this.zoom(Math.exp(-event.deltaY / 200), this.point(view, event));
      },
      { passive: false }
    );
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
