import { existsSync } from "node:fs";
import path from "node:path";
import { vi } from "vitest";

/** In `npm test` this is waited for when all other tests have ended. */
const BUILD_MS = 200_000;

/**
 * Waits until there is what the build makes. `npm test` builds beside the first tests, and names in `PARITY_BUILT` the file that it
 * writes when the build has ended; any other value says that it is there.
 */
export async function waitForBuild(): Promise<void> {
  const file = process.env.PARITY_BUILT ?? "";
  if (!path.isAbsolute(file)) return;
  await vi.waitUntil(() => existsSync(file), { timeout: BUILD_MS, interval: 500 });
}
