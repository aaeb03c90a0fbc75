import { doesUserGiveAccess } from "./access";
import { givesSeats, type RatedSubscription } from "./choice";
import { FIELDS, type Field, hasBillingRows, type RecordFields, type TableName } from "./fields";
import { isStripeId, readStripeId } from "./ids";
import { type EpochSeconds, isCancelScheduled, type ObservedCustomer } from "./observation";
import type { Catalogue } from "./plans";
import type { Policy } from "./policy";
import {
  type AnyRow,
  type BillingRow,
  type BillingState,
  buildRow,
  emptyValue,
  isRowFor,
  pickRow,
  type UserBilling,
  type UserRecord,
  type WorkspaceRow,
} from "./record";
import type { Comp, HeldIds } from "./snapshot";
import { keepRowWords, keepUserWords, readRecordedWords } from "./vocabulary/kept-words";
import { findSetValue, findStatusWord, RUNNING_STATUSES } from "./vocabulary/vocabulary";

export type ExpectedInput = {
  record: UserRecord;
  primary: RatedSubscription | null;
  /** All subscriptions of the user, `primary` among them. */
  ranked?: readonly RatedSubscription[];
  /** All customers that the user is linked to or records. */
  customers: readonly ObservedCustomer[];
  /** Ids that rows of other users hold: the database would refuse them for this user. */
  held?: HeldIds;
  /** Customers of which another user has a part. */
  sharedCustomerIds?: ReadonlySet<string>;
  comp: Comp | null;
  catalogue: Catalogue;
  policy: Policy;
  now: EpochSeconds;
  /** What the application records; all fields unless given. */
  fields?: RecordFields;
};

/**
 * What the record should be: with access, with a subscription that gives none, and with nothing in Stripe. Nothing in
 * Stripe is no statement: then all stays as recorded but the access itself, which is revoked only with evidence.
 */
export function buildExpectedState(input: ExpectedInput): BillingState {
  const { record, primary, comp, fields = FIELDS } = input;
  const accessExpected = givesSeats(primary);
  if (!accessExpected && readRecordedWords(record, input).byHand) return record;
  const seats = Math.max(accessExpected ? primary.plan.seats : 0, comp?.plan.seats ?? 0);
  if (primary === null) return buildUnlistedState(input, seats);
  const workspaces = record.workspaces.map((workspace) => buildWorkspace(workspace, seats, fields));
  const { subscription, item } = primary;
  const row = record.billing;
  const sameRow = isRowFor(row, subscription.id);
  const isHeld = isRowHeld(input, subscription.id);
  const keepsRow = !hasBillingRows(fields) || (!sameRow && (item === null || isHeld));
  const written = keepsRow ? row : buildBillingRow(input, primary, accessExpected);
  // Two rows of one subscription, told apart by a blank or by nothing, stay two.
  const billing =
    sameRow && isHeld && row && written
      ? { ...written, stripeSubscriptionId: row.stripeSubscriptionId }
      : written;
  const over = isOver(primary, accessExpected);
  const user = {
    ...readUser(input, primary, accessExpected),
    stripeCustomerId: chooseCustomerId(input, subscription.customerId),
    plan: chooseUserPlan(input, primary, accessExpected),
    currentPeriodEnd: choosePeriodEnd(input, primary, accessExpected),
  };
  const wantedUser = over ? emptyAtEnd("user", user, fields) : user;
  const rowId: Field | undefined = fields.billing.stripeSubscriptionId;
  const hasRow = !(over && rowId?.emptiedAtEnd);
  return {
    user: withTrueRows(
      withoutUnpaidStatus(keepUserWords(wantedUser, record.user, input), input, primary),
      input,
    ),
    billing: hasRow ? keepRowWords(billing, row, input) : null,
    workspaces,
  };
}

/** The field with the user's subscription rows whose word gives access, where the application keeps several. */
export const ROWS_WITH_ACCESS = "rowsWithAccess";

/**
 * The rows that say that there is access, in the words of what Stripe says of the same subscriptions now: a row that does not
 * count may let the user in as well. A subscription of which nothing was observed stays as recorded.
 */
