import react from "@vitejs/plugin-react";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const dashboard = process.env.HDH_DASHBOARD_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("src", import.meta.url)) } },
  build: {
    // Into the Python package: what serves the pages carries them.
    outDir: "../src/dashboard/dist",
    emptyOutDir: true,
    target: "es2022",
    // The policy allows no data: addresses, so nothing small may be put into the styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // `npm run dev`: pages from here, everything else from a running dashboard.
  server: { proxy: { "/api": dashboard, "/session": dashboard } },
  test: { include: ["src/**/*.test.ts"], environment: "node", restoreMocks: true },
});
