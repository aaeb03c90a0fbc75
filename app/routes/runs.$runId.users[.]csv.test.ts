import { expect, it } from "vitest";
import type { RunUserView } from "~/dashboard/run-pages.server";
import { createRouteArgs } from "~/http/testing/request";
import { loader } from "./runs.$runId.users[.]csv";

const staff = { id: "s1", name: "Ada", email: "ada@example.com", role: "viewer" as const };
const buildUser = (userId: string, name: string): RunUserView => ({
  userId,
  email: `${userId}@example.com`,
  name,
  verdict: "plan_mismatch",
  outcome: "synced",
  reason: null,
  sentence: "has another plan: repaired.",
});

it("streams all users of a run page by page, and escapes cells that a spreadsheet would run as formulas", async () => {
  const pages: Record<string, { users: RunUserView[]; next: string | null }> = {
    "": { users: [buildUser("u1", '=HYPERLINK("x")'), buildUser("u2", "Weber, Jonas")], next: "u2" },
    u2: { users: [buildUser("u3", "Ada")], next: null },
  };
  const { args } = createRouteArgs("/runs/r1/users.csv", { params: { runId: "r1" } }, { staff });
  const page = async ({ after }: { after?: string }) => pages[after ?? ""];
  Object.assign(args.context.parity, { runs: { page } });
  const response = await loader(args);
  expect(response.headers.get("Content-Disposition")).toBe('attachment; filename="run-r1.csv"');
  expect((await response.text()).split("\r\n")).toEqual([
    "user id,email,name,verdict,outcome,reason,what happened",
    'u1,u1@example.com,"\'=HYPERLINK(""x"")",plan_mismatch,synced,,has another plan: repaired.',
    'u2,u2@example.com,"Weber, Jonas",plan_mismatch,synced,,has another plan: repaired.',
    "u3,u3@example.com,Ada,plan_mismatch,synced,,has another plan: repaired.",
    "",
  ]);
});