function withTrueRows(
  user: UserBilling,
  { record, ranked = [], policy, fields = FIELDS }: ExpectedInput,
): UserBilling {
  const recorded: AnyRow = record.user;
  const rows = recorded[ROWS_WITH_ACCESS];
  if (typeof rows !== "string") return user;
  const wanted = rows.split("\n").flatMap((row) => {
    const [id = ""] = row.split("=");
    const subscription = ranked.find((one) => one.subscription.id === id)?.subscription;
    if (!subscription) return [row];
    const { status } = subscription;
    const word = findStatusWord(status, isCancelScheduled(subscription), policy.vocabulary);
    if (word === undefined) return [row];
    return RUNNING_STATUSES.includes(status) ? [`${id}=${word}`] : [];
  });
  const read: AnyRow = { ...user, [ROWS_WITH_ACCESS]: wanted.length > 0 ? wanted.join("\n") : null };
  return pickRow("user", read, fields);
}

/**
 * For a user without workspaces the status is the access. Where the subscription runs and what is bought has no seats, its
 * status is not recorded beside a plan that has some: a recorded status that gives no access stays, and one that does is cleared.
 */
function withoutUnpaidStatus(
  user: UserBilling,
  { record, comp, catalogue, policy, now, fields = FIELDS }: ExpectedInput,
  { access, subscription }: RatedSubscription,
): UserBilling {
  const { accessBy } = policy.vocabulary;
  if (record.workspaces.length > 0 || comp !== null || access !== "no") return user;
  if (accessBy === "plan" || accessBy === "date") return user;
  const plan = fields.user.plan ? user.plan : null;
  const rules = { catalogue, policy, now };
  const givesAccess = (subscriptionStatus: string | null) =>
    doesUserGiveAccess({ subscriptionStatus, plan }, subscription, rules);
  if (!givesAccess(user.subscriptionStatus)) return user;
  const recorded = record.user.subscriptionStatus;
  return { ...user, subscriptionStatus: givesAccess(recorded) ? null : recorded };
}

/**
 * Nothing in Stripe counts. Usable workspaces would be locked, and for a user without workspaces the status that gives
 * access would be cleared: both are revocations, for which an empty answer is no evidence.
 */
function buildUnlistedState(input: ExpectedInput, seats: number): BillingState {
  const { record, comp, policy, fields = FIELDS } = input;
  const { user, billing } = record;
  const fieldsGiveAccess = record.workspaces.length === 0 && doesUserGiveAccess(user, null, input);
  const workspaces = record.workspaces.map((workspace) =>
    seats === 0 && workspace.status !== "active" ? workspace : buildWorkspace(workspace, seats, fields),
  );
  if (comp !== null || !fieldsGiveAccess) return { user, billing, workspaces };
  return { user: withoutAccess(user, policy), billing, workspaces };
}

/** The fields of a user without workspaces, without what gives access by the application's rule. */
function withoutAccess(user: UserBilling, { vocabulary, noPlanWord }: Policy): UserBilling {
  if (vocabulary.accessBy === "plan") return { ...user, plan: noPlanWord };
  if (vocabulary.accessBy === "date") return { ...user, currentPeriodEnd: null };
  return { ...user, subscriptionStatus: null };
}

/** Another user's row has this subscription: two rows cannot. The row of a deleted user is taken over, where there is room. */
const isRowHeld = ({ record, held }: ExpectedInput, subscriptionId: string): boolean =>
  held !== undefined &&
  (held.subscriptionIds.includes(subscriptionId) ||
    (record.billing !== null && held.orphanedSubscriptionIds.includes(subscriptionId)));

/** The subscription that counts as a row; what a subscription without items leaves open stays as the same row has it. */
function buildBillingRow(
  input: ExpectedInput,
  primary: RatedSubscription,
  accessExpected: boolean,
): BillingRow {
  const { record } = input;
  const same = isRowFor(record.billing, primary.subscription.id) ? record.billing : null;
  const recordedPlan = record.billing?.plan ?? null;
  const isOther = same === null && recordedPlan !== null;
  const row = readFromStripe("billing", primary, same, input);
  const buysNothing = primary.purchase === "nothing" && primary.statusAccess === "yes";
  const isUnknown = primary.item?.pricing?.kind === "unknown";
  const isSamePrice = same?.stripePriceId === row.stripePriceId && same.currency === row.currency;
  return {
    ...row,
    // A recorded amount stays only as the amount of this price in this currency.
    amount: isUnknown && !isSamePrice ? null : row.amount,
    // What runs in quantity 0 buys no plan, and the row says what is bought.
    plan: buysNothing ? null : choosePlan(primary, accessExpected || isOther, recordedPlan),
  };
}

/** Nothing gives access, and the status of what counts gives none. */
export const isOver = ({ statusAccess }: RatedSubscription, accessExpected: boolean): boolean =>
  !accessExpected && statusAccess === "no";

