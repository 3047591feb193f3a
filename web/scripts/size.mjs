// Says how much script a visitor downloads, compressed, and fails above the limit.
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const LIMIT_KB = 300;
const folder = fileURLToPath(new URL("../dist/assets/", import.meta.url));
const files = readdirSync(folder)
  .filter((name) => /\.(js|css)$/.test(name))
  .map((name) => ({ name, kb: gzipSync(readFileSync(folder + name), { level: 9 }).length / 1000 }))
  .sort((a, b) => b.kb - a.kb);

for (const { name, kb } of files) console.log(`${kb.toFixed(1).padStart(8)} kB  ${name}`);
// A visitor reads the page in one language, so only the largest of the catalogues counts.
const catalogues = files.filter(({ name }) => /^[a-z]{2}-/.test(name));
const scripts = files.filter(({ name }) => name.endsWith(".js") && !catalogues.some((c) => c.name === name));
const total = scripts.reduce((sum, { kb }) => sum + kb, catalogues[0]?.kb ?? 0);
console.log(`${total.toFixed(1).padStart(8)} kB  all script in one language, limit ${LIMIT_KB} kB`);
if (total > LIMIT_KB) process.exitCode = 1;
