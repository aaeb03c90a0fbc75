import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { installAdoption } from "~/adopt/install.server";
import { enqueueRechecks } from "~/engine/observe/recheck-queue.server";
import { addSyncedUser, createWorld, syncAll, type World } from "~/engine/testing/world";
import { createDefaultDocument } from "~/mapping/default-mapping.server";
import { createLog } from "~/platform/log.server";
import { withPgClient } from "~/platform/migrations/pg-client.server";
import { dumpOutside } from "~/platform/testing/outside";
import { uninstall } from "~/platform/uninstall/uninstall.server";

let world: World;
beforeAll(async () => {
  world = await createWorld();
  for (const id of ["ada", "bob"]) await addSyncedUser(world, id);
});
afterAll(() => world.close());

const run = (sql: string) => withPgClient(world.url, (client) => client.query(sql));
// The mapping file of the example tables; JSON is YAML too.
const FILE = JSON.stringify(
  createDefaultDocument({ User: "app", BillingSubscription: "app", Workspace: "app" }),
);

const lines: Record<string, unknown>[] = [];
const log = createLog({
  level: "info",
  destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
});
const install = (triggers: "with" | "without" | "as_they_are") =>
  withPgClient(world.url, (client) =>
    installAdoption(client, FILE, {
      actor: "test",
      log,
      signal: new AbortController().signal,
      triggers,
    }),
  );

/** Runs a statement of the application's. Returns who is in the recheck queue then, and empties it. */
async function change(sql: string): Promise<string[]> {
  await run(`DELETE FROM parity."RecheckQueue"`);
  await run(sql);
  const rows = await world.db.recheckQueue.findMany({ orderBy: { userId: "asc" } });
  return rows.map(({ userId }) => userId);
}

const LOCK = `UPDATE app."Workspace" SET status = 'locked', soldiers = 0 WHERE "ownerId" = 'ada'`;

it("nothing is put into the application's tables unless it is asked for", async () => {
  expect(await install("as_they_are")).toMatchObject({ outcome: "installed" });
  // Another mapping turns writing off, and the log says so (R298).
  const [changed] = lines.filter(({ key }) => key === "writeMode");
  expect(changed).toMatchObject({ msg: "write mode changed", before: "full", after: "off", by: "test" });
  expect(await change(LOCK)).toEqual([]);
  expect(await install("with")).toMatchObject({
    changes: [
      "triggers in app.User: its changes are told at once",
      "triggers in app.BillingSubscription: its changes are told at once",
      "triggers in app.Workspace: its changes are told at once",
    ],
  });
});

it("a changed owner is in the recheck queue at once: by an update, an insert and a delete, in each table", async () => {
  expect(await change(`UPDATE app."Workspace" SET soldiers = 7 WHERE "ownerId" = 'ada'`)).toEqual(["ada"]);
  expect(await change(`UPDATE app."User" SET plan = 'starter'`)).toEqual(["ada", "bob"]);
  expect(
    await change(`UPDATE app."BillingSubscription" SET status = 'canceled' WHERE "userId" = 'bob'`),
  ).toEqual(["bob"]);
  expect(await change(`INSERT INTO app."User" (id, email) VALUES ('eve', 'eve@example.com')`)).toEqual([
    "eve",
  ]);
  expect(await change(`UPDATE app."User" SET id = 'eva' WHERE id = 'eve'`)).toEqual(["eva", "eve"]);
  expect(await change(`DELETE FROM app."User" WHERE id = 'eva'`)).toEqual(["eva"]);
});

it("what an evaluation does not depend on enqueues no one, nor does an update that changes nothing", async () => {
  expect(await change(`UPDATE app."User" SET name = 'Ada L.', "updatedAt" = now()`)).toEqual([]);
  expect(await change(`UPDATE app."User" SET plan = plan`)).toEqual([]);
});

