import type { Page } from "playwright/test";
import { query } from "./customers";
import type { Product } from "./product";
import { expect } from "./test";

export type NewCustomer = { userId: string; workspaceId: string; name: string };

export const CARDS = { pays: "4242 4242 4242 4242", declined: "4000 0000 0000 0002" };

/** A user that signed up with the application, with a locked workspace, and has never paid. */
export async function addCustomer(product: Product, name: string): Promise<NewCustomer> {
  return query(product, async (client) => {
    const email = `${name.toLowerCase().replaceAll(" ", ".")}@example.com`;
    const user = await client.query<{ id: string }>(
      `INSERT INTO app."User" (email, "emailVerified", name) VALUES ($1, true, $2) RETURNING id`,
      [email, name],
    );
    const userId = user.rows[0]?.id ?? "";
    const workspace = await client.query<{ id: string }>(
      `INSERT INTO app."Workspace" ("ownerId", name) VALUES ($1, $2) RETURNING id`,
      [userId, `${name}’s`],
    );
    return { userId, workspaceId: workspace.rows[0]?.id ?? "", name };
  });
}

/** Opens the workspace as the application would: staff of the demo are signed in and hand the customer over. */
export async function openWorkspace(page: Page, { userId, workspaceId }: NewCustomer): Promise<void> {
  await page.goto(`/demo/customer/${userId}`);
  await page.waitForURL((url) => url.pathname === `/workspace/${workspaceId}`);
}

/** Goes from the workspace to Stripe's page and fills in the card. The caller presses Pay. */
export async function goToPayment(page: Page, card: string, plan = "Army"): Promise<void> {
  await page.getByRole("button", { name: `Choose ${plan}` }).click();
  await expect(page.getByRole("heading", { name: "Subscribe" })).toBeVisible();
  await page.getByLabel("Card number").fill(card);
  await page.getByLabel("Expiration").fill("12 / 34");
  await page.getByLabel("CVC").fill("123");
  await page.getByLabel("Name on card").fill("A Customer");
}

/** `off`: the sandbox's webhooks are lost. */
export const setWebhooks = (product: Product, webhooks: "on" | "off") =>
  controlSandbox(product, { webhooks });

/** Changes how the sandbox behaves, for the tests after this one too until it is taken back. */
export async function controlSandbox(product: Product, command: object): Promise<void> {
  const answer = await fetch(new URL("/_sandbox/control", product.sandboxUrl), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(command),
  });
  if (!answer.ok) throw new Error(`The sandbox answered ${answer.status}: ${await answer.text()}`);
}
