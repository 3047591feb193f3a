// What the compiler cannot see: whether hooks are called as React asks. Types and unused names are tsc's.
// The syntax is read by Babel, as TypeScript 7 has no interface that typescript-eslint could use.
import babel from "@babel/eslint-parser";
import hooks from "eslint-plugin-react-hooks";

const recommended = hooks.configs.flat["recommended-latest"];

export default [
  { ignores: ["**/dist/"] },
  {
    ...recommended,
    files: ["**/*.{ts,tsx,js,mjs}"],
    linterOptions: { reportUnusedDisableDirectives: "error" },
    languageOptions: {
      parser: babel,
      parserOptions: {
        requireConfigFile: false,
        babelOptions: { babelrc: false, configFile: false, parserOpts: { plugins: ["typescript", "jsx"] } },
      },
    },
    rules: {
      ...recommended.rules,
      "react-hooks/exhaustive-deps": "error",
      // An effect that begins a wait (for a microphone, an answer, a timer) also shows that it waits.
      "react-hooks/set-state-in-effect": "off",
    },
  },
];
