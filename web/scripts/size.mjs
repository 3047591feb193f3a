// Says how much a visitor downloads to be in the room, as it is served, and fails above the limit.
import { existsSync, statSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { filesOf } from "./compress.mjs";

const LIMIT_KB = 300;
/** A catalogue of words: `es-4f2a….js`. A visitor reads one, so only the largest counts. */
const CATALOGUE = /^[a-z]{2}-.*\.js$/;
/** Fetched later, by who asks for it: the strong suppression of noise, the search for echoes, Word documents. */
const ASKED_FOR = /^(rnnoise|noiseFilter|bands|transcriptDocx)-/;

const folder = fileURLToPath(new URL("../dist/", import.meta.url));

/** What is sent of a file to a browser that takes this form, in kB. */
function served(file, form) {
  const compressed = `${file}.${form}`;
  return statSync(existsSync(compressed) ? compressed : file).size / 1000;
}

const files = filesOf(folder)
  .map((file) => ({ name: basename(file), br: served(file, "br"), gz: served(file, "gz") }))
  .sort((a, b) => b.br - a.br);
for (const { name, br, gz } of files)
  console.log(`${br.toFixed(1).padStart(8)} ${gz.toFixed(1).padStart(8)} kB  ${name}`);

const largest = files.find(({ name }) => CATALOGUE.test(name));
const counted = files.filter(({ name }) => name === largest?.name || !(CATALOGUE.test(name) || ASKED_FOR.test(name)));
const total = (form) => counted.reduce((sum, file) => sum + file[form], 0);
console.log(
  `${total("br").toFixed(1).padStart(8)} ${total("gz").toFixed(1).padStart(8)} kB  ` +
    `the whole page in one language as Brotli, limit ${LIMIT_KB} kB, and as gzip`,
);
// A microphone and the check of signatures need HTTPS or localhost, where every browser takes Brotli.
if (total("br") > LIMIT_KB) process.exitCode = 1;
