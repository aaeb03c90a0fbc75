import { happen, happeningSchema, type Outcome } from "../account/happenings";
import type { CustomerRecord, SubscriptionRecord } from "../store/records";
import type { Store } from "../store/store";
import { dayText, priceText } from "./amount";
import { type PageAnswer, type PageRequest, page, seeOther } from "./answer";
import type { LifeCustomer, LifeSubscription } from "./life-customer";
import { LifePage } from "./life-page";
import { findCustomers } from "./life-search";
import type { PageParts } from "./page-parts";
import { applySettings, webhookModeName } from "./settings";

const CUSTOMERS = 20;
const DELIVERIES = 10;

/** `/`: the list, and what its forms do. */
export function answerLife(parts: PageParts, { method, query, form }: PageRequest): PageAnswer {
  if (method === "GET") return lifePage(parts, query.get("q")?.trim() ?? "", query.get("said"));
  const back = new URLSearchParams({ q: form.get("q") ?? "", said: parts.said.add(act(parts, form)) });
  return seeOther(`/?${back}`);
}

function act(parts: PageParts, form: URLSearchParams): Outcome {
  const { account, webhooks } = parts;
  switch (form.get("change")) {
    case "settings":
      return applySettings(parts, form);
    case "resend": {
      const sent = webhooks.resend(form.get("delivery") ?? "");
      return sent > 0
        ? { ok: true, said: "The webhook was sent again." }
        : { ok: false, said: "That webhook is on its way, or forgotten." };
    }
    default: {
      const happening = happeningSchema.safeParse(Object.fromEntries(form));
      if (!happening.success) return { ok: false, said: "That is not something that happens." };
      return happen(account, happening.data);
    }
  }
}

function lifePage({ account, control, webhooks, said }: PageParts, query: string, number: string | null) {
  const { store } = account;
  const { customers, more } = findCustomers(store, query, CUSTOMERS);
  const { ms } = control.latency;
  const plans = [...store.prices.all()]
    .filter(({ active, recurring }) => active && recurring)
    .map((price) => ({ id: store.prices.idOf(price.sequence), name: priceText(store, price) }));
  const content = (
    <LifePage
      query={query}
      customers={customers.map((customer) => shownCustomer(store, customer))}
      more={more}
      plans={plans}
      outcome={said.find(number)}
      settings={{
        webhooks: webhookModeName(webhooks.mode),
        latency: typeof ms === "number" ? ms : ms[0],
        attachAfter: control.attachAfterMs,
        portalCancels: control.portalCancels,
      }}
      deliveries={webhooks.list().slice(-DELIVERIES).reverse()}
    />
  );
  return page("What happens in life", content);
}

function shownCustomer(store: Store, { sequence, email, name, deleted }: CustomerRecord): LifeCustomer {
  return {
    id: store.customers.idOf(sequence),
    email,
    name,
    deleted,
    subscriptions: store
      .subscriptionsOfCustomer(sequence)
      .map((one) => shownSubscription(store, store.subscriptions.get(one))),
  };
}

function shownSubscription(store: Store, record: SubscriptionRecord): LifeSubscription {
  const { status, items, rare } = record;
  const plans = items.map((item) => priceText(store, store.prices.get(item.price))).join(" + ");
  const periodEnd = items[0] ? `, until ${dayText(items[0].periodEnd)}` : "";
  const scheduled = rare.cancel_at !== null || rare.cancel_at_period_end;
  return {
    id: store.subscriptions.idOf(record.sequence),
    status,
    about: `${plans}${periodEnd}${scheduled && status !== "canceled" ? ", then canceled" : ""}`,
    price: items[0] ? store.prices.idOf(items[0].price) : null,
    buttons: buttonsFor(status, scheduled),
  };
}

function buttonsFor(status: string, scheduled: boolean): LifeSubscription["buttons"] {
  if (status === "canceled") return [];
  const owes = status === "past_due" || status === "unpaid" || status === "incomplete";
  const paused = status === "paused";
  return [
    ...(owes ? [{ happens: "recover", label: "Recover: the invoice is paid" }] : []),
    ...(paused ? [{ happens: "resume", label: "Resume" }] : []),
    ...(scheduled ? [{ happens: "keep", label: "Take the cancellation back" }] : []),
    { happens: "cancel_now", label: "Cancel now" },
    ...(scheduled
      ? []
      : [
          { happens: "cancel_at_period_end", label: "Cancel at period end" },
          { happens: "cancel_at", label: "Cancel at period end, cancel_at alone" },
        ]),
    { happens: "reach_period_end", label: "Reach the end of the period" },
    { happens: "fail_renewal", label: "Fail the renewal" },
    ...(status === "unpaid" ? [] : [{ happens: "mark_unpaid", label: "Mark unpaid" }]),
    ...(paused ? [] : [{ happens: "pause", label: "Pause" }]),
  ];
}
