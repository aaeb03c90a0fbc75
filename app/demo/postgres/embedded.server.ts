import { readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import pg from "pg";
import { isProcessAlive } from "~/platform/surroundings/process-alive.server";
import {
  type Account,
  EmbeddedPostgresError,
  findUnprivilegedAccount,
  runAs,
} from "./embedded-account.server";
import { type Binaries, findBinaries } from "./embedded-binaries.server";
import { type PostgresFolder, preparePostgresFolder, superuser } from "./embedded-folder.server";
import { isPostgres, type Postmaster, readPostmaster, removeStaleLock } from "./embedded-postmaster.server";
import { stopWithOwner } from "./stop-with-owner.server";

export { EmbeddedPostgresError } from "./embedded-account.server";

const host = "127.0.0.1";
const database = "parity";
const startAttempts = 10;
const adoptAttempts = 100; // 30 seconds: it may be recovering from a crash
const pauseMs = 300;
// A machine that is busy with other work may take seconds to accept a connection.
const connectTimeoutMs = 30_000;

const settings = {
  listen_addresses: host,
  unix_socket_directories: "",
  timezone: "UTC",
  log_timezone: "UTC",
  shared_buffers: "128MB",
  max_connections: "120",
  max_wal_size: "512MB",
  wal_level: "minimal",
  max_wal_senders: "0",
  jit: "off",
};
// For tests: a crash of the machine may lose the data.
const fastSettings = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  // It looks into each of many small databases again and again, and what it learns changes plans.
  autovacuum: "off",
  // Then the memory files of a killed server are removed together with its folder.
  ...(process.platform === "win32" ? {} : { dynamic_shared_memory_type: "mmap" }),
};

export type EmbeddedPostgres = { url: string; stop(): Promise<void>; adopted: boolean };

/**
 * A real PostgreSQL from npm, for a machine that has none: its data in `dir`, on 127.0.0.1 and a free port, with a random
 * password. When another process already runs the one in `dir`, this connects to it and uses it (`adopted`). `stop` stops
 * a server that this process started, or adopted from a process that no longer exists, and no other.
 *
 * @throws EmbeddedPostgresError when it cannot run here.
 */
