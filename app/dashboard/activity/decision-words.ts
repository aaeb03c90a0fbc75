import { z } from "zod";
import { formatDay } from "~/billing/dates";
import { listFields } from "~/billing/fields";
import { formatSeats } from "~/billing/seat-label";
import { isVerdict, VERDICT_CATALOGUE } from "~/billing/verdicts/catalogue";
import { pluralize } from "~/billing/words/counts";
import { formatFieldValue } from "~/billing/words/field-words";
import type { StoredDecision } from "~/engine/decisions/store.server";

/** The names of plans by their ids. */
type PlanNames = ReadonlyMap<string, string>;

/** What one kind of decision keeps of a state. */
type Kept<Value> = {
  schema: z.ZodType<Value>;
  /** The state in words. */
  say: (value: Value, plans: PlanNames) => string;
  /** The state without it, in words. */
  none: string;
  /** What it rests on. */
  listEvidence?: (value: Value) => string[];
};

const keep = <Value>(kept: Kept<Value>): Kept<unknown> => ({
  schema: kept.schema,
  none: kept.none,
  say: (value, plans) => kept.say(kept.schema.parse(value), plans),
  listEvidence: (value) => kept.listEvidence?.(kept.schema.parse(value)) ?? [],
});

/** What decisions keep of before and after, by its form: an undo keeps what the decision kept that it takes back. */
const KEPT: readonly Kept<unknown>[] = [
  keep({
    schema: z.object({ name: z.string(), seats: z.number() }),
    say: ({ name, seats }) => `${name}, ${formatSeats(seats)}`,
    none: "no such plan",
  }),
  keep({
    schema: z.object({ planId: z.string().nullable(), source: z.string() }),
    say: ({ planId }, plans) => (planId === null ? "not ours" : (plans.get(planId) ?? planId)),
    none: "not mapped",
  }),
  keep({
    schema: z.object({ compId: z.string(), planId: z.string(), until: z.number() }),
    say: ({ planId, until }, plans) => `${plans.get(planId) ?? planId} for free until ${formatDay(until)}`,
    none: "no free access",
  }),
  keep({
    schema: z.object({ compIds: z.array(z.string()) }),
    say: () => "free access",
    none: "no free access",
  }),
  keep({ schema: z.object({ holdId: z.string() }), say: () => "on hold", none: "not on hold" }),
  keep({
    schema: z.object({ mismatches: z.string(), reason: z.string() }),
    say: () => "acknowledged",
    none: "not acknowledged",
    listEvidence: ({ mismatches }) => describeAcknowledgement(mismatches),
  }),
  keep({
    schema: z.object({ reason: z.string(), actor: z.string() }),
    say: () => "not ours",
    none: "may be ours",
  }),
];

const link = z.object({
  userId: z.string(),
  customerId: z.string(),
  subscriptionId: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
});
const links = z.object({ links: z.array(link) });
const revoked = z.object({ override: z.boolean() });
const undone = z.object({ undoRunId: z.string() });

/** How a stored link is said. */
const LINK_WORDS: Readonly<Record<string, string>> = {
  confirmed: "linked by staff",
  rejected: "not this user’s",
  session: "linked by a checkout",
  email: "linked by the email address",
  reference: "may be this user’s",
};

/** Before and after of a decision, and what it rests on, in lines; none for what an earlier version kept in another form. */
export function describeDecision(
  { before, after }: Pick<StoredDecision, "before" | "after">,
  plans: PlanNames,
): string[] {
  const written = links.safeParse(after);
  if (written.success) return written.data.links.map(describeLink);
  if (revoked.safeParse(after).success) return ["access → no access"];
  if (undone.safeParse(after).success) return ["what was written → what stood before"];
  const known = after ?? before ?? null;
  const kept = known === null ? undefined : KEPT.find(({ schema }) => schema.safeParse(known).success);
  if (kept === undefined) return [];
  const say = (value: unknown) => {
    if (value === null || value === undefined) return kept.none;
    return kept.schema.safeParse(value).success ? kept.say(value, plans) : kept.none;
  };
  return [`${say(before)} → ${say(after)}`, ...(kept.listEvidence?.(known) ?? [])];
}

function describeLink({ userId, customerId, subscriptionId, before, after }: z.infer<typeof link>): string {
  const what = subscriptionId === "" ? customerId : `${subscriptionId} of ${customerId}`;
  const say = (source: string | null) => (source === null ? "undecided" : (LINK_WORDS[source] ?? source));
  return `${what} and ${userId}: ${say(before)} → ${say(after)}`;
}

const value = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const mismatches = z.array(z.tuple([z.string(), z.string().nullable(), value, value]));
const paidTwice = z.tuple([z.string().nullable(), z.array(z.string())]);
const undecided = z.tuple([z.string()], z.unknown());

const FIELDS_BY_ID = new Map(
  (["user", "workspace", "billing"] as const)
    .flatMap((table) => listFields(table))
    .map(({ id, field }) => [String(id), field]),
);

/** What was acknowledged, as `describeAcknowledged` keeps it. */
function describeAcknowledgement(text: string): string[] {
  const kept = parseJson(text);
  const differing = mismatches.safeParse(kept);
  if (differing.success)
    return differing.data.map(([id, , recorded, expected]) => {
      const field = FIELDS_BY_ID.get(id);
      return `${field?.label ?? id}: ${formatFieldValue(field, recorded)}, should be ${formatFieldValue(field, expected)}`;
    });
  const twice = paidTwice.safeParse(kept);
  if (twice.success) {
    const [beside, ids] = twice.data;
    const paid = `${pluralize(ids.length, "subscription")} paid: ${ids.join(", ")}`;
    return [...(beside === null ? [] : describeAcknowledgement(beside)), paid];
  }
  const [verdict = ""] = undecided.safeParse(kept).data ?? [];
  return isVerdict(verdict) ? [VERDICT_CATALOGUE[verdict].label] : [];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
