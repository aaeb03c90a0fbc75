import type { CustomerPage } from "~/customers/customer-views";
import type { SoldPlan } from "~/facade/parity.server";

/** What a customer's page is made of. */
export type WorkspaceData = { page: CustomerPage; plans: SoldPlan[]; available: boolean };

/** What pressing a button came to: another page to go to, or why not. */
export type Pressed = { goTo: string } | { problem: string };
