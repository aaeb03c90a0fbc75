import { expect, it } from "vitest";
import { addCatalogue, catchStripeError, createClient, startSandbox } from "~/sandbox/testing/sandbox";

it("a permission that is taken away answers 403 with Stripe's words, until it is given back", async () => {
  const { sandbox, stripe } = await startSandbox({ accountId: "acct_1Own" });
  sandbox.control.permissions.deny("rak_checkout_session_read");
  const error = await catchStripeError(stripe.checkout.sessions.list());
  expect(error).toMatchObject({
    type: "StripePermissionError",
    rawType: "invalid_request_error",
    statusCode: 403,
    code: "more_permissions_required",
    message:
      "The provided key 'sk_test_****dbox' does not have the required permissions for this endpoint on account 'acct_1Own'. Having the 'rak_checkout_session_read' permission would allow this request to continue.",
  });
  await stripe.customers.list();
  sandbox.control.permissions.allow("rak_checkout_session_read");
  expect((await stripe.checkout.sessions.list()).data).toEqual([]);
});

it("without the permission to read there is none to write, and one key may have less than another", async () => {
  const { sandbox, stripe, listening } = await startSandbox({ restrictedKeys: ["rk_test_one"] });
  const limited = createClient(listening, "rk_test_one");
  sandbox.control.permissions.deny("rak_customer_read", "rk_test_one");
  sandbox.control.permissions.deny("rak_plan_write");
  expect((await catchStripeError(limited.customers.create())).message).toContain("'rak_customer_write'");
  expect((await catchStripeError(limited.customers.list())).message).toContain("'rak_customer_read'");
  await stripe.customers.create();
  await limited.prices.list();
  expect((await catchStripeError(stripe.prices.update("price_1", { active: false }))).message).toContain(
    "'rak_plan_write'",
  );
});

it("an expanded field needs the permission of its object", async () => {
  const { sandbox, stripe } = await startSandbox();
  const { starter } = addCatalogue(sandbox);
  const { id: customer } = sandbox.customers.create();
  sandbox.subscriptions.create({ customer, items: [{ price: starter }] });
  sandbox.control.permissions.deny("rak_invoice_read");
  expect((await stripe.subscriptions.list()).data).toHaveLength(1);
  const error = await catchStripeError(stripe.subscriptions.list({ expand: ["data.latest_invoice"] }));
  expect(error).toMatchObject({ statusCode: 403, message: expect.stringContaining("'rak_invoice_read'") });
});

it("the control endpoint takes permissions away and gives them back", async () => {
  const { sandbox, stripe, listening } = await startSandbox();
  const post = (body: object) =>
    fetch(`${listening.url}/_sandbox/control`, { method: "POST", body: JSON.stringify(body) });
  expect((await post({ deny: ["rak_event_read", "rak_charge_read"] })).status).toBe(200);
  expect(sandbox.control.permissions.list()).toEqual(["rak_event_read", "rak_charge_read"]);
  await catchStripeError(stripe.events.list());
  await post({ allow: ["rak_event_read"] });
  expect((await stripe.events.list()).data).toEqual([]);
  await post({ allow: true });
  expect(sandbox.control.permissions.list()).toEqual([]);
  expect((await post({ deny: ["everything"] })).status).toBe(400);
});