/** The fields of the user as Stripe says, with the columns that a plan sets. */
function readUser(input: ExpectedInput, primary: RatedSubscription, accessExpected: boolean): UserBilling {
  const { record, policy, fields = FIELDS } = input;
  const listed = readFromStripe("user", primary, record.user, input);
  if (Object.keys(policy.vocabulary.planSets).length === 0) return listed;
  const user: AnyRow = listed;
  const isDecided = accessExpected || isOver(primary, accessExpected);
  const plan = accessExpected ? (primary.plan?.id ?? null) : policy.noPlanWord;
  return buildRow("user", fields, (name, field) => {
    const set = isDecided ? findSetValue(name, plan, policy.vocabulary) : undefined;
    return set === undefined ? (user[name] ?? emptyValue(field)) : set;
  });
}

/** A row without the fields of which the application keeps nothing at the end. */
const emptyAtEnd = <Table extends TableName>(table: Table, row: AnyRow, fields: RecordFields) =>
  buildRow(table, fields, (name, field) =>
    field.emptiedAtEnd ? emptyValue(field) : (row[name] ?? emptyValue(field)),
  );

/** A row as Stripe says; what Stripe leaves open stays as recorded, or is empty. */
function readFromStripe<Table extends TableName>(
  table: Table,
  { item, subscription }: RatedSubscription,
  recorded: AnyRow | null,
  { policy: { vocabulary }, fields = FIELDS }: Pick<ExpectedInput, "policy" | "fields">,
) {
  return buildRow(table, fields, (name, field) => {
    const value = field.fromStripe?.(item, subscription, vocabulary);
    return value === undefined ? (recorded?.[name] ?? emptyValue(field)) : value;
  });
}

/**
 * While it runs the plan's id, also that of a plan without seats. Otherwise as recorded: the same plan as history, or the
 * application's own word. Writing the plan of an ended subscription could give access where the application has taken it back.
 */
function choosePlan(primary: RatedSubscription, follows: boolean, recorded: string | null): string | null {
  const runs = follows || primary.statusAccess === "yes";
  return runs && primary.plan !== null ? primary.plan.id : recorded;
}

/** The plan of the user: once nothing gives access any more, the word for "no plan" where the mapping says so. */
function chooseUserPlan(
  { record, policy }: ExpectedInput,
  primary: RatedSubscription,
  accessExpected: boolean,
): string | null {
  const { planOnEnd, accessBy } = policy.vocabulary;
  const ends =
    planOnEnd === "none" && (primary.statusAccess === "no" || (accessBy === "plan" && !accessExpected));
  return ends ? policy.noPlanWord : choosePlan(primary, accessExpected, record.user.plan);
}

/**
 * The end of the period. An application that decides by it gives access until then, so that what gives none any more ends
 * when Stripe ended it, or when the period began that is not paid.
 */
function choosePeriodEnd(
  { record, policy, fields = FIELDS }: ExpectedInput,
  primary: RatedSubscription,
  accessExpected: boolean,
): EpochSeconds | null {
  const { item, subscription } = primary;
  const end = fields.user.currentPeriodEnd?.fromStripe?.(item, subscription, policy.vocabulary);
  const listed = typeof end === "number" ? end : record.user.currentPeriodEnd;
  if (policy.vocabulary.accessBy !== "date" || accessExpected || listed === null) return listed;
  const ended =
    subscription.endedAt ?? subscription.unpaidSince ?? item?.periodStart ?? subscription.canceledAt;
  return ended === null || ended === undefined ? listed : Math.min(listed, ended);
}

/** The stored customer while Stripe has it, else that of the subscription that counts; never cleared. */
function chooseCustomerId(input: ExpectedInput, countingCustomerId: string): string | null {
  const { record, customers, held, sharedCustomerIds } = input;
  const stored = readStripeId(record.user.stripeCustomerId);
  const isGone = customers.some((customer) => customer.id === stored && customer.state !== "present");
  // The id of a customer can be recorded for one user only: not for one of several.
  if (stored !== null && isStripeId(stored) && !isGone)
    return held?.customerIds.includes(stored) ? record.user.stripeCustomerId : stored;
  const isFree =
    !held?.customerIds.includes(countingCustomerId) && !sharedCustomerIds?.has(countingCustomerId);
  return isFree ? countingCustomerId : record.user.stripeCustomerId;
}

function buildWorkspace(recorded: WorkspaceRow, seats: number, fields: RecordFields): WorkspaceRow {
  const status = seats > 0 ? "active" : "locked";
  return { ...recorded, status, seats: fields.workspace.seats ? seats : recorded.seats };
}
