// How the dashboard is built: hashed assets, nothing inlined (the page's policy forbids it), the API proxied while developing.
import { fileURLToPath } from "node:url";
import type { UserConfig } from "vite";
import solid from "vite-plugin-solid";

const api = `http://127.0.0.1:${process.env.PORT ?? "3000"}`;

const config: UserConfig = {
  root: fileURLToPath(new URL(".", import.meta.url)),
  cacheDir: fileURLToPath(new URL("../node_modules/.vite", import.meta.url)),
  // The plugin would make Vitest look for jsdom; the tests here are of plain functions.
  plugins: process.env.VITEST ? [] : [solid()],
  build: {
    target: "baseline-widely-available",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { "/graphql": { target: api, ws: true } } },
};

export default config;
