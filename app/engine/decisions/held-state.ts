import { describeStripeState } from "~/billing/stripe-state";
import type { EvaluatedUser } from "~/engine/evaluate/evaluate-users.server";

/** What a hold is compared with: the user's own customers, without one that the address alone would link. */
export const describeHeldState = ({ evaluation }: EvaluatedUser): string =>
  describeStripeState(
    evaluation.customers.flatMap((customer) =>
      customer === null || customer.id === evaluation.emailLink ? [] : customer.subscriptions,
    ),
  );
