import { rmSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { startEmbeddedPostgres } from "~/demo/postgres/embedded.server";
import { applyMigrations } from "~/platform/migrations/migrate.server";
import { killPostgres, makeTestFolder, removeTestFolder } from "./folder";

declare module "vitest" {
  interface ProvidedContext {
    /** Where `createTestDatabase` asks for the run's PostgreSQL. */
    testDatabaseServer: string;
  }
}

/**
 * One PostgreSQL for a whole run of vitest, started when the first test asks for it (unit tests never do). The tests'
 * databases are copies of its migrated one.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let started: Promise<TestPostgres> | undefined;
  const desk = createServer((_request, response) => {
    started ??= startForTests();
    started.then(
      ({ url }) => response.end(JSON.stringify({ url })),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => desk.listen(0, "127.0.0.1", resolve));
  const address = desk.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  project.provide("testDatabaseServer", `http://127.0.0.1:${address.port}`);

  return async () => {
    desk.closeAllConnections();
    desk.close();
    await (await started?.catch(() => undefined))?.remove();
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
