import type { Serializers } from "~/sandbox/objects/view";
import type { Collection } from "~/sandbox/store/collection";
import { type Metadata, NO_METADATA, type Stored } from "~/sandbox/store/records";
import type { Store } from "~/sandbox/store/store";
import type { Clock } from "./clock";
import type { EventLog } from "./event-log";
import type { Timeline } from "./time/timeline";

/** What every operation on the account needs. */
export interface AccountDeps {
  readonly store: Store;
  readonly serializers: Serializers;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly timeline: Timeline;
  /** Called after each change, so that the state is saved. */
  readonly onChange: () => void;
}

/** Metadata after an update: given keys replace, empty values delete, other keys stay. `""` clears all, as at Stripe. */
export function mergeMetadata(
  before: Metadata,
  patch: Readonly<Record<string, string>> | "" | undefined,
): Metadata {
  if (patch === undefined) return before;
  if (patch === "") return NO_METADATA;
  const merged = Object.entries({ ...before, ...patch }).filter(([, value]) => value !== "");
  return merged.length === 0 ? NO_METADATA : Object.fromEntries(merged);
}

/** The record with this id. Throws when it does not exist; API routes check this before. */
export function getExisting<R extends Stored>(collection: Collection<R>, id: string): R {
  const record = collection.find(id);
  if (!record) throw new Error(`No such ${collection.kind}: '${id}'`);
  return record;
}
