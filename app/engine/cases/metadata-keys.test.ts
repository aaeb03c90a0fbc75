import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readMetadataUserId } from "~/billing/ids";
import { findFullRun } from "~/engine/account/cursors.server";
import { readMetadataKeys } from "~/engine/account/metadata-keys.server";
import { saveSettings } from "~/engine/account/settings.server";
import { addUser, createWorld, readAccess, STAFF, syncAll, type World } from "~/engine/testing/world";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const cron = () => world.parity.runs.cron({ budgetMs: 30_000, scope: "incremental" });
const read = (userId: string) => readAccess(world, userId);
const setKeys = (metadataKeys: string) => saveSettings(world.db, { metadataKeys }, "test");

/** Pays with an address of its own; only metadata name the user. */
function addPayer(metadata: Record<string, string>, on: "customer" | "subscription" | "session") {
  const { sandbox, prices } = world;
  const customer = sandbox.customers.create({
    email: null,
    ...(on === "customer" && { metadata }),
  }).id;
  const subscription = sandbox.subscriptions.create({
    customer,
    items: [{ price: prices.army }],
    ...(on === "subscription" && { metadata }),
  }).id;
  if (on === "session")
    sandbox.checkoutSessions.create({ customer, subscription, status: "complete", metadata });
  return { customer, subscription };
}

it("other keys than userId take effect on what was read before, on all three objects", async () => {
  for (const id of ["c", "s", "o", "42"]) await addUser(world, { id });
  addPayer({ supabaseUUID: "c" }, "customer");
  addPayer({ supabaseUUID: " s " }, "subscription");
  addPayer({ supabaseUUID: "o" }, "session");
  addPayer({ account_id: "42", supabaseUUID: "" }, "customer");
  await syncAll(world.parity);
  expect(await Promise.all(["c", "s", "o", "42"].map(read))).toEqual(Array(4).fill("locked 0"));

  await setKeys("userId, supabaseUUID,account_id");
  expect(await findFullRun(world.db), "what was read by other keys covers no user").toBeNull();
  expect(await cron()).toMatchObject({ scope: "full", success: true, syncedCount: 4 });
  expect(await Promise.all(["c", "s", "o", "42"].map(read))).toEqual(Array(4).fill("active 5"));
  expect(await cron()).toMatchObject({ scope: "incremental", success: true, syncedCount: 0 });
});

it("a webhook and a sync by hand use them too, at once and in every process", async () => {
  await addUser(world, { id: "late" });
  const { customer } = addPayer({ supabaseUUID: "late" }, "subscription");
  await world.another().events.settle({ customerId: customer });
  expect(await read("late")).toBe("active 5");
});

it("the same keys in another spelling change nothing", async () => {
  await setKeys(" userId,supabaseUUID , account_id,");
  expect(await cron()).toMatchObject({ scope: "incremental", syncedCount: 0 });
});

it("the first key that names a user decides", async () => {
  await addUser(world, { id: "both" });
  addPayer({ account_id: "unknown", userId: "both" }, "customer");
  await cron();
  expect(await read("both")).toBe("active 5");
});

it("a key that is taken away takes no access away", async () => {
  await setKeys("supabaseUUID");
  expect(await cron()).toMatchObject({ scope: "full", success: true });
  expect(await read("both")).toBe("active 5");
  await world.parity.syncUser({ userId: "both", actor: STAFF });
  expect(await read("both")).toBe("active 5");
});

describe("keys as they are typed", () => {
  it.each([
    ["userId", ["userId"]],
    [" userId ,, supabaseUUID,userId", ["userId", "supabaseUUID"]],
    ["Benutzer Nr", ["Benutzer Nr"]],
    ["", null],
    [" , ", null],
    ["user[id]", null],
    ["a\0b", null],
    ["k".repeat(41), null],
    ["a,b,c,d,e,f,g,h,i,j,k", null],
  ])("%j", (typed, keys) => expect(readMetadataKeys(typed)).toEqual(keys));

  it.each([
    [{ userId: " ada\n" }, "ada"],
    [{ userId: "  ", uid: "ada" }, "ada"],
    [{ userId: "", uid: "" }, null],
    [{ uid: "007" }, "007"],
    [{ USERID: "ada" }, null],
    [JSON.parse(`{"__proto__":"ada"}`), null],
    [null, null],
  ])("metadata %j name %j", (metadata, userId) =>
    expect(readMetadataUserId(metadata, ["userId", "uid", "constructor", "toString"])).toBe(userId),
  );
});
