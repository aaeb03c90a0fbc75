import {
  FIELDS,
  type Field,
  type FieldValue,
  type ListedField,
  listFields,
  type RecordFields,
} from "~/billing/fields";
import { findWorkspace, type Mismatch } from "~/billing/mismatches";
import { type AnyRow, type BillingState, emptyValue } from "~/billing/record";
import { formatSeats } from "~/billing/seat-label";
import { VERDICT_CATALOGUE } from "~/billing/verdicts/catalogue";
import { STRIPES_WORDS } from "~/billing/vocabulary/vocabulary";
import {
  describeMismatch,
  formatFieldValue,
  formatStripeValue,
  readCurrencies,
} from "~/billing/words/field-words";
import type { EvaluatedUser } from "~/engine/evaluate/evaluate-users.server";

/** One line of the comparison on a user's page. */
export type ComparisonLine = {
  /** What the field is called, e.g. "Plan" or "Acme · soldiers". */
  label: string;
  /** Why a wrong value matters. */
  help: string;
  field: string;
  /** Null for a field of the user. */
  workspaceId: string | null;
  recorded: string;
  expected: string;
  /** Stripe's raw value, e.g. `price_… (army_yearly)`; null when Stripe has none. */
  stripe: string | null;
  /** Why this value is expected. */
  why: string;
  differs: boolean;
  /** What is recorded is not what Stripe says: where staff must decide, nothing else is expected. */
  differsFromStripe: boolean;
  severity: Mismatch["severity"] | null;
};

/** The comparison field by field: what the database records, what is expected, Stripe's raw value, and why. */
export function compareRecords(
  evaluated: EvaluatedUser,
  workspaceNames: ReadonlyMap<string, string>,
  fields: RecordFields = FIELDS,
): ComparisonLine[] {
  const { snapshot, evaluation } = evaluated;
  const { record } = snapshot;
  const { expected } = evaluation;
  const currencies = readCurrencies(record, expected);
  const toLine = ({ id, name, field }: ListedField, rows: ComparedRows): ComparisonLine => {
    const { workspaceId } = rows;
    const mismatch = evaluation.mismatches.find((one) => one.field === id && one.workspaceId === workspaceId);
    const workspace = workspaceId === null ? null : (workspaceNames.get(workspaceId) ?? workspaceId);
    const recorded = readValue(rows.recorded, name, field);
    const should = readValue(rows.expected, name, field);
    return {
      label: workspace === null ? field.label : `${workspace} · ${field.label.toLowerCase()}`,
      help: field.why,
      field: workspaceId === null ? id : `${id}:${workspaceId}`,
      workspaceId,
      recorded: formatFieldValue(field, recorded, currencies.recorded),
      expected: formatFieldValue(field, should, currencies.expected),
      stripe: formatStripeValue(field, evaluation.primary),
      why: explainExpected(id, evaluated),
      differs: recorded !== should,
      differsFromStripe: differsFromStripe(field, recorded, evaluated),
      severity: mismatch?.severity ?? null,
    };
  };
  const user = { recorded: record.user, expected: expected.user, workspaceId: null };
  const billing = { recorded: record.billing, expected: expected.billing, workspaceId: null };
  const hasBilling = record.billing !== null || expected.billing !== null;
  const workspaces = record.workspaces.map((recorded) => ({
    recorded,
    expected: findWorkspace(expected, recorded),
    workspaceId: recorded.id,
  }));
  return [
    ...listFields("user", fields).map((listed) => toLine(listed, user)),
    ...(hasBilling ? listFields("billing", fields).map((listed) => toLine(listed, billing)) : []),
    ...workspaces.flatMap((rows) => listFields("workspace", fields).map((listed) => toLine(listed, rows))),
  ];
}

/** A field that Stripe says nothing about differs only where Stripe has nothing at all, and something is recorded. */
function differsFromStripe(field: Field, recorded: FieldValue, { evaluation }: EvaluatedUser): boolean {
  const { primary, verdict } = evaluation;
  if (field.fromStripe === undefined || VERDICT_CATALOGUE[verdict].class === "unchecked") return false;
  if (primary === null) return recorded !== null && recorded !== false && recorded !== "";
  const value = field.fromStripe(primary.item, primary.subscription, STRIPES_WORDS);
  return value !== undefined && value !== recorded;
}

type ComparedRows = { recorded: AnyRow | null; expected: AnyRow | null; workspaceId: string | null };

/** A row that is missing has no values. */
const readValue = (row: AnyRow | null, name: string, field: Field): FieldValue =>
  row === null ? null : (row[name] ?? emptyValue(field));

/** The recorded customer is kept while Stripe has it; without one it is the payer's. */
function explainCustomer({ evaluation, snapshot }: EvaluatedUser): string {
  const { stripeCustomerId } = snapshot.record.user;
  const { expected } = evaluation;
  if (expected.user.stripeCustomerId === null) return "No customer is linked";
  if (stripeCustomerId === null) return "The customer of the subscription";
  if (expected.user.stripeCustomerId !== stripeCustomerId)
    return "The recorded customer is not the one that pays";
  const stored = snapshot.customers.find(({ id }) => id === stripeCustomerId);
  if (stored?.state === "present") return "This customer exists in Stripe";
  return stored
    ? "Kept as recorded; Stripe no longer has this customer"
    : "Kept as recorded; not read from Stripe yet";
}

function explainExpected(field: Mismatch["field"], evaluated: EvaluatedUser): string {
  const { primary, comp, accessExpected } = evaluated.evaluation;
  if (field.startsWith("workspace.")) {
    const paidSeats = accessExpected ? (primary?.plan?.seats ?? 0) : 0;
    if (comp && comp.plan.seats > paidSeats) return `${comp.plan.name} is given for free`;
    if (accessExpected) return `${primary?.plan?.name} includes ${formatSeats(paidSeats)}`;
    return "No subscription gives access";
  }
  if (field === "user.stripeCustomerId") return explainCustomer(evaluated);
  if (primary === null) return "Stripe has no current subscription";
  if (field === "user.plan" || field === "billing.plan")
    return primary.plan
      ? `This price belongs to ${primary.plan.name}`
      : "This price is not assigned to a plan";
  return "";
}

/** What pressing Sync will change, e.g. "Plan: none → army", "Acme: locked → active"; empty when nothing. */
export function listPlannedChanges(
  recorded: BillingState,
  evaluated: EvaluatedUser,
  workspaceNames: ReadonlyMap<string, string>,
  fields: RecordFields,
): string[] {
  const { decision, evaluation } = evaluated;
  if (decision.kind !== "repair" && decision.kind !== "read") return [];
  const currencies = readCurrencies(recorded, evaluation.expected);
  const isAlone = recorded.workspaces.length === 1;
  return evaluation.mismatches.map((mismatch) => {
    const words = describeMismatch(mismatch, currencies, fields);
    const { workspaceId } = mismatch;
    if (workspaceId === null || isAlone) return words;
    return `${workspaceNames.get(workspaceId) ?? workspaceId} · ${words.charAt(0).toLowerCase()}${words.slice(1)}`;
  });
}
