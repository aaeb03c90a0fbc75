import path from "node:path";
// Not the whole package, whose compiler takes seconds to load.
import { flatRoutes } from "@remix-run/dev/dist/config/flat-routes.js";
import type { ServerBuild } from "@remix-run/node";
import * as entry from "~/entry.server";
import * as root from "~/root";

type Route = ServerBuild["routes"][string];

const modules = import.meta.glob<Route["module"]>([
  "../../routes/**/*.{ts,tsx}",
  "!../../routes/**/*.test.{ts,tsx}",
]);
const appDirectory = path.resolve(import.meta.dirname, "../..");

/** All routes as the build has them, from their sources: a test of the real request handler needs no build. */
export async function readSourceBuild(): Promise<ServerBuild> {
  const routes: ServerBuild["routes"] = {
    root: { id: "root", parentId: undefined, path: "", module: root as unknown as Route["module"] },
  };
  for (const { id, file, path: at, index, parentId } of Object.values(
    flatRoutes(appDirectory, ["**/*.test.{ts,tsx}"], "routes"),
  )) {
    const module = await modules[`../../${file}`]?.();
    if (!module) throw new Error(`There is no module for ${file}.`);
    routes[id] = { id, parentId: parentId ?? "root", path: at, index, module };
  }
  return {
    mode: "production",
    entry: { module: entry },
    routes,
    assets: {
      entry: { imports: [], module: "/entry.js" },
      routes: describe(routes),
      url: "/m.js",
      version: "1",
    },
    publicPath: "/",
    assetsBuildDirectory: "build/client",
    future: {
      v3_fetcherPersist: true,
      v3_relativeSplatPath: true,
      v3_throwAbortReason: true,
      v3_singleFetch: true,
      v3_lazyRouteDiscovery: false,
    },
    isSpaMode: false,
  };
}

/** What the browser is told of each route. */
function describe(routes: ServerBuild["routes"]): ServerBuild["assets"]["routes"] {
  return Object.fromEntries(
    Object.values(routes).map(({ module, ...route }) => [
      route.id,
      {
        ...route,
        hasAction: "action" in module,
        hasLoader: "loader" in module,
        hasClientAction: false,
        hasClientLoader: false,
        hasErrorBoundary: "ErrorBoundary" in module,
        module: "/route.js",
      },
    ]),
  );
}
