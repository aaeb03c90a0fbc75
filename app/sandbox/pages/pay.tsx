import { z } from "zod";
import type { PaymentOutcome } from "~/sandbox/account/checkout/checkout";
import type { Account } from "../account/account";
import { formatMoney } from "../account/billing/money";
import { sumLineItems } from "../objects/checkout-session";
import type { CheckoutSessionRecord } from "../store/records";
import { describePrice } from "./amount";
import { CARD_EXPIRED, cardFields, collectProblems, isExpired, type Problems } from "./card-form";
import { type PageRequest, type PageResponse, redirectTo, renderPage } from "./page-response";
import { ClosedPage, ConfirmPage, PayPage } from "./pay-page";

const REFUSALS: Readonly<Record<string, string>> = {
  declined: "Your card was declined. Nothing was paid. Try another card.",
  authentication: "Your bank did not confirm the payment. Nothing was paid. Try again, or use another card.",
};

const payForm = z.object({
  ...cardFields,
  email: z.email("Enter your email address."),
  name: z.string().trim().min(1, "Enter the name on the card."),
});

const confirmForm = z.object({ outcome: z.enum(["complete", "fail"]) });

/** `/c/pay/:id` and `/c/pay/:id/confirm`; undefined for any other address. */
export function handlePay(account: Account, request: PageRequest): PageResponse | undefined {
  const [, id = "", confirm] = /^\/c\/pay\/(\w+)(\/confirm)?$/.exec(request.path) ?? [];
  if (id === "") return undefined;
  account.checkoutSessions.expireOverdue();
  const session = account.store.checkoutSessions.find(id);
  if (!session?.hosted) {
    const text = "This payment page does not exist. Go back and start again.";
    return renderPage("Not found", <ClosedPage title="Not found" text={text} backUrl={null} />, 404);
  }
  if (session.status !== "open") return renderClosed(session, id);
  if (confirm !== undefined) return handleConfirm(account, session, request);
  if (request.method === "POST") return submitPayment(account, session, request.form);
  const refusal = REFUSALS[request.query.get("refused") ?? ""] ?? null;
  return renderPayPage(account, session, { refusal });
}

function submitPayment(
  account: Account,
  session: CheckoutSessionRecord,
  form: URLSearchParams,
): PageResponse {
  const id = account.store.checkoutSessions.getId(session.sequence);
  const fixedEmail = account.checkout.findFixedEmail(id);
  const typed = { email: form.get("email") ?? "", name: form.get("name") ?? "" };
  const parsed = payForm.safeParse({
    ...Object.fromEntries(form),
    ...(fixedEmail === null ? {} : { email: fixedEmail }),
  });
  if (!parsed.success)
    return renderPayPage(account, session, { typed, problems: collectProblems(parsed.error) });
  const { email, name, cardNumber: card, expiry } = parsed.data;
  if (isExpired(expiry, account.clock.now())) {
    return renderPayPage(account, session, { typed, problems: { expiry: CARD_EXPIRED } });
  }
  return respondToPayment(account, id, account.checkout.pay(id, { email, name, card }), typed);
}

function handleConfirm(account: Account, session: CheckoutSessionRecord, request: PageRequest): PageResponse {
  const id = account.store.checkoutSessions.getId(session.sequence);
  if (session.payment?.step !== "confirming") return redirectTo(`/c/pay/${id}`);
  const form = confirmForm.safeParse(Object.fromEntries(request.form));
  if (request.method !== "POST" || !form.success) {
    return renderPage("Confirm the payment", <ConfirmPage due={formatDue(account, session)} />);
  }
  const outcome = account.checkout.confirm(id, form.data.outcome === "complete");
  if (!outcome.ok && outcome.reason === "declined") return redirectTo(`/c/pay/${id}?refused=authentication`);
  return respondToPayment(account, id, outcome);
}

function respondToPayment(
  account: Account,
  id: string,
  outcome: PaymentOutcome,
  typed?: PayPageState["typed"],
): PageResponse {
  const session = account.store.checkoutSessions.find(id);
  if (!session) throw new Error(`${id} is gone`);
  if (outcome.ok && outcome.step === "confirm") return redirectTo(`/c/pay/${id}/confirm`);
  if (outcome.ok || outcome.reason === "expired") return renderClosed(session, id);
  if (outcome.reason === "declined") {
    return renderPayPage(account, session, { typed, refusal: REFUSALS.declined ?? null });
  }
  const text = "This customer was deleted. Nothing was paid.";
  const gone = <ClosedPage title="Payment not possible" text={text} backUrl={session.cancelUrl} />;
  return renderPage("Payment not possible", gone, 409);
}

/** A paid session redirects to the success page, also when its page is opened again. */
function renderClosed({ status, successUrl, cancelUrl }: CheckoutSessionRecord, id: string): PageResponse {
  if (status === "complete" && successUrl !== null) {
    return redirectTo(successUrl.replaceAll("{CHECKOUT_SESSION_ID}", id));
  }
  if (status === "complete") {
    return renderPage(
      "Paid",
      <ClosedPage title="Paid" text="Thank you. You can close this page." backUrl={null} />,
    );
  }
  const text = "This payment page has expired. Nothing was paid.";
  return renderPage("Expired", <ClosedPage title="Expired" text={text} backUrl={cancelUrl} />, 410);
}

interface PayPageState {
  typed?: { email: string; name: string };
  problems?: Problems;
  refusal?: string | null;
}

/** The payment form, with problems if there are any. Its status is always 200, as at Stripe. */
function renderPayPage(
  account: Account,
  session: CheckoutSessionRecord,
  { typed = { email: "", name: "" }, problems = {}, refusal = null }: PayPageState,
): PageResponse {
  const { store, checkout } = account;
  const form = (
    <PayPage
      lines={session.lineItems.map(({ price, quantity }) => {
        const line = describePrice(store, store.prices.get(price));
        return quantity === 1 ? line : `${quantity} × ${line}`;
      })}
      due={formatDue(account, session)}
      trialDays={session.trialDays}
      fixedEmail={checkout.findFixedEmail(store.checkoutSessions.getId(session.sequence))}
      typed={typed}
      cancelUrl={session.cancelUrl}
      problems={problems}
      refusal={refusal}
    />
  );
  return renderPage("Subscribe", form);
}

function formatDue({ store }: Account, session: CheckoutSessionRecord): string {
  const paid = { ...session, trialDays: null };
  return formatMoney(sumLineItems({ store, record: paid }), session.currency);
}
