import path from "node:path";
import pg from "pg";
import { startEmbeddedPostgres } from "~/demo/postgres/embedded.server";
import { readPostmaster } from "~/demo/postgres/embedded-postmaster.server";
import { applyMigrations } from "~/platform/migrate.server";
import { makeTestFolder, removeTestFolder } from "./folder";
import { openLine } from "./severed";

/** A PostgreSQL of a test's own, which it may break. */
export type Cluster = {
  /** Of an empty database with all migrations; the address stays the same, whatever happens to the server. */
  url: string;
  /**
   * `backend`: one of its processes is killed, and with it every connection; it recovers by itself. `server`: all of it
   * is killed, and started again. Resolves when it answers again.
   */
  crash(what: "backend" | "server"): Promise<void>;
  remove(): Promise<void>;
};

export async function startCluster(): Promise<Cluster> {
  const folder = await makeTestFolder();
  const dir = path.join(folder, "postgres");
  let { url } = await startEmbeddedPostgres({ dir, fast: true });
  await applyMigrations(url);
  const line = await openLine(url);
  return {
    url: line.url,
    async crash(what) {
      if (what === "backend") {
        const client = await answering(url);
        const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
        const gone = new Promise((resolve) => client.once("end", resolve));
        for (const { pid } of rows) process.kill(pid, "SIGKILL");
        await gone;
      } else {
        const running = await readPostmaster(path.join(dir, "data"));
        if (running) process.kill(running.pid, "SIGKILL");
        ({ url } = await startAgain(dir));
        line.leadTo(url);
      }
      await (await answering(url)).end();
    },
    async remove() {
      line.close();
      await removeTestFolder(folder);
    },
  };
}

/** Until the last process of the killed server is gone the folder is not free. */
async function startAgain(dir: string) {
  for (let tried = 1; ; tried += 1) {
    try {
      return await startEmbeddedPostgres({ dir, fast: true });
    } catch (error) {
      if (tried >= 20) throw error;
    }
  }
}

/** A connection, as soon as the server takes one. */
async function answering(url: string): Promise<pg.Client> {
  for (let tried = 1; ; tried += 1) {
    const client = new pg.Client({ connectionString: url });
    client.on("error", () => {});
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (tried >= 300) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
