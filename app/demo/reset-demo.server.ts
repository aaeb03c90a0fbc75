import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { isProcessAlive } from "~/platform/surroundings/process-alive.server";
import { findRunningDemo } from "./announcement.server";
import { isPostgres, readPostmaster } from "./postgres/embedded-postmaster.server";

export type ResetResult = { ok: true; deleted: boolean } | { ok: false; message: string };

/** Every demo has this file in its data directory. A directory without it is never deleted. */
const MARKER = "secrets.json";

/**
 * Deletes the demo's data directory. Refuses while a demo or its PostgreSQL runs on it, and for a directory that
 * contains the working directory.
 */
export async function resetDemo(dataDirectory: string): Promise<ResetResult> {
  const directory = path.resolve(dataDirectory);
  if (!existsSync(path.join(directory, MARKER))) return { ok: true, deleted: false };
  if (contains(directory, process.cwd())) {
    return { ok: false, message: `${directory} contains the working directory, so it is not deleted.` };
  }
  const demo = await findRunningDemo(directory);
  if (demo) {
    return { ok: false, message: `The demo is running at ${demo.url} (process ${demo.pid}). Stop it first.` };
  }
  const postgres = await readPostmaster(path.join(directory, "postgres", "data"));
  if (postgres && isProcessAlive(postgres.pid) && isPostgres(postgres.pid)) {
    return {
      ok: false,
      message: `The demo’s PostgreSQL is still running (process ${postgres.pid}). Stop that process first.`,
    };
  }
  await rm(directory, { recursive: true });
  return { ok: true, deleted: true };
}

function contains(directory: string, other: string): boolean {
  const relative = path.relative(directory, other);
  return !relative.startsWith("..") && !path.isAbsolute(relative);
}
