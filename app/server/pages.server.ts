import { existsSync } from "node:fs";
import path from "node:path";
import type { ServerBuild } from "@remix-run/node";
import { ROOT } from "~/platform/root.server";
import { StartError } from "~/platform/start-error";

/**
 * The pages that `npm run build` has made. In the compiled server scripts/bundle.mjs puts an import of them in the place of
 * this file.
 * @throws StartError with the command that builds them.
 */
export async function loadPages(): Promise<ServerBuild> {
  const file = path.join(ROOT, "build/server/index.js");
  if (!existsSync(file)) throw new StartError("build/server/index.js is missing. Run: npm run build");
  return import(file);
}
