import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CheckoutRefusal } from "~/customers/customer-views";
import { addSyncedUser, addUser, createWorld, type World } from "~/engine/testing/world";
import { appUrl, createRouteArgs } from "~/http/testing/request";
import { loader as welcome } from "../workspace.$workspaceId_.welcome/route";
import { action, loader } from "./route";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

function args(workspaceId: string, userId: string, init: RequestInit = {}, path = "") {
  const customer = { ok: true, customer: { userId, by: "session" } } as const;
  const made = createRouteArgs(
    `/workspace/${workspaceId}${path}`,
    { ...init, params: { workspaceId } },
    { customer },
  ).args;
  Object.assign(made.context, { parity: world.parity });
  return made;
}
const loadPage = async (workspaceId: string, userId: string) =>
  (await loader(args(workspaceId, userId))).page;

describe("the workspace page", () => {
  it("is only for its owner: another user's workspace and a missing one give the same answer", async () => {
    await addUser(world, { id: "ada" });
    await addUser(world, { id: "eve" });
    for (const id of ["ada_w1", "nowhere"])
      for (const load of [loader, welcome])
        await expect(load(args(id, "eve"))).rejects.toMatchObject({ status: 404 });
  });

  it("has the plan and its renewal date, and no id except the workspace's", async () => {
    const { customerId, subscriptionId } = await addSyncedUser(world, "ada");
    const page = await loadPage("ada_w1", "ada");
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

  it("has the end date of a plan, however it was canceled", async () => {
    const { subscriptionId } = await addSyncedUser(world, "ada");
    await world.db.stripeSubscription.update({
      where: { id: subscriptionId },
      data: { cancelAtPeriodEnd: true },
    });
    const { subscription } = await loadPage("ada_w1", "ada");
    expect(subscription?.endsAt).toBe(subscription?.periodEnd);
    const cancelAt = new Date("2027-03-01T00:00:00Z");
    await world.db.stripeSubscription.update({
      where: { id: subscriptionId },
      data: { cancelAtPeriodEnd: false, cancelAt },
    });
    expect((await loadPage("ada_w1", "ada")).subscription?.endsAt).toBe(cancelAt.getTime() / 1000);
  });

  it("has the end of the grace period of a plan that is past due", async () => {
    const { subscriptionId } = await addSyncedUser(world, "ada");
    const since = Math.floor(Date.now() / 1000) - 3 * 86_400;
    await world.db.stripeSubscription.update({
      where: { id: subscriptionId },
      data: { status: "past_due", pastDueSince: new Date(since * 1000) },
    });
    expect((await loadPage("ada_w1", "ada")).subscription).toMatchObject({
      access: "yes",
      graceEndsAt: since + 7 * 86_400,
    });
  });

  it("has a comp", async () => {
    await addUser(world, { id: "ada" });
    const expiresAt = new Date(Date.now() + 86_400_000);
    await world.db.comp.create({
      data: { userId: "ada", planId: "army", reason: "thanks", actor: "staff:1", expiresAt },
    });
    expect((await loadPage("ada_w1", "ada")).comp).toEqual({
      planName: "Army",
      seats: 5,
      until: Math.floor(expiresAt.getTime() / 1000),
    });
  });

  it("starts a payment check and says so, without waiting for it", async () => {
    await addUser(world, { id: "ada" });
    const check = vi.spyOn(world.parity.workspace, "checkInBackground");
    expect((await loadPage("ada_w1", "ada")).checking).toBe(true);
    await expect.poll(() => check.mock.calls).toEqual([["ada"]]);
  });

  it("R394: confirms a payment only of who was at a payment page, or pays in Stripe", async () => {
    await addUser(world, { id: "ada" });
    await addUser(world, { id: "ben" });
    await world.db.checkoutAttempt.create({
      data: { userId: "ben", key: crypto.randomUUID(), sessionId: "cs_test_1", orderHash: "order" },
    });
    await addSyncedUser(world, "cleo");
    await world.db
      .$executeRaw`UPDATE app."Workspace" SET status = 'locked', soldiers = 0 WHERE "ownerId" = 'cleo'`;
    expect(await loadPage("ada_w1", "ada")).toMatchObject({ checking: true, hasPaid: false });
    expect(await loadPage("ben_w1", "ben")).toMatchObject({ checking: true, hasPaid: true });
    expect(await loadPage("cleo_w1", "cleo")).toMatchObject({ hasPaid: true });
  });

  it("has the support contact once an admin has set it", async () => {
    await addUser(world, { id: "ada" });
    expect((await loadPage("ada_w1", "ada")).contact).toBeNull();
    await world.parity.settings.set({ supportContact: "help@example.com" }, { kind: "staff", id: null });
    expect((await loadPage("ada_w1", "ada")).contact).toBe("help@example.com");
  });

  it("offers no checkout without a key that can create one", async () => {
    await addUser(world, { id: "ada" });
    expect((await loader(args("ada_w1", "ada"))).available).toBe(false);
  });
});

describe("the page after paying", () => {
  it("uses the session id in the URL, and ignores an invalid one", async () => {
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

  it("open Stripe's payment page, which returns to the page that checks for the payment", async () => {
    const { answer, start } = await press(
      { intent: "buy", plan: "army" },
      { ok: true, url: "https://pay.test/" },
    );
    expect(answer).toEqual({ redirectTo: "https://pay.test/" });
    expect(start).toHaveBeenCalledWith({
      userId: "ada",
      workspaceId: "ada_w1",
      planId: "army",
      successUrl: `${appUrl}/workspace/ada_w1/welcome?session_id={CHECKOUT_SESSION_ID}`,
      cancelUrl: `${appUrl}/workspace/ada_w1`,
    });
  });

  it("open the billing page, which returns to the workspace", async () => {
    const { answer, portal } = await press({ intent: "manage" }, { ok: true, url: "https://portal.test/" });
    expect(answer).toEqual({ redirectTo: "https://portal.test/" });
    expect(portal).toHaveBeenCalledWith({ userId: "ada", returnUrl: `${appUrl}/workspace/ada_w1` });
  });

  it("return to the page that syncs at once if the customer may have changed their plan", async () => {
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
  ] as const)("say why no page was opened: %s", async (reason) => {
    const { answer } = await press({ intent: "buy", plan: "army" }, { ok: false, reason });
    expect(answer).toEqual({ problem: expect.stringMatching(/^[A-Z].*\.$/) });
    expect(JSON.stringify(answer)).not.toMatch(/error|stripe|_/i);
  });

  const buttons: Record<string, string>[] = [{ intent: "buy", plan: "army" }, { intent: "manage" }];
  it.each(buttons)(
    "say of what Stripe refuses that trying again will not help (case 20): %j",
    async (button) => {
      const { answer } = await press(button, { ok: false, reason: "stripe_refused" });
      expect(answer).toEqual({
        problem: expect.stringContaining("trying again will not help"),
        needsHelp: true,
      });
    },
  );

  it("say of the billing page that it could not be opened, and nothing of a charge", async () => {
    const { answer } = await press({ intent: "manage" }, { ok: false, reason: "stripe_failed" });
    expect(answer).toEqual({ problem: "The billing page could not be opened. Try again in a moment." });
  });

  it("are only for the owner", async () => {
    const page: Page = { ok: true, url: "https://pay.test/" };
    await expect(press({ intent: "buy", plan: "army" }, page, "eve")).rejects.toMatchObject({ status: 404 });
    expect(world.parity.checkout.start).not.toHaveBeenCalled();
  });
});
