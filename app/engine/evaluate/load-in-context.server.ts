import { loadApplication } from "~/engine/account/application.server";
import type { Database } from "~/platform/client.server";
import { nextVersion } from "~/platform/versions.server";
import { type EvaluationContext, loadEvaluationContext, loadOptions } from "./deps.server";
import { type LoadedSnapshot, loadSnapshots } from "./snapshots.server";

export type LoadedInContext = { context: EvaluationContext; snapshots: LoadedSnapshot[] };

/**
 * Loads users and the context that they are evaluated in side by side, because a person waits. Users that do not exist are
 * left out. `save`: the evaluation will be saved, so a version is taken before loading.
 */
export async function loadInContext(
  db: Database,
  userIds: readonly string[],
  { save = false }: { save?: boolean } = {},
): Promise<LoadedInContext> {
  const loading = loadEvaluationContext(db);
  const load = async () => {
    const version = save ? await nextVersion(db) : null;
    const options = loading.then((context) => ({ ...loadOptions(context, false), version }));
    // Nearly always known to this process, so that the users need not wait for the settings.
    const { fields } = await loadApplication(db);
    return loadSnapshots(db, userIds, options, fields);
  };
  const [context, snapshots] = await Promise.all([loading, load()]);
  return { context, snapshots };
}
