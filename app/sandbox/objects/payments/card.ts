import type { JsonObject } from "~/sandbox/json";
import type { PaymentMethodRecord } from "~/sandbox/store/billing-records";

/** A card as payment methods and charges show it. Of imported payments only that it was a card is known. */
export function describeCard(method: PaymentMethodRecord | undefined): JsonObject {
  const brand = method?.brand ?? "visa";
  return {
    brand,
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: "pass" },
    country: "US",
    exp_month: method?.expMonth ?? 12,
    exp_year: method?.expYear ?? 2034,
    fingerprint: `sandbox${brand}${method?.last4 ?? "4242"}`,
    funding: "credit",
    last4: method?.last4 ?? "4242",
    networks: { available: [brand], preferred: null },
    regulated_status: "unregulated",
    three_d_secure_usage: { supported: true },
    wallet: null,
  };
}
