import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { addSyncedUser, addUser, createWorld, type World } from "~/engine/testing/world";
import type { CheckoutRefusal } from "~/facade/parity.server";
import { appUrl, routeArgs } from "~/http/testing/request";
import { loader as welcome } from "../workspace.$workspaceId_.welcome/route";
import { action, loader } from "./route";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

function args(workspaceId: string, userId: string, init: RequestInit = {}, path = "") {
  const customer = { ok: true, customer: { userId, by: "session" } } as const;
  const made = routeArgs(
    `/workspace/${workspaceId}${path}`,
    { ...init, params: { workspaceId } },
    { customer },
  ).args;
  Object.assign(made.context, { parity: world.parity });
  return made;
}
const pageOf = async (workspaceId: string, userId: string) => (await loader(args(workspaceId, userId))).page;

describe("the workspace page", () => {
  it("is its owner's only: somebody else's and none at all look the same", async () => {
    await addUser(world, { id: "ada" });
    await addUser(world, { id: "eve" });
    for (const id of ["ada_w1", "nowhere"])
      for (const load of [loader, welcome])
        await expect(load(args(id, "eve"))).rejects.toMatchObject({ status: 404 });
  });

  it("knows what is paid for, until when it renews, and holds no id but the workspace's", async () => {
    const { customerId, subscriptionId } = await addSyncedUser(world, "ada");
    const page = await pageOf("ada_w1", "ada");
    expect(page).toMatchObject({
      workspace: { status: "active", seats: 5 },
      subscription: {
        plan: { name: "Army", seats: 5 },
        price: { unitAmount: 20_000, interval: "year" },
        access: "yes",
        endsAt: null,
        graceEndsAt: null,
      },
      hasCustomer: true,
    });
    expect(JSON.stringify(page)).not.toMatch(new RegExp(`${customerId}|${subscriptionId}|@`));
  });

  it("knows when a plan ends that was canceled either way", async () => {
    const { subscriptionId } = await addSyncedUser(world, "ada");
    await world.db.stripeSubscription.update({
      where: { id: subscriptionId },
      data: { cancelAtPeriodEnd: true },
    });
    const { subscription } = await pageOf("ada_w1", "ada");
    expect(subscription?.endsAt).toBe(subscription?.periodEnd);
    const cancelAt = new Date("2027-03-01T00:00:00Z");
    await world.db.stripeSubscription.update({
      where: { id: subscriptionId },
      data: { cancelAtPeriodEnd: false, cancelAt },
    });
    expect((await pageOf("ada_w1", "ada")).subscription?.endsAt).toBe(cancelAt.getTime() / 1000);
  });

  it("knows how long a plan stays that is past due", async () => {
    const { subscriptionId } = await addSyncedUser(world, "ada");
    const since = Math.floor(Date.now() / 1000) - 3 * 86_400;
    await world.db.stripeSubscription.update({
      where: { id: subscriptionId },
      data: { status: "past_due", pastDueSince: new Date(since * 1000) },
    });
    expect((await pageOf("ada_w1", "ada")).subscription).toMatchObject({
      access: "yes",
      graceEndsAt: since + 7 * 86_400,
    });
  });

  it("knows of a gift", async () => {
    await addUser(world, { id: "ada" });
    const expiresAt = new Date(Date.now() + 86_400_000);
    await world.db.comp.create({
      data: { userId: "ada", planId: "army", reason: "thanks", actor: "staff:1", expiresAt },
    });
    expect((await pageOf("ada_w1", "ada")).comp).toEqual({
      planName: "Army",
      seats: 5,
      until: Math.floor(expiresAt.getTime() / 1000),
    });
  });

  it("begins a check of the payment, and says so, without waiting for it", async () => {
    await addUser(world, { id: "ada" });
    const check = vi.spyOn(world.parity.workspace, "checkInBackground");
    expect((await pageOf("ada_w1", "ada")).checking).toBe(true);
    await vi.waitFor(() => expect(check).toHaveBeenCalledWith("ada"));
  });

  it("knows where its owner may write to, once an admin has said so", async () => {
    await addUser(world, { id: "ada" });
    expect((await pageOf("ada_w1", "ada")).contact).toBeNull();
    await world.parity.settings.set({ supportContact: "help@example.com" }, { kind: "staff", id: null });
    expect((await pageOf("ada_w1", "ada")).contact).toBe("help@example.com");
  });

  it("links nowhere without a key that may sell", async () => {
    await addUser(world, { id: "ada" });
    expect((await loader(args("ada_w1", "ada"))).available).toBe(false);
  });
});

