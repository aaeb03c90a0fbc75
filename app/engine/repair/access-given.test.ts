import { afterEach, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import {
  addPayingUser,
  addUser,
  CRON,
  createWorld,
  STAFF,
  syncAll,
  WORKSPACE,
  type World,
} from "~/engine/testing/world";
import { createLog } from "~/platform/log.server";

let world: World;
let lines: string[];

beforeEach(async () => {
  lines = [];
  const log = createLog({ level: "info", destination: { write: (line: string) => void lines.push(line) } });
  world = await createWorld({}, log);
  // From now on every customer is known: what is paid before is history.
  await syncAll(world.parity);
});
afterEach(() => world.close());

const line = z.object({
  level: z.literal("info"),
  userId: z.string(),
  layer: z.string(),
  seconds: z.number(),
  runId: z.string(),
});
const said = () =>
  lines.filter((text) => text.includes('"access given"')).map((text) => line.parse(JSON.parse(text)));

/** What the audit says of the same grants; seconds as on the overview. */
const audited = () =>
  world.db.$queryRaw<unknown[]>`
    SELECT 'info' AS level, "userId", "actorKind" AS layer, "runId",
      round(greatest(0, extract(epoch FROM "createdAt" - "paidAt")), 3)::float8 AS seconds
    FROM parity."Change" WHERE grants AND "paidAt" IS NOT NULL ORDER BY "createdAt", "userId"`;

it("each source records once which user got access, how long after the payment, and in which run", async () => {
  await addPayingUser(world, "ada");
  await world.parity.syncUser({ userId: "ada", actor: STAFF });
  await addPayingUser(world, "bob");
  await world.parity.syncUser({ userId: "bob", actor: WORKSPACE });
  const { customerId } = await addPayingUser(world, "cleo");
  await world.parity.events.settle({ customerId });
  await addPayingUser(world, "dan");
  await addPayingUser(world, "eve");
  const run = await syncAll(world.parity, CRON.kind);

  expect(said().map(({ userId, layer }) => [userId, layer])).toEqual([
    ["ada", "staff"],
    ["bob", "workspace"],
    ["cleo", "webhook"],
    ["dan", "cron"],
    ["eve", "cron"],
  ]);
  expect(said().slice(3)).toMatchObject([{ runId: run.id }, { runId: run.id }]);
  expect(said()).toEqual(await audited());

  await syncAll(world.parity);
  await world.parity.syncUser({ userId: "ada", actor: STAFF });
  expect(said()).toHaveLength(5);
});

it("access without a payment is not recorded, nor is what was not committed", async () => {
  await addUser(world, { id: "ada" });
  const expiresAt = new Date(Date.now() + 86_400_000);
  await world.db.comp.create({
    data: { userId: "ada", planId: "army", reason: "thanks", actor: "staff", expiresAt },
  });
  for (const id of ["bob", "cleo", "eve"]) await addPayingUser(world, id);
  // Fails at the commit, when all is written; then the batch is written again without this one.
  await world.db.$executeRawUnsafe(`
    CREATE FUNCTION odd() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW."userId" = 'eve' THEN RAISE EXCEPTION 'out of range' USING ERRCODE = '22003'; END IF;
      RETURN NEW;
    END $$`);
  await world.db.$executeRaw`CREATE CONSTRAINT TRIGGER odd AFTER INSERT ON parity."Change"
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION odd()`;

  expect(await syncAll(world.parity)).toMatchObject({ synced: 3, failed: 1 });

  expect(said().map(({ userId }) => userId)).toEqual(["bob", "cleo"]);
  expect(await world.db.change.count({ where: { grants: true } })).toBe(3);
});
