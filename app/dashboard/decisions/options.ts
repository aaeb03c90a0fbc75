import { describeAcknowledged } from "~/billing/evaluation/acknowledged";
import { VERDICT_CATALOGUE } from "~/billing/verdicts/catalogue";
import { DECISIONS, type DecisionKind } from "~/engine/decisions/kinds";
import type { EvaluatedUser } from "~/engine/evaluate/evaluate-users.server";

/** A decision that can be made about a user now. */
export type DecisionOption = {
  kind: DecisionKind;
  /** What is given to `decide`; `needs` names what the person still has to choose. */
  input: Record<string, string>;
  needs: readonly ("planId" | "until")[];
  label: string;
  /** What it is about, where the label does not say it: a customer, a user, a price. */
  about: string | null;
  role: "operator" | "admin";
};

type Standing = {
  /** A hold that staff have not released; comps that run. */
  isHeld: boolean;
  compIds: readonly string[];
};

/** What staff can decide about a user as it stands: the way out of its verdict first. Pure. */
export function listOptions(
  { evaluation, snapshot, decision }: EvaluatedUser,
  { isHeld, compIds }: Standing,
): DecisionOption[] {
  const { userId } = snapshot.record;
  const option = (
    kind: DecisionKind,
    input: Record<string, string>,
    more: { about?: string; needs?: DecisionOption["needs"] } = {},
  ): DecisionOption => ({
    ...{ kind, input, label: DECISIONS[kind].label, role: DECISIONS[kind].role },
    about: more.about ?? null,
    needs: more.needs ?? [],
  });
  const { links, possibleMatches, unmapped, overridden } = evaluation;
  const isReview = VERDICT_CATALOGUE[evaluation.verdict].class === "review";
  const mayRevoke = evaluation.revokes && decision.kind !== "nothing" && !isReview;
  const isMissing = evaluation.verdict === "missing_in_stripe";
  const settled = new Set(links.conflicts.map(({ customerId }) => customerId));
  return [
    ...possibleMatches.flatMap((customerId) => [
      option("confirm_link", { userId, customerId }, { about: customerId }),
      option("reject_link", { userId, customerId }, { about: customerId }),
    ]),
    ...links.conflicts.flatMap(({ customerId, userIds }) =>
      userIds.map((owner) =>
        option("settle_conflict", { userId: owner, customerId }, { about: `${customerId} is ${owner}` }),
      ),
    ),
    ...(unmapped?.item && isReview
      ? [
          option(
            "map_price",
            { priceId: unmapped.item.priceId },
            { about: unmapped.item.priceId, needs: ["planId"] },
          ),
          option("ignore_price", { priceId: unmapped.item.priceId }, { about: unmapped.item.priceId }),
        ]
      : []),
    ...(mayRevoke ? [option("revoke", { userId }), option("override", { userId })] : []),
    ...(overridden === null ? [] : [option("override", { userId })]),
    ...(isMissing ? links.customerIds : [])
      .filter((customerId) => !settled.has(customerId))
      .map((customerId) => option("reject_link", { userId, customerId }, { about: customerId })),
    ...compIds.map((compId) => option("end_comp", { userId, compId })),
    ...(evaluation.accessExpected ? [] : [option("give_comp", { userId }, { needs: ["planId", "until"] })]),
    ...(describeAcknowledged(evaluation, snapshot.record) === null
      ? []
      : [
          option(evaluation.flags.includes("acknowledged") ? "end_acknowledgement" : "acknowledge", {
            userId,
          }),
        ]),
    option(isHeld ? "release" : "hold", { userId }),
  ];
}
