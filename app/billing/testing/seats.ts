import type { BillingState } from "~/billing/record";

/** By workspace: the seats that can be used. */
export const countUsableSeats = (state: BillingState): Map<string, number> =>
  new Map(state.workspaces.map(({ id, status, seats }) => [id, status === "active" ? seats : 0]));

/** Whether a workspace has fewer usable seats than before. */
export const doesTakeSeats = (before: BillingState, then: BillingState): boolean =>
  [...countUsableSeats(before)].some(([id, seats]) => (countUsableSeats(then).get(id) ?? 0) < seats);
