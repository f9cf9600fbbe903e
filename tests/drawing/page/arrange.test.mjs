// Where things stand: what makes room for an open card, and what is seen of the picture.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load, plain } from "./page.mjs";

const page = load();
const rect = (x, y, width = 10, height = 10) => ({ x, y, width, height });
const overlaps = (a, b) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** So many cards that do not overlap, from a seed. */
function scattered(seed, count) {
  let state = seed;
  const random = () => (state = (state * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
  const rects = [];
  while (rects.length < count) {
    const next = rect(random() * 300, random() * 200, 5 + random() * 40, 5 + random() * 30);
    if (!rects.some((other) => overlaps(other, next))) rects.push(next);
  }
  return rects;
}

function checkRoom(from, seed) {
  const rects = scattered(seed, 14);
  const holes = [rects[3], rects[8]].map((hole) => ({ rect: hole, width: 120, height: 90 }));
  for (const main of [0, 1]) {
    const shifts = from.shiftsOf(rects, holes, main);
    const places = rects.map((each, i) => {
      const hole = holes.find((other) => other.rect === each);
      if (hole) return from.frameOf(hole, shifts[i]);
      return { ...each, x: each.x + shifts[i][0], y: each.y + shifts[i][1] };
    });
    for (let i = 0; i < places.length; i++)
      for (let k = 0; k < i; k++) assert.ok(!overlaps(places[i], places[k]), `${seed}: ${i}, ${k}`);
  }
}

test("nothing overlaps after cards were opened that did not overlap before", () => {
  for (let seed = 1; seed <= 40; seed++) checkRoom(page, seed);
});

test("a card that does not make room is noticed", () => {
  const broken = load((text) => text.replace("more(hole, cross)) / 2", "more(hole, cross)) / 9"));
  assert.throws(() => {
    for (let seed = 1; seed <= 40; seed++) checkRoom(broken, seed);
  }, assert.AssertionError);
});

test("without an open card nothing moves", () => {
  const rects = scattered(7, 5);
  assert.deepEqual(plain(page.shiftsOf(rects, [], 0)), rects.map(() => [0, 0]));
  assert.deepEqual(plain(page.bent([[1, 2], [3, 4]], [], 0, [0, 0], null)), [[1, 2], [3, 4]]);
});

test("a line follows what it leads from and to", () => {
  const hole = { rect: rect(50, 0), width: 110, height: 10 };
  const points = [[10, 5], [30, 5], [90, 5], [120, 5]];
  const moved = plain(page.bent(points, [hole], 0, [-50, 0], [50, 7]));
  assert.deepEqual([moved[0], moved[3]], [[-40, 5], [170, 12]]);
  assert.deepEqual(page.nearest([rect(0, 0), rect(40, 0)], [38, 5]).x, 40);
  assert.equal(page.nearest([rect(0, 0)], [38, 5]), null);
});

test("a wide picture stands above what is explained, a tall one beside", () => {
  const screen = { width: 1440, height: 900 };
  assert.equal(page.isStacked([0, 0, 1245, 300], screen), true);
  assert.equal(page.isStacked([0, 0, 400, 700], screen), false);
  assert.equal(page.isStacked([0, 0, 1245, 300], { width: 390, height: 844 }), false);
});

test("a picture that stands above takes no more room than it needs", () => {
  const screen = { width: 1440, height: 900 };
  assert.equal(page.heightAbove([0, 0, 1400, 200], screen), 280);
  assert.equal(page.heightAbove([0, 0, 1400, 2000], screen), 504);
});

test("all of the picture is shown, and a small one is not blown up", () => {
  const pane = { width: 800, height: 600 };
  assert.deepEqual(plain(page.fitted([0, 0, 1600, 600], pane)), [0, -300, 1600, 1200]);
  assert.deepEqual(plain(page.fitted([0, 0, 80, 60], pane))[2], 800 / 1.5);
});

function checkFollowing(from) {
  const [whole, pane] = [[0, 0, 4000, 3000], { width: 800, height: 600 }];
  const [x, y, width, height] = from.following(whole, whole, pane, rect(2000, 100, 200, 80));
  assert.ok(pane.width / width >= 0.83, "its text can be read");
  assert.ok(x <= 2000 && x + width >= 2200 && y <= 100 && y + height >= 180, "it is in sight");
  const near = [1900, 0, 700, 525];
  assert.equal(from.following(near, whole, pane, rect(2000, 100)), null);
  assert.notEqual(from.following(near, whole, pane, rect(3000, 100)), null);
}

test("the picture follows the step where that could not be read", () => checkFollowing(page));

test("a picture that does not follow is noticed", () => {
  const broken = load((text) => text.replace("scale >= LEGIBLE && within", "within"));
  assert.throws(() => checkFollowing(broken));
});
