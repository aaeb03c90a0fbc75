import type { Plugin } from "vite";
import tsconfigPaths from "vite-tsconfig-paths";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

declare module "@remix-run/node" {
  interface Future {
    v3_singleFetch: true;
  }
}

const testing = Boolean(process.env.VITEST);
/** Tests of what the build has made: `npm test` runs them too, last, when its build has ended. */
const BUILT = "**/*.built.test.ts";
const isBuilt = process.env.PARITY_BUILT !== undefined;

class BuiltLast extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const needsBuild = (file: TestSpecification) => file.moduleId.endsWith(".built.test.ts");
    return [...sorted.filter((file) => !needsBuild(file)), ...sorted.filter(needsBuild)];
  }
}

const ROUTE_MODULES = "/@remix-run/react/dist/esm/routeModules.js";
const WHERE_IT_FAILS = "// If we can't load the route it's likely one of 2 things:";

/**
 * Remix loads the whole page again when the code of a route does not come: of a filter's list or the palette, too. Without a connection
 * the browser's error page then stands in the place of the list. So it is loaded again first, until the server is there (app/ui/reach).
 */
const keepPage: Plugin = {
  name: "keep-page",
  enforce: "pre",
  transform(code, id) {
    if (!id.endsWith(ROUTE_MODULES)) return null;
    if (!code.includes(WHERE_IT_FAILS)) throw new Error("Remix loads the code of routes in another way now.");
    const again = `if (window.keepLoading) try {
      return routeModulesCache[route.id] = await window.keepLoading(() => import(/* webpackIgnore: true */ route.module));
    } catch {}`;
    return { code: code.replace(WHERE_IT_FAILS, `${again}\n`), map: null };
  },
};

/** What builds the application. React's own plugin must not be added to Remix's, because hydration breaks. */
async function loadBuildPlugins() {
  const [{ vitePlugin: remix }, { default: tailwindcss }] = await Promise.all([
    import("@remix-run/dev"),
    import("@tailwindcss/vite"),
  ]);
  return [
    keepPage,
    tailwindcss(),
    remix({
      future: {
        v3_fetcherPersist: true,
        v3_relativeSplatPath: true,
        v3_throwAbortReason: true,
        v3_singleFetch: true,
        // Its address matches each part of each path that a caller names, which takes seconds. We have few routes.
        v3_lazyRouteDiscovery: false,
        v3_routeConfig: true,
      },
    }),
  ];
}

export default defineConfig({
  // Tests do not build the application, and loading what does takes seconds.
  plugins: [testing ? [] : loadBuildPlugins(), tsconfigPaths()],
  esbuild: { jsx: "automatic" },
  test: {
    dir: "app",
    environment: "node",
    // Tests wait a part of their time: for a process, a clock, an answer. Each worker loads everything for itself.
    maxWorkers: 3,
    // Files share what they import: loading it again for each took a third of the time. No file mocks a module.
    isolate: false,
    exclude: ["**/generated/**", "**/node_modules/**", ...(isBuilt ? [] : [BUILT])],
    sequence: { sequencer: BuiltLast },
    globalSetup: ["app/platform/testing/server.ts"],
    setupFiles: ["app/platform/testing/cheap-passwords.ts", "app/platform/testing/each-file.ts"],
    // A slow machine is no failure: alone, no test takes a ninth of this.
    testTimeout: 120_000,
    hookTimeout: 240_000,
    // What a test waits for comes late on a slow machine.
    expect: { poll: { timeout: 60_000 } },
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
  },
});
