// Where things stand, as plain numbers: what makes room for an open card, what is seen of the
// picture, and what follows a step. A rectangle is {x, y, width, height}.

const LEGIBLE = 0.83; // pixels to a unit of the picture: its text then has 9 pixels
const COMFORTABLE = 1.1;
const LARGEST = 1.5;
const MANY_CARDS = 30; // above, there is a map of the whole picture

/** {from, to} of a rectangle along an axis, 0 for x and 1 for y. */
const span = (rect, axis) =>
  axis ? { from: rect.y, to: rect.y + rect.height } : { from: rect.x, to: rect.x + rect.width };
const overlap = (a, b) => a.from < b.to - 1 && b.from < a.to - 1;
/** -1 before, 1 after, 0 beside. */
const side = (a, b) => (a.to <= b.from + 1 ? -1 : a.from >= b.to - 1 ? 1 : 0);
const more = ({ rect, width, height }, axis) =>
  axis ? Math.max(height - rect.height, 0) : Math.max(width - rect.width, 0);

/**
 * By how much each rectangle moves, [dx, dy], where holes are made: {rect, width, height}. Along
 * the flow, which is axis `main`, all that comes before or after a hole gives way; across it only
 * what stands above or below the hole, and what that would run into. What did not overlap before
 * does not overlap then.
 */
function shiftsOf(rects, holes, main) {
  const shifts = rects.map(() => [0, 0]);
  const cross = 1 - main;
  for (const hole of holes) {
    rects.forEach((rect, i) => {
      shifts[i][main] += (side(span(rect, main), span(hole.rect, main)) * more(hole, main)) / 2;
    });
    for (const which of [-1, 1]) {
      const there = rects.filter(
        (rect) => side(span(rect, cross), span(hole.rect, cross)) === which
      );
      const moving = new Set(hole.inFrame ? there : []);
      const waiting = hole.inFrame ? [] : [hole.rect];
      while (waiting.length) {
        const reached = span(waiting.pop(), main);
        for (const rect of there)
          if (!moving.has(rect) && overlap(span(rect, main), reached)) {
            moving.add(rect);
            waiting.push(rect);
          }
      }
      rects.forEach((rect, i) => {
        if (moving.has(rect)) shifts[i][cross] += (which * more(hole, cross)) / 2;
      });
    }
  }
  return shifts;
}

/** The place of an open card: around the middle of where it stood, moved as the others are. */
function frameOf({ rect, width, height }, [dx, dy]) {
  const [w, h] = [Math.max(width, rect.width), Math.max(height, rect.height)];
  const [x, y] = [rect.x + (rect.width - w) / 2 + dx, rect.y + (rect.height - h) / 2 + dy];
  return { x, y, width: w, height: h };
}

/** The points of a line, whose ends move by `start` and `end`, [dx, dy]. */
function bent(points, holes, main, start, end) {
  const last = points.length - 1;
  const along = (point, hole) => {
    const { from, to } = span(hole.rect, main);
    const part = (point[main] - from) / Math.max(to - from, 1) - 0.5;
    return Math.min(Math.max(part, -0.5), 0.5) * more(hole, main);
  };
  const warped = points.map((point) => holes.reduce((sum, hole) => sum + along(point, hole), 0));
  const own = (shift, i) => shift ?? (main ? [0, warped[i]] : [warped[i], 0]);
  const [first, other] = [own(start, 0), own(end, last)];
  return points.map((point, i) => {
    const t = last ? i / last : 1;
    return [0, 1].map((axis) => {
      const rest = (shift, k) => shift[axis] - (axis === main ? warped[k] : 0);
      const shifted = axis === main ? warped[i] : 0;
      return point[axis] + shifted + (1 - t) * rest(first, 0) + t * rest(other, last);
    });
  });
}

/** The smallest rectangle around others, and an edge around it. */
function around(rects, edge = 0) {
  const low = (axis) => Math.min(...rects.map((rect) => span(rect, axis).from)) - edge;
  const high = (axis) => Math.max(...rects.map((rect) => span(rect, axis).to)) + edge;
  return { x: low(0), y: low(1), width: high(0) - low(0), height: high(1) - low(1) };
}

const movedBy = (rect, [dx, dy]) => ({ ...rect, x: rect.x + dx, y: rect.y + dy });

/** Whether a rectangle lies inside of another. */
const isInside = (rect, outer) =>
  [0, 1].every(
    (axis) =>
      span(rect, axis).from >= span(outer, axis).from - 1 &&
      span(rect, axis).to <= span(outer, axis).to + 1
  );

/** The rectangle that is nearest to a point, or null where none is within reach. */
function nearest(rects, [x, y], reach = 14) {
  let found = null,
    least = reach;
  for (const rect of rects) {
    const dx = Math.max(rect.x - x, 0, x - rect.x - rect.width);
    const dy = Math.max(rect.y - y, 0, y - rect.y - rect.height);
    const far = Math.hypot(dx, dy);
    if (far < least) [found, least] = [rect, far];
  }
  return found;
}

/** Whether what is explained stands below the picture: where that makes the picture larger. */
function isStacked([, , width, height], screen) {
  if (screen.width < 832) return false;
  const scale = (w, h) => Math.min(w / width, h / height, LARGEST);
  const beside = scale(0.6 * screen.width, screen.height - 190);
  return beside < COMFORTABLE && scale(screen.width - 40, 0.5 * screen.height) > 1.1 * beside;
}

const TOOLS = 64; // pixels above the picture

/** How high the pane of a picture is that stands above: no higher than it needs, in pixels. */
function heightAbove([, , width, height], screen) {
  const scale = Math.min((screen.width - 40) / width, LARGEST);
  return Math.round(Math.min(0.56 * screen.height, height * scale + TOOLS + 16));
}

/** The box that a pane shows when all of the picture is in it, never enlarged beyond reason. */
function fitted([x, y, width, height], pane) {
  const scale = Math.min(pane.width / width, pane.height / height, LARGEST);
  const [w, h] = [pane.width / scale, pane.height / scale];
  return [x + width / 2 - w / 2, y + height / 2 - h / 2, w, h];
}

/**
 * The box that shows what happens now, or null where the one that is shown will do: text that is
 * too small to read is enlarged, and what is out of sight is moved into it.
 */
function following(box, whole, pane, rect) {
  const [x, y, width, height] = box;
  const scale = pane.width / width;
  const within =
    rect.x >= x &&
    rect.y >= y &&
    rect.x + rect.width <= x + width &&
    rect.y + rect.height <= y + height;
  if (scale >= LEGIBLE && within) return null;
  const next = scale >= LEGIBLE ? scale : COMFORTABLE;
  const [w, h] = [pane.width / next, pane.height / next];
  const middle = (from, size, start, length, seen) =>
    seen >= length
      ? start + length / 2 - seen / 2
      : Math.min(Math.max(from + size / 2 - seen / 2, start), start + length - seen);
  return [
    middle(rect.x, rect.width, whole[0], whole[2], w),
    middle(rect.y, rect.height, whole[1], whole[3], h),
    w,
    h
  ];
}
