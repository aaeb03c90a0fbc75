import Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { isHandledEvent } from "./event-types";
import { readWebhookEvent } from "./webhook-event.server";

const SECRET = "whsec_test_0123456789abcdef";
const { webhooks } = new Stripe("sk_test_unused");

function signed(event: unknown, secret = SECRET) {
  const payload = JSON.stringify(event);
  const signature = webhooks.generateTestHeaderString({ payload, secret });
  return { body: new TextEncoder().encode(payload), signature };
}

const event = (object: Record<string, unknown>, type = "customer.subscription.updated") => ({
  id: "evt_1",
  type,
  created: 1_790_000_000,
  livemode: false,
  data: { object },
});

describe("a webhook event", () => {
  it("is read when Stripe signed it, and keeps ids but no payload", () => {
    const { body, signature } = signed(
      event({ object: "subscription", id: "sub_1", customer: "cus_1", amount: 5 }),
    );
    expect(readWebhookEvent(body, signature, [SECRET])).toEqual({
      ok: true,
      event: {
        id: "evt_1",
        type: "customer.subscription.updated",
        created: 1_790_000_000,
        livemode: false,
        accountId: null,
        customerId: "cus_1",
        session: null,
        sessionId: null,
      },
    });
  });

  it("names its customer and its session whatever the object is", () => {
    const customer = signed(event({ object: "customer", id: "cus_2" }, "customer.updated"));
    expect(readWebhookEvent(customer.body, customer.signature, [SECRET])).toMatchObject({
      event: { customerId: "cus_2" },
    });
    const session = signed(
      event(
        { object: "checkout.session", id: "cs_1", customer: { id: "cus_3" } },
        "checkout.session.completed",
      ),
    );
    expect(readWebhookEvent(session.body, session.signature, [SECRET])).toMatchObject({
      event: { customerId: "cus_3", sessionId: "cs_1" },
    });
  });

  it("has no blanks around its customer, and none of blanks alone", () => {
    for (const [customer, customerId] of [
      [" cus_3 ", "cus_3"],
      ["  ", null],
    ]) {
      const { body, signature } = signed(event({ object: "subscription", id: "sub_1", customer }));
      expect(readWebhookEvent(body, signature, [SECRET])).toMatchObject({ event: { customerId } });
    }
  });

  it("is refused when the signature is another's, is missing, or the body was changed", () => {
    const { body, signature } = signed(event({ object: "customer", id: "cus_1" }));
    const bad = { ok: false, reason: "bad_signature" };
    expect(readWebhookEvent(body, signature, ["whsec_another_0123456789"])).toEqual(bad);
    expect(readWebhookEvent(body, null, [SECRET])).toEqual(bad);
    expect(readWebhookEvent(new TextEncoder().encode("{}"), signature, [SECRET])).toEqual(bad);
  });

  it("is malformed when it is signed but no event", () => {
    const { body, signature } = signed({ hello: "world" });
    expect(readWebhookEvent(body, signature, [SECRET])).toEqual({ ok: false, reason: "malformed" });
  });

  it("is handled when it may change what a customer has", () => {
    for (const type of [
      "customer.subscription.deleted",
      "customer.subscription.paused",
      "customer.updated",
      "invoice.paid",
      "checkout.session.async_payment_succeeded",
    ])
      expect(isHandledEvent(type), type).toBe(true);
    for (const type of ["payment_intent.created", "invoice.created", "customer.source.created"])
      expect(isHandledEvent(type), type).toBe(false);
  });
});
