import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addPayingUser, createWorld, readAccess, type World } from "~/engine/testing/world";
import type { Parity } from "~/facade/parity.server";
import { createDatabase, type Database } from "~/platform/client.server";
import { createLog } from "~/platform/log.server";
import { applyMigrations } from "~/platform/migrations/migrate.server";
import { ROOT } from "~/platform/root.server";
import { makeTestFolder, removeTestFolder } from "~/platform/testing/folder";
import { dumpOutside } from "~/platform/testing/outside";
import { POSTGRES_TOOLS, startServerWithTools } from "~/platform/testing/postgres-tools";
import { openParity } from "./open-parity.server";

// The commands of docs/retention.md, word for word, with PostgreSQL's own tools (R299).

const [, section = ""] =
  /^## Backup and restore\n([\s\S]*)/m.exec(readFileSync(path.join(ROOT, "docs/retention.md"), "utf8")) ?? [];
const [whole = "", alone = ""] = [...section.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(
  ([, text = ""]) => text,
);

describe.skipIf(POSTGRES_TOOLS === null)(
  "a backup (skipped where PostgreSQL’s tools are not installed)",
  () => {
    let folder = "";
    let server: Awaited<ReturnType<typeof startServerWithTools>>;
    let world: World;
    let restored: Database;
    const log = createLog({ level: "silent" });
    const tools = POSTGRES_TOOLS ?? "";

    beforeAll(async () => {
      folder = await makeTestFolder();
      server = await startServerWithTools(tools, folder, ["app", "restored"]);
      const url = server.toUrl("app");
      await applyMigrations(url, { exampleTables: "app" });
      const db = createDatabase(url, { log });
      world = await createWorld({}, log, { db, url, drop: () => db.$disconnect() });
      for (const id of ["ada", "ben", "cyd"]) await addPayingUser(world, id);
      expect(await world.parity.runs.cron(FULL)).toMatchObject({ success: true, syncedCount: 3 });
    });
    afterAll(async () => {
      await world?.close();
      await restored?.$disconnect();
      await server?.stop();
      await removeTestFolder(folder);
    });

    const shell = (commands: string, more: Record<string, string> = {}) =>
      promisify(execFile)("sh", ["-eu", "-c", commands], {
        cwd: folder,
        env: {
          ...more,
          NODE_ENV: "test",
          PATH: `${tools}:${process.env.PATH}`,
          DATABASE_URL: server.toUrl("app"),
          NEW_DATABASE_URL: server.toUrl("restored"),
        },
      });
    const openOn = (db: Database): Parity =>
      openParity({
        ...{ db, sandbox: false, log },
        stripe: {
          ...{
            secretKey: world.sandbox.secretKey,
            mode: "test",
            apiBase: world.stripeUrl,
            readsPerSecond: 2_000,
          },
          ...{ checkoutKey: null, accountId: null, webhookSecret: null },
        },
      });
    const FULL = { budgetMs: 30_000, scope: "full" } as const;

    it("R299: of the whole database, restored into another one, has the audit, and a full run writes nothing into the application", async () => {
      await shell(whole);
      const url = server.toUrl("restored");
      expect(await applyMigrations(url, {})).toMatchObject({ applied: [] });
      restored = createDatabase(url, { log });
      expect(await restored.change.count()).toBe(3);
      await expect(restored.$executeRaw`UPDATE parity."Change" SET "userId" = 'x'`).rejects.toThrow();
      const before = await dumpOutside(url);
      const parity = openOn(restored);
      expect(await parity.runs.cron(FULL)).toMatchObject({ success: true, syncedCount: 0, total: 3 });
      expect(await dumpOutside(url)).toEqual(before);
      // What happened after the dump is repaired, and nothing else.
      const { id } = world.sandbox.customers.create({ email: "dan@example.com" });
      world.sandbox.subscriptions.create({ customer: id, items: [{ price: world.prices.army }] });
      await restored.user.create({
        data: { id: "dan", email: "dan@example.com", name: "Dan", emailVerified: true, stripeCustomerId: id },
      });
      expect(await parity.runs.cron(FULL)).toMatchObject({ success: true, syncedCount: 1 });
      await parity.close();
    });

    it("the commands of other documents for PostgreSQL’s tools work too: the copy before an upgrade, and the role", async () => {
      const read = (name: string) => readFileSync(path.join(ROOT, "docs", name), "utf8");
      const [, copy = ""] = /`(pg_dump [^`]+)`/.exec(read("upgrading.md")) ?? [];
      await shell(copy);
      const { stdout } = await shell("pg_restore --list parity.dump");
      expect(stdout).toContain("TABLE DATA parity Change");
      const [, role = ""] = /^(psql -c "CREATE ROLE .*)$/m.exec(read("adopting.md")) ?? [];
      const { hostname, port, username } = new URL(server.toUrl("app"));
      await shell(role, { PGHOST: hostname, PGPORT: port, PGUSER: username, PGDATABASE: "app" });
      const roles = await world.db
        .$queryRaw`SELECT FROM pg_roles WHERE rolname = 'parity_app' AND rolcanlogin`;
      expect(roles).toHaveLength(1);
    });

    it("R299: of Parity alone, older than the records, is no harm: nothing is taken, and what differs is repaired", async () => {
      const [dump = "", ...rest] = alone.split("\n");
      await shell(dump);
      const since = await addPayingUser(world, "eve");
      await world.parity.runs.cron(FULL);
      expect(await readAccess(world, "eve"), since.customerId).toBe("active 5");
      await shell(rest.join("\n"));
      expect(await applyMigrations(server.toUrl("app"), {})).toMatchObject({ applied: [] });
      expect(await world.db.change.count()).toBe(3);
      const before = await dumpOutside(server.toUrl("app"));
      expect(await world.parity.runs.cron(FULL)).toMatchObject({ success: true, syncedCount: 0, total: 4 });
      expect(await dumpOutside(server.toUrl("app"))).toEqual(before);
      expect(await readAccess(world, "eve")).toBe("active 5");
    });
  },
);
