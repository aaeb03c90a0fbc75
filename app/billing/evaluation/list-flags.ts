import { listOpenSubscriptions, type RatedSubscription } from "~/billing/choice";
import type { Matches } from "~/billing/links/matches";
import type { EpochSeconds, ObservedCustomer, Reversal, Subscription } from "~/billing/observation";
import type { Comp, UserSnapshot } from "~/billing/snapshot";
import { type Flag, STALE_AFTER_SECONDS } from "~/billing/verdicts/flags";
import type { RecordedWords } from "~/billing/vocabulary/kept-words";

type FlagInput = {
  snapshot: UserSnapshot;
  ranked: RatedSubscription[];
  customers: ObservedCustomer[];
  matches: Matches;
  comp: Comp | null;
  words: RecordedWords;
  onHold: boolean;
  acknowledged: boolean;
  now: EpochSeconds;
};

/** What is to be said about an evaluated user beside the verdict. */
export function listFlags(input: FlagInput): Flag[] {
  const { snapshot, now } = input;
  const flags: Flag[] = [];
  if (listOpenSubscriptions(input.ranked).length > 1) flags.push("several");
  if (input.customers.filter(({ state }) => state === "present").length > 1)
    flags.push("duplicate_customers");
  if (input.comp !== null) flags.push("comped");
  if (input.words.byHand) flags.push("given_by_hand");
  if (input.words.unknown !== null) flags.push("unknown_word");
  if (input.onHold) flags.push("on_hold");
  if (input.acknowledged) flags.push("acknowledged");
  const { observedAt } = snapshot;
  if (observedAt !== null && now - observedAt > STALE_AFTER_SECONDS) flags.push("stale");
  if (snapshot.lookupFailure !== null) flags.push("lookup_failed");
  if (input.ranked[0]?.subscription.collectionPaused) flags.push("collection_paused");
  const reversals = listReversals(input.ranked.map(({ subscription }) => subscription));
  if (reversals.some(({ kind }) => kind === "refund")) flags.push("refunded");
  if (reversals.some(({ kind }) => kind === "dispute")) flags.push("disputed");
  if (input.matches.possibleMatches.length > 0) flags.push("possible_match");
  return flags;
}

/**
 * What is shown of what went back: of the latest payment of the first subscription, which decides, and what is disputed at any of them. A
 * customer's dispute stands at each of its subscriptions, and is listed once.
 */
export function listReversals(subscriptions: readonly Subscription[]): Reversal[] {
  const all = subscriptions.flatMap(({ reversals }, index) =>
    (reversals ?? []).filter(({ isOpen }) => index === 0 || isOpen),
  );
  return [...new Map(all.map((one) => [`${one.chargeId} ${one.kind}`, one])).values()];
}
