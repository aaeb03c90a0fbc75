import { z } from "zod";
import { FIELDS, type RecordFields } from "~/billing/fields";
import { STRIPES_WORDS, type Vocabulary } from "~/billing/vocabulary/vocabulary";
import { readInstalledMapping } from "~/mapping/install.server";
import { toRecordFields } from "~/mapping/record-fields.server";
import { toVocabulary } from "~/mapping/vocabulary.server";
import type { Database, Tx } from "~/platform/client.server";
import { queryOne } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";

/** What the installed mapping says about the application. */
export type Application = {
  /** The fields that it records. */
  fields: RecordFields;
  vocabulary: Vocabulary;
  /** Its word for no plan; null when the mapping names none. */
  noPlanWord: string | null;
  /** Its tables may hold more of a subscription than the record does. */
  keepsSubscriptions: boolean;
  /** Changes whenever a mapping is installed. */
  mappingVersion: string;
};

const DEFAULT: Application = {
  ...{ fields: FIELDS, vocabulary: STRIPES_WORDS },
  ...{ noPlanWord: null, keepsSubscriptions: false, mappingVersion: "default" },
};

/** The last one that was read, and when it was installed: parsing it for each request would cost more than asking for that. */
let last: { installed: string; application: Application } | null = null;

/**
 * SQL: what names the mapping that is installed, and when it was; NULL without one, and for the one that comes with Parity. The
 * same file means other columns when it was installed again after the tables were changed.
 */
export const selectInstalled = sql`(SELECT hash || ' ' || floor(extract(epoch FROM "installedAt") * 1000)::bigint
  FROM parity."Mapping" WHERE id = 1 AND source IS NOT NULL)`;

const installedRow = z.object({ installed: z.string().nullable() });

/** Reads the mapping that is installed; without one, or with the one that comes with Parity, all fields are recorded in Stripe's words. */
export async function loadApplication(db: Database | Tx): Promise<Application> {
  const row = await queryOne(db, installedRow, sql`SELECT ${selectInstalled} AS installed`);
  return findApplication(db, row?.installed ?? null);
}

/** The same for what `selectInstalled` said: nearly always known to this process. */
export async function findApplication(db: Database | Tx, installed: string | null): Promise<Application> {
  if (installed === null) return DEFAULT;
  if (last?.installed === installed) return last.application;
  const row = await db.mapping.findUnique({ where: { id: 1 } });
  if (row === null) return DEFAULT;
  const { mapping, facts } = readInstalledMapping(row);
  const application = {
    fields: toRecordFields(mapping, facts),
    vocabulary: toVocabulary(mapping),
    noPlanWord: mapping.plan.none,
    keepsSubscriptions: true,
    mappingVersion: installed,
  };
  last = { installed, application };
  return application;
}
