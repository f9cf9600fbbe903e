// The rules for the page's JavaScript and its tests: `nox -s lint`.
// The files of the page are joined to one script, so that each knows what the others define.
import { readdirSync, readFileSync } from "node:fs";

const FOLDER = new URL("../micrograd_linear/drawing/page/", import.meta.url);
const BROWSER =
  "addEventListener atob Blob clearInterval DecompressionStream document DOMPoint history " +
  "innerHeight innerWidth location matchMedia removeEventListener ResizeObserver Response " +
  "setInterval setTimeout structuredClone URL URLSearchParams";
const WRITTEN_BY_PYTHON = "RULES ZERO NOTE";

const files = readdirSync(FOLDER).filter((name) => name.endsWith(".js"));
const script = files.map((name) => readFileSync(new URL(name, FOLDER), "utf8")).join("\n");
const defined = [...script.matchAll(/^(?:const|function|class) (\w+)/gm)].map(([, name]) => name);
const names = [...defined, ...BROWSER.split(" "), ...WRITTEN_BY_PYTHON.split(" ")];
const readable = (list) => Object.fromEntries(list.map((name) => [name, "readonly"]));

export default [
  {
    files: ["**/*.js", "**/*.mjs"],
    languageOptions: { ecmaVersion: 2022, globals: readable(["URL", "structuredClone"]) },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      complexity: ["error", 12],
      eqeqeq: "error",
      "max-len": ["error", { code: 100 }],
      "max-lines": ["error", 400],
      "max-lines-per-function": ["error", { max: 40, skipComments: true }],
      "no-shadow": "error",
      "no-undef": "error",
      "no-unused-vars": ["error", { vars: "local" }],
      "no-var": "error",
      "prefer-const": ["error", { destructuring: "all" }],
      semi: "error" // lines are joined in the page
    }
  },
  {
    files: ["**/*.js"],
    languageOptions: { sourceType: "script", globals: readable(names) }
  },
  { files: ["tests/**/*.mjs"], rules: { "max-lines-per-function": "off" } }
];
