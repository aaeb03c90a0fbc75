import pg from "pg";
import { afterEach, beforeEach, expect, it } from "vitest";
import {
  addPayingUser,
  addUser,
  createWorld,
  readAccess,
  STAFF,
  syncAll,
  type World,
} from "~/engine/testing/world";

let world: World;
let other: pg.Client;

beforeEach(async () => {
  world = await createWorld();
  other = new pg.Client({ connectionString: world.url });
  await other.connect();
});
afterEach(async () => {
  await other.end();
  await world.close();
});

const listFailures = async (runId: string) => {
  const rows = await world.db.runUser.findMany({
    where: { runId, outcome: "failed" },
    orderBy: { userId: "asc" },
  });
  return rows.map(({ userId, reason }) => [userId, reason]);
};

// Were each of them waited for by itself, these would take a minute.
const BUSY = ["b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8"];

it.each([
  ["users", `SELECT 1 FROM app."User" WHERE id = ANY($1) FOR UPDATE`],
  ["workspaces", `SELECT 1 FROM app."Workspace" WHERE "ownerId" = ANY($1) FOR UPDATE`],
])("while the application locks %s, only those users fail, and are listed", async (_, lock) => {
  for (const id of ["ada", ...BUSY, "eve"]) await addPayingUser(world, id);
  await other.query("BEGIN");
  await other.query(lock, [BUSY]);

  const run = await syncAll(world.parity);

  expect(run).toMatchObject({ state: "done", synced: 2, failed: BUSY.length });
  expect(await listFailures(run.id)).toEqual(BUSY.map((id) => [id, "record_busy"]));
  for (const id of ["ada", "eve"]) expect(await readAccess(world, id)).toBe("active 5");
  await other.query("ROLLBACK");
  expect(await syncAll(world.parity)).toMatchObject({ synced: BUSY.length, skipped: 2, failed: 0 });
});

it("the button reports that the record is locked", async () => {
  await addPayingUser(world, "ada");
  await other.query("BEGIN");
  await other.query(`SELECT 1 FROM app."User" WHERE id = 'ada' FOR UPDATE`);
  const result = await world.parity.syncUser({ userId: "ada", actor: STAFF });
  expect(result).toMatchObject({ outcome: "failed", runId: null, changes: [] });
  expect(result?.message).toMatch(/try again/i);
});

it("a unique key that is taken at the last moment fails one user's repair, and no other", async () => {
  for (const id of ["ada", "bob", "dan"]) await addPayingUser(world, id);
  const { subscriptionId } = await addPayingUser(world, "eve");
  // The row appears while the batch is being written.
  await world.db.$executeRawUnsafe(`
    CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW."userId" = 'eve' THEN
        INSERT INTO app."BillingSubscription" ("userId", "stripeSubscriptionId", "stripePriceId", status, currency)
        VALUES ('someone', '${subscriptionId}', 'price', 'active', 'usd');
      END IF;
      RETURN NEW;
    END $$`);
  await world.db.$executeRaw`CREATE TRIGGER late BEFORE INSERT ON app."BillingSubscription"
    FOR EACH ROW EXECUTE FUNCTION late()`;

  const run = await syncAll(world.parity);

  expect(run).toMatchObject({ state: "done", synced: 3, failed: 1 });
  expect(await listFailures(run.id)).toEqual([
    ["eve", expect.stringMatching(/^database_23505: app\.BillingSubscription: duplicate key/)],
  ]);
  expect(await readAccess(world, "eve")).toBe("locked 0");
  expect(await world.db.change.count()).toBe(3);
  // Nor is the run named that was made for the repair and went with it.
  const byHand = await world.parity.syncUser({ userId: "eve", actor: STAFF });
  expect(byHand).toMatchObject({ outcome: "failed", runId: null, changes: [] });
});

it("an open transaction that takes the unique key is awaited, and then the repair fails too", async () => {
  await addPayingUser(world, "ada");
  const { subscriptionId } = await addPayingUser(world, "eve");
  await addUser(world, { id: "someone" });
  await other.query("BEGIN");
  await other.query(
    `INSERT INTO app."BillingSubscription" ("userId", "stripeSubscriptionId", "stripePriceId", status, currency)
     VALUES ('someone', $1, 'price', 'active', 'usd')`,
    [subscriptionId],
  );
  const running = syncAll(world.parity);
  await waitsForLock();
  await other.query("COMMIT");
  const run = await running;
  expect(run).toMatchObject({ state: "done", synced: 1 });
  // Someone's row names what Stripe says of eve's.
  expect(run.failed + run.review).toBe(2);
  expect(await readAccess(world, "ada")).toBe("active 5");
  expect(await readAccess(world, "eve")).toBe("locked 0");
});

