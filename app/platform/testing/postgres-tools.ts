import { execFileSync, spawn, spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { findFreePort } from "./port";

/** PostgreSQL's own tools with a server of the same version (Debian: the package `postgresql`): pg_dump refuses a newer one. */
export const POSTGRES_TOOLS: string | null =
  ["/usr/lib/postgresql", "/usr/local/lib/postgresql", "/opt/homebrew/opt"]
    .filter(existsSync)
    .flatMap((folder) => readdirSync(folder).map((name) => path.join(folder, name, "bin")))
    .sort()
    .findLast((bin) =>
      ["initdb", "postgres", "pg_dump", "pg_restore", "psql"].every((name) =>
        existsSync(path.join(bin, name)),
      ),
    ) ?? null;

/** PostgreSQL refuses to run as root. */
const account = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** A server of its own, with its data in `folder`, and empty databases of these names. */
export async function startServerWithTools(bin: string, folder: string, names: readonly string[]) {
  const data = path.join(folder, "data");
  mkdirSync(data, { mode: 0o700 });
  if (account.uid !== undefined) {
    execFileSync("chmod", ["a+rx", folder]);
    chownSync(data, account.uid, account.gid);
  }
  const made = spawnSync(
    path.join(bin, "initdb"),
    ["-D", data, "-U", "parity", "-A", "trust", "-E", "UTF8", "--no-sync"],
    { ...account, cwd: data, encoding: "utf8" },
  );
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}${made.error ?? ""}`);
  const port = await findFreePort();
  const settings = [`port=${port}`, "listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"];
  const child = spawn(path.join(bin, "postgres"), ["-D", data, ...settings.flatMap((one) => ["-c", one])], {
    ...account,
    cwd: data,
    stdio: "ignore",
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const toUrl = (name: string) => `postgresql://parity@127.0.0.1:${port}/${name}`;
  const client = await connectWhenReady(toUrl("postgres"), () => child.exitCode === null);
  for (const name of names) await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  return {
    toUrl,
    async stop() {
      child.kill("SIGINT");
      await ended;
    },
  };
}

async function connectWhenReady(url: string, isAlive: () => boolean): Promise<pg.Client> {
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (!isAlive()) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
