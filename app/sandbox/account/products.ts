import { type Metadata, NO_METADATA, type ProductRecord } from "../store/records";
import { type AccountParts, existing, mergedMetadata } from "./parts";

export interface NewProduct {
  id?: string;
  name: string;
  active?: boolean;
  description?: string | null;
  /** Epoch seconds; now, unless given. */
  created?: number;
  metadata?: Metadata;
}

export interface ProductPatch {
  name?: string;
  active?: boolean;
  description?: string | null;
  metadata?: Record<string, string> | "";
}

export class Products {
  readonly #parts: AccountParts;

  constructor(parts: AccountParts) {
    this.#parts = parts;
  }

  create(fields: NewProduct): { id: string } {
    const { store, clock } = this.#parts;
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
    };
    store.products.add(record, fields.id);
    this.#emit("product.created", record);
    return { id: store.products.idOf(record.sequence) };
  }

  update(id: string, patch: ProductPatch): { id: string } {
    const { store, writers, clock } = this.#parts;
    const before = existing(store.products, id);
    const after: ProductRecord = {
      ...before,
      name: patch.name ?? before.name,
      active: patch.active ?? before.active,
      description: patch.description === undefined ? before.description : patch.description,
      metadata: mergedMetadata(before.metadata, patch.metadata),
      updated: clock.now(),
    };
    store.products.replace(after);
    this.#emit("product.updated", after, writers.product(before));
    return { id };
  }

  /** Stripe refuses to delete a product that has prices; the route checks that. */
  delete(id: string): { id: string } {
    const { store } = this.#parts;
    const before = existing(store.products, id);
    store.products.replace({ ...before, deleted: true });
    this.#emit("product.deleted", before);
    return { id };
  }

  #emit(type: string, record: ProductRecord, before?: string): void {
    const { events, writers, changed } = this.#parts;
    if (events.on) events.emit({ type, object: writers.product(record), before });
    changed();
  }
}
