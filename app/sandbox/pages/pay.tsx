import { z } from "zod";
import type { PaymentOutcome } from "~/sandbox/account/checkout/checkout";
import type { Account } from "../account/account";
import type { CheckoutSessionRecord } from "../store/records";
import { amountText, priceText } from "./amount";
import { type PageAnswer, type PageRequest, page, seeOther } from "./answer";
import { CARD_EXPIRED, cardFields, isExpired, type Problems, problemsOf } from "./card-form";
import { ClosedPage, ConfirmPage, PayPage } from "./pay-page";

const REFUSALS: Readonly<Record<string, string>> = {
  declined: "Your card was declined. Nothing was paid. Try another card.",
  authentication: "Your bank did not confirm the payment. Nothing was paid. Try again, or another card.",
};

const payForm = z.object({
  ...cardFields,
  email: z.email("Write your e-mail address."),
  name: z.string().trim().min(1, "Write the name that is on the card."),
});

const confirmForm = z.object({ outcome: z.enum(["complete", "fail"]) });

/** `/c/pay/:id` and `/c/pay/:id/confirm`; undefined for any other address. */
export function answerPay(account: Account, request: PageRequest): PageAnswer | undefined {
  const [, id = "", confirm] = /^\/c\/pay\/(\w+)(\/confirm)?$/.exec(request.path) ?? [];
  if (id === "") return undefined;
  account.checkoutSessions.expireDue();
  const session = account.store.checkoutSessions.find(id);
  if (!session?.hosted) {
    const text = "There is no such payment page. Go back to where you came from, and begin again.";
    return page("Not found", <ClosedPage title="Not found" text={text} backUrl={null} />, 404);
  }
  if (session.status !== "open") return closed(session, id);
  if (confirm !== undefined) return confirmPage(account, session, request);
  if (request.method === "POST") return pay(account, session, request.form);
  const refusal = REFUSALS[request.query.get("refused") ?? ""] ?? null;
  return payPage(account, session, { refusal });
}

function pay(account: Account, session: CheckoutSessionRecord, form: URLSearchParams): PageAnswer {
  const id = account.store.checkoutSessions.idOf(session.sequence);
  const fixedEmail = account.checkout.fixedEmailOf(id);
  const typed = { email: form.get("email") ?? "", name: form.get("name") ?? "" };
  const parsed = payForm.safeParse({
    ...Object.fromEntries(form),
    ...(fixedEmail === null ? {} : { email: fixedEmail }),
  });
  if (!parsed.success) return payPage(account, session, { typed, problems: problemsOf(parsed.error) });
  const { email, name, cardNumber: card, expiry } = parsed.data;
  if (isExpired(expiry, account.clock.now())) {
    return payPage(account, session, { typed, problems: { expiry: CARD_EXPIRED } });
  }
  return after(account, id, account.checkout.pay(id, { email, name, card }), typed);
}

function confirmPage(account: Account, session: CheckoutSessionRecord, request: PageRequest): PageAnswer {
  const id = account.store.checkoutSessions.idOf(session.sequence);
  if (session.payment?.step !== "confirming") return seeOther(`/c/pay/${id}`);
  const form = confirmForm.safeParse(Object.fromEntries(request.form));
  if (request.method !== "POST" || !form.success) {
    return page("Confirm the payment", <ConfirmPage due={dueText(account, session)} />);
  }
  const outcome = account.checkout.confirm(id, form.data.outcome === "complete");
  if (!outcome.ok && outcome.reason === "declined") return seeOther(`/c/pay/${id}?refused=authentication`);
  return after(account, id, outcome);
}

function after(
  account: Account,
  id: string,
  outcome: PaymentOutcome,
  typed?: PayPageState["typed"],
): PageAnswer {
  const session = account.store.checkoutSessions.find(id);
  if (!session) throw new Error(`${id} is gone`);
  if (outcome.ok && outcome.step === "confirm") return seeOther(`/c/pay/${id}/confirm`);
  if (outcome.ok || outcome.reason === "expired") return closed(session, id);
  if (outcome.reason === "declined") {
    return payPage(account, session, { typed, refusal: REFUSALS.declined ?? null });
  }
  const text = "The customer who was to pay has been deleted. Nothing was paid.";
  const gone = <ClosedPage title="This cannot be paid" text={text} backUrl={session.cancelUrl} />;
  return page("This cannot be paid", gone, 409);
}

/** A page opened again after paying leads on, like Pay itself. */
function closed({ status, successUrl, cancelUrl }: CheckoutSessionRecord, id: string): PageAnswer {
  if (status === "complete" && successUrl !== null) {
    return seeOther(successUrl.replaceAll("{CHECKOUT_SESSION_ID}", id));
  }
  if (status === "complete") {
    return page(
      "Paid",
      <ClosedPage title="Paid" text="Thank you. You can close this page." backUrl={null} />,
    );
  }
  const text = "This payment page is no longer open. Nothing was paid on it.";
  return page("Expired", <ClosedPage title="Expired" text={text} backUrl={cancelUrl} />, 410);
}

interface PayPageState {
  typed?: { email: string; name: string };
  problems?: Problems;
  refusal?: string | null;
}

/** The form, also once more with what is wrong with it: still a page like any other, and no error to a browser. */
function payPage(
  account: Account,
  session: CheckoutSessionRecord,
  { typed = { email: "", name: "" }, problems = {}, refusal = null }: PayPageState,
): PageAnswer {
  const { store, checkout } = account;
  const form = (
    <PayPage
      lines={session.lineItems.map(({ price, quantity }) => {
        const line = priceText(store, store.prices.get(price));
        return quantity === 1 ? line : `${quantity} × ${line}`;
      })}
      due={dueText(account, session)}
      trialDays={session.trialDays}
      fixedEmail={checkout.fixedEmailOf(store.checkoutSessions.idOf(session.sequence))}
      typed={typed}
      cancelUrl={session.cancelUrl}
      problems={problems}
      refusal={refusal}
    />
  );
  return page("Subscribe", form);
}

function dueText({ store }: Account, { lineItems }: CheckoutSessionRecord): string {
  const prices = lineItems.map((line) => store.prices.get(line.price));
  const sum = lineItems.reduce((all, line, i) => all + (prices[i]?.unitAmount ?? 0) * line.quantity, 0);
  return amountText(sum, prices[0]?.currency ?? "usd");
}
