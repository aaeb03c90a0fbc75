import { describe, expect, it, vi } from "vitest";
import { appUrl, routeArgs } from "~/http/testing";
import { action } from "./route";

const RULES = { graceDays: "7", breakerPercent: "2", breakerMinimum: "2" };

function post(form: Record<string, string>) {
  const init = {
    method: "POST",
    headers: { Origin: appUrl, "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ intent: "rules", ...RULES, ...form }).toString(),
  };
  const staff = { id: "s1", name: "Ada", email: "ada@example.com", role: "admin" } as const;
  const { args } = routeArgs("/settings", init, { staff });
  const set = vi.fn();
  Object.assign(args.context.parity, { settings: { set } });
  return { set, answer: action(args) };
}

describe("the rules", () => {
  it("are stored as they were typed", async () => {
    const { set, answer } = post({ noPlanWord: "free", readAllocation: "50000", fullPassHour: "4" });
    await answer;
    expect(set).toHaveBeenCalledWith(
      {
        graceDays: 7,
        noPlanWord: "free",
        breakerPercent: 2,
        breakerMinimum: 2,
        readAllocation: 50_000,
        fullPassHour: 4,
      },
      { kind: "staff", id: "s1" },
    );
  });

  it("that may be empty are null then, so that what was stored is taken back", async () => {
    const { set, answer } = post({ noPlanWord: "", readAllocation: "", fullPassHour: "" });
    await answer;
    expect(set).toHaveBeenCalledWith(
      expect.objectContaining({ noPlanWord: null, readAllocation: null, fullPassHour: null }),
      expect.anything(),
    );
  });

  it.each(["0", "2.5", "many"])("have no read allocation of %j", async (readAllocation) => {
    const { set, answer } = post({ readAllocation });
    expect(await answer).toMatchObject({ init: { status: 400 } });
    expect(set).not.toHaveBeenCalled();
  });
});
