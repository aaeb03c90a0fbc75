import type { Deps } from "~/engine/evaluate/deps.server";
import type { CheckoutClient } from "~/stripe/checkout.server";

/**
 * Whether the checkout key belongs to the account that is reconciled: what is sold with a key of another account would never
 * be found. Asked once a process, until Stripe says. Where Stripe does not say, nothing speaks against it.
 */
export function createCheckoutGuard({
  client,
  guard,
  log,
}: Pick<Deps, "guard" | "log"> & { client: CheckoutClient | null }): () => Promise<boolean> {
  let accountId: string | null = null;
  return async () => {
    if (client === null) return true;
    if (accountId === null) {
      const read = await client.readAccount();
      accountId = read.ok ? read.accountId : read.failure.accountId;
    }
    const account = await guard.check();
    if (accountId === null || !account.ok || account.binding.accountId === accountId) return true;
    log.error(
      { checkoutKey: accountId, bound: account.binding.accountId },
      "STRIPE_CHECKOUT_KEY belongs to another account; nothing is sold",
    );
    return false;
  };
}
