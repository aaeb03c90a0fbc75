import { z } from "zod";
import type { Account } from "./account";
import { formatMoney } from "./billing/money";
import { isClosed } from "./payments/disputes";
import { countRefundable } from "./payments/refunds";

const subscription = z.string();
const customer = z.string();

const ON_SUBSCRIPTION = [
  "cancel_now",
  "cancel_at",
  "cancel_at_period_end",
  "undo_cancellation",
  "reach_period_end",
  "fail_renewal",
  "recover",
  "mark_unpaid",
  "pause",
  "resume",
  "pause_collection",
  "resume_collection",
  "refund_half",
  "refund",
  "dispute",
  "win_dispute",
  "lose_dispute",
] as const;

/** What can still happen to the payments of a subscription that has ended. */
const AFTER_THE_END = new Set<string>(["refund_half", "refund", "dispute", "win_dispute", "lose_dispute"]);

/** One action of a customer, a bank or time, as the simulate page and the control endpoint send it. */
export const simulationSchema = z.discriminatedUnion("action", [
  z.object({ action: z.enum(ON_SUBSCRIPTION), subscription }),
  z.object({ action: z.literal("change_plan"), subscription, price: z.string() }),
  z.object({ action: z.literal("set_status"), subscription, status: z.string().trim().min(1).max(40) }),
  z.object({ action: z.literal("change_email"), customer, email: z.string().trim().max(512) }),
  z.object({ action: z.literal("subscribe"), customer, price: z.string() }),
  z.object({ action: z.literal("delete_customer"), customer }),
]);

export type Simulation = z.infer<typeof simulationSchema>;

/** `message`: what was done, or why nothing was done. For people. */
export interface Outcome {
  ok: boolean;
  message: string;
}

/** Applies the action, unless its customer or subscription is missing or has ended. */
export function simulate(account: Account, simulation: Simulation): Outcome {
  if ("price" in simulation && !account.store.prices.find(simulation.price)) {
    return refuse(`There is no price ${simulation.price}.`);
  }
  return "customer" in simulation
    ? simulateForCustomer(account, simulation)
    : simulateForSubscription(account, simulation);
}

function simulateForCustomer(
  account: Account,
  simulation: Extract<Simulation, { customer: string }>,
): Outcome {
  const { store, customers, subscriptions } = account;
  const { customer: id } = simulation;
  const record = store.customers.find(id);
  if (!record || record.deleted) return refuse(`There is no customer ${id}.`);
  switch (simulation.action) {
    case "change_email":
      customers.update(id, { email: simulation.email === "" ? null : simulation.email });
      return succeed(`The email address of ${id} was changed.`);
    case "subscribe": {
      const made = subscriptions.create({ customer: id, items: [{ price: simulation.price }] });
      return succeed(`${id} has a new subscription: ${made.id}.`);
    }
    case "delete_customer":
      customers.delete(id);
      return succeed(`${id} was deleted and its subscriptions were canceled.`);
  }
}

function simulateForSubscription(
  account: Account,
  simulation: Extract<Simulation, { subscription: string }>,
): Outcome {
  const { store, subscriptions, lifecycle } = account;
  const { subscription: id } = simulation;
  const record = store.subscriptions.find(id);
  if (!record) return refuse(`There is no subscription ${id}.`);
  if (simulation.action === "set_status") {
    subscriptions.setStatus(id, simulation.status);
    return succeed(`${id} is ${simulation.status}.`);
  }
  if (record.status === "canceled" && !AFTER_THE_END.has(simulation.action))
    return refuse(`${id} has ended. It cannot change any more.`);
  switch (simulation.action) {
    case "cancel_now":
      subscriptions.cancel(id);
      return succeed(`${id} was canceled.`);
    case "cancel_at":
    case "cancel_at_period_end":
      lifecycle.undoCancellation(id);
      lifecycle.cancelAtPeriodEnd(id, simulation.action);
      return succeed(`${id} will end at the end of its period (${simulation.action}).`);
    case "undo_cancellation":
      lifecycle.undoCancellation(id);
      return succeed(`The cancellation of ${id} was removed.`);
    case "reach_period_end":
      lifecycle.reachPeriodEnd(id);
      return succeed(`The period of ${id} has ended.`);
    case "fail_renewal":
      subscriptions.renew(id, { fails: true });
      return succeed(`The renewal of ${id} failed. It is past due.`);
    case "recover":
    case "resume":
      subscriptions.setStatus(id, "active");
      return succeed(`${id} is active again.`);
    case "mark_unpaid":
      subscriptions.setStatus(id, "unpaid");
      return succeed(`${id} is unpaid.`);
    case "pause":
      subscriptions.setStatus(id, "paused");
      return succeed(`${id} is paused.`);
    case "pause_collection":
      subscriptions.update(id, { pause_collection: { behavior: "void", resumes_at: null } });
      return succeed(`${id} stays active, and its invoices are void.`);
    case "resume_collection":
      subscriptions.update(id, { pause_collection: null });
      return succeed(`The invoices of ${id} are charged again.`);
    case "refund_half":
    case "refund":
    case "dispute":
    case "win_dispute":
    case "lose_dispute":
      return simulateForPayment(account, id, simulation.action);
    case "change_plan":
      lifecycle.changePlan(id, simulation.price);
      return succeed(`${id} has a new plan.`);
  }
}

/** What happens to the latest payment of a subscription. */
function simulateForPayment(
  { store, payments, refunds, disputes }: Account,
  subscription: string,
  action: "dispute" | "lose_dispute" | "refund" | "refund_half" | "win_dispute",
): Outcome {
  const id = payments.findCharge(subscription);
  const charge = id === undefined ? undefined : store.charges.find(id);
  if (id === undefined || !charge) return refuse(`${subscription} has no payment.`);
  const left = countRefundable(charge);
  const open = [...store.disputes.all()].find(
    (dispute) => dispute.charge === charge.sequence && !isClosed(dispute),
  );
  switch (action) {
    case "refund":
    case "refund_half": {
      const amount = action === "refund" ? left : Math.min(left, Math.ceil(charge.amount / 2));
      if (amount === 0) return refuse(`${id} is refunded already.`);
      refunds.create({ charge: id, amount, reason: "requested_by_customer" });
      return succeed(`${formatMoney(amount, charge.currency)} of ${id} were refunded.`);
    }
    case "dispute":
      if (charge.disputed) return refuse(`${id} is disputed already.`);
      disputes.open({ charge: id });
      return succeed(`The payer disputes ${id}.`);
    case "win_dispute":
    case "lose_dispute": {
      if (!open) return refuse(`${id} has no open dispute.`);
      const dispute = store.disputes.getId(open.sequence);
      if (action === "win_dispute") disputes.win(dispute);
      else disputes.lose(dispute);
      return succeed(`${dispute} was ${action === "win_dispute" ? "won" : "lost"}.`);
    }
  }
}

function succeed(message: string): Outcome {
  return { ok: true, message };
}

function refuse(message: string): Outcome {
  return { ok: false, message };
}