/** Until some transaction of the run waits for ours. */
async function waitsForLock(): Promise<void> {
  let waiting: unknown[] = [];
  while (waiting.length === 0)
    waiting = await world.db.$queryRaw`
      SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
}

it("a value that does not fit its column fails one user's repair only", async () => {
  await addPayingUser(world, "ada");
  await addPayingUser(world, "eve");
  await world.db.$executeRawUnsafe(`
    CREATE FUNCTION odd() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.id = 'eve' THEN RAISE EXCEPTION 'out of range' USING ERRCODE = '22003'; END IF;
      RETURN NEW;
    END $$`);
  await world.db
    .$executeRaw`CREATE TRIGGER odd BEFORE UPDATE ON app."User" FOR EACH ROW EXECUTE FUNCTION odd()`;
  const run = await syncAll(world.parity);
  expect(run).toMatchObject({ state: "done", synced: 1, failed: 1 });
  expect(await listFailures(run.id)).toEqual([
    ["eve", expect.stringMatching(/^database_22003: app\.User: out of range/)],
  ]);
});

it.each([
  ["a deadlock", "40P01"],
  ["a serialization failure", "40001"],
])("%s is repeated, and no user fails", async (_, sqlState) => {
  for (const id of ["ada", "bob"]) await addPayingUser(world, id);
  // A sequence goes on when its transaction is rolled back.
  await other.query(`
    CREATE SEQUENCE tries;
    CREATE FUNCTION abort() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF nextval('tries') <= 2 THEN RAISE EXCEPTION 'aborted' USING ERRCODE = '${sqlState}'; END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER abort BEFORE UPDATE ON app."User" FOR EACH ROW EXECUTE FUNCTION abort()`);
  expect(await syncAll(world.parity)).toMatchObject({ synced: 2, failed: 0 });
  for (const id of ["ada", "bob"]) expect(await readAccess(world, id)).toBe("active 5");
});

it("a statement that takes too long for many users is made for fewer", async () => {
  for (const id of ["ada", "bob", "dan", "eve"]) await addPayingUser(world, id);
  await other.query(`
    CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF (SELECT count(*) FROM changed) > 1 THEN RAISE EXCEPTION 'timeout' USING ERRCODE = '57014'; END IF;
      RETURN NULL;
    END $$;
    CREATE TRIGGER slow AFTER UPDATE ON app."User" REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION slow()`);
  expect(await syncAll(world.parity)).toMatchObject({ synced: 4, failed: 0 });
});

it("what the application's database takes without an error and does not keep is a failure, and no repair", async () => {
  for (const id of ["ada", "dan"]) await addPayingUser(world, id);
  const { subscriptionId } = await addPayingUser(world, "eve");
  // As a row security policy does it: no row is changed, and nothing is said.
  await other.query(`
    CREATE FUNCTION drop_write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW."ownerId" = 'eve' THEN RETURN NULL; END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER drop_write BEFORE UPDATE ON app."Workspace" FOR EACH ROW EXECUTE FUNCTION drop_write();
    CREATE FUNCTION own_amount() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW."userId" = 'dan' THEN NEW.amount := 1; END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER own_amount BEFORE INSERT OR UPDATE ON app."BillingSubscription"
      FOR EACH ROW EXECUTE FUNCTION own_amount()`);
  const run = await syncAll(world.parity);
  expect(run).toMatchObject({ state: "done", synced: 2, failed: 1 });
  expect(await listFailures(run.id)).toEqual([["eve", expect.stringMatching(/^database_not_kept: /)]]);
  expect(await world.db.change.count({ where: { userId: "eve" } })).toBe(0);
  const verdicts = await world.db.syncStatus.findMany({ orderBy: { userId: "asc" } });
  expect(verdicts.map(({ verdict }) => verdict)).toEqual(["in_sync", "plan_mismatch", "locked_out"]);
  expect(await readAccess(world, "dan"), "a detail that is not kept keeps no access back").toBe("active 5");
  expect(await world.parity.syncUser({ userId: "eve", actor: STAFF })).toMatchObject({
    outcome: "failed",
    message: expect.stringContaining("a row security policy or a trigger of the application has undone it"),
  });
  // The detail is not written, and audited, again and again.
  expect(await syncAll(world.parity)).toMatchObject({ synced: 0, failed: 2 });
  expect(await world.db.change.count({ where: { userId: "dan" } })).toBe(1);
  await other.query(
    `DROP TRIGGER drop_write ON app."Workspace"; DROP TRIGGER own_amount ON app."BillingSubscription"`,
  );
  expect(await syncAll(world.parity)).toMatchObject({ synced: 2, failed: 0 });

  // Taking a change back is no different.
  world.sandbox.subscriptions.cancel(subscriptionId);
  expect(await world.parity.syncUser({ userId: "eve", actor: STAFF })).toMatchObject({ revoked: true });
  await other.query(
    `CREATE TRIGGER drop_write BEFORE UPDATE ON app."Workspace" FOR EACH ROW EXECUTE FUNCTION drop_write()`,
  );
  const [revocation] = await world.db.change.findMany({ where: { userId: "eve" }, orderBy: { id: "desc" } });
  const undone = await world.parity.decisions.decide({
    kind: "undo_change",
    input: { changeId: String(revocation?.id) },
    reason: "asked for in ticket 12",
    by: { actor: STAFF, role: "admin" },
  });
  expect(JSON.stringify(undone)).toContain("the database refused the change");
  expect(await world.db.change.count({ where: { userId: "eve" } })).toBe(2);
});
