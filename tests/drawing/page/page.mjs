// The part of the page that makes plain data, without a browser, and a run for it: y = a * b + a.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import vm from "node:vm";

const FOLDER = new URL("../../../micrograd_linear/drawing/page/", import.meta.url);
const DATA = [
  "numbers.js", "view.js", "opening.js", "explain.js", "ledger.js", "overview.js", "shown.js",
  "arrange.js", "nudge.js"
];
const NAMES =
  "{ View, explainStep, explainValue, marksAt, numbersAt, rowsAt, textOfPlace, shown, brief, " +
  "withCards, sameStep, phasesOf, placeInWords, legend, explainDerivation, shiftsOf, frameOf, " +
  "bent, around, nearest, isStacked, heightAbove, fitted, following, readNumber, moved, " +
  "nudgeOf, explainNudge }";

/** What the files define; `change` may break their text first. */
export function load(change = (text) => text) {
  const text = DATA.map((name) => readFileSync(fileURLToPath(new URL(name, FOLDER)), "utf8"));
  const rules = "const RULES = RULES_OF_THE_TEST;\n";
  const sandbox = { structuredClone, RULES_OF_THE_TEST: RULES };
  return vm.runInNewContext(`${rules}${change(text.join("\n"))}\n(${NAMES})`, sandbox);
}

/** As JSON: what comes from another context has other prototypes. */
export const plain = (data) => JSON.parse(JSON.stringify(data));

const RULES = [
  { f: (x, y) => x * y, d: [(g, y, x0, x1) => g * x1, (g, y, x0) => g * x0] },
  { f: (x, y) => x + y, d: [(g) => g, (g) => g] }
];

const G = "\ue000",
  X = "\ue100",
  Y = "\ue101";
const gap = (character) => `<mi>${character}</mi>`;
const both = (markup, text) => [markup, text];

const leaf = (id, name, data, grad) => ({
  id, name, math: `<mi>${name}</mi>`, kind: "leaf", data, grad, uses: []
});

/** a = 2, b = -3; p = a * b, y = p + a. */
export function run() {
  return {
    prefix: "a-",
    title: "y = -4",
    folded: "",
    partial: false,
    objective: ["<mi>y</mi>", "y"],
    seeds: [[3, 1]],
    formulas: [
      {
        value: both(`${gap(X)}<mo>·</mo>${gap(Y)}`, `${X} * ${Y}`),
        parts: [
          both(`${gap(G)}<mo>·</mo>${gap(Y)}`, `${G} * ${Y}`),
          both(`${gap(G)}<mo>·</mo>${gap(X)}`, `${G} * ${X}`)
        ],
        slopes: [both(gap(Y), Y), both(gap(X), X)]
      },
      {
        value: both(`${gap(X)}<mo>+</mo>${gap(Y)}`, `${X} + ${Y}`),
        parts: [both(gap(G), G), both(gap(G), G)],
        slopes: [both("<mn>1</mn>", "1"), both("<mn>1</mn>", "1")]
      }
    ],
    values: [
      leaf("v0", "a", 2, -2),
      leaf("v1", "b", -3, 2),
      {
        ...leaf("v2", "p", -6, 1), kind: "interior", symbol: "×", formula: 0,
        uses: [{ of: 0, part: -3 }, { of: 1, part: 2 }]
      },
      {
        ...leaf("v3", "y", -4, 1), kind: "root", symbol: "+", formula: 1,
        uses: [{ of: 2, part: 1 }, { of: 0, part: 1 }]
      }
    ]
  };
}

/** The same with arrays: y = X + b, where b is broadcast; no formula is known. */
export function arrays() {
  const matrix = (...rows) => ({ shape: [rows.length, rows[0].length], rows });
  const data = run();
  const X2 = { ...leaf("v0", "X", matrix([1, 2], [3, 4]), matrix([1, 1], [1, 1])) };
  const b = { ...leaf("v1", "b", matrix([5, 6]), matrix([2, 2])) };
  const y = {
    ...leaf("v2", "y", matrix([6, 8], [8, 10]), matrix([1, 1], [1, 1])), kind: "root",
    symbol: "+",
    uses: [
      { of: 0, part: matrix([1, 1], [1, 1]) },
      { of: 1, part: matrix([2, 2]), whole: matrix([1, 1], [1, 1]), words: "(1, 2) → (2, 2)" }
    ]
  };
  return {
    ...data, formulas: [], values: [X2, b, y], objective: ["<mi>L</mi>", "L"],
    seeds: [[2, matrix([1, 1], [1, 1])]]
  };
}
