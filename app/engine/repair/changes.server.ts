import { z } from "zod";
import {
  FIELDS,
  type FieldType,
  type FieldValue,
  listFields,
  type RecordFields,
  type TableName,
} from "~/billing/fields";
import type { EpochSeconds } from "~/billing/observation";
import { type BillingState, buildRow, emptyValue, type FieldRow } from "~/billing/record";
import type { Database } from "~/platform/client.server";

const SCHEMAS: Record<FieldType, z.ZodType<FieldValue>> = {
  text: z.string(),
  number: z.number(),
  bigint: z.number(),
  money: z.number(),
  boolean: z.boolean(),
  time: z.number(),
};

/** A row of the record as it was audited. A field that did not exist then is empty. */
function buildRowSchema<Table extends TableName>(
  table: Table,
  fields: RecordFields,
): z.ZodType<FieldRow<Table>> {
  const shape = listFields(table, fields).map(({ name, field }) => {
    const value = SCHEMAS[field.type];
    return [name, (field.nullable ? value.nullable() : value).default(emptyValue(field))] as const;
  });
  const row = z.object(Object.fromEntries(shape));
  return row.transform((values) =>
    buildRow(table, fields, (name, field) => values[name] ?? emptyValue(field)),
  );
}

/** A record as it was audited. */
export const buildStateSchema = (fields: RecordFields): z.ZodType<BillingState> =>
  z.object({
    user: buildRowSchema("user", fields),
    billing: buildRowSchema("billing", fields).nullable(),
    workspaces: z.array(z.object({ id: z.string() }).and(buildRowSchema("workspace", fields))),
  });

/** One repair as audited. */
export type ChangeRow = {
  runId: string;
  verdict: string;
  before: BillingState;
  after: BillingState;
  grants: boolean;
  revokes: boolean;
  actorKind: string;
  actor: string | null;
  /** What the person typed who approved it; null for an automatic repair. */
  reason: string | null;
  stripeRequestId: string | null;
  createdAt: Date;
};

/** The last repairs of a user, newest first. */
export async function listChanges(
  db: Database,
  userId: string,
  limit: number,
  fields: RecordFields = FIELDS,
): Promise<ChangeRow[]> {
  const state = buildStateSchema(fields);
  const rows = await db.change.findMany({ where: { userId }, orderBy: { id: "desc" }, take: limit });
  return rows.map((row) => ({
    ...row,
    before: state.parse(row.before),
    after: state.parse(row.after),
  }));
}

/** What a run wrote for one user. */
export type RunChange = {
  verdict: string;
  before: BillingState;
  after: BillingState;
  grants: boolean;
  revokes: boolean;
  reason: string | null;
  at: EpochSeconds;
};

/** What a run wrote for these users (null: for all of a run with one user), by user. */
export async function listRunChanges(
  db: Database,
  runId: string,
  userIds: readonly string[] | null,
  fields: RecordFields = FIELDS,
): Promise<Map<string, RunChange>> {
  if (userIds?.length === 0) return new Map();
  const state = buildStateSchema(fields);
  const rows = await db.change.findMany({
    where: { runId, ...(userIds && { userId: { in: [...userIds] } }) },
    take: userIds?.length ?? 1,
  });
  return new Map(
    rows.map(({ userId, before, after, createdAt, ...row }) => [
      userId,
      {
        ...row,
        before: state.parse(before),
        after: state.parse(after),
        at: Math.floor(createdAt.getTime() / 1000),
      },
    ]),
  );
}
