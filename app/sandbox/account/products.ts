import type { JsonObject } from "../json";
import { type Metadata, NO_METADATA, type ProductRecord } from "../store/records";
import { type AccountDeps, getExisting, mergeMetadata } from "./account-deps";
import { keepShown } from "./shown";

/** What a product only shows. */
export interface ShownOfProduct {
  images?: readonly string[];
  marketing_features?: readonly { name: string }[];
  statement_descriptor?: string;
  unit_label?: string | null;
  url?: string | null;
}

const SHOWN = ["images", "marketing_features", "statement_descriptor", "unit_label", "url"] as const;

export interface NewProduct extends ShownOfProduct {
  id?: string;
  name: string;
  active?: boolean;
  description?: string | null;
  /** Epoch seconds; now by default. */
  created?: number;
  metadata?: Metadata;
}

export interface ProductPatch extends ShownOfProduct {
  name?: string;
  active?: boolean;
  description?: string | null;
  metadata?: Record<string, string> | "";
}

export class Products {
  readonly #deps: AccountDeps;

  constructor(deps: AccountDeps) {
    this.#deps = deps;
  }

  create(fields: NewProduct): { id: string } {
    const { store, clock } = this.#deps;
    const created = fields.created ?? clock.now();
    const record: ProductRecord = {
      sequence: store.products.nextSequence,
      created,
      updated: created,
      name: fields.name,
      active: fields.active ?? true,
      description: fields.description ?? null,
      metadata: fields.metadata ?? NO_METADATA,
      deleted: false,
      shown: mergeShown(null, fields),
    };
    store.products.add(record, fields.id);
    this.#emit("product.created", record);
    return { id: store.products.getId(record.sequence) };
  }

  update(id: string, patch: ProductPatch): { id: string } {
    const { store, serializers, clock } = this.#deps;
    const before = getExisting(store.products, id);
    const after: ProductRecord = {
      ...before,
      name: patch.name ?? before.name,
      active: patch.active ?? before.active,
      description: patch.description === undefined ? before.description : patch.description,
      metadata: mergeMetadata(before.metadata, patch.metadata),
      shown: mergeShown(before.shown, patch),
      updated: clock.now(),
    };
    store.products.replace(after);
    this.#emit("product.updated", after, serializers.product(before));
    return { id };
  }

  /** The route checks that the product has no prices. */
  delete(id: string): { id: string } {
    const { store } = this.#deps;
    const before = getExisting(store.products, id);
    store.products.replace({ ...before, deleted: true });
    this.#emit("product.deleted", before);
    return { id };
  }

  #emit(type: string, record: ProductRecord, before?: string): void {
    const { events, serializers, onChange } = this.#deps;
    if (events.isRecording) events.emit({ type, object: serializers.product(record), before });
    onChange();
  }
}

function mergeShown(before: JsonObject | null, given: ShownOfProduct): JsonObject | null {
  return keepShown(before, given, SHOWN);
}
