-- Paying customers that no user claims: who is past due pays too, and a condition that an index does not have keeps it from being used.
CREATE INDEX "StripeSubscription_all_paying" ON parity."StripeSubscription" ("customerId")
  WHERE NOT "gone" AND "status" IN ('active', 'trialing', 'past_due');
DROP INDEX parity."StripeSubscription_paying";

-- The prices that are sold, for those that no plan has: of a million subscriptions few prices. Most have one item.
CREATE INDEX "StripeSubscription_open_price" ON parity."StripeSubscription" (((items -> 0) ->> 'priceId'))
  WHERE NOT "gone" AND "status" NOT IN ('canceled', 'incomplete', 'incomplete_expired');
CREATE INDEX "StripeSubscription_open_several" ON parity."StripeSubscription" (id)
  WHERE NOT "gone" AND "status" NOT IN ('canceled', 'incomplete', 'incomplete_expired') AND (items -> 1) IS NOT NULL;
