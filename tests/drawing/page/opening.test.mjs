// Cards that open one by one: the run with some of them closed, and its steps.

import assert from "node:assert/strict";
import { test } from "node:test";

import { load, plain, run } from "./page.mjs";

const page = load();

/** y = a * b + a, whose product and sum are one card. */
function carded() {
  const uses = [{ of: 0, part: -2 }, { of: 1, part: 2 }];
  const card = { of: 3, inside: [2], uses, symbol: "fused", meaning: "a b + a" };
  return { ...run(), cards: [card] };
}

const view = (open = [], from = page) =>
  new from.View(from.withCards(carded(), new Set(open)));
const named = ({ values }) => values.map(({ name }) => name);

function checkClosed(from) {
  const closed = view([], from);
  assert.deepEqual(plain(named(closed)), ["a", "b", "y"]);
  assert.deepEqual(plain(closed.values[2].uses.map(({ of }) => of)), [0, 1]);
  assert.equal(closed.values[2].symbol, "fused");
  assert.deepEqual(plain([0, 1].map((i) => closed.total(i))), [-2, 2]);
  assert.deepEqual(plain(closed.seeds), [[2, 1]]);
}

test("a closed card hides what is inside, and passes on what that would", () => checkClosed(page));

test("a card that is used by the wrong places is noticed", () => {
  const broken = load((text) => text.replace("of: place.get(use.of)", "of: use.of + 1"));
  assert.throws(() => checkClosed(broken));
});

test("an open card is the run as it was", () => {
  const open = view(["v3"]);
  assert.deepEqual(plain(named(open)), ["a", "b", "p", "y"]);
  assert.equal(open.steps.length, new page.View(run()).steps.length);
  assert.deepEqual(plain([...open.owners]), [["v3", "v3"], ["v2", "v3"]]);
});

test("the step stays where it is when a card opens or closes", () => {
  const [closed, open] = [view(), view(["v3"])];
  const last = open.steps.length - 1; // p to b, which the closed card has as y to b
  assert.equal(page.sameStep(open, -1, closed), -1);
  assert.equal(page.sameStep(closed, 0, open), 1);
  const same = closed.steps[page.sameStep(open, 1, closed)];
  assert.deepEqual(plain(same), { kind: "forward", value: 2 });
  assert.equal(page.sameStep(open, last, closed), -1);
});

test("what closed cards mean is said", () => {
  const { parts } = page.explainStep(view(), 0);
  assert.ok(plain(parts).some(({ text }) => text === "a b + a"));
});

test("the legend has the colours that occur, and no others", () => {
  const legend = plain(page.legend(view())).parts[1].entries.map(({ text }) => text);
  assert.ok(legend.includes("input") && legend.includes("the result"));
  assert.ok(!legend.includes("constant") && !legend.some((text) => text.includes("blocks")));
});
