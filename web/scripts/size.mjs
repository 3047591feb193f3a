// Says how much a visitor downloads to be in the room, as it is served, and fails above the limit.
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { filesOf } from "./compress.mjs";

const LIMIT_KB = 300;
/** A catalogue of words: `es-4f2a….js`. A visitor reads one, so only the largest counts. */
const CATALOGUE = /^[a-z]{2}-.*\.js$/;
/** What the way from a link into the room asks for, one after the other; the rest of the page comes when it is opened. */
const STEPS = [/^index\.html$/, /^Visit-.*\.js$/, /^Inside-.*\.js$/, /^meeting-.*\.js$/];
/** A file that is needed at once: `import"./a.js"`, `from"./a.js"`, `src="/assets/a.js"`, `href="/mark.svg"`. */
const NEEDED = /(?:from|import|src=|href=)\s*"(?:\.\/|\/assets\/|\/)([\w.-]+)"/g;

const folder = fileURLToPath(new URL("../dist/", import.meta.url));

/** What is sent of a file to a browser that takes this form, in kB. */
function served(file, form) {
  const compressed = `${file}.${form}`;
  return statSync(existsSync(compressed) ? compressed : file).size / 1000;
}

const paths = new Map(filesOf(folder).map((file) => [basename(file), file]));
const inRoom = new Set();
/** Notes a file, and all that it needs before it runs. */
function need(name) {
  if (inRoom.has(name) || !paths.has(name)) return;
  inRoom.add(name);
  if (!/\.(js|html)$/.test(name)) return;
  for (const [, other] of readFileSync(paths.get(name), "utf8").matchAll(NEEDED)) need(other);
}
for (const step of STEPS) {
  const found = [...paths.keys()].filter((name) => step.test(name));
  if (found.length !== 1) throw new Error(`${step} is ${found.length} files in ${join(dirname(folder), "dist")}`);
  need(found[0]);
}

const files = [...paths]
  .map(([name, file]) => ({ name, br: served(file, "br"), gz: served(file, "gz") }))
  .sort((a, b) => b.br - a.br);
const largest = files.find(({ name }) => CATALOGUE.test(name));
if (largest) inRoom.add(largest.name);
for (const { name, br, gz } of files)
  console.log(
    `${br.toFixed(1).padStart(8)} ${gz.toFixed(1).padStart(8)} kB  ${inRoom.has(name) ? "in the room" : "           "}  ${name}`,
  );

const total = (form) => files.reduce((sum, file) => sum + (inRoom.has(file.name) ? file[form] : 0), 0);
console.log(
  `${total("br").toFixed(1).padStart(8)} ${total("gz").toFixed(1).padStart(8)} kB  ` +
    `to be in the room in one language as Brotli, limit ${LIMIT_KB} kB, and as gzip`,
);
// A microphone and the check of signatures need HTTPS or localhost, where every browser takes Brotli.
if (total("br") > LIMIT_KB) process.exitCode = 1;
