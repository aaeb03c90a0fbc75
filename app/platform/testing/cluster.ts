import path from "node:path";
import pg from "pg";
import { startEmbeddedPostgres } from "~/demo/postgres/embedded.server";
import { readPostmaster } from "~/demo/postgres/embedded-postmaster.server";
import { applyMigrations } from "~/platform/migrations/migrate.server";
import { makeTestFolder, removeTestFolder } from "./folder";
import { openPostgresProxy } from "./postgres-proxy";

/** A PostgreSQL server for one test, which the test may crash. */
export type Cluster = {
  /** An empty database with all migrations. The address stays the same when the server restarts elsewhere. */
  url: string;
  /**
   * `backend`: one of its processes is killed, which ends every connection; it recovers by itself. `server`: the whole
   * server is killed and started again. Resolves when it answers again.
   */
  crash(what: "backend" | "server"): Promise<void>;
  remove(): Promise<void>;
};

export async function startCluster(): Promise<Cluster> {
  const folder = await makeTestFolder();
  const dir = path.join(folder, "postgres");
  let { url } = await startEmbeddedPostgres({ dir, fast: true });
  await applyMigrations(url, { exampleTables: "app" });
  const proxy = await openPostgresProxy(url);
  return {
    url: proxy.url,
    async crash(what) {
      if (what === "backend") {
        const client = await connectWhenReady(url);
        const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
        // Until the server has ended the others, too, it still accepts connections, and cuts them a moment later.
        const others = await connectWhenReady(url);
        const gone = Promise.all(
          [client, others].map((one) => new Promise((resolve) => one.once("end", resolve))),
        );
        for (const { pid } of rows) process.kill(pid, "SIGKILL");
        await gone;
      } else {
        const running = await readPostmaster(path.join(dir, "data"));
        if (running) process.kill(running.pid, "SIGKILL");
        ({ url } = await restart(dir));
        proxy.redirectTo(url);
      }
      await (await connectWhenReady(url)).end();
    },
    async remove() {
      proxy.close();
      await removeTestFolder(folder);
    },
  };
}

/** Tries again while a last process of the killed server still uses the folder. */
async function restart(dir: string) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startEmbeddedPostgres({ dir, fast: true });
    } catch (error) {
      if (attempt >= 20) throw error;
    }
  }
}

/** A connection, as soon as the server accepts one. */
async function connectWhenReady(url: string): Promise<pg.Client> {
  for (let attempt = 1; ; attempt += 1) {
    const client = new pg.Client({ connectionString: url });
    client.on("error", () => {});
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (attempt >= 300) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
