import { toJson } from "../json";
import { template } from "../large/template";
import type { AccountFacts } from "./view";

/** The account that the key belongs to. */
export const serializeAccount = template<AccountFacts>({
  id: (account) => toJson(account.id),
  object: "account",
  business_profile: {
    mcc: null,
    name: "Parity sandbox",
    product_description: null,
    support_address: null,
    support_email: null,
    support_phone: null,
    support_url: null,
    url: null,
  },
  business_type: null,
  capabilities: { card_payments: "active", transfers: "active" },
  charges_enabled: true,
  controller: { type: "account" },
  country: "US",
  created: 1_700_000_000,
  default_currency: "usd",
  details_submitted: true,
  email: null,
  metadata: {},
  payouts_enabled: true,
  settings: { dashboard: { display_name: "Parity sandbox", timezone: "Etc/UTC" } },
  type: "standard",
});
