import { vitePlugin as remix } from "@remix-run/dev";
import tailwindcss from "@tailwindcss/vite";
import tsconfigPaths from "vite-tsconfig-paths";
import { defineConfig } from "vitest/config";
import LongFirst from "./e2e/support/long-first";

declare module "@remix-run/node" {
  interface Future {
    v3_singleFetch: true;
  }
}

const testing = Boolean(process.env.VITEST);

export default defineConfig({
  plugins: [
    // Remix's plugin wants to build the application; React's own plugin must not stand beside it (hydration breaks).
    testing
      ? []
      : [
          tailwindcss(),
          remix({
            future: {
              v3_fetcherPersist: true,
              v3_relativeSplatPath: true,
              v3_throwAbortReason: true,
              v3_singleFetch: true,
              v3_lazyRouteDiscovery: true,
              v3_routeConfig: true,
            },
          }),
        ],
    tsconfigPaths(),
  ],
  esbuild: { jsx: "automatic" },
  test: {
    dir: "app",
    environment: "node",
    // Much of a test is waiting: for a process, a clock, an answer.
    maxWorkers: 4,
    // Files share what they import: loading it again for each took a third of the time. No file mocks a module.
    isolate: false,
    sequence: { sequencer: LongFirst },
    exclude: ["**/generated/**", "**/node_modules/**"],
    globalSetup: ["app/platform/testing/server.ts"],
    testTimeout: 30_000, // generous: the browser tests' build may be running beside them
    hookTimeout: 60_000,
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
  },
});
