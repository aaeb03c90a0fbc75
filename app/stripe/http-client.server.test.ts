import Stripe from "stripe";
import { expect, it } from "vitest";
import { startSandbox } from "~/sandbox/testing/sandbox";
import { createReadOnlyHttpClient } from "./http-client.server";

it("sends GET requests, and rejects all others before they are sent", async () => {
  const { sandbox, listening } = await startSandbox();
  const { id } = sandbox.customers.create({ email: "ada@example.com" });
  const stripe = new Stripe(sandbox.secretKey, {
    httpClient: createReadOnlyHttpClient("http", 2),
    host: "127.0.0.1",
    port: listening.port,
    protocol: "http",
    maxNetworkRetries: 0,
  });

  expect(await stripe.customers.retrieve(id)).toMatchObject({ email: "ada@example.com" });
  await expect(stripe.customers.create({ email: "bob@example.com" })).rejects.toThrow();
  await expect(stripe.customers.update(id, { name: "Eve" })).rejects.toThrow();
  await expect(stripe.customers.del(id)).rejects.toThrow();

  expect(sandbox.requests.counts().byMethod).toEqual({ GET: 1 });
});
