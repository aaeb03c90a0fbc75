import type { CustomerPage, SoldPlan } from "~/customers/customer-views";

/** The data of a customer's page. */
export type WorkspaceData = { page: CustomerPage; plans: SoldPlan[]; available: boolean };

/** The result of a button: the URL to go to, or a problem to show. `needsHelp`: only the application's support can help. */
export type ActionResult = { redirectTo: string } | { problem: string; needsHelp?: boolean };
