import type { Writers } from "../objects/view";
import type { Collection } from "../store/collection";
import { type Metadata, NO_METADATA, type Stored } from "../store/records";
import type { Store } from "../store/store";
import type { Clock } from "./clock";
import type { EventLog } from "./event-log";

/** What every operation on the account works with. */
export interface AccountParts {
  readonly store: Store;
  readonly writers: Writers;
  readonly events: EventLog;
  readonly clock: Clock;
  /** Told after each change, so that the state can be saved. */
  readonly changed: () => void;
}

/** Metadata after an update: given keys replace, empty values delete, others stay. `""` clears all, as at Stripe. */
export function mergedMetadata(
  before: Metadata,
  patch: Readonly<Record<string, string>> | "" | undefined,
): Metadata {
  if (patch === undefined) return before;
  if (patch === "") return NO_METADATA;
  const merged = Object.entries({ ...before, ...patch }).filter(([, value]) => value !== "");
  return merged.length === 0 ? NO_METADATA : Object.fromEntries(merged);
}

/** The record with this id. Throws when there is none: callers over HTTP have looked before. */
export function existing<R extends Stored>(collection: Collection<R>, id: string): R {
  const record = collection.find(id);
  if (!record) throw new Error(`No such ${collection.kind}: '${id}'`);
  return record;
}
