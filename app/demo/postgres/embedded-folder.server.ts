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

/** The folder of one PostgreSQL: its data, its log, and beside them its password and the process that started it. */
export type PostgresFolder = { data: string; log: string; password: string; ownerFile: string };

/**
 * The folder of a PostgreSQL, created by `initdb` when it does not exist. Several processes may call this at once: each
 * creates a complete folder under another name, and the first one to rename its folder wins.
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
    const isReachable = await canEnter(path.dirname(dir), account);
    const made = isReachable ? await mkdtemp(`${dir}.new-`) : await makeSharedFolder("data-");
    await runInitdb(made, account, binaries);
    await (isReachable ? rename(made, dir) : symlink(made, dir)).catch(
      async (error: NodeJS.ErrnoException) => {
        await rm(made, { recursive: true, force: true });
        if (await exists(path.join(dir, "data", "PG_VERSION"))) return; // Another process was faster.
        throw new EmbeddedPostgresError(
          `${dir} is not a database folder of Parity. Move it away. (${error.code})`,
        );
      },
    );
    if (!isReachable)
      log(`PostgreSQL does not run as root and cannot enter ${path.dirname(dir)}. Its data is in ${made}.`);
  }
  return readFolder(dir, account);
}

async function readFolder(dir: string, account: Account | undefined): Promise<PostgresFolder> {
  // The real path, as a running server reports its data directory.
  const data = await realpath(path.join(dir, "data"));
  const place = path.dirname(data);
  if (!(await canEnter(data, account))) {
    throw new EmbeddedPostgresError(
      `PostgreSQL does not run as root, and its own account cannot enter ${data}: a folder above it is closed. Move the ` +
        "data to a folder that all accounts can enter, or run as another user.",
    );
  }
  const password = await readFile(path.join(place, "password"), "utf8").catch(
    (error: NodeJS.ErrnoException) => {
      throw new EmbeddedPostgresError(
        `Cannot read ${path.join(place, "password")} (${error.code}): run as the user that created the database.`,
      );
    },
  );
  return { data, log: path.join(data, "server.log"), password, ownerFile: path.join(place, "owner") };
}

async function runInitdb(place: string, account: Account | undefined, binaries: Binaries): Promise<void> {
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
    // PostgreSQL's own Unicode rules are the same on every machine, whichever languages are installed.
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-sync",
    "--no-instructions",
  ]);
  if (account) await chown(passwordFile, 0, 0);
  if (done.ok) return;
  await rm(place, { recursive: true, force: true });
  throw new EmbeddedPostgresError(`Cannot create a database in ${place}: ${done.stderr}`);
}
