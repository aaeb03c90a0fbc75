import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { FIELDS, type Field, omitFields, type RecordFields } from "~/billing/fields";
import { describeMismatch } from "~/billing/words/field-words";
import { compareRecords } from "~/dashboard/comparison.server";
import { loadEvaluationContext, loadOptions } from "~/engine/evaluate/deps.server";
import { enqueueDriftedUsers } from "~/engine/evaluate/enqueue-drifted-users.server";
import { AS_STAFF, evaluateUser } from "~/engine/evaluate/evaluate-users.server";
import { loadSnapshots } from "~/engine/evaluate/snapshots.server";
import { addSyncedUser, createWorld, readRowVersions, STAFF, type World } from "~/engine/testing/world";
import { createDefaultDocument } from "~/mapping/default-mapping.server";
import { installBridge } from "~/mapping/install.server";
import { withPgClient } from "~/platform/migrations/pg-client.server";
import { alterApplication } from "~/platform/testing/application";
import { listChanges } from "./changes.server";
import { reconcileUsers } from "./reconcile-users.server";

/** A field that Parity does not have, in a column that only this test's database has. */
const quantity: Field = {
  type: "number",
  nullable: true,
  group: "detail",
  label: "Quantity",
  short: "quantity",
  why: "The application shows how many were bought.",
  fromStripe: (item) => item?.quantity,
};
const withQuantity: RecordFields = { ...FIELDS, billing: { ...FIELDS.billing, ...{ quantity } } };

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await alterApplication(world.url, `ALTER TABLE app."BillingSubscription" ADD COLUMN item_quantity int`);
  await withPgClient(world.url, (client) => {
    const document = createDefaultDocument({ User: "app", BillingSubscription: "app", Workspace: "app" });
    const fields = { ...document.fields, quantity: "subscriptions.item_quantity" };
    return installBridge(client, { document: { ...document, fields }, source: null, installedBy: "test" });
  });
});
afterAll(() => world.close());
beforeEach(async () => {
  for (const table of [
    'app."User"',
    'app."BillingSubscription"',
    'app."Workspace"',
    'parity."SyncStatus"',
    'parity."RecheckQueue"',
  ])
    await world.db.$executeRawUnsafe(`DELETE FROM ${table}`);
  world.sandbox.control.reset();
});

async function load(fields: RecordFields) {
  const context = await loadEvaluationContext(world.db);
  const inContext = { ...context, rules: { ...context.rules, fields } };
  const [snapshot] = await loadSnapshots(world.db, ["ada"], loadOptions(context, true), fields);
  if (!snapshot) throw new Error("There is no such user");
  return evaluateUser(snapshot, inContext, AS_STAFF);
}

async function repair(fields: RecordFields) {
  const context = await loadEvaluationContext(world.db);
  return reconcileUsers(world.db, {
    log: world.deps.log,
    userIds: ["ada"],
    context: { ...context, rules: { ...context.rules, fields } },
    actor: STAFF,
    apply: true,
    saveStatuses: true,
    addressesRead: true,
    run: { create: { actor: STAFF, mode: "apply", scope: "one", cursor: { phase: "finished" } } },
  });
}

const setBilling = (column: string, value: string) =>
  world.db.$executeRawUnsafe(`UPDATE app."BillingSubscription" SET "${column}" = ${value}`);

async function readBilling() {
  const [row] = await world.db.$queryRaw<unknown[]>`SELECT * FROM app."BillingSubscription"`;
  return row;
}

const countDrifted = (fields: RecordFields) =>
  world.db.$transaction(async (tx) => {
    const { enqueued } = await enqueueDriftedUsers(tx, fields);
    await tx.recheckQueue.deleteMany();
    return enqueued;
  });

it("a field that is added to the table is loaded, compared and labelled", async () => {
  await addSyncedUser(world, "ada");
  await setBilling("item_quantity", "7");
  const evaluated = await load(withQuantity);
  expect(evaluated.snapshot.record.billing).toMatchObject({ quantity: 7, plan: "army" });
  expect(evaluated.evaluation).toMatchObject({
    verdict: "detail_mismatch",
    mismatches: [{ field: "billing.quantity", recorded: 7, expected: 1, severity: "low" }],
  });
  const lines = evaluated.evaluation.mismatches.map((one) => describeMismatch(one, undefined, withQuantity));
  expect(lines).toEqual(["Quantity: 7 → 1"]);
  const compared = compareRecords(evaluated, new Map(), withQuantity);
  expect(compared.filter(({ differs }) => differs)).toMatchObject([
    { label: "Quantity", recorded: "7", expected: "1", stripe: "1", severity: "low" },
  ]);
});

it("a field that is added is written and audited, and is not written again", async () => {
  await addSyncedUser(world, "ada");
  expect(await repair(withQuantity)).toMatchObject({ outcomes: [{ outcome: "synced" }] });
  expect(await readBilling()).toMatchObject({ item_quantity: 1 });
  const [change, older] = await listChanges(world.db, "ada", 2, withQuantity);
  expect(change?.before.billing).toMatchObject({ quantity: null, plan: "army" });
  expect(change?.after.billing).toMatchObject({ quantity: 1, plan: "army" });
  // What was audited before there was such a field is still readable.
  expect(older?.after.billing).toMatchObject({ quantity: null, plan: "army" });

  const written = await readRowVersions(world);
  expect(await repair(withQuantity)).toMatchObject({ outcomes: [{ outcome: "in_sync" }], runId: null });
  expect(await readRowVersions(world)).toEqual(written);
});

it("a field that is added is part of the fingerprint that finds drift", async () => {
  await addSyncedUser(world, "ada");
  await repair(withQuantity);
  expect(await countDrifted(withQuantity)).toBe(0);
  await setBilling("item_quantity", "7");
  expect(await countDrifted(withQuantity)).toBe(1);
});

it("a field that is left out is neither compared, written nor part of the fingerprint", async () => {
  await addSyncedUser(world, "ada");
  const fields = omitFields(["billing.interval", "billing.currentPeriodStart", "user.currentPeriodEnd"]);
  await repair(fields);
  await setBilling("interval", "'week'");
  await setBilling("currentPeriodStart", "now()");
  await world.db.$executeRaw`UPDATE app."User" SET "currentPeriodEnd" = now()`;
  expect(await countDrifted(fields)).toBe(0);
  expect((await load(fields)).evaluation).toMatchObject({ verdict: "in_sync", mismatches: [] });

  await setBilling("currency", "'eur'");
  expect(await repair(fields)).toMatchObject({ outcomes: [{ outcome: "synced" }] });
  expect(await readBilling()).toMatchObject({ currency: "usd", interval: "week" });
});

it("without the id of the subscription there are no rows of BillingSubscription", async () => {
  await addSyncedUser(world, "ada");
  const fields = omitFields(["billing.stripeSubscriptionId"]);
  await setBilling("currency", "'eur'");
  await world.db.$executeRaw`UPDATE app."User" SET plan = 'starter'`;
  expect((await load(fields)).snapshot.record.billing).toBeNull();
  expect(await repair(fields)).toMatchObject({ outcomes: [{ outcome: "synced" }] });
  expect(await readBilling()).toMatchObject({ currency: "eur" });
  expect((await load(fields)).evaluation.mismatches).toEqual([]);
});
