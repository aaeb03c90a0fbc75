import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createWorld, type World } from "~/engine/testing/world";
import { appUrl, createRouteArgs, readErrorResponse } from "~/http/testing/request";
import { action } from "./route";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const RULES = {
  graceDays: "7",
  noPlanWord: "",
  revocationLimitPercent: "2",
  revocationLimitMinimum: "2",
  supportContact: "",
  readAllocation: "",
  fullRunHour: "",
  staleAfterMinutes: "30",
  recheckPerRun: "0",
};

function post(fields: Record<string, string>, role: "operator" | "admin" = "admin") {
  const init = {
    method: "POST",
    headers: { Origin: appUrl, "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ ...RULES, ...fields }).toString(),
  };
  const staff = { id: "s1", name: "Ada", email: "ada@example.com", role };
  const { args } = createRouteArgs("/settings", init, { staff });
  Object.assign(args.context, { parity: world.parity });
  return action(args);
}
const loadContact = async () => (await world.parity.settings.get()).supportContact;

describe("the support contact", () => {
  it("is saved with an audit entry and cleared by an empty field", async () => {
    await post({ supportContact: " help@example.com " });
    expect(await loadContact()).toBe("help@example.com");
    await post({ supportContact: "https://example.com/contact" });
    expect(await loadContact()).toBe("https://example.com/contact");
    await post({ supportContact: "" });
    expect(await loadContact()).toBeNull();
    const changes = await world.db.settingChange.findMany({ where: { key: "supportContact" } });
    expect(changes.map(({ after, actor }) => [after, actor])).toEqual([
      ["help@example.com", "staff:s1"],
      ["https://example.com/contact", "staff:s1"],
      [null, "staff:s1"],
    ]);
  });

  it("must be a valid address; otherwise nothing is saved", async () => {
    const answer = await post({ supportContact: "http://example.com", graceDays: "9" });
    expect(answer).toMatchObject({
      init: { status: 400 },
      data: {
        lastResult: {
          error: {
            supportContact: ["Enter an email address (help@example.com) or an https address."],
          },
        },
      },
    });
    expect(await world.parity.settings.get()).toMatchObject({ supportContact: null, graceDays: 7 });
  });

  it("can be changed only by an admin", async () => {
    expect((await readErrorResponse(post({ supportContact: "help@example.com" }, "operator"))).status).toBe(
      403,
    );
    expect(await loadContact()).toBeNull();
  });
});

describe("the rules", () => {
  it("R370: of two people who saved the same page each keeps what the other changed, and none overwrites it unseen", async () => {
    const shown = Object.fromEntries(Object.entries(RULES).map(([key, text]) => [`shown-${key}`, text]));
    await post({ ...shown, graceDays: "9", noPlanWord: "free" });
    await post({ ...shown, revocationLimitPercent: "3" });
    const kept = { graceDays: 9, noPlanWord: "free", revocationLimitPercent: 3 };
    expect(await world.parity.settings.get()).toMatchObject(kept);
    expect(await post({ ...shown, graceDays: "11", fullRunHour: "4" })).toMatchObject({
      init: { status: 400 },
      data: {
        lastResult: { error: { graceDays: [expect.stringContaining("has set this to 9 meanwhile")] } },
      },
    });
    expect(await world.parity.settings.get()).toMatchObject({ ...kept, fullRunHour: null });
    await post({ ...shown, "shown-graceDays": "9", graceDays: "11" });
    expect(await world.parity.settings.get()).toMatchObject({ ...kept, graceDays: 11 });
  });

  it("are saved as typed and cleared by empty fields", async () => {
    await post({ noPlanWord: "free", readAllocation: "50000", fullRunHour: "4", recheckPerRun: "25" });
    expect(await world.parity.settings.get()).toMatchObject({
      ...{ graceDays: 7, noPlanWord: "free", revocationLimitPercent: 2, revocationLimitMinimum: 2 },
      ...{ readAllocation: 50_000, fullRunHour: 4, recheckPerRun: 25 },
    });
    await post({});
    expect(await world.parity.settings.get()).toMatchObject({
      ...{ noPlanWord: null, readAllocation: null, fullRunHour: null, recheckPerRun: 0 },
    });
  });

  it("can still be saved after the command line set a long grace period", async () => {
    await world.parity.settings.set({ graceDays: 120 }, { kind: "command_line", id: null });
    await post({ graceDays: "120", noPlanWord: "free" });
    expect(await world.parity.settings.get()).toMatchObject({ graceDays: 120, noPlanWord: "free" });
  });

  it.each(["0", "2.5", "many"])("refuse a read allocation of %j", async (readAllocation) => {
    expect(await post({ readAllocation })).toMatchObject({ init: { status: 400 } });
    expect(await world.parity.settings.get()).toMatchObject({ readAllocation: null });
  });

  it.each(["1001", "-1", "", "2.5"])("refuse to re-check %j customers per run", async (recheckPerRun) => {
    expect(await post({ recheckPerRun })).toMatchObject({ init: { status: 400 } });
    expect(await world.parity.settings.get()).toMatchObject({ recheckPerRun: 0 });
  });

  it.each(["24", "-1", "noon"])("refuse %j as the hour of the daily run", async (fullRunHour) => {
    expect(await post({ fullRunHour })).toMatchObject({ init: { status: 400 } });
  });
});
