import { afterAll, beforeAll, expect, it } from "vitest";
import { addPayingUser, addUser, createWorld, STAFF, type World } from "~/engine/testing/world";
import { shortenUserPage, toUserRow } from "./shorten";
import { MOST_LISTED } from "./shorten-lines";

// What a page carries of a user with very many workspaces, and of a customer with very many users.

const WORKSPACES = 800;
const MOST_BYTES = 30_000;

let world: World;
beforeAll(async () => {
  world = await createWorld();
  const workspaces = Array.from({ length: WORKSPACES }, () => ({ status: "locked", seats: 0 }));
  await addPayingUser(world, "holder", { workspaces });
});
afterAll(() => world.close());

const countBytes = (value: unknown) => JSON.stringify(value).length;

async function loadPage(userId: string) {
  const page = await world.parity.userPage(userId);
  if (!page) throw new Error(`There is no user ${userId}`);
  return page;
}

it("R337: of very many workspaces the first are shown with how many more there are, those that differ first; all of them behind a link", async () => {
  await world.parity.checkUser({ userId: "holder", actor: STAFF });
  await world.db.workspace.update({ where: { id: "holder_w799" }, data: { status: "active", seats: 5 } });
  const whole = await loadPage("holder");
  const page = shortenUserPage(whole);
  expect(countBytes(whole)).toBeGreaterThan(5 * MOST_BYTES);
  expect(countBytes(page)).toBeLessThan(MOST_BYTES);
  expect(page.unlisted.workspaces).toBe(WORKSPACES - MOST_LISTED);
  expect(page.user.database).toMatchObject({ workspaceCount: WORKSPACES, activeWorkspaces: 1 });
  expect(page.plannedChanges.length + page.unlisted.plannedChanges).toBe(whole.plannedChanges.length);
  expect(page.differing).toBeGreaterThan(WORKSPACES);
  const ids = new Set(page.comparison.flatMap(({ workspaceId }) => workspaceId ?? []));
  expect(ids.size).toBe(MOST_LISTED);
  expect(ids).not.toContain("holder_w799");
  expect(shortenUserPage(whole, { isWhole: true }).comparison).toEqual(whole.comparison);
  const [view] = await world.parity.views(["holder"]);
  expect(countBytes(view && toUserRow(view))).toBeLessThan(MOST_BYTES / 4);

  await world.parity.syncUser({ userId: "holder", actor: STAFF });
  const repaired = shortenUserPage(await loadPage("holder"));
  expect(repaired.timeline[0]?.changes.at(-1)).toMatch(/^and [\d,]+ more$/);
  expect(countBytes(repaired)).toBeLessThan(MOST_BYTES);
});

it("R337: who claims a customer that very many users share is typed and not chosen from a list", async () => {
  const { sandbox, db, prices } = world;
  const customer = sandbox.customers.create({ email: "shared@example.com" }).id;
  sandbox.subscriptions.create({ customer, items: [{ price: prices.army }] });
  await addUser(world, { id: "sharer" });
  const sharers = Array.from({ length: 200 }, (_, n) => `sharer${n}`);
  await db.user.createMany({ data: sharers.map((id) => ({ id, email: `${id}@example.com` })) });
  const link = { customerId: customer, source: "confirmed", actor: "staff:staff_ada" };
  await db.link.createMany({ data: ["sharer", ...sharers].map((userId) => ({ ...link, userId })) });
  await world.parity.checkUser({ userId: "sharer", actor: STAFF });
  const page = shortenUserPage(await loadPage("sharer"));
  expect(page.user.verdict).toBe("link_conflict");
  expect(page.choices.claimants).toEqual([]);
  expect(countBytes(page)).toBeLessThan(MOST_BYTES);
});
