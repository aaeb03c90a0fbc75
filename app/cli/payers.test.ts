import { afterAll, beforeAll, expect, it } from "vitest";
import { addNamedCustomer } from "~/engine/testing/named-customer";
import { addUser, createWorld, readAccess, syncAll, type World } from "~/engine/testing/world";
import { runOn } from "./testing/cli";

// A payer that no user is linked to is an answer, not "no such user".

let world: World;
let payer: { customerId: string; subscriptionIds: string[] };
beforeAll(async () => {
  world = await createWorld();
  payer = addNamedCustomer(world, { email: "Left@x.com", onCustomer: "gone" }, null);
  await addUser(world, { id: "ada" });
  await syncAll(world.parity);
});
afterAll(() => world.close());

const run = (line: string) => runOn(world, line);

it("status says who pays, how much, since when, why no user is linked, and what to do", async () => {
  for (const search of [payer.customerId, payer.subscriptionIds[0], "left@X.com"]) {
    const { code, stdout, stderr } = await run(`status ${search}`);
    expect({ code, stderr }).toEqual({ code: 3, stderr: "" });
    expect(stdout).toContain(`The Stripe customer ${payer.customerId} pays and is linked to no user.`);
    expect(stdout).toMatch(/sub_\w+, \$16\.67 a month, since /);
    expect(stdout).toContain("the user gone, who does not exist");
    expect(stdout).toMatch(/under userId, or record cus_\w+ for the user/);
  }
  const json = JSON.parse((await run(`status ${payer.customerId} --json`)).stdout);
  expect(json).toMatchObject({ payers: [{ customerId: payer.customerId, namedUserId: "gone" }] });
});

it("sync reads a payer that is newer than the last run, and says the same", async () => {
  const made = addNamedCustomer(world, { email: "new@x.com" }, null);
  expect(await run(`sync ${made.customerId}`)).toMatchObject({
    code: 3,
    stdout: expect.stringContaining("Nothing in Stripe names a user, and no user has its address."),
  });
  const other = addNamedCustomer(world, { email: "Newer@x.com" }, null);
  expect((await run("sync newer@x.com")).stdout).toContain(other.customerId);
});

it("sync of a customer that was linked in Stripe a moment ago repairs its user", async () => {
  world.sandbox.customers.update(payer.customerId, { metadata: { userId: "ada" } });
  expect(await run(`sync ${payer.customerId}`)).toMatchObject({ code: 0 });
  expect(await readAccess(world, "ada")).toBe("active 5");
});

it("a key of another name is what the advice says", async () => {
  await world.parity.settings.set({ metadataKeys: "uid, userId" }, { kind: "command_line", id: null });
  expect((await run("status new@x.com")).stdout).toContain("metadata in Stripe, under uid,");
});

it("what pays nothing is still no user", async () => {
  const { id } = world.sandbox.customers.create({ email: "none@x.com" });
  for (const search of [id, "none@x.com", "cus_does_not_exist", "sub_none", "noone"]) {
    expect(await run(`sync ${search}`)).toMatchObject({ code: 1, stdout: "" });
    expect(await run(`status ${search}`)).toMatchObject({ code: 1, stdout: "" });
  }
  const { stderr } = await run("explain new@x.com");
  expect(stderr).toContain("pays and is linked to no user. See: parity status new@x.com");
});

it("the users list finds them too", async () => {
  const found = await world.parity.findPayers("NEW@x.com");
  expect(found).toMatchObject([{ email: "new@x.com" }]);
  expect(await world.parity.findPayers("new")).toEqual([]);
});
