import { expect, it } from "vitest";
import type { RunUserView } from "~/dashboard/run-results/run-users.server";
import { createRouteArgs } from "~/http/testing/request";
import { loader } from "./runs.$runId.users[.]csv";

const staff = { id: "s1", name: "Ada", email: "ada@example.com", role: "viewer" as const };
const buildUser = (userId: string, name: string, given: Partial<RunUserView> = {}): RunUserView => ({
  userId,
  email: `${userId}@example.com`,
  name,
  verdict: "plan_mismatch",
  outcome: "synced",
  reason: null,
  grants: false,
  revokes: false,
  taken: null,
  changes: [],
  money: null,
  changedAt: null,
  typedReason: null,
  sentence: "had their plan and price corrected.",
  ...given,
});

it("streams all users of a run page by page, with before and after, and escapes cells that a spreadsheet would run as formulas", async () => {
  const repaired = buildUser("u2", "Weber, Jonas", {
    revokes: true,
    taken: "seats",
    changes: [
      { label: "Plan", before: "none", after: "army" },
      { label: "Soldiers", before: "0", after: "5" },
    ],
    money: { perMonth: 1667, currency: "usd" },
    changedAt: 1_700_000_000,
    typedReason: "refunded",
  });
  const pages: Record<string, { users: RunUserView[]; next: string | null }> = {
    "": { users: [buildUser("u1", '=HYPERLINK("x")'), repaired], next: "u2" },
    u2: { users: [buildUser("u3", "Ada", { money: { perMonth: 3000, currency: "jpy" } })], next: null },
  };
  const { args } = createRouteArgs("/runs/r1/users.csv", { params: { runId: "r1" } }, { staff });
  const page = async ({ after }: { after?: string }) => pages[after ?? ""];
  Object.assign(args.context.parity, { runs: { page } });
  const response = await loader(args);
  expect(response.headers.get("Content-Disposition")).toBe('attachment; filename="run-r1.csv"');
  const corrected = "plan_mismatch,synced,,had their plan and price corrected.";
  expect((await response.text()).split("\r\n")).toEqual([
    "user id,email,name,verdict,outcome,reason,what happened,access,before,after,amount per month,currency,changed at,typed reason",
    `u1,u1@example.com,"'=HYPERLINK(""x"")",${corrected},,,,,,,`,
    `u2,u2@example.com,"Weber, Jonas",${corrected},revoked: soldiers,Plan: none | Soldiers: 0,Plan: army | Soldiers: 5,16.67,USD,2023-11-14T22:13:20.000Z,refunded`,
    `u3,u3@example.com,Ada,${corrected},,,,3000,JPY,,`,
    "",
  ]);
});
