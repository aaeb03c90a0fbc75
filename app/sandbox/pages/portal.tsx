import { z } from "zod";
import type { Account } from "../account/account";
import type { CustomerRecord, PortalSessionRecord, SubscriptionRecord } from "../store/records";
import { dayText, priceText } from "./amount";
import { type PageAnswer, type PageRequest, page, seeOther } from "./answer";
import { CARD_EXPIRED, cardFields, isExpired, problemsOf } from "./card-form";
import type { PageParts } from "./page-parts";
import { ClosedPage } from "./pay-page";
import { PortalPage, type PortalPageProps, type PortalSubscription } from "./portal-page";

const DONE: Readonly<Record<string, string>> = {
  cancel: "Your plan will end with the period you have paid for.",
  keep: "Your plan goes on.",
  switch: "Your plan was changed.",
  card: "Your card was updated.",
};

const cardForm = z.object(cardFields);

const subscriptionForm = z.discriminatedUnion("action", [
  z.object({ action: z.enum(["cancel", "keep"]), subscription: z.string() }),
  z.object({ action: z.literal("switch"), subscription: z.string(), price: z.string() }),
]);

/** `/p/session/:id`; undefined for any other address. */
export function answerPortal(parts: PageParts, request: PageRequest): PageAnswer | undefined {
  const { store } = parts.account;
  const [, id = ""] = /^\/p\/session\/(\w+)$/.exec(request.path) ?? [];
  if (id === "") return undefined;
  const session = store.portalSessions.find(id);
  const customer = session && store.customers.get(session.customer);
  if (!session || customer?.deleted !== false) {
    const text = "This page is for nobody any more. Go back to where you came from.";
    const backUrl = session?.returnUrl ?? null;
    return page("Not found", <ClosedPage title="Not found" text={text} backUrl={backUrl} />, 404);
  }
  if (request.method === "GET") {
    const done = DONE[request.query.get("done") ?? ""] ?? null;
    return portalPage(parts.account, session, { done });
  }
  if (request.form.get("action") === "card") return changeCard(parts.account, session, request);
  return changeSubscription(parts, customer, request);
}

function changeCard(account: Account, session: PortalSessionRecord, request: PageRequest): PageAnswer {
  const form = cardForm.safeParse(Object.fromEntries(request.form));
  if (!form.success) return portalPage(account, session, { problems: problemsOf(form.error) });
  const { cardNumber: card, expiry } = form.data;
  if (isExpired(expiry, account.clock.now())) {
    return portalPage(account, session, { problems: { expiry: CARD_EXPIRED } });
  }
  if (account.life.changeCard(account.store.customers.idOf(session.customer), card)) {
    return seeOther(`${request.path}?done=card`);
  }
  const refusal = "Your card was declined. The one before stays. Try another card.";
  return portalPage(account, session, { refusal });
}

function changeSubscription(
  { account, control }: PageParts,
  customer: CustomerRecord,
  request: PageRequest,
): PageAnswer {
  const form = subscriptionForm.safeParse(Object.fromEntries(request.form));
  const record = form.success ? account.store.subscriptions.find(form.data.subscription) : undefined;
  if (!form.success || record?.customer !== customer.sequence) return seeOther(request.path);
  const { subscription, action } = form.data;
  const { canEnd, canBeKept, others } = shown(account, record);
  if (action === "cancel" && canEnd) account.life.cancelAtPeriodEnd(subscription, control.portalCancels);
  else if (action === "keep" && canBeKept) account.life.keep(subscription);
  else if (form.data.action === "switch") {
    const { price } = form.data;
    if (!others.some(({ id }) => id === price)) return seeOther(request.path);
    account.life.changePlan(subscription, price);
  } else return seeOther(request.path);
  return seeOther(`${request.path}?done=${action}`);
}

function portalPage(
  account: Account,
  { customer, returnUrl }: PortalSessionRecord,
  state: Partial<PortalPageProps>,
): PageAnswer {
  const { store } = account;
  const { email, rare } = store.customers.get(customer);
  const subscriptions = store
    .subscriptionsOfCustomer(customer)
    .map((sequence) => store.subscriptions.get(sequence))
    .filter((record) => !isOver(record))
    .map((record) => shown(account, record));
  const given = { email, card: rare.cardLast4, subscriptions, returnUrl };
  const content = <PortalPage problems={{}} refusal={null} done={null} {...given} {...state} />;
  return page("Your billing", content);
}

function shown({ store }: Account, record: SubscriptionRecord): PortalSubscription {
  const prices = record.items.map((item) => store.prices.get(item.price));
  const { cancel_at, cancel_at_period_end } = record.rare;
  const periodEnd = record.items[0]?.periodEnd ?? record.created;
  const ends = cancel_at ?? (cancel_at_period_end ? periodEnd : null);
  const others = [...store.prices.all()].filter(
    (price) =>
      price.active && price.recurring && prices[0]?.currency === price.currency && price !== prices[0],
  );
  return {
    id: store.subscriptions.idOf(record.sequence),
    plan: prices.map((price) => priceText(store, price)).join(" + "),
    until: untilText(record.status, ends, periodEnd),
    canEnd: !isOver(record) && ends === null,
    canBeKept: !isOver(record) && ends !== null,
    others: isOver(record)
      ? []
      : others.map((price) => ({ id: store.prices.idOf(price.sequence), name: priceText(store, price) })),
  };
}

function untilText(status: string, ends: number | null, periodEnd: number): string {
  if (ends !== null) return `Ends on ${dayText(ends)}.`;
  if (status === "past_due") return "The last payment failed. Update your card to pay it.";
  if (status === "active" || status === "trialing") return `Renews on ${dayText(periodEnd)}.`;
  return `Status: ${status}.`;
}

function isOver({ status }: SubscriptionRecord): boolean {
  return status === "canceled" || status === "incomplete_expired";
}
