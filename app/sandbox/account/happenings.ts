import { z } from "zod";
import type { Account } from "./account";

const subscription = z.string();
const customer = z.string();

const ON_SUBSCRIPTION = [
  "cancel_now",
  "cancel_at",
  "cancel_at_period_end",
  "keep",
  "reach_period_end",
  "fail_renewal",
  "recover",
  "mark_unpaid",
  "pause",
  "resume",
] as const;

/** One thing that happens in life, as the page and the control endpoint take it. */
export const happeningSchema = z.discriminatedUnion("happens", [
  z.object({ happens: z.enum(ON_SUBSCRIPTION), subscription }),
  z.object({ happens: z.literal("change_plan"), subscription, price: z.string() }),
  z.object({ happens: z.literal("set_status"), subscription, status: z.string().trim().min(1).max(40) }),
  z.object({ happens: z.literal("change_email"), customer, email: z.string().trim().max(512) }),
  z.object({ happens: z.literal("subscribe"), customer, price: z.string() }),
  z.object({ happens: z.literal("delete_customer"), customer }),
]);

export type Happening = z.infer<typeof happeningSchema>;

/** `said`: what has happened, or why nothing has; for people. */
export interface Outcome {
  ok: boolean;
  said: string;
}

/** Makes it happen, unless what it is to happen to is gone or over. */
export function happen(account: Account, happening: Happening): Outcome {
  if ("price" in happening && !account.store.prices.find(happening.price)) {
    return refused(`There is no price ${happening.price}.`);
  }
  return "customer" in happening ? toCustomer(account, happening) : toSubscription(account, happening);
}

function toCustomer(account: Account, happening: Extract<Happening, { customer: string }>): Outcome {
  const { store, customers, subscriptions } = account;
  const { customer: id } = happening;
  const record = store.customers.find(id);
  if (!record || record.deleted) return refused(`There is no customer ${id}, or no longer.`);
  switch (happening.happens) {
    case "change_email":
      customers.update(id, { email: happening.email === "" ? null : happening.email });
      return done(`The e-mail address of ${id} was changed.`);
    case "subscribe": {
      const made = subscriptions.create({ customer: id, items: [{ price: happening.price }] });
      return done(`${id} has one more subscription: ${made.id}.`);
    }
    case "delete_customer":
      customers.delete(id);
      return done(`${id} was deleted, and with it every subscription canceled.`);
  }
}

function toSubscription(account: Account, happening: Extract<Happening, { subscription: string }>): Outcome {
  const { store, subscriptions, life } = account;
  const { subscription: id } = happening;
  const record = store.subscriptions.find(id);
  if (!record) return refused(`There is no subscription ${id}.`);
  if (happening.happens === "set_status") {
    subscriptions.setStatus(id, happening.status);
    return done(`${id} is ${happening.status}.`);
  }
  if (record.status === "canceled") return refused(`${id} has ended: nothing can happen to it any more.`);
  switch (happening.happens) {
    case "cancel_now":
      subscriptions.cancel(id);
      return done(`${id} was canceled.`);
    case "cancel_at":
    case "cancel_at_period_end":
      life.keep(id);
      life.cancelAtPeriodEnd(id, happening.happens);
      return done(`${id} will end with its period (${happening.happens}).`);
    case "keep":
      life.keep(id);
      return done(`${id} goes on.`);
    case "reach_period_end":
      life.reachPeriodEnd(id);
      return done(`The period of ${id} is over.`);
    case "fail_renewal":
      subscriptions.renew(id, { fails: true });
      return done(`The renewal of ${id} failed: it is past due.`);
    case "recover":
    case "resume":
      subscriptions.setStatus(id, "active");
      return done(`${id} is active again.`);
    case "mark_unpaid":
      subscriptions.setStatus(id, "unpaid");
      return done(`${id} is unpaid.`);
    case "pause":
      subscriptions.setStatus(id, "paused");
      return done(`${id} is paused.`);
    case "change_plan":
      life.changePlan(id, happening.price);
      return done(`${id} has another plan.`);
  }
}

function done(said: string): Outcome {
  return { ok: true, said };
}

function refused(said: string): Outcome {
  return { ok: false, said };
}
