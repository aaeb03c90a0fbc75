import fc from "fast-check";
import { expect, it } from "vitest";
import { decide } from "~/billing/evaluation/decide";
import { evaluate } from "~/billing/evaluation/evaluate";
import { buildCatalogue } from "~/billing/plans";
import { WRITE_MODES } from "~/billing/policy";
import type { UserSnapshot } from "~/billing/snapshot";
import { contexts, PATIENT, withRuns } from "~/billing/testing/arbitraries";
import { snapshots } from "~/billing/testing/snapshots";
import { type Explanation, explain, maskPersonalData } from "./explanation";

it(
  "names the verdicts that were tried, of which only the last fits, and gives the same again when it is read back from JSON",
  PATIENT,
  () => {
    fc.assert(
      fc.property(snapshots, contexts, fc.constantFrom(...WRITE_MODES), (snapshot, context, writeMode) => {
        const explanation = explain(snapshot, context, writeMode);
        const { evaluation: explained, rules } = explanation;
        expect(rules.verdicts.at(-1)).toEqual({ verdict: explained.verdict, fits: true });
        expect(rules.verdicts.slice(0, -1).some(({ fits }) => fits)).toBe(false);
        const { input }: Explanation = JSON.parse(JSON.stringify(explanation));
        const catalogue = buildCatalogue(input.plans, input.prices);
        const again = { catalogue, policy: input.policy, now: input.now };
        const evaluation = evaluate(input.snapshot, again);
        expect(evaluation).toMatchObject(explained);
        for (const { options, decision } of Object.values(explanation.decisions))
          expect(
            decide({
              snapshot: input.snapshot,
              evaluation,
              context: again,
              writeMode: input.writeMode,
              ...options,
            }),
          ).toEqual(decision);
      }),
      withRuns(300),
    );
  },
);

it(
  "masks the addresses and names of the user and of all customers, and then gives the same evaluation",
  PATIENT,
  () => {
    fc.assert(
      fc.property(snapshots, contexts, fc.constantFrom(...WRITE_MODES), (snapshot, context, writeMode) => {
        const { email: _email, name: _name, ...record } = snapshot.record;
        const plain = explain(snapshot, context, writeMode);
        const masked = explain(maskPersonalData(snapshot), context, writeMode);
        expect(masked.rules).toEqual(plain.rules);
        expect(masked.input.snapshot.record).toMatchObject(record);
        for (const key of ["verdict", "flags", "mismatches", "since", "money"] as const)
          expect(masked.evaluation[key]).toEqual(plain.evaluation[key]);
        const { user, billing, workspaces } = plain.evaluation.expected;
        expect(masked.evaluation.expected).toMatchObject({ user, billing, workspaces });
        expect(masked.decisions.staff.decision.kind).toBe(plain.decisions.staff.decision.kind);
        expect(masked.decisions.automatic.decision.kind).toBe(plain.decisions.automatic.decision.kind);
        expectNoName(snapshot);
      }),
      withRuns(200),
    );
  },
);

function expectNoName(snapshot: UserSnapshot) {
  const customers = snapshot.customers.map((customer) => ({
    ...customer,
    email: "Grace@Example.com",
    name: "Grace Hopper",
  }));
  const record = { ...snapshot.record, email: "grace@example.com", name: "Grace Hopper" };
  const masked = maskPersonalData({ ...snapshot, record, customers });
  expect(JSON.stringify(masked)).not.toMatch(/grace|hopper/i);
  for (const { email } of masked.customers) expect(email).toBe(masked.record.email);
}
