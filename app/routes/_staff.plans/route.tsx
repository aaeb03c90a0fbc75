import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { useState } from "react";
import { z } from "zod";
import { formatSeats } from "~/billing/seat-label";
import { pluralize } from "~/billing/words/counts";
import { route } from "~/http/route.server";
import { EmptyState } from "~/ui/empty-state";
import { PageHeader } from "~/ui/page-header";
import { Section } from "~/ui/section";
import { useHasRole } from "../_staff/frame-data";
import { type Deciding, DecisionDialog, type PlanDecisionAnswer } from "./decision-dialog";
import { type MappedName, MappedNames } from "./mapped-names";
import { UnmappedPrices } from "./unmapped-prices";

export const meta: MetaFunction = () => [{ title: "Plans · Parity" }];

export const loader = route.loader({ who: "staff", role: "viewer" }, ({ parity }) => parity.plans.list());

const text = z.string().trim().max(200);
const form = z.object({
  intent: z.enum(["preview", "save"]),
  kind: z.enum(["map_price", "ignore_price", "unmap_price"]),
  nameKind: z.enum(["priceId", "lookupKey", "productId"]),
  name: text.min(1),
  planId: text.default(""),
  reason: z.string().trim().max(500).default(""),
});

/** Says what a decision about a price would do, or makes it. */
export const action = route.action(
  { who: "staff", role: "admin", form },
  async ({ form, parity, staff }): Promise<PlanDecisionAnswer> => {
    const { intent, kind, nameKind, name, planId, reason } = form;
    const request = {
      kind,
      input: { [nameKind]: name, ...(kind === "map_price" && { planId }) },
      reason,
      by: { actor: { kind: "staff" as const, id: staff.id }, role: staff.role },
    };
    const made =
      intent === "preview" ? await parity.decisions.preview(request) : await parity.decisions.decide(request);
    if (!made.ok) return { ok: false, problem: made.message };
    return { ok: true, sentence: made.sentence, lines: made.lines };
  },
);

export default function Plans() {
  const { plans, mappings, unmapped } = useLoaderData<typeof loader>();
  const canDecide = useHasRole("admin");
  const [deciding, setDeciding] = useState<Deciding | null>(null);
  const decide = canDecide ? setDeciding : null;
  const names = mappings.flatMap(toName);
  const ignored = names.filter(({ planId }) => planId === null);
  return (
    <>
      <PageHeader
        title="Plans"
        description="Which prices in Stripe give which plan, and what is not mapped yet."
      />
      <UnmappedPrices prices={unmapped} onDecide={decide} />
      {plans.length === 0 && (
        <EmptyState title="No plans yet">Create one: npm run parity -- plans set</EmptyState>
      )}
      {plans.map(({ id, name, seats }) => (
        <Section key={id} title={name} aside={`${id} · ${seats === 0 ? "no access" : formatSeats(seats)}`}>
          <MappedNames
            names={names.filter(({ planId }) => planId === id)}
            onDecide={decide}
            none="No price is mapped to this plan."
          />
        </Section>
      ))}
      <Section title="Ignored" aside={pluralize(ignored.length, "entry", "entries")}>
        <MappedNames names={ignored} onDecide={decide} none="No price is ignored." />
      </Section>
      {deciding && (
        <DecisionDialog
          key={`${deciding.kind} ${deciding.name}`}
          deciding={deciding}
          plans={plans}
          onClose={() => setDeciding(null)}
        />
      )}
    </>
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
