import type pg from "pg";
import { readCatalog } from "~/mapping/catalog.server";
import { mappingSchema } from "~/mapping/mapping.server";
import { isColumnPlace } from "~/mapping/places";
import type { Proposal } from "../propose/proposal";
import { addWords } from "./add-words";
import { learnMetadataKeys } from "./learn-metadata";
import { findState, learnPlans } from "./learn-plans";
import { learnStatuses } from "./learn-statuses";
import { readPlanRows } from "./read-plan-rows.server";
import { readRecorded } from "./read-recorded.server";
import type { StripeFacts } from "./read-stripe.server";

type Options = { proposal: Proposal; facts: StripeFacts | null };

/** Learns the application's words by reading its records through the proposed mapping. Reads only. */
export async function learnWords(
  client: Pick<pg.ClientBase, "query">,
  { proposal, facts }: Options,
): Promise<Proposal> {
  const mapping = mappingSchema.parse(proposal.document);
  const parts = { mapping, catalog: await readCatalog(client, mapping) };
  const owners = await readRecorded(client, parts);
  const { status, plan, price } = mapping.fields;
  const named = isColumnPlace(status) && status.path.length === 0 ? status : undefined;
  const column =
    named && parts.catalog.tables[named.alias]?.columns.find(({ name }) => name === named.column);
  // Where no column says the plan, each price is a plan of its own.
  const byPrice = plan ? owners : owners.map((owner) => ({ ...owner, plan: findState(owner, facts).price }));
  const planRows = proposal.planTable ? await readPlanRows(client, proposal.planTable) : [];
  const hasPlans = plan !== undefined || price !== undefined || facts !== null;
  return addWords(proposal, {
    statuses: status ? learnStatuses(owners, facts, column?.labels ?? []) : null,
    plans: hasPlans ? learnPlans(byPrice, facts, planRows) : null,
    planRows,
    metadataKeys: facts ? learnMetadataKeys(owners, facts) : null,
  });
}
