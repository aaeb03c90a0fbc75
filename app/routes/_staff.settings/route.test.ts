import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createWorld, type World } from "~/engine/testing/world";
import { appUrl, refused, routeArgs } from "~/http/testing/request";
import { action } from "./route";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const RULES = {
  intent: "rules",
  graceDays: "7",
  noPlanWord: "",
  revocationLimitPercent: "2",
  revocationLimitMinimum: "2",
  supportContact: "",
  readAllocation: "",
  fullRunHour: "",
  recheckPerRun: "0",
};

function post(fields: Partial<typeof RULES>, role: "operator" | "admin" = "admin") {
  const init = {
    method: "POST",
    headers: { Origin: appUrl, "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ ...RULES, ...fields }).toString(),
  };
  const staff = { id: "s1", name: "Ada", email: "ada@example.com", role };
  const { args } = routeArgs("/settings", init, { staff });
  Object.assign(args.context, { parity: world.parity });
  return action(args);
}
const kept = async () => (await world.parity.settings.get()).supportContact;

describe("where customers write to", () => {
  it("is kept with who said so, and taken back by an empty field", async () => {
    await post({ supportContact: " help@example.com " });
    expect(await kept()).toBe("help@example.com");
    await post({ supportContact: "https://example.com/contact" });
    expect(await kept()).toBe("https://example.com/contact");
    await post({ supportContact: "" });
    expect(await kept()).toBeNull();
    const changes = await world.db.settingChange.findMany({ where: { key: "supportContact" } });
    expect(changes.map(({ after, actor }) => [after, actor])).toEqual([
      ["help@example.com", "staff:s1"],
      ["https://example.com/contact", "staff:s1"],
      [null, "staff:s1"],
    ]);
  });

  it("is an address that can be written to, or nothing is saved", async () => {
    const answer = await post({ supportContact: "http://example.com", graceDays: "9" });
    expect(answer).toMatchObject({
      init: { status: 400 },
      data: {
        lastResult: {
          error: {
            supportContact: ["Enter an e-mail address (help@example.com) or an https address."],
          },
        },
      },
    });
    expect(await world.parity.settings.get()).toMatchObject({ supportContact: null, graceDays: 7 });
  });

  it("is an admin's to say", async () => {
    expect((await refused(post({ supportContact: "help@example.com" }, "operator"))).status).toBe(403);
    expect(await kept()).toBeNull();
  });
});

describe("the rules", () => {
  it("are stored as they were typed, and taken back by empty fields", async () => {
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

  it.each(["0", "2.5", "many"])("have no read allocation of %j", async (readAllocation) => {
    expect(await post({ readAllocation })).toMatchObject({ init: { status: 400 } });
    expect(await world.parity.settings.get()).toMatchObject({ readAllocation: null });
  });

  it.each(["1001", "-1", "", "2.5"])("have no %j customers to read again", async (recheckPerRun) => {
    expect(await post({ recheckPerRun })).toMatchObject({ init: { status: 400 } });
    expect(await world.parity.settings.get()).toMatchObject({ recheckPerRun: 0 });
  });

  it.each(["24", "-1", "noon"])("have no hour of the day that is %j", async (fullRunHour) => {
    expect(await post({ fullRunHour })).toMatchObject({ init: { status: 400 } });
  });
});
