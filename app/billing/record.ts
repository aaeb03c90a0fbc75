import { foldEmail, foldRecordedEmail } from "./email";
import {
  FIELDS,
  type Field,
  type Fields,
  type FieldType,
  type FieldValue,
  listFields,
  type RecordFields,
  type TableName,
  type ValueByType,
} from "./fields";
import { readStripeId } from "./ids";

type ValueOf<F extends { type: FieldType }> = F extends { nullable: true }
  ? ValueByType[F["type"]] | null
  : ValueByType[F["type"]];

type RowOf<Table extends Record<string, { type: FieldType }>> = {
  [Name in keyof Table]: ValueOf<Table[Name]>;
};

/** A row of one table of the record, as its fields describe it. */
export type FieldRow<Table extends TableName> = RowOf<Fields[Table]>;

/** The billing fields of `User`. */
export type UserBilling = FieldRow<"user">;

/** A row of `BillingSubscription`. */
export type BillingRow = FieldRow<"billing">;

export type WorkspaceRow = { id: string } & FieldRow<"workspace">;

/** What the database says, or should say, about a user's billing. */
export type BillingState = {
  user: UserBilling;
  billing: BillingRow | null;
  /** In the order of their ids. */
  workspaces: WorkspaceRow[];
};

/** The record: what the database says about a user. */
export type UserRecord = BillingState & {
  userId: string;
  email: string;
  emailVerified: boolean;
  name: string | null;
};

/** The Stripe ids that a record names; null where it names none. */
export function readRecordedIds({ user, billing }: Pick<BillingState, "user" | "billing">): {
  customerId: string | null;
  subscriptionId: string | null;
} {
  return {
    customerId: readStripeId(user.stripeCustomerId),
    subscriptionId: readStripeId(billing?.stripeSubscriptionId),
  };
}

/**
 * What the record names with blanks around it, trimmed: its customer, its subscription, and (folded) its address. A search
 * for one of them does not find the record by what is recorded.
 */
export function listPaddedIds({ user, billing, email }: UserRecord): string[] {
  const read = [
    [user.stripeCustomerId, readStripeId(user.stripeCustomerId)],
    [billing?.stripeSubscriptionId, readStripeId(billing?.stripeSubscriptionId)],
    [foldEmail(email), foldRecordedEmail(email)],
  ];
  return read.flatMap(([recorded, trimmed]) => (trimmed && trimmed !== recorded ? [trimmed] : []));
}

/** Does this row record the subscription? */
export const isRowFor = (
  row: Pick<BillingRow, "stripeSubscriptionId"> | null,
  subscriptionId: string,
): boolean => row !== null && readStripeId(row.stripeSubscriptionId) === subscriptionId;

/** A row whose fields are read by their names. */
export type AnyRow = Readonly<Record<string, FieldValue>>;

/** A row with a value for each field of the table, also for those that `fields` leaves out. */
export function buildRow<Table extends TableName>(
  table: Table,
  fields: RecordFields,
  read: (name: string, field: Field) => FieldValue,
): FieldRow<Table> {
  const row: Record<string, FieldValue> = {};
  if (fields !== FIELDS) for (const { name, field } of listFields(table)) row[name] = leftOutValue(field);
  for (const { name, field } of listFields(table, fields)) row[name] = read(name, field);
  // Every field of the table has a value now; that it has the field's type, `read` answers for.
  return row as FieldRow<Table>;
}

const EMPTY: Record<FieldType, FieldValue> = {
  text: "",
  number: 0,
  bigint: 0,
  money: 0,
  boolean: false,
  time: 0,
};

/** What a field holds while nothing is known: null where it may, else the type's zero. */
export const emptyValue = (field: Field): FieldValue => (field.nullable ? null : EMPTY[field.type]);

/** What a field is read as that the application does not record. */
export const leftOutValue = (field: Field): FieldValue => field.leftOut ?? emptyValue(field);

/** The fields of a row that has more. */
export const pickRow = <Table extends TableName>(table: Table, row: AnyRow, fields: RecordFields) =>
  buildRow(table, fields, (name, field) => row[name] ?? emptyValue(field));

/** A row of which nothing is known. */
export const emptyRow = <Table extends TableName>(table: Table, fields: RecordFields = FIELDS) =>
  buildRow(table, fields, (_, field) => emptyValue(field));
