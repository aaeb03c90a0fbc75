import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { useState } from "react";
import { formatSeats } from "~/billing/seat-label";
import { pluralize } from "~/billing/words/counts";
import { route } from "~/http/route.server";
import { DecisionDialog } from "~/routes/_staff/decide/decision-dialog";
import { useDecision } from "~/routes/_staff/decide/use-decision";
import { Banner } from "~/ui/banner";
import { Button } from "~/ui/button";
import { EmptyState } from "~/ui/empty-state";
import { PageHeader } from "~/ui/page-header";
import { Section } from "~/ui/section";
import { useHasRole } from "../_staff/frame-data";
import { type Deciding, decideMapping, decideName, decidePlan, PLANS_KEY } from "./deciding";
import { type MappedName, MappedNames } from "./mapped-names";
import { UnmappedPrices } from "./unmapped-prices";

export const meta: MetaFunction = () => [{ title: "Plans · Parity" }];

export const loader = route.loader({ who: "staff", role: "viewer" }, ({ parity }) => parity.plans.list());

/** The decisions themselves are made by the route `/decisions`, as everywhere. */
export default function Plans() {
  const { plans, mappings, unmapped } = useLoaderData<typeof loader>();
  const canDecide = useHasRole("admin");
  const [deciding, setDeciding] = useState<Deciding | null>(null);
  const names = mappings.flatMap(toName);
  const ignored = names.filter(({ planId }) => planId === null);
  const unmap = canDecide ? (name: MappedName) => setDeciding(decideName("unmap_price", name, plans)) : null;
  return (
    <>
      <PageHeader
        title="Plans"
        description="Which prices in Stripe give which plan, and what is not mapped yet."
      >
        {canDecide && <Button onClick={() => setDeciding(decidePlan(null))}>New plan…</Button>}
      </PageHeader>
      <Outcome />
      <UnmappedPrices
        prices={unmapped}
        onDecide={canDecide ? (kind, name) => setDeciding(decideName(kind, name, plans)) : null}
      />
      {plans.length === 0 && (
        <EmptyState title="No plans yet">
          A plan is what your application records for a user, and how many seats it includes.
        </EmptyState>
      )}
      {plans.map((plan) => (
        <Section
          key={plan.id}
          title={plan.name}
          aside={
            <span className="flex flex-wrap items-center justify-end gap-x-3 gap-y-1">
              {plan.id} · {plan.seats === 0 ? "no access" : formatSeats(plan.seats)}
              {canDecide && (
                <>
                  <Button size="small" onClick={() => setDeciding(decideMapping(plan))}>
                    Map to it…<span className="sr-only"> {plan.name}</span>
                  </Button>
                  <Button size="small" onClick={() => setDeciding(decidePlan(plan))}>
                    Edit…<span className="sr-only"> {plan.name}</span>
                  </Button>
                </>
              )}
            </span>
          }
        >
          <MappedNames
            names={names.filter(({ planId }) => planId === plan.id)}
            onUnmap={unmap}
            none="No price is mapped to this plan."
          />
        </Section>
      ))}
      <Section title="Ignored" aside={pluralize(ignored.length, "entry", "entries")}>
        <MappedNames names={ignored} onUnmap={unmap} none="No price is ignored." />
      </Section>
      {deciding && (
        <DecisionDialog kind={deciding.kind} subject={deciding.subject} onClose={() => setDeciding(null)} />
      )}
    </>
  );
}

/** What came of the last decision on this page. Undo is in Activity. */
function Outcome() {
  const { answer } = useDecision(PLANS_KEY);
  const [before] = useState(answer);
  if (!answer?.ok || answer === before) return null;
  return (
    <div className="mt-4">
      <Banner tone="right" role="status">
        {[answer.sentence, ...answer.lines].join(" ")}
      </Banner>
    </div>
  );
}

type Mapping = ReturnType<typeof useLoaderData<typeof loader>>["mappings"][number];

/** What a mapping names. */
function toName({ planId, priceId, lookupKey, productId, source }: Mapping): MappedName[] {
  const isSeen = source === "seen";
  if (priceId !== null) return [{ planId, isSeen, nameKind: "priceId", name: priceId }];
  if (lookupKey !== null) return [{ planId, isSeen, nameKind: "lookupKey", name: lookupKey }];
  return productId === null ? [] : [{ planId, isSeen, nameKind: "productId", name: productId }];
}
