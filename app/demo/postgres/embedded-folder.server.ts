import { randomBytes } from "node:crypto";
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import path from "node:path";
import { type Account, canEnter, EmbeddedPostgresError, runAs } from "./embedded-account.server";
import { type Binaries, exists, makeSharedFolder } from "./embedded-binaries.server";

export const superuser = "parity";

/** A folder with one PostgreSQL in it: its data, and beside them what we know about it. */
export type PostgresFolder = { data: string; log: string; password: string; ownerFile: string };

/**
 * The folder's PostgreSQL, made by `initdb` when it is not there yet. Safe when several processes do this at once: each
 * makes a whole folder under another name, and the first to rename it wins.
 */
export async function preparePostgresFolder(options: {
  dir: string;
  account: Account | undefined;
  binaries: Binaries;
  log: (message: string) => void;
}): Promise<PostgresFolder> {
  const { dir, account, binaries, log } = options;
  if (!(await exists(path.join(dir, "data", "PG_VERSION")))) {
    await mkdir(path.dirname(dir), { recursive: true });
    const inReach = await canEnter(path.dirname(dir), account);
    const made = inReach ? await mkdtemp(`${dir}.new-`) : await makeSharedFolder("data-");
    await initialise(made, account, binaries);
    await (inReach ? rename(made, dir) : symlink(made, dir)).catch(async (error: NodeJS.ErrnoException) => {
      await rm(made, { recursive: true, force: true });
      if (await exists(path.join(dir, "data", "PG_VERSION"))) return; // another process was faster
      throw new EmbeddedPostgresError(
        `${dir} is not a database folder of Parity's: move it away (${error.code})`,
      );
    });
    if (!inReach)
      log(`PostgreSQL cannot enter ${path.dirname(dir)} (it does not run as root): its data are in ${made}`);
  }
  return readFolder(dir, account);
}

async function readFolder(dir: string, account: Account | undefined): Promise<PostgresFolder> {
  // As PostgreSQL itself names it: what a running server calls its data directory is compared with this.
  const data = await realpath(path.join(dir, "data"));
  const place = path.dirname(data);
  if (!(await canEnter(data, account))) {
    throw new EmbeddedPostgresError(
      `PostgreSQL does not run as root, and its own account cannot enter ${data}: a folder above it is closed. Move the ` +
        "data to a folder that everybody may enter, or run as another user.",
    );
  }
  const password = await readFile(path.join(place, "password"), "utf8").catch(
    (error: NodeJS.ErrnoException) => {
      throw new EmbeddedPostgresError(
        `Cannot read ${path.join(place, "password")} (${error.code}): run as the user who made the database.`,
      );
    },
  );
  return { data, log: path.join(data, "server.log"), password, ownerFile: path.join(place, "owner") };
}

async function initialise(place: string, account: Account | undefined, binaries: Binaries): Promise<void> {
  await chmod(place, 0o755);
  const data = path.join(place, "data");
  const passwordFile = path.join(place, "password");
  const password = randomBytes(24).toString("base64url");
  await mkdir(data, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (account) for (const file of [data, passwordFile]) await chown(file, account.uid, account.gid);
  const done = await runAs(account, binaries.initdb, [
    `--pgdata=${data}`,
    `--username=${superuser}`,
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    // PostgreSQL's own Unicode rules: the same on every machine, whatever languages are installed there.
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-sync",
    "--no-instructions",
  ]);
  if (account) await chown(passwordFile, 0, 0);
  if (done.ok) return;
  await rm(place, { recursive: true, force: true });
  throw new EmbeddedPostgresError(`Cannot make a database in ${place}: ${done.complaint}`);
}
