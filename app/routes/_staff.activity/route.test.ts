import { afterAll, beforeAll, expect, it } from "vitest";
import type { DecisionKind } from "~/engine/decisions/kinds";
import { addPayingUser, createWorld, syncAll, type World } from "~/engine/testing/world";
import { appUrl, createRouteArgs } from "~/http/testing/request";
import { loader as loadCsv } from "../activity[.]csv/route";
import { action, loader } from "./route";

let world: World;
let ada: { id: string; name: string };

beforeAll(async () => {
  world = await createWorld();
  ada = await world.db.staff.create({ data: { email: "ada@example.org", name: "Ada", role: "admin" } });
  await addPayingUser(world, "payer");
  await syncAll(world.parity);
  const by = { actor: { kind: "staff", id: ada.id }, role: "admin" } as const;
  const reason = '=HYPERLINK("x")';
  await world.parity.decisions.decide({ kind: "hold", input: { userId: "payer" }, reason, by });
  await world.parity.settings.set({ graceDays: 9 }, by.actor);
  await world.db.staff.update({ where: { id: ada.id }, data: { removedAt: new Date() } });
});
afterAll(() => world.close());

function createArgs(path: string, init: RequestInit = {}) {
  const staff = { ...ada, email: "ada@example.org", role: "admin" as const };
  const { args } = createRouteArgs(path, init, { staff });
  Object.assign(args.context, { parity: world.parity });
  return args;
}
const load = (search = "") => loader(createArgs(`/activity${search}`));
const listTitles = async (search = "") =>
  (await load(search)).entries.map(({ title, by }) => `${title} by ${by}`);

it("R179: shows what was done, who did it and why, before and after; people stay named after they have left", async () => {
  const { entries, next } = await load();
  expect(next).toBeNull();
  // The oldest is that the database was bound to its Stripe account.
  expect(entries.slice(0, 3)).toMatchObject([
    { source: "setting", by: "Ada (staff)", changes: ["7 days (default) → 9 days"] },
    {
      source: "decision",
      title: "Put on hold",
      by: "Ada (staff)",
      userId: "payer",
      reason: '=HYPERLINK("x")',
    },
    { source: "change", userId: "payer", by: "the scheduler", grants: true },
  ]);
  expect(entries[2]?.changes.join("\n")).toMatch(/→ army/);
  // Stripe's log can be searched for the answer that it rests on.
  expect(entries[2]?.stripeRequestId).toMatch(/^req_/);
});

it("R179: finds by kind, person, user and days", async () => {
  const day = new Date().toISOString().slice(0, 10);
  expect(await listTitles(`?actor=staff:${ada.id}&kind=hold`)).toEqual(["Put on hold by Ada (staff)"]);
  expect(await listTitles("?user=payer")).toHaveLength(2);
  expect(await listTitles("?user=someone-else")).toEqual([]);
  expect(await listTitles(`?from=${day}&to=${day}&kind=repair`)).toHaveLength(1);
  expect(await listTitles("?to=2020-01-01")).toEqual([]);
  // A place in the list that cannot be read is its beginning.
  expect(await listTitles("?after=x")).toHaveLength(4);
});

it("R180: gives what the filters find as CSV without formulas, and audits the download", async () => {
  const response = await loadCsv(createArgs("/activity.csv?user=payer"));
  const [head, ...lines] = (await response.text()).trimEnd().split("\r\n");
  expect(head).toBe("time,what,user id,before and after,by,reason,run,gives,takes");
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatch(/,access,$/);
  expect(lines[0]).toContain(`"'=HYPERLINK(""x"")"`);
  expect(await world.db.settingChange.findMany({ where: { key: "export:activity" } })).toMatchObject([
    { actor: `staff:${ada.id}`, after: { user: "payer" } },
  ]);
});

it("R388: finds nothing by a filter of which nothing is known, and names it, also as CSV", async () => {
  const search = "?from=yesterday&to=2026-99-99&kind=party&actor=staff:none&user=payer";
  const { entries, unknown } = await load(search);
  expect(entries).toEqual([]);
  expect(unknown.map(({ label, value }) => `${label} ${value}`)).toEqual([
    "What party",
    "By staff:none",
    "From yesterday",
    "To 2026-99-99",
  ]);
  expect((await load("?user=payer")).unknown).toEqual([]);
  const csv = await (await loadCsv(createArgs(`/activity.csv${search}`))).text();
  expect(csv.trimEnd().split("\r\n")).toHaveLength(1);
});

it("R180: takes a decision back once, for a typed reason", async () => {
  const [hold] = (await load("?kind=hold")).entries;
  if (hold?.undo?.kind !== "undo_decision") throw new Error("A hold can be taken back");
  const { decisionId } = hold.undo;
  const undo = (reason: string) => {
    const body = new URLSearchParams({ kind: "undo_decision", id: decisionId, reason }).toString();
    const headers = { Origin: appUrl, "Content-Type": "application/x-www-form-urlencoded" };
    return action(createArgs("/activity", { method: "POST", headers, body }));
  };
  expect(await undo(" ")).toMatchObject({ init: { status: 400 } });
  expect(await undo("too early")).toMatchObject({ data: { done: expect.stringContaining("undone") } });
  expect(await undo("again")).toMatchObject({ data: { problem: expect.any(String) } });
  expect((await load("?kind=hold")).entries[0]?.undo).toBeNull();
});