describe("the page after paying", () => {
  it("takes the session of the address, and does without what is none", async () => {
    await addUser(world, { id: "ada" });
    const sessionAt = async (search: string) =>
      (await welcome(args("ada_w1", "ada", {}, `/welcome${search}`))).sessionId;
    expect(await sessionAt("?session_id=cs_test_1")).toBe("cs_test_1");
    for (const search of ["", "?session_id={CHECKOUT_SESSION_ID}", "?session_id=cs_1&session_id=cs_2"])
      expect(await sessionAt(search)).toBeNull();
  });
});

describe("the buttons of the workspace page", () => {
  type Page = { ok: true; url: string } | { ok: false; reason: CheckoutRefusal };
  async function press(fields: Record<string, string>, page: Page, userId = "ada") {
    await addUser(world, { id: "ada" });
    const start = vi.spyOn(world.parity.checkout, "start").mockResolvedValue(page);
    const portal = vi.spyOn(world.parity.checkout, "portal").mockResolvedValue(page);
    const headers = { "Sec-Fetch-Site": "same-origin" };
    const body = new URLSearchParams(fields);
    const answer = await action(args("ada_w1", userId, { method: "POST", headers, body }));
    return { answer: answer.data, start, portal };
  }

  it("lead to Stripe's payment page, and back to the page that looks for the payment", async () => {
    const { answer, start } = await press(
      { intent: "buy", plan: "army" },
      { ok: true, url: "https://pay.test/" },
    );
    expect(answer).toEqual({ goTo: "https://pay.test/" });
    expect(start).toHaveBeenCalledWith({
      userId: "ada",
      workspaceId: "ada_w1",
      planId: "army",
      successUrl: `${appUrl}/workspace/ada_w1/welcome?session_id={CHECKOUT_SESSION_ID}`,
      cancelUrl: `${appUrl}/workspace/ada_w1`,
    });
  });

  it("lead to the page where billing is managed, and back", async () => {
    const { answer, portal } = await press({ intent: "manage" }, { ok: true, url: "https://portal.test/" });
    expect(answer).toEqual({ goTo: "https://portal.test/" });
    expect(portal).toHaveBeenCalledWith({ userId: "ada", returnUrl: `${appUrl}/workspace/ada_w1` });
  });

  it("lead back to the page that looks at once, for who may have changed a plan there", async () => {
    await addUser(world, { id: "bob", workspaces: [{ status: "active", seats: 1 }] });
    const portal = vi.spyOn(world.parity.checkout, "portal").mockResolvedValue({ ok: true, url: "x" });
    const headers = { "Sec-Fetch-Site": "same-origin" };
    const body = new URLSearchParams({ intent: "manage" });
    await action(args("bob_w1", "bob", { method: "POST", headers, body }));
    expect(portal).toHaveBeenCalledWith({ userId: "bob", returnUrl: `${appUrl}/workspace/bob_w1/welcome` });
  });

  it.each([
    "not_configured",
    "unknown_plan",
    "already_paying",
    "just_paid",
    "being_matched",
    "not_checked",
    "too_many",
    "no_customer",
    "stripe_failed",
  ] as const)("say plainly why they lead nowhere: %s", async (reason) => {
    const { answer } = await press({ intent: "buy", plan: "army" }, { ok: false, reason });
    expect(answer).toEqual({ problem: expect.stringMatching(/^[A-Z].*\.$/) });
    expect(JSON.stringify(answer)).not.toMatch(/error|stripe|_/i);
  });

  it("are the owner's", async () => {
    const page: Page = { ok: true, url: "https://pay.test/" };
    await expect(press({ intent: "buy", plan: "army" }, page, "eve")).rejects.toMatchObject({ status: 404 });
    expect(world.parity.checkout.start).not.toHaveBeenCalled();
  });
});
