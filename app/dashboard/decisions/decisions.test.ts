import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { saveSettings } from "~/engine/account/settings.server";
import { addPayingUser, addUser, createWorld, readAccess, syncAll, type World } from "~/engine/testing/world";
import { ADMIN, addStaff, createDecider, OPERATOR, toRequest } from "./testing/deciding";

let world: World;
let decide: ReturnType<typeof createDecider>["decide"];
beforeAll(async () => {
  world = await createWorld();
  decide = createDecider(world).decide;
  await addStaff(world);
  await syncAll(world.parity);
});
afterAll(() => world.close());

const view = async (userId: string) => (await world.parity.views([userId]))[0];
const countDecisions = () => world.db.decision.count();

describe("a hold", () => {
  it("stops the scheduler, says who decided it and why, and the user is synced when it is released", async () => {
    await addPayingUser(world, "held");
    await syncAll(world.parity);
    await world.db
      .$executeRaw`UPDATE app."Workspace" SET status = 'locked', soldiers = 0 WHERE "ownerId" = 'held'`;

    const made = await decide("hold", { userId: "held" }, OPERATOR);

    expect(made).toMatchObject({ sync: null, decision: { by: "Eve (staff)", label: "Put on hold" } });
    expect(await view("held")).toMatchObject({ verdict: "locked_out", flags: ["on_hold"] });
    expect(await world.parity.decisions.about("held")).toMatchObject({
      hold: { by: "Eve (staff)", reason: "asked for in ticket 12" },
      latest: made.decision.id,
    });
    await syncAll(world.parity);
    expect(await readAccess(world, "held")).toBe("locked 0");

    const released = await decide("release", { userId: "held" }, OPERATOR);

    expect(released.sync).toMatchObject({ outcome: "synced" });
    expect(await readAccess(world, "held")).toBe("active 5");
  });

  it("is decided once: the second person is told who decided it and why", async () => {
    await addPayingUser(world, "twice");
    await decide("hold", { userId: "twice" });
    const before = await countDecisions();

    const second = await world.parity.decisions.decide(toRequest("hold", { userId: "twice" }, OPERATOR));

    expect(second).toMatchObject({ ok: false, reason: "already", decision: { by: "Ada (staff)" } });
    expect(second.ok ? "" : second.message).toContain("asked for in ticket 12");
    expect(await countDecisions()).toBe(before);
    expect(await world.db.hold.count({ where: { userId: "twice" } })).toBe(1);
  });

  it("taken back leaves the one before it, which counts again when Stripe's state returns", async () => {
    const { subscriptionId } = await addPayingUser(world, "renewed");
    const schedule = (cancels: boolean) => {
      world.sandbox.subscriptions.update(subscriptionId, { cancel_at_period_end: cancels });
      return syncAll(world.parity);
    };
    await syncAll(world.parity);
    await decide("hold", { userId: "renewed" });
    await schedule(true);
    expect(await view("renewed")).toMatchObject({ flags: [] });

    const { decision } = await decide("hold", { userId: "renewed" }, OPERATOR);
    await decide("undo_decision", { decisionId: decision.id });
    expect(await view("renewed")).toMatchObject({ flags: [] });
    await schedule(false);

    expect(await view("renewed")).toMatchObject({ flags: ["on_hold"] });
    await schedule(true);
    const { decision: third } = await decide("hold", { userId: "renewed" }, OPERATOR);
    await schedule(false);
    const undone = await decide("undo_decision", { decisionId: third.id });
    expect(undone.sentence).toContain("is on hold as before");
    expect(await world.parity.decisions.about("renewed")).toMatchObject({ hold: { by: "Ada (staff)" } });
  });

  it("of two at the same moment one is made", async () => {
    await addPayingUser(world, "race");
    const both = await Promise.all(
      [ADMIN, OPERATOR].map((by) => world.parity.decisions.decide(toRequest("hold", { userId: "race" }, by))),
    );
    expect(both.map(({ ok }) => ok).sort()).toEqual([false, true]);
    expect(await world.db.hold.count({ where: { userId: "race" } })).toBe(1);
    expect(await world.db.decision.count({ where: { userId: "race" } })).toBe(1);
  });
});