it("R236: says of a decision what was before and after and what it rests on, and takes plans and prices back", async () => {
  const by = { actor: { kind: "staff", id: ada.id }, role: "admin" } as const;
  const decide = async (kind: DecisionKind, input: Record<string, unknown>) => {
    const made = await world.parity.decisions.decide({ kind, input, reason: "Ticket 12", by });
    if (!made.ok) throw new Error(made.message);
  };
  const read = async (kind: string) => (await load(`?kind=${kind}`)).entries[0];
  const undo = async (kind: string) => {
    const way = (await read(kind))?.undo;
    if (way?.kind !== "undo_decision") throw new Error(`${kind} can be taken back`);
    const form = { kind: way.kind, id: way.decisionId, reason: "Not yet" };
    const headers = { Origin: appUrl, "Content-Type": "application/x-www-form-urlencoded" };
    const body = new URLSearchParams(form).toString();
    return action(createArgs("/activity", { method: "POST", headers, body }));
  };
  const { subscriptionId } = await addPayingUser(world, "leaver");
  const { id: customerId } = world.sandbox.customers.create({ email: "payer.of.another@example.com" });
  world.sandbox.subscriptions.create({ customer: customerId, items: [{ price: world.prices.army }] });
  await syncAll(world.parity);
  await decide("set_plan", { planId: "team", name: "Team", seats: 20 });
  await decide("map_price", { productId: "prod_team", planId: "team" });
  await decide("give_comp", {
    userId: "payer",
    planId: "team",
    until: `${new Date().getUTCFullYear() + 1}-01-31`,
  });
  await decide("payer_not_ours", { customerId });
  world.sandbox.subscriptions.cancel(subscriptionId);
  await world.parity.syncUser({ userId: "leaver", actor: by.actor, grantOnly: true });
  await decide("acknowledge", { userId: "leaver" });
  await decide("revoke", { userId: "leaver" });

  expect((await read("set_plan"))?.changes).toEqual(["no such plan → Team, 20 soldiers"]);
  expect((await read("map_price"))?.changes).toEqual(["not mapped → Team"]);
  expect((await read("give_comp"))?.changes.join()).toMatch(
    /^no free access → Team for free until 31 Jan \d{4}$/,
  );
  expect((await read("payer_not_ours"))?.changes).toEqual(["may be ours → not ours"]);
  expect((await read("acknowledge"))?.changes).toEqual(
    expect.arrayContaining(["not acknowledged → acknowledged", "Workspace: active, should be locked"]),
  );
  expect(await read("revoke")).toMatchObject({
    changes: ["access → no access"],
    stripeRequestId: expect.stringMatching(/^req_/),
  });
  const { timeline = [] } = (await world.parity.userPage("leaver")) ?? {};
  expect(timeline.find(({ title }) => title.startsWith("Acknowledged"))?.changes).toContain(
    "not acknowledged → acknowledged",
  );

  await undo("give_comp");
  for (const kind of ["map_price", "set_plan"])
    expect(await undo(kind), kind).toMatchObject({ data: { done: expect.stringContaining("undone") } });
  expect(await world.db.plan.count({ where: { id: "team" } })).toBe(0);
  const { entries } = await load("?kind=undo_decision");
  expect(entries.slice(0, 3).map(({ changes }) => changes)).toEqual([
    ["Team, 20 soldiers → no such plan"],
    ["team → not mapped"],
    [expect.stringMatching(/free access → no free access$/)],
  ]);
});

it("R224: takes a setting back while it stands, says who changed it since, and sets the default where none was stored", async () => {
  const undo = async (id: string, reason = "too long") => {
    const body = new URLSearchParams({ kind: "undo_setting", id, reason }).toString();
    const headers = { Origin: appUrl, "Content-Type": "application/x-www-form-urlencoded" };
    return action(createArgs("/activity", { method: "POST", headers, body }));
  };
  const find = async () =>
    (await load("?kind=setting")).entries.flatMap(({ title, undo: way }) =>
      way?.kind === "undo_setting" ? [{ title, id: way.settingChangeId }] : [],
    );
  const by = { kind: "staff", id: ada.id } as const;
  const [first] = await find();
  await world.parity.settings.set({ graceDays: 14 }, by);
  expect(await undo(first?.id ?? "")).toMatchObject({
    data: { problem: expect.stringContaining("Ada (staff) has changed it since") },
  });
  const [second] = await find();
  expect(await undo(second?.id ?? "", " ")).toMatchObject({ init: { status: 400 } });
  expect(await undo(second?.id ?? "")).toMatchObject({ data: { done: expect.any(String) } });
  expect((await world.parity.settings.get()).graceDays).toBe(9);
  const [entry] = (await load("?kind=setting")).entries;
  expect(entry).toMatchObject({ reason: "too long", by: "Ada (staff)", changes: ["14 days → 9 days"] });
  // Nothing was stored before the first change.
  await world.parity.settings.set({ recheckPerRun: 5 }, by);
  const [third] = await find();
  await undo(third?.id ?? "");
  expect((await world.parity.settings.get()).recheckPerRun).toBe(0);
  // "None" that was chosen is not the default.
  await world.db.setting.deleteMany({ where: { key: "fullRunHour" } });
  await world.parity.settings.set({ fullRunHour: null }, by);
  await world.parity.settings.set({ fullRunHour: 4 }, by);
  const hours = (await load("?kind=setting")).entries.slice(0, 2).map(({ changes }) => changes.join());
  expect(hours).toEqual(["none → 4 o’clock UTC", "3 o’clock UTC (default) → none"]);
  // Neither the account nor a download is a setting that can be taken back.
  const [bound] = await world.db.settingChange.findMany({ where: { key: "binding" } });
  expect(await undo(String(bound?.id))).toMatchObject({ data: { problem: "This cannot be undone." } });
});
