import type { Deps } from "~/engine/evaluate/deps.server";
import { DEFAULT_GATES } from "~/engine/observe/user-checks.server";
import { runBackgroundCheck } from "./background-check.server";
import { loadCustomerPage } from "./customer-page.server";
import type { CustomerPage } from "./customer-views";
import { createWorkspaceChecks } from "./workspace-check.server";

/** A workspace as its owner sees it, and the check behind every request for it. Never waits for Stripe. */
export function createWorkspaces(deps: Deps) {
  const checks = createWorkspaceChecks({
    db: deps.db,
    gates: DEFAULT_GATES,
    log: deps.log,
    sync: (userId) => runBackgroundCheck(deps, userId),
  });
  return {
    ...checks,
    /** The workspace's page; null for a workspace of another user. */
    async page(input: { workspaceId: string; userId: string }): Promise<CustomerPage | null> {
      const answer = await checks.answer(input);
      return answer && loadCustomerPage(deps.db, input.userId, answer);
    },
  };
}
