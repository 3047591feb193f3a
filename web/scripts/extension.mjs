// Builds the browser extension, ../extension, with the packages of the page: there is one of each, and one lock.
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { build, runnerImport } from "vite";

const web = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const root = resolve(web, "..", "extension");
const dist = join(root, "dist");

/** Where the stores ask for a region. */
const STORE_CODES = { pt: "pt_PT", zh: "zh_CN" };

/** Files of the extension find packages where the page has them. */
const packagesOfThePage = {
  name: "packages-of-the-page",
  enforce: "pre",
  resolveId(source, importer, options) {
    const bare = /^@?[a-z]/i.test(source) && !source.startsWith("@hive/") && !source.includes(":");
    if (!bare || !importer?.startsWith(root)) return null;
    return this.resolve(source, join(web, "package.json"), { ...options, skipSelf: true });
  },
};

const shared = {
  configFile: false,
  root,
  publicDir: false,
  logLevel: "warn",
  plugins: [packagesOfThePage, react()],
  resolve: { alias: { "@hive": join(web, "src") } },
  define: { "process.env.NODE_ENV": JSON.stringify("production") },
};

const output = {
  target: "chrome120",
  outDir: dist,
  emptyOutDir: false,
  assetsInlineLimit: 0,
  modulePreload: { polyfill: false },
  chunkSizeWarningLimit: 1000,
};

/** The extension's own pages, and its service worker: modules that share what they have in common. */
async function pages() {
  const input = Object.fromEntries(["popup", "options", "offscreen"].map((name) => [name, join(root, `${name}.html`)]));
  await build({
    ...shared,
    build: {
      ...output,
      rolldownOptions: {
        input: { ...input, background: join(root, "src/background/main.ts") },
        output: {
          entryFileNames: "[name].js",
          chunkFileNames: "chunks/[name]-[hash].js",
          assetFileNames: "assets/[name]-[hash][extname]",
        },
      },
    },
  });
}

/** Scripts that go into the pages of others: each one file that loads nothing. */
async function scripts() {
  for (const [name, entry] of [
    ["overlay", "src/overlay/main.tsx"],
    ["microphone", "src/page/microphone.ts"],
    ["bridge", "src/page/bridge.ts"],
  ]) {
    await build({
      ...shared,
      build: {
        ...output,
        lib: { entry: join(root, entry), name: "hive", formats: ["iife"], fileName: () => `${name}.js` },
      },
    });
  }
}

/** Name and summary in the languages of the interface, as the browser's stores read them. */
async function locales() {
  for (const code of ["en", "es", "fr", "de", "pt", "it", "zh", "ja", "ar", "hi"]) {
    const catalogue = await runnerImport(join(root, `src/i18n/${code}.ts`), { configFile: false });
    const words = catalogue.module[code];
    const folder = join(dist, "_locales", STORE_CODES[code] ?? code);
    await mkdir(folder, { recursive: true });
    const messages = { name: { message: words["store.name"] }, description: { message: words["store.summary"] } };
    await writeFile(join(folder, "messages.json"), `${JSON.stringify(messages, null, 2)}\n`);
  }
}

await rm(dist, { recursive: true, force: true });
await pages();
await scripts();
await locales();
await cp(join(root, "icons"), join(dist, "icons"), { recursive: true, filter: (path) => !path.endsWith(".svg") });
const { version } = JSON.parse(await readFile(join(web, "package.json"), "utf8"));
const manifest = JSON.parse(await readFile(join(root, "manifest.json"), "utf8"));
await writeFile(join(dist, "manifest.json"), `${JSON.stringify({ ...manifest, version }, null, 2)}\n`);
