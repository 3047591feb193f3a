import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { loadEnv } from "vite";
import { defineConfig } from "vitest/config";
import { compressed } from "./scripts/compress.mjs";

export default defineConfig(({ mode }) => {
  const service = loadEnv(mode, ".", "HIVE_")["HIVE_AUTH_URL"] ?? "http://127.0.0.1:8004";
  // The pages of the voice service are a build of their own: what both share would else cost the meeting a request each.
  const speech = mode === "speech";
  return {
    publicDir: speech ? false : "public",
    plugins: [react(), compressed()],
    // As ../extension names what it takes from here; its logic is tested with that of the page.
    resolve: { alias: { "@hive": fileURLToPath(new URL("./src", import.meta.url)) } },
    server: {
      host: "127.0.0.1",
      proxy: { "/api": service, "/health": service },
    },
    build: {
      target: "es2022",
      emptyOutDir: !speech,
      // The page's policy allows no inline anything, so nothing may be turned into a data URL.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: speech ? ["speech.html", "admin.html", "docs.html", "redoc.html"] : ["index.html"],
        output: {
          codeSplitting: {
            groups: [
              { name: "react", test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ },
              { name: "livekit", test: /node_modules[\\/](livekit-client|@livekit|@bufbuild|rxjs)[\\/]/ },
            ],
          },
        },
      },
    },
    test: {
      include: ["tests/**/*.test.{ts,tsx}"],
      restoreMocks: true,
      // A world of its own for each file costs three times the processor; no file changes what the next one reads.
      pool: "threads",
      isolate: false,
      testTimeout: 30_000,
    },
  };
});