it("keeps no email address, and no key, that a person typed as the reason", async () => {
  await addPayingUser(world, "typed");
  const reason = "asked by Bob.O'Hara+x@shop.example.com, key sk_live_0123456789abcdef";
  const request = { ...toRequest("hold", { userId: "typed" }, OPERATOR), reason };
  expect(await world.parity.decisions.decide(request)).toMatchObject({ ok: true });
  await saveSettings(world.db, { graceDays: 9 }, "staff:s1", reason);
  const { run } = await world.parity.runs.apply({ actor: { kind: "cron", id: null }, typedReason: reason });
  const stored = [
    ...(await world.db.decision.findMany({ where: { userId: "typed" } })),
    ...(await world.db.hold.findMany({ where: { userId: "typed" } })),
    ...(await world.db.settingChange.findMany({ where: { key: "graceDays" } })),
    await world.db.run.findUniqueOrThrow({ where: { id: run.id } }),
  ].map((row) => ("typedReason" in row ? row.typedReason : row.reason));
  expect(stored).toEqual(Array(4).fill("asked by [email], key sk_live_[redacted]"));
  await world.parity.runs.cancel(run.id, "s1");
});

describe("complimentary access", () => {
  const until = "2099-01-31".replace("2099", String(new Date().getUTCFullYear() + 1));

  it("is previewed without writing anything, given by an admin, and ended", async () => {
    await addUser(world, { id: "guest" });
    const input = { userId: "guest", planId: "army", until };
    expect(await world.parity.decisions.decide(toRequest("give_comp", input, OPERATOR))).toMatchObject({
      ok: false,
      reason: "forbidden",
    });

    const preview = await world.parity.decisions.preview(toRequest("give_comp", input));

    expect(preview).toMatchObject({ ok: true, effect: { gaining: { users: 1 }, losing: { users: 0 } } });
    expect(preview.ok && preview.lines).toContain("1 user gains access.");
    expect(await world.db.comp.count()).toBe(0);

    const made = await decide("give_comp", input);
    expect(made.sync).toMatchObject({ outcome: "synced" });
    expect(await readAccess(world, "guest")).toBe("active 5");

    // R391: what stands in the way of writing it is named, with a hold too.
    const held = await decide("hold", { userId: "guest" }, OPERATOR);
    const onHold = await world.parity.decisions.preview(toRequest("end_comp", { userId: "guest" }));
    expect(onHold.ok && onHold.lines).toEqual(
      expect.arrayContaining([
        "1 user loses access.",
        "1 user is on hold: nothing is written for this user until the hold is released.",
      ]),
    );
    expect(held.lines.join()).not.toContain("on hold: nothing");
    await decide("release", { userId: "guest" });

    const ended = await decide("end_comp", { userId: "guest" });
    expect(ended.effect.losing).toEqual({ users: 1, perMonth: [] });
    expect(await readAccess(world, "guest")).toBe("locked 0");
  });

  it("is recorded while repairs are paused, and not written", async () => {
    await addUser(world, { id: "paused" });
    await world.db.setting.update({ where: { key: "writeMode" }, data: { value: "off" } });

    const made = await decide("give_comp", { userId: "paused", planId: "army", until });

    await world.db.setting.update({ where: { key: "writeMode" }, data: { value: "full" } });
    expect(made.lines).toContain("Repairs are paused: the users’ records are not changed.");
    expect(made.sync).toMatchObject({ outcome: "blocked", blocked: "writes_off" });
    expect(await readAccess(world, "paused")).toBe("locked 0");
    expect(await world.db.comp.count({ where: { userId: "paused" } })).toBe(1);
  });
});

