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
};

const DEFAULT: Application = { fields: FIELDS, vocabulary: STRIPES_WORDS, noPlanWord: null };

/** The last one that was read, by the hash of its mapping: parsing it for each request would cost more than reading it. */
let last: { hash: string; application: Application } | null = null;

/** Reads the mapping that is installed; without one, or with the one that comes with Parity, all fields are recorded in Stripe's words. */
export async function loadApplication(db: Database | Tx): Promise<Application> {
  const known = await db.mapping.findUnique({ where: { id: 1 }, select: { hash: true, source: true } });
  if (known === null || known.source === null) return DEFAULT;
  if (last?.hash === known.hash) return last.application;
  const row = await db.mapping.findUnique({ where: { id: 1 } });
  if (row === null) return DEFAULT;
  const { mapping, facts, hash } = readInstalledMapping(row);
  const application = {
    fields: toRecordFields(mapping, facts),
    vocabulary: toVocabulary(mapping),
    noPlanWord: mapping.plan.none,
  };
  last = { hash, application };
  return application;
}
