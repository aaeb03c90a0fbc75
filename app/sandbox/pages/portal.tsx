import { z } from "zod";
import type { Account } from "../account/account";
import type { CustomerRecord, PortalSessionRecord, SubscriptionRecord } from "../store/records";
import { describePrice, formatDay } from "./amount";
import { CARD_EXPIRED, cardFields, collectProblems, isExpired } from "./card-form";
import type { PageDeps } from "./page-deps";
import { type PageRequest, type PageResponse, redirectTo, renderPage } from "./page-response";
import { ClosedPage } from "./pay-page";
import { handlePortalFlow } from "./portal-flow";
import { PortalPage, type PortalPageProps, type PortalSubscription } from "./portal-page";

const DONE: Readonly<Record<string, string>> = {
  cancel: "Your plan will end at the end of the period you have paid for.",
  keep: "Your plan continues.",
  switch: "Your plan was changed.",
  card: "Your card was updated.",
};

const cardForm = z.object(cardFields);

const subscriptionForm = z.discriminatedUnion("action", [
  z.object({ action: z.enum(["cancel", "keep"]), subscription: z.string() }),
  z.object({ action: z.literal("switch"), subscription: z.string(), price: z.string() }),
]);

/** `/p/session/:id`; undefined for any other address. */
export function handlePortal(deps: PageDeps, request: PageRequest): PageResponse | undefined {
  const { store } = deps.account;
  const [, id = ""] = /^\/p\/session\/(\w+)$/.exec(request.path) ?? [];
  if (id === "") return undefined;
  const session = store.portalSessions.find(id);
  const customer = session && store.customers.get(session.customer);
  if (!session || customer?.deleted !== false) {
    const text = "This page is no longer available. Go back and try again.";
    const backUrl = session?.returnUrl ?? null;
    return renderPage("Not found", <ClosedPage title="Not found" text={text} backUrl={backUrl} />, 404);
  }
  const flow = handlePortalFlow(deps, session, request);
  if (flow) return flow;
  if (request.method === "GET") {
    const done = DONE[request.query.get("done") ?? ""] ?? null;
    return renderPortalPage(deps.account, session, { done });
  }
  if (request.form.get("action") === "card") return changeCard(deps.account, session, request);
  return changeSubscription(deps, customer, request);
}

function changeCard(account: Account, session: PortalSessionRecord, request: PageRequest): PageResponse {
  const form = cardForm.safeParse(Object.fromEntries(request.form));
  if (!form.success) return renderPortalPage(account, session, { problems: collectProblems(form.error) });
  const { cardNumber: card, expiry } = form.data;
  if (isExpired(expiry, account.clock.now())) {
    return renderPortalPage(account, session, { problems: { expiry: CARD_EXPIRED } });
  }
  if (account.lifecycle.changeCard(account.store.customers.getId(session.customer), card)) {
    return redirectTo(`${request.path}?done=card`);
  }
  const refusal = "Your card was declined. Your old card stays. Try another card.";
  return renderPortalPage(account, session, { refusal });
}

function changeSubscription(
  { account, control }: PageDeps,
  customer: CustomerRecord,
  request: PageRequest,
): PageResponse {
  const form = subscriptionForm.safeParse(Object.fromEntries(request.form));
  const record = form.success ? account.store.subscriptions.find(form.data.subscription) : undefined;
  if (!form.success || record?.customer !== customer.sequence) return redirectTo(request.path);
  const { subscription, action } = form.data;
  const { canEnd, canUndoCancellation, others } = toPortalSubscription(account, record);
  if (action === "cancel" && canEnd) account.lifecycle.cancelAtPeriodEnd(subscription, control.portalCancels);
  else if (action === "keep" && canUndoCancellation) account.lifecycle.undoCancellation(subscription);
  else if (form.data.action === "switch") {
    const { price } = form.data;
    if (!others.some(({ id }) => id === price)) return redirectTo(request.path);
    account.lifecycle.changePlan(subscription, price);
  } else return redirectTo(request.path);
  return redirectTo(`${request.path}?done=${action}`);
}

function renderPortalPage(
  account: Account,
  { customer, returnUrl }: PortalSessionRecord,
  state: Partial<PortalPageProps>,
): PageResponse {
  const { store } = account;
  const { email } = store.customers.get(customer);
  const subscriptions = store
    .listCustomerSubscriptions(customer)
    .map((sequence) => store.subscriptions.get(sequence))
    .filter((record) => !isOver(record))
    .map((record) => toPortalSubscription(account, record));
  const given = { email, card: findCard(account, customer), subscriptions, returnUrl };
  const content = <PortalPage problems={{}} refusal={null} done={null} {...given} {...state} />;
  return renderPage("Your billing", content);
}

/** The last four digits of what pays: of the customer, or of a subscription. */
function findCard({ store, paymentMethods }: Account, customer: number): string | null {
  const record = store.customers.get(customer);
  const subscriptions = store.listCustomerSubscriptions(customer).map((one) => store.subscriptions.get(one));
  for (const subscription of [undefined, ...subscriptions]) {
    const method = paymentMethods.findDefault(record, subscription);
    if (method) return method.last4;
  }
  return null;
}

function toPortalSubscription({ store }: Account, record: SubscriptionRecord): PortalSubscription {
  const prices = record.items.map((item) => store.prices.get(item.price));
  const { cancel_at, cancel_at_period_end } = record.rare;
  const periodEnd = record.items[0]?.periodEnd ?? record.created;
  const ends = cancel_at ?? (cancel_at_period_end ? periodEnd : null);
  const others = [...store.prices.all()].filter(
    (price) =>
      price.active && price.recurring && prices[0]?.currency === price.currency && price !== prices[0],
  );
  return {
    id: store.subscriptions.getId(record.sequence),
    plan: prices.map((price) => describePrice(store, price)).join(" + "),
    until: describeEnd(record.status, ends, periodEnd),
    canEnd: !isOver(record) && ends === null,
    canUndoCancellation: !isOver(record) && ends !== null,
    others: isOver(record)
      ? []
      : others.map((price) => ({
          id: store.prices.getId(price.sequence),
          name: describePrice(store, price),
        })),
  };
}

function describeEnd(status: string, ends: number | null, periodEnd: number): string {
  if (ends !== null) return `Ends on ${formatDay(ends)}.`;
  if (status === "past_due") return "The last payment failed. Update your card to pay it.";
  if (status === "active" || status === "trialing") return `Renews on ${formatDay(periodEnd)}.`;
  return `Status: ${status}.`;
}

function isOver({ status }: SubscriptionRecord): boolean {
  return status === "canceled" || status === "incomplete_expired";
}