it("what Parity writes itself enqueues no one", async () => {
  await world.db.setting.updateMany({ where: { key: "writeMode" }, data: { value: "full" } });
  await syncAll(world.parity);
  await run(LOCK);
  await syncAll(world.parity);
  expect(await world.db.recheckQueue.count()).toBe(0);
  const records = JSON.stringify([
    { userId: "ada", user: { plan: "starter" }, billing: null, workspaces: [] },
  ]);
  expect(await change(`SELECT parity.write_records('${records}')`)).toEqual([]);
  const [ada] = await world.db.user.findMany({ where: { id: "ada" } });
  expect(ada?.plan).toBe("starter");
  // The next statement of the same connection is the application's again.
  expect(
    await change(`SELECT parity.write_records('[]'); UPDATE app."User" SET plan = 'army' WHERE id = 'ada'`),
  ).toEqual(["ada"]);
});

it("an application's role without any right in Parity's schema is served too", async () => {
  const role = `application_${randomUUID().replaceAll("-", "")}`;
  await run(
    `CREATE ROLE ${role}; GRANT USAGE ON SCHEMA app TO ${role}; GRANT SELECT, UPDATE ON app."User" TO ${role}`,
  );
  try {
    expect(await change(`SET ROLE ${role}; UPDATE app."User" SET plan = 'gold' WHERE id = 'bob'`)).toEqual([
      "bob",
    ]);
    await expect(run(`SET ROLE ${role}; SELECT parity.changed_owners()`)).rejects.toThrow(
      /permission denied/,
    );
  } finally {
    await run(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});

it("the application's own statement never fails, and waits for no one", async () => {
  await run(`ALTER TABLE parity."RecheckQueue" RENAME TO "Gone"`);
  await run(`UPDATE app."User" SET plan = 'silver' WHERE id = 'bob'`);
  await run(`ALTER TABLE parity."Gone" RENAME TO "RecheckQueue"; ALTER TABLE app."User" ADD extra int`);
  expect(await change(`UPDATE app."User" SET plan = 'bronze' WHERE id = 'bob'`)).toEqual(["bob"]);
  await run(`ALTER TABLE app."User" DROP extra; DELETE FROM parity."RecheckQueue"`);
  // Another transaction has just enqueued the same user, and stays open.
  await world.db.$transaction(async (tx) => {
    await enqueueRechecks(tx, ["bob"]);
    await run(`SET statement_timeout = '20s'; UPDATE app."User" SET plan = 'iron' WHERE id = 'bob'`);
  });
  expect(await world.db.user.findUnique({ where: { id: "bob" } })).toMatchObject({ plan: "iron" });
  // A column that the application drops ends the telling, and no statement.
  await run(
    `BEGIN; ALTER TABLE app."User" DROP plan CASCADE; UPDATE app."User" SET email = 'b@example.com' WHERE id = 'bob'; ROLLBACK`,
  );
});

it("they are made anew with another mapping, removed when that is asked for, and by uninstalling, without a trace", async () => {
  expect(await install("as_they_are")).toMatchObject({
    changes: expect.arrayContaining([expect.stringMatching(/^triggers in/)]),
  });
  const without = async () => {
    const dump = await dumpOutside(world.url);
    return dump.filter((line) => !line.startsWith("trigger"));
  };
  const before = await without();
  expect(await install("without")).toMatchObject({
    changes: [
      "triggers removed from app.BillingSubscription",
      "triggers removed from app.User",
      "triggers removed from app.Workspace",
    ],
  });
  expect(await dumpOutside(world.url)).toEqual(before);
  expect(await change(LOCK)).toEqual([]);
  await install("with");
  const beforeUninstalling = await without();
  expect(await uninstall(world.url, { force: true })).toMatchObject({
    removed: true,
    installation: { triggers: expect.arrayContaining(['parity_changed_update on app."User"']) },
  });
  expect(await dumpOutside(world.url)).toEqual(beforeUninstalling);
});
