// A step, in words and formulas: explainStep(view, at) is plain data.

import assert from "node:assert/strict";
import { test } from "node:test";

import { arrays, load, plain, run } from "./page.mjs";

const page = load();
const explained = (at, data = run(), from = page) =>
  plain(from.explainStep(new from.View(data), at));
const terms = ({ parts }) => parts.at(-1).rows.map(({ term }) => term);

function checkAllSteps(from) {
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5, 6].map((at) => explained(at, run(), from).text),
    [
      "p = a * b = 2 * (-3) = -6",
      "y = p + a = (-6) + 2 = -4",
      "∂y/∂y = 1: where the backward pass starts",
      "y passes to p: ∂y/∂p += ∂y/∂y = 1",
      "y passes to a: ∂y/∂a += ∂y/∂y = 1",
      "p passes to a: ∂y/∂a += ∂y/∂p * b = 1 * (-3) = -3; ∂y/∂a is 1 + (-3) = -2 now",
      "p passes to b: ∂y/∂b += ∂y/∂p * a = 1 * 2 = 2"
    ]
  );
}

test("every step is said in words, with its formula and its numbers", () => checkAllSteps(page));

test("a page that passes to the wrong operand is noticed", () => {
  const broken = load((text) => text.replace("to: view.values[use.of]", "to: view.values[0]"));
  assert.throws(() => checkAllSteps(broken), assert.AssertionError);
});

test("a sum that counts what has not arrived yet is noticed", () => {
  const total = (text) => text.replace("view.gradient(use.of, at - 1)", "view.total(use.of)");
  const broken = load(total);
  assert.throws(() => checkAllSteps(broken), assert.AssertionError);
});

test("a step backward with single numbers is the chain rule", () => {
  const step = explained(5);
  assert.equal(step.title, "Backward: p → a");
  assert.deepEqual(terms(step), ["upstream", "local", "product", "sum so far"]);
  const product = step.parts.at(-1).rows[2].parts[0].markup;
  assert.match(product, /<mn>1<\/mn><mo>·<\/mo><mrow><mo>\(.*3.*<mo>=<\/mo>/);
});

test("a step with arrays shows them, and the sum over broadcast axes", () => {
  const step = explained(3, arrays());
  assert.equal(step.title, "Backward: y → b");
  assert.deepEqual(terms(step), ["upstream", "before summing", "adds"]);
  const [before, remark] = step.parts.at(-1).rows[1].parts;
  assert.deepEqual(before.numbers.shape, [2, 2]);
  assert.equal(remark.text, "summed over the axes that were broadcast: (2, 2) to (1, 2)");
  assert.equal(step.text, "y passes to b; it adds 2");
});

test("a step forward with arrays shows the operands and the result", () => {
  const step = explained(0, arrays());
  assert.deepEqual(terms(step), ["X", "b", "y"]);
  assert.equal(step.text, "y = +(X, b); it is 6 … 10");
});

test("what flows in from what is not shown is given, not the start", () => {
  const part = { ...run(), seeds: [[2, 0.5]] };
  assert.equal(explained(2, part).text, "∂y/∂p = 0.5: this flows in from what is not shown");
});

test("explaining changes nothing", () => {
  const view = new page.View(run());
  const before = plain(view);
  for (let at = -1; at < view.steps.length; at++) page.explainStep(view, at);
  assert.deepEqual(plain(view), before);
});
