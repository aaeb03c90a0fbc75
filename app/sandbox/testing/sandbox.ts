import Stripe from "stripe";
import { onTestFinished } from "vitest";
import { findTestCard } from "~/sandbox/account/checkout/cards";
import { createSandbox, type Listening, type Sandbox, type SandboxOptions } from "~/sandbox/sandbox";

export interface StartedSandbox {
  sandbox: Sandbox;
  stripe: Stripe;
  listening: Listening;
}

/** 2026-01-01: the default time of sandboxes in tests. */
export const TEST_NOW = 1_767_225_600;

/**
 * A sandbox that listens until the test is over, and a client with its key. Its clock does not move, and paid
 * subscriptions exist at once.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<StartedSandbox> {
  const sandbox = createSandbox({ now: () => TEST_NOW, attachAfterMs: 0, ...options });
  const listening = await sandbox.listen();
  onTestFinished(() => listening.close());
  return { sandbox, listening, stripe: createClient(listening, sandbox.secretKey) };
}

/** A client without retries, so that a test sees each response. */
export function createClient({ port }: Listening, key: string): Stripe {
  return new Stripe(key, { host: "127.0.0.1", port, protocol: "http", maxNetworkRetries: 0 });
}

/** The shipped catalogue: `starter_monthly` ($20 a month) and `army_yearly` ($200 a year). */
export function addCatalogue({ products, prices }: Sandbox): { starter: string; army: string } {
  const starter = products.create({ name: "Starter" });
  const army = products.create({ name: "Army" });
  return {
    starter: prices.create({
      product: starter.id,
      currency: "usd",
      unit_amount: 2_000,
      recurring: { interval: "month" },
      lookup_key: "starter_monthly",
    }).id,
    army: prices.create({
      product: army.id,
      currency: "usd",
      unit_amount: 20_000,
      recurring: { interval: "year" },
      lookup_key: "army_yearly",
    }).id,
  };
}

/** Gives the customer a test card (one that pays) that pays all its invoices. Returns the payment method's id. */
export function addCard(sandbox: Sandbox, customer: string, number = "4242424242424242"): string {
  const card = findTestCard(number);
  if (!card) throw new Error(`${number} is no test card`);
  const { id } = sandbox.paymentMethods.create({ card, customer });
  sandbox.customers.update(customer, { default_payment_method: id });
  return id;
}

/** The Stripe error of a call that must fail. */
export async function catchStripeError(
  call: Promise<unknown>,
): Promise<InstanceType<typeof Stripe.errors.StripeError>> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Stripe.errors.StripeError) return error;
  throw new Error(`Expected a Stripe error, got ${String(error)}`);
}

/** Sends a form of one of the sandbox's pages, as a browser does; redirects are not followed. */
export function sendForm(url: string, fields: Record<string, string>): Promise<Response> {
  return fetch(url, {
    method: "POST",
    body: new URLSearchParams(fields),
    redirect: "manual",
    headers: { Origin: new URL(url).origin },
  });
}

/** The fields of the payment page, filled in correctly. */
export const GOOD_CARD = {
  email: "ann@example.com",
  cardNumber: "4242 4242 4242 4242",
  expiry: "12 / 34",
  cvc: "123",
  name: "Ann",
};
