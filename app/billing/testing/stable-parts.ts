import type { Evaluation } from "~/billing/evaluation/evaluate";
import { fingerprintMismatches } from "~/billing/mismatches";

/** Everything in an evaluation that must not depend on the order in which rows arrive. */
export function pickStable(evaluation: Evaluation) {
  const sortTexts = <T>(all: readonly T[]) => all.map((one) => JSON.stringify(one)).sort();
  return {
    ...evaluation,
    comp: evaluation.comp?.plan,
    links: {
      ...evaluation.links,
      sources: sortTexts([...evaluation.links.sources.keys()]),
      otherSubscriptionIds: sortTexts([...evaluation.links.otherSubscriptionIds]),
      sharedCustomerIds: sortTexts([...evaluation.links.sharedCustomerIds]),
    },
    customers: evaluation.customers.map((customer) => customer?.id),
    subscriptions: sortTexts(evaluation.subscriptions.map(({ id }) => id)),
    expected: { ...evaluation.expected, workspaces: sortTexts(evaluation.expected.workspaces) },
    overridden: evaluation.overridden && {
      ...evaluation.overridden,
      workspaces: sortTexts(evaluation.overridden.workspaces),
    },
    mismatches: fingerprintMismatches(evaluation.mismatches),
    findings: {
      ...evaluation.findings,
      comp: evaluation.findings.comp?.plan,
      mismatches: fingerprintMismatches(evaluation.findings.mismatches),
    },
  };
}

/** The same, without what the clock alone may change. */
export const omitTimed = (evaluation: Evaluation) => ({
  ...pickStable(evaluation),
  // Those that do not decide may change without changing anything else.
  ranked: null,
  flags: evaluation.flags.filter((flag) => flag !== "stale"),
});
