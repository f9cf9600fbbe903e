// What the picture, the list and the ledger show at a step, and what an edit computes.

import assert from "node:assert/strict";
import { test } from "node:test";

import { arrays, load, plain, run } from "./page.mjs";

const page = load();
const view = () => new page.View(run());

test("numbers appear when they are computed, and gradients when they arrive", () => {
  const all = (at) => plain([0, 1, 2, 3].map((i) => page.numbersAt(view(), i, at)));
  assert.deepEqual(all(0).map(({ data }) => data), [2, -3, -6, ""]);
  assert.deepEqual(all(0).map(({ grad }) => grad), ["·", "·", "·", "·"]);
  assert.deepEqual(all(4).map(({ grad }) => grad), [1, "·", 1, 1]);
  assert.deepEqual(all(6).map(({ grad }) => grad), [-2, 2, 1, 1]);
});

function checkMarks(from) {
  const marks = (at) => plain(from.marksAt(new from.View(run()), at));
  const future = [["v3", "future"], ["v3_op", "future"]];
  assert.deepEqual(marks(0).marks.slice(0, 2), future);
  assert.deepEqual(marks(5), {
    marks: [["v2_op-0", "now", "edge", "back"], ["v2_op", "now"], ["v0", "now"], ["v2", "operand"]],
    centre: "v2_op"
  });
}

test("the overview has all numbers, and marks none", () => {
  const all = [0, 1, 2, 3].map((i) => page.numbersAt(view(), i, -1));
  assert.deepEqual(plain(all), plain([0, 1, 2, 3].map((i) => page.numbersAt(view(), i, 6))));
  assert.deepEqual(plain(page.marksAt(view(), -1)), { marks: [], centre: null });
  assert.deepEqual(plain(page.rowsAt(view(), -1)), plain(page.rowsAt(view(), 6)));
});

test("the slider says where forward ends, and where a step is", () => {
  assert.deepEqual(plain(page.phasesOf(view())), [
    { name: "forward", steps: 2 },
    { name: "backward", steps: 5 }
  ]);
  const words = [-1, 0, 2, 6].map((at) => page.placeInWords(view(), at));
  const expected = ["overview · 7 steps", "1 of 7 · forward", "3 of 7 · seed", "7 of 7 · backward"];
  assert.deepEqual(words, expected);
});

test("what happens now is marked, and what is still to come", () => checkMarks(page));

test("marks at the wrong edge are noticed", () => {
  const broken = load((text) => text.replace("_op-${step.use}`", "_op-1`"));
  assert.throws(() => checkMarks(broken), assert.AssertionError);
});

test("the list has a row for every value", () => {
  assert.deepEqual(plain(page.rowsAt(view(), 0)), [
    ["a", "leaf", "2", ""],
    ["b", "leaf", "-3", ""],
    ["p", "×(a, b)", "-6", ""],
    ["y", "+(p, a)", "", ""]
  ]);
});

test("a place has a number, one cell of an array, or words once", () => {
  const a = { shape: [1, 2], rows: [[1.23456, "nan"]] };
  assert.deepEqual(["0", "1"].map((k) => page.textOfPlace(a, k)), ["1.235", "nan"]);
  assert.deepEqual(["0", "1", undefined].map((k) => page.textOfPlace("·", k)), ["·", "", "·"]);
  assert.equal(page.textOfPlace("inf"), "inf");
});

test("the ledger of a value lists all that adds up to its gradient, and what is due", () => {
  const ledger = (at) =>
    plain(page.explainValue(view(), 0, at)).find(({ kind }) => kind === "ledger");
  const last = ledger(6);
  assert.deepEqual(
    last.rows.map(({ from, adds, due, go }) => [from, adds.text, due, go]),
    [["y = +(p, a)", "1", false, 4], ["p = ×(a, b)", "-3", false, 5]]
  );
  assert.deepEqual([last.label, last.sum.text], ["sum", "-2"]);
  const before = ledger(4);
  assert.deepEqual([before.label, before.sum.text], ["so far, 1 of 2", "1"]);
  assert.deepEqual(before.rows.map(({ due }) => due), [false, true]);
});

test("a leaf is edited where all are numbers, and not where there are arrays", () => {
  const kinds = (data) => plain(page.explainValue(new page.View(data), 0, 0)).map((x) => x.kind);
  assert.ok(kinds(run()).includes("editor"));
  assert.ok(!kinds(arrays()).includes("editor"));
});

test("a number is typed, turned and dragged without digits that nobody asked for", () => {
  assert.deepEqual(plain(page.readNumber("-.5e1", { data: 1 })), { number: -5, problem: "" });
  assert.match(page.readNumber("1,5", { name: "a", data: 1 }).problem, /got 1,5; a stays 1/);
  const moved = [page.moved(0.1, 2), page.moved(-3, -10), page.moved(250, 1)];
  assert.deepEqual(moved, [0.12, -3.1, 251]);
});

function checkNudge(from) {
  const { moves, says } = from.nudgeOf(new from.View(run()), 0);
  // y = a b + a: it moves by 0.01 (b + 1), as its gradient says.
  assert.ok(Math.abs(moves + 0.02) < 1e-12 && Math.abs(says + 0.02) < 1e-12);
}

test("a nudge moves the result by what the gradient says", () => {
  checkNudge(page);
  const words = plain(page.explainNudge(view(), 0));
  assert.deepEqual(words[0].text, "nudge a by 0.01");
  assert.deepEqual(words[1].rows.map(({ term }) => term), ["y moves by", "∂y/∂a · 0.01 says"]);
  assert.equal(words[2].text, "They agree.");
});

test("a nudge of a wrong gradient is noticed", () => {
  const of = "uses.map(({ of }) => data[of])";
  const broken = load((text) => text.replace(of, "uses.map(() => 1)"));
  assert.throws(() => checkNudge(broken), assert.AssertionError);
});

test("other numbers are computed by the same rules, and taken back", () => {
  const edited = view();
  edited.values[0].data = 5;
  edited.recompute();
  assert.deepEqual(edited.values.map(({ data }) => data), [5, -3, -15, -10]);
  assert.deepEqual([0, 1].map((i) => edited.total(i)), [-2, 5]);
  edited.reset();
  assert.deepEqual(edited.values.map(({ data }) => data), [2, -3, -6, -4]);
});

test("numbers are written as Python writes them", () => {
  const texts = [0, -0, 1e-5, 1234567, 0.1 + 0.2, "nan", "-inf"].map((x) => page.shown(x));
  assert.deepEqual(texts, ["0", "0", "1e-05", "1.23457e+06", "0.3", "nan", "-inf"]);
});
