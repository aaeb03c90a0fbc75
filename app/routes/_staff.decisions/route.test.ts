import { afterAll, beforeAll, expect, it } from "vitest";
import type { Role } from "~/engine/account/roles";
import { addPayingUser, createWorld, readAccess, type World } from "~/engine/testing/world";
import { appUrl, createRouteArgs } from "~/http/testing/request";
import { action as syncAction } from "../users.$userId.sync/route";
import { action } from "./route";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

/** As a page posts it. */
function createArgs(path: string, fields: Record<string, string>, { id, role }: { id: string; role: Role }) {
  const body = new URLSearchParams(fields).toString();
  const headers = { Origin: appUrl, "Content-Type": "application/x-www-form-urlencoded" };
  const staff = { id, role, name: id, email: `${id}@example.org` };
  const { args } = createRouteArgs(path, { method: "POST", headers, body }, { staff });
  Object.assign(args.context, { parity: world.parity });
  return args;
}
const OPERATOR = { id: "eve", role: "operator" } as const;
const ADMIN = { id: "ada", role: "admin" } as const;

async function decide(fields: Record<string, string>, by: { id: string; role: Role } = OPERATOR) {
  const response = await action(
    createArgs("/decisions", { intent: "decide", reason: "ticket 12", ...fields }, by),
  );
  const { answer } = await response.json();
  return { status: response.status, ...answer };
}

/** A user who paid and has access, and whose subscription has ended since. */
async function addLeaver(id: string, name: string | null): Promise<string> {
  const { subscriptionId } = await addPayingUser(world, id);
  await world.db.user.update({ where: { id }, data: { name } });
  await world.parity.syncUser({ userId: id, actor: { kind: "staff", id: "eve" } });
  world.sandbox.subscriptions.cancel(subscriptionId);
  await world.parity.checkUser({ userId: id, actor: { kind: "staff", id: "eve" } });
  expect(await readAccess(world, id)).toBe("active 5");
  return id;
}

it("R285: taking access is a decision also of an operator, with the name typed: no sync takes it, whatever is posted", async () => {
  const userId = await addLeaver("leaver", "Zoe\u0301  Durand");
  const params = { userId };
  const args = {
    ...createArgs(`/users/${userId}/sync`, { intent: "sync", reason: "they left" }, OPERATOR),
    params,
  };
  expect(await (await syncAction(args)).json()).toMatchObject({ outcome: "blocked" });
  for (const typedName of ["", "Zoe", "leaver", "Zoe Durand"])
    expect(await decide({ kind: "revoke", userId, ...(typedName !== "" && { typedName }) })).toMatchObject({
      ...{ status: 400, reason: "bad_input", message: "The name does not match." },
    });
  expect(await readAccess(world, userId)).toBe("active 5");
  expect(await world.db.decision.count({ where: { userId } })).toBe(0);

  const made = await decide({ kind: "revoke", userId, typedName: " zo\u00e9 durand " });

  expect(made).toMatchObject({ status: 200, ok: true, decision: { label: "Revocation approved" } });
  expect(await readAccess(world, userId)).toBe("locked 0");
  const change = await world.db.change.findFirstOrThrow({ where: { userId, revokes: true } });
  expect(change).toMatchObject({ reason: "ticket 12", override: false, actorKind: "staff", actor: "eve" });
  expect(made.decision.subject).toEqual({ userId, runId: change.runId });
  expect(await decide({ kind: "undo_change", runId: change.runId ?? "", userId })).toMatchObject({
    status: 200,
  });
  expect(await readAccess(world, userId)).toBe("active 5");
});

it("R285: an operator takes only what Parity's own rules allow; the rest is an admin's", async () => {
  const userId = await addLeaver("limited", null);
  const setMode = (writeMode: "full" | "grant_only") =>
    world.parity.settings.set({ writeMode }, { kind: "staff", id: "ada" });
  await setMode("grant_only");
  const fields = { kind: "revoke", userId, typedName: "limited@example.com" };
  expect(await decide(fields)).toMatchObject({
    ...{ status: 403, reason: "forbidden", message: expect.stringContaining("An admin can approve it.") },
  });
  expect(await decide({ ...fields, kind: "override" })).toMatchObject({ status: 403 });
  expect(await readAccess(world, userId)).toBe("active 5");
  expect(await decide({ ...fields, typedName: "another name" }, ADMIN)).toMatchObject({ status: 400 });
  expect(await decide(fields, ADMIN)).toMatchObject({ status: 200 });
  await setMode("full");
  expect(await readAccess(world, userId)).toBe("locked 0");
});

it("R285: one who pays again before the button is pressed keeps the access, and nothing was decided", async () => {
  const userId = await addLeaver("back", "Ben");
  const { stripeCustomerId } = await world.db.user.findUniqueOrThrow({ where: { id: userId } });
  world.sandbox.subscriptions.create({
    customer: stripeCustomerId ?? "",
    items: [{ price: world.prices.army }],
  });
  expect(await decide({ kind: "revoke", userId, typedName: "Ben" })).toMatchObject({
    status: 409,
    ok: false,
  });
  expect(await readAccess(world, userId)).toBe("active 5");
  expect(await world.db.decision.count({ where: { userId } })).toBe(0);
});

it("R286: what a person decided is no news to that person, and is to another", async () => {
  await addPayingUser(world, "mine");
  const held = await decide({ kind: "hold", userId: "mine" });
  // The page still shows the hold: it was not read again since.
  const undone = await decide({ kind: "undo_decision", decisionId: held.decision.id });
  expect(undone).toMatchObject({ status: 200 });
  const basedOn = held.decision.id;
  expect(await decide({ kind: "hold", userId: "mine", basedOn }, ADMIN)).toMatchObject({
    ...{ status: 409, reason: "changed", decision: { label: "Decision undone" } },
  });
  expect(await decide({ kind: "hold", userId: "mine", basedOn })).toMatchObject({ status: 200 });
});