describe("an acknowledgement", () => {
  it("of a user whose customer is missing in Stripe stands until the record changes", async () => {
    await addUser(world, {
      id: "lost",
      customerId: "cus_NeverSeen",
      workspaces: [{ status: "active", seats: 5 }],
    });
    await world.parity.syncUser({ userId: "lost", actor: ADMIN.actor });
    expect(await view("lost")).toMatchObject({ verdict: "missing_in_stripe" });

    await decide("acknowledge", { userId: "lost" }, OPERATOR);

    expect((await view("lost"))?.flags).toContain("acknowledged");
    await world.db
      .$executeRaw`UPDATE app."Workspace" SET status = 'locked', soldiers = 0 WHERE "ownerId" = 'lost'`;
    expect((await view("lost"))?.flags).not.toContain("acknowledged");
  });

  it("R234: of two subscriptions that are both paid ends the case, until one of them ends or a third one comes", async () => {
    const { customerId, subscriptionId } = await addPayingUser(world, "double");
    const subscribe = () =>
      world.sandbox.subscriptions.create({ customer: customerId, items: [{ price: world.prices.starter }] });
    subscribe();
    await world.parity.syncUser({ userId: "double", actor: ADMIN.actor });
    const isListed = async () =>
      (await world.parity.inbox.loadQueue("paying_twice")).cases.some(
        ({ id, isOpen }) => isOpen && id === "double",
      );
    const page = await world.parity.userPage("double");
    expect(page).toMatchObject({
      user: { verdict: "in_sync" },
      doublePayment: { customerIds: [customerId], subscriptionIds: expect.arrayContaining([subscriptionId]) },
    });
    expect(page?.decisions.options.map(({ kind }) => kind)).toContain("acknowledge");
    expect(await isListed()).toBe(true);

    const made = await decide("acknowledge", { userId: "double" }, OPERATOR);

    expect((await view("double"))?.flags).toContain("acknowledged");
    expect(await isListed()).toBe(false);
    await world.parity.decisions.decide(toRequest("undo_decision", { decisionId: made.decision.id }));
    expect(await isListed()).toBe(true);
    await decide("acknowledge", { userId: "double" }, OPERATOR);
    const third = subscribe();
    await world.parity.syncUser({ userId: "double", actor: ADMIN.actor });
    expect(await isListed()).toBe(true);
    world.sandbox.subscriptions.cancel(third.id);
    await world.parity.syncUser({ userId: "double", actor: ADMIN.actor });
    expect(await isListed()).toBe(false);
  });

  it("is refused where nothing differs", async () => {
    await addPayingUser(world, "well");
    await world.parity.syncUser({ userId: "well", actor: ADMIN.actor });
    expect(await world.parity.decisions.decide(toRequest("acknowledge", { userId: "well" }))).toMatchObject({
      ok: false,
      reason: "refused",
    });
  });
});

describe("every decision", () => {
  it.each([
    ["without a reason", { reason: " " }, "reason_missing"],
    ["with half a character in the reason", { reason: "\ud800" }, "bad_input"],
    ["about a user who does not exist", { input: { userId: "not there" } }, "not_found"],
    ["without a user", { input: {} }, "bad_input"],
    [
      "by a viewer",
      { by: { actor: { kind: "staff" as const, id: "staff_ada" }, role: "viewer" as const } },
      "forbidden",
    ],
  ])("is refused %s, and leaves nothing behind", async (_, change, reason) => {
    const before = await countDecisions();
    const answer = await world.parity.decisions.decide({
      ...toRequest("hold", { userId: "well" }),
      ...change,
    });
    expect(answer).toMatchObject({ ok: false, reason });
    expect(await countDecisions()).toBe(before);
  });

  it("that rests on an older page is not made: the newer decision is shown", async () => {
    await addPayingUser(world, "stale");
    const { decision } = await decide("hold", { userId: "stale" });
    await decide("release", { userId: "stale" }, OPERATOR);

    const answer = await world.parity.decisions.decide({
      ...toRequest("hold", { userId: "stale" }),
      basedOn: decision.id,
    });

    expect(answer).toMatchObject({ ok: false, reason: "changed", decision: { label: "Hold released" } });
  });

  it("is kept for good", async () => {
    await expect(world.db.$executeRaw`UPDATE parity."Decision" SET reason = NULL`).rejects.toThrow(
      "append-only",
    );
    await expect(world.db.$executeRaw`DELETE FROM parity."Decision"`).rejects.toThrow("append-only");
  });
});
