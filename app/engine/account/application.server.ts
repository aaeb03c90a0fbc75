import { FIELDS, type RecordFields } from "~/billing/fields";
import { STRIPES_WORDS, type Vocabulary } from "~/billing/vocabulary/vocabulary";
import { readInstalledMapping } from "~/mapping/install.server";
import { toRecordFields } from "~/mapping/record-fields.server";
import { toVocabulary } from "~/mapping/vocabulary.server";
import type { Database, Tx } from "~/platform/client.server";

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

/** Reads the mapping that is installed; without one, or with the one that comes with Parity, all fields are recorded in Stripe's words. */
export async function loadApplication(db: Database | Tx): Promise<Application> {
  const known = await db.mapping.findUnique({
    where: { id: 1 },
    select: { hash: true, source: true, installedAt: true },
  });
  if (known === null || known.source === null) return DEFAULT;
  // The same file means other columns when it was installed again after the tables were changed.
  const installed = `${known.hash} ${known.installedAt.getTime()}`;
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
