import { expect, it } from "vitest";
import { summarizeWorkspaces } from "./database-cell";

const workspace = (status: string, seats: number) => ({ id: "w", name: "W", status, seats });
const summarize = (...workspaces: ReturnType<typeof workspace>[]) =>
  summarizeWorkspaces({
    status: null,
    plan: null,
    planName: null,
    stripeCustomerId: null,
    access: false,
    workspaces,
    workspaceCount: workspaces.length,
    activeWorkspaces: workspaces.filter(({ status }) => status === "active").length,
  });

it("workspaces are summarized: one with its seats, several with how many are active", () => {
  expect(summarize()).toBe("no workspace");
  expect(summarize(workspace("locked", 0))).toBe("locked · 0 soldiers");
  expect(summarize(workspace("active", 10))).toBe("active · 10 soldiers");
  expect(summarize(workspace("active", 1), workspace("locked", 0))).toBe("2 workspaces · 1 active");
});
