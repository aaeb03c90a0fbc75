import { type Outcome, simulate, simulationSchema } from "~/sandbox/account/simulate";
import { describePrice, formatDay } from "~/sandbox/pages/amount";
import type { PageDeps } from "~/sandbox/pages/page-deps";
import { type PageRequest, type PageResponse, redirectTo, renderPage } from "~/sandbox/pages/page-response";
import type { CustomerRecord, SubscriptionRecord } from "~/sandbox/store/records";
import type { Store } from "~/sandbox/store/store";
import { findCustomers } from "./find-customers";
import { applySettings, nameWebhookMode } from "./settings";
import type { CustomerView, SubscriptionView } from "./simulate-customer";
import { SimulatePage } from "./simulate-page";

const CUSTOMERS = 20;
const DELIVERIES = 10;

/** `/`: the list of customers, and the actions of its forms. */
export function handleSimulate(deps: PageDeps, { method, query, form }: PageRequest): PageResponse {
  if (method === "GET") return renderSimulatePage(deps, query.get("q")?.trim() ?? "", query.get("message"));
  const back = new URLSearchParams({
    q: form.get("q") ?? "",
    message: deps.flashMessages.add(applyForm(deps, form)),
  });
  return redirectTo(`/?${back}`);
}

function applyForm(deps: PageDeps, form: URLSearchParams): Outcome {
  const { account, webhooks } = deps;
  switch (form.get("change")) {
    case "settings":
      return applySettings(deps, form);
    case "resend": {
      const sent = webhooks.resend(form.get("delivery") ?? "");
      return sent > 0
        ? { ok: true, message: "The webhook was sent again." }
        : { ok: false, message: "That webhook is being sent, or it is no longer known." };
    }
    default: {
      const simulation = simulationSchema.safeParse(Object.fromEntries(form));
      if (!simulation.success) return { ok: false, message: "This action is not known." };
      return simulate(account, simulation.data);
    }
  }
}

function renderSimulatePage(
  { account, control, webhooks, flashMessages }: PageDeps,
  query: string,
  number: string | null,
) {
  const { store } = account;
  const { customers, more } = findCustomers(store, query, CUSTOMERS);
  const { ms } = control.latency;
  const plans = [...store.prices.all()]
    .filter(({ active, recurring }) => active && recurring)
    .map((price) => ({ id: store.prices.getId(price.sequence), name: describePrice(store, price) }));
  const content = (
    <SimulatePage
      query={query}
      customers={customers.map((customer) => toCustomerView(store, customer))}
      more={more}
      plans={plans}
      outcome={flashMessages.find(number)}
      settings={{
        webhooks: nameWebhookMode(webhooks.mode),
        latency: typeof ms === "number" ? ms : ms[0],
        attachAfter: control.attachAfterMs,
        portalCancels: control.portalCancels,
      }}
      deliveries={webhooks.list().slice(-DELIVERIES).reverse()}
    />
  );
  return renderPage("Simulate", content);
}

function toCustomerView(store: Store, { sequence, email, name, deleted }: CustomerRecord): CustomerView {
  return {
    id: store.customers.getId(sequence),
    email,
    name,
    deleted,
    subscriptions: store
      .listCustomerSubscriptions(sequence)
      .map((one) => toSubscriptionView(store, store.subscriptions.get(one))),
  };
}

function toSubscriptionView(store: Store, record: SubscriptionRecord): SubscriptionView {
  const { status, items, rare } = record;
  const plans = items.map((item) => describePrice(store, store.prices.get(item.price))).join(" + ");
  const periodEnd = items[0] ? `, until ${formatDay(items[0].periodEnd)}` : "";
  const scheduled = rare.cancel_at !== null || rare.cancel_at_period_end;
  return {
    id: store.subscriptions.getId(record.sequence),
    status,
    about: `${plans}${periodEnd}${scheduled && status !== "canceled" ? ", then canceled" : ""}`,
    price: items[0] ? store.prices.getId(items[0].price) : null,
    buttons: listButtons(status, scheduled, rare.pause_collection === null),
  };
}

function listButtons(status: string, scheduled: boolean, isCollecting: boolean): SubscriptionView["buttons"] {
  const money = [
    { action: "refund", label: "Refund the latest payment" },
    { action: "refund_half", label: "Refund half of it" },
    { action: "dispute", label: "Dispute it" },
    { action: "win_dispute", label: "Win the dispute" },
    { action: "lose_dispute", label: "Lose the dispute" },
  ];
  if (status === "canceled") return money;
  const owes = status === "past_due" || status === "unpaid" || status === "incomplete";
  const paused = status === "paused";
  return [
    ...(owes ? [{ action: "recover", label: "Pay the open invoice" }] : []),
    ...(paused ? [{ action: "resume", label: "Resume" }] : []),
    ...(scheduled ? [{ action: "undo_cancellation", label: "Remove the scheduled cancellation" }] : []),
    { action: "cancel_now", label: "Cancel now" },
    ...(scheduled
      ? []
      : [
          { action: "cancel_at_period_end", label: "Cancel at period end" },
          { action: "cancel_at", label: "Cancel at period end (cancel_at only)" },
        ]),
    { action: "reach_period_end", label: "End the period now" },
    { action: "fail_renewal", label: "Fail the renewal" },
    ...(status === "unpaid" ? [] : [{ action: "mark_unpaid", label: "Mark as unpaid" }]),
    ...(paused ? [] : [{ action: "pause", label: "Pause" }]),
    isCollecting
      ? { action: "pause_collection", label: "Pause collection" }
      : { action: "resume_collection", label: "Resume collection" },
    ...money,
  ];
}
