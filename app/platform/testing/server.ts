import { rmSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { startEmbeddedPostgres } from "~/demo/postgres/embedded.server";
import { applyMigrations } from "~/platform/migrations/migrate.server";
import { killPostgres, makeTestFolder, removeTestFolder } from "./folder";
import { bundlePrograms, type Programs } from "./programs";

declare module "vitest" {
  interface ProvidedContext {
    /** Where tests ask for what a run has once: `/postgres` and `/programs`. */
    testDesk: string;
  }
}

/**
 * What a whole run of vitest has once, made when the first test asks for it (unit tests never do): one PostgreSQL, whose
 * migrated database is copied for tests, and the bundles of the programs that tests start.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let started: Promise<TestPostgres> | undefined;
  let bundled: Promise<Programs> | undefined;
  const make = async (what: string | undefined): Promise<string> => {
    if (what === "/programs") {
      bundled ??= bundlePrograms();
      return (await bundled).folder;
    }
    started ??= startForTests();
    return (await started).url;
  };
  const desk = createServer((request, response) => {
    make(request.url).then(
      (made) => response.end(made),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => desk.listen(0, "127.0.0.1", resolve));
  const address = desk.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  project.provide("testDesk", `http://127.0.0.1:${address.port}`);

  return async () => {
    desk.closeAllConnections();
    desk.close();
    await (await started?.catch(() => undefined))?.remove();
    await (await bundled?.catch(() => undefined))?.remove();
  };
}

type TestPostgres = { url: string; remove(): Promise<void> };

async function startForTests(): Promise<TestPostgres> {
  const folder = await makeTestFolder();
  const dir = path.join(folder, "postgres");
  const onExit = () => {
    killPostgres(dir); // after Ctrl-C there is no time for an orderly end
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once("exit", onExit);
  const { url, stop } = await startEmbeddedPostgres({ dir, fast: true });
  await applyMigrations(url, { exampleTables: "app" });
  return {
    url,
    async remove() {
      await stop();
      await removeTestFolder(folder);
      process.off("exit", onExit);
    },
  };
}
