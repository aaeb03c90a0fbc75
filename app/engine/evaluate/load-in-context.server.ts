import type { Database } from "~/platform/client.server";
import {
  type EvaluationContext,
  loadEvaluationContext,
  loadOptions,
  loadVersionedContext,
} from "./deps.server";
import { type LoadedSnapshot, loadSnapshots } from "./snapshots.server";

export type LoadedInContext = { context: EvaluationContext; snapshots: LoadedSnapshot[] };

/**
 * Loads users and the context that they are evaluated in, with two statements, because a person waits. Users that do not exist are
 * left out. `save`: the evaluation will be saved, so a version is taken before loading.
 */
export async function loadInContext(
  db: Database,
  userIds: readonly string[],
  { save = false }: { save?: boolean } = {},
): Promise<LoadedInContext> {
  const { context, version } = save
    ? await loadVersionedContext(db)
    : { context: await loadEvaluationContext(db), version: null };
  const options = { ...loadOptions(context, false), version };
  return { context, snapshots: await loadSnapshots(db, userIds, options, context.rules.fields) };
}
