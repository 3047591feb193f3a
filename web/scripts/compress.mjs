// Compresses what the build wrote, once and as well as it can be: the service sends these files to whoever takes them.
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const COMPRESSIBLE = /\.(html|js|css|svg|json|webmanifest|txt)$/;
/** Below that the headers weigh more than what is saved. */
const LEAST_BYTES = 512;

/** The files below `folder` that a browser may ask for, without their compressed forms. */
export function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && COMPRESSIBLE.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The last step of a build by Vite. */
export function compressed() {
  let folder = "";
  return {
    name: "compressed",
    apply: "build",
    configResolved: (config) => {
      folder = resolve(config.root, config.build.outDir);
    },
    closeBundle: () => compressFolder(folder),
  };
}

/** Whether an earlier build has done it. */
function isCompressed(file) {
  return existsSync(`${file}.br`) && statSync(`${file}.br`).mtimeMs >= statSync(file).mtimeMs;
}

/** Writes NAME.br and NAME.gz beside each file that is worth it. */
function compressFolder(folder) {
  for (const file of filesOf(folder)) {
    if (isCompressed(file)) continue;
    const content = readFileSync(file);
    if (content.length < LEAST_BYTES) continue;
    const forms = {
      br: brotliCompressSync(content, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
          [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
          [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
        },
      }),
      gz: gzipSync(content, { level: constants.Z_BEST_COMPRESSION }),
    };
    for (const [ending, compressed] of Object.entries(forms)) {
      if (compressed.length < content.length) writeFileSync(`${file}.${ending}`, compressed);
    }
  }
}