export async function startEmbeddedPostgres(options: {
  dir: string;
  fast?: boolean;
  /** PostgreSQL's `shared_buffers`, for example `128MB`, which is the default here. */
  sharedBuffers?: string;
  /** A library that the server loads at its start. */
  preload?: string;
  log?: (message: string) => void;
}): Promise<EmbeddedPostgres> {
  const { fast = false, sharedBuffers = settings.shared_buffers, preload = "", log = () => {} } = options;
  const dir = path.resolve(options.dir);
  const account = await findUnprivilegedAccount(path.join(dir, "data"));
  const binaries = await findBinaries(account);
  const folder = await preparePostgresFolder({ dir, account, binaries, log });
  const server: Server = { folder, account, binaries };

  let failure = "";
  for (let attempt = 0; attempt < startAttempts; attempt++) {
    const running = await readPostmaster(folder.data);
    if (running) {
      const adopted = await adopt(server, running);
      if (adopted) return adopted;
      await removeStaleLock(folder.data, running);
    }
    const port = await findFreePort();
    const started = await start(server, { port, fast, sharedBuffers, preload });
    if (started.ok) {
      await writeOwner(folder);
      const postmaster = await readPostmaster(folder.data);
      if (postmaster) stopWithOwner(folder.data, postmaster.pid);
      await ensureDatabase(folder, port);
      return { url: buildUrl(folder, port, database), adopted: false, stop: () => stop(server) };
    }
    failure = started.failure;
    if (!/could not bind|address already in use|lock file .* already exists|another server/i.test(failure))
      break;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  throw new EmbeddedPostgresError(`The embedded PostgreSQL in ${dir} does not start: ${failure}`);
}

type Server = { folder: PostgresFolder; account: Account | undefined; binaries: Binaries };

type StartOptions = { port: number; fast: boolean; sharedBuffers: string; preload: string };

async function start({ folder, account, binaries }: Server, options: StartOptions) {
  const { port, fast, sharedBuffers, preload } = options;
  const loaded = preload === "" ? {} : { shared_preload_libraries: preload };
  const own = { port: String(port), shared_buffers: sharedBuffers, ...loaded };
  const all = { ...settings, ...own, ...(fast ? fastSettings : {}) };
  const flags = Object.entries(all).map(([name, value]) => `-c ${name}=${value}`);
  const before = (await readFile(folder.log, "utf8").catch(() => "")).length;
  const ctl = ["-D", folder.data, "-w", "-t", "60", "-l", folder.log, "-o", flags.join(" "), "start"];
  const done = await runAs(account, binaries.pgCtl, ctl);
  if (done.ok) return done;
  const logged = (await readFile(folder.log, "utf8").catch(() => "")).slice(before).trim();
  return { ok: false as const, failure: logged || done.stderr };
}

/** Connects to the server of the lock file until it answers, and checks that it runs on our data directory. */
async function adopt(server: Server, running: Postmaster): Promise<EmbeddedPostgres | undefined> {
  const { folder } = server;
  for (let attempt = 0; attempt < adoptAttempts; attempt++) {
    const found = await askDataDirectory(folder, running.port);
    if (found === folder.data) {
      await ensureDatabase(folder, running.port);
      const owner = await readOwner(folder);
      const orphan = owner !== undefined && !isProcessAlive(owner); // The process that started it was killed.
      if (orphan) await writeOwner(folder);
      const stopIt = orphan ? () => stop(server) : async () => {};
      return { url: buildUrl(folder, running.port, database), adopted: true, stop: stopIt };
    }
    if (found !== undefined || !isProcessAlive(running.pid) || !isPostgres(running.pid)) return undefined;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return undefined;
}

/** The data directory of the server at a port; "" when it refuses our password, undefined when it does not answer. */
async function askDataDirectory(folder: PostgresFolder, port: number): Promise<string | undefined> {
  try {
    const [row] = await ask<{ data_directory: string }>(
      buildUrl(folder, port, "postgres"),
      "SHOW data_directory",
    );
    return row?.data_directory ?? "";
  } catch (error) {
    return error instanceof pg.DatabaseError && error.code !== "57P03" ? "" : undefined; // 57P03: still starting
  }
}

async function ensureDatabase(folder: PostgresFolder, port: number): Promise<void> {
  const url = buildUrl(folder, port, "postgres");
  const existing = await ask(url, `SELECT 1 FROM pg_database WHERE datname = '${database}'`);
  if (existing.length > 0) return;
  await ask(url, `CREATE DATABASE ${database}`).catch((error: unknown) => {
    const wasCreated =
      error instanceof pg.DatabaseError && (error.code === "42P04" || error.code === "23505");
    if (!wasCreated) throw error;
  });
}

async function ask<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: connectTimeoutMs });
  client.on("error", () => {});
  try {
    await client.connect();
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}

async function writeOwner(folder: PostgresFolder): Promise<void> {
  await writeFile(folder.ownerFile, String(process.pid));
}

async function readOwner(folder: PostgresFolder): Promise<number | undefined> {
  const text = await readFile(folder.ownerFile, "utf8").catch(() => "");
  return text ? Number(text) : undefined;
}

async function stop({ folder, account, binaries }: Server): Promise<void> {
  if ((await readOwner(folder)) !== process.pid) return;
  const done = await runAs(account, binaries.pgCtl, [
    "-D",
    folder.data,
    "-m",
    "fast",
    "-w",
    "-t",
    "60",
    "stop",
  ]);
  // Another process may have stopped it in the meantime, which is not a failure.
  if (!done.ok && (await readPostmaster(folder.data))) {
    throw new Error(`PostgreSQL did not stop: ${done.stderr}`);
  }
  await rm(folder.ownerFile, { force: true });
}

function buildUrl(folder: PostgresFolder, port: number, name: string): string {
  return `postgresql://${superuser}:${folder.password}@${host}:${port}/${name}`;
}

/** The port may be taken before PostgreSQL opens it: `startEmbeddedPostgres` then tries another one. */
async function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, host, () => {
      const address = probe.address();
      const port = typeof address === "object" && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
