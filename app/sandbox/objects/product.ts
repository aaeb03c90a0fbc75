import type { ProductRecord } from "../store/records";
import { idText, json, template } from "./template";
import type { View } from "./view";

const live = template<View<ProductRecord>>({
  id: (view) => idText(view.store.products.idOf(view.record.sequence)),
  object: "product",
  active: (view) => json(view.record.active),
  attributes: [],
  created: (view) => json(view.record.created),
  default_price: null,
  description: (view) => json(view.record.description),
  images: [],
  livemode: (view) => json(view.account.livemode),
  marketing_features: [],
  metadata: (view) => json(view.record.metadata),
  name: (view) => json(view.record.name),
  package_dimensions: null,
  shippable: null,
  statement_descriptor: null,
  tax_code: null,
  tax_details: null,
  type: "service",
  unit_label: null,
  updated: (view) => json(view.record.updated),
  url: null,
});

const deleted = template<View<ProductRecord>>({
  id: (view) => idText(view.store.products.idOf(view.record.sequence)),
  object: "product",
  deleted: true,
});

/** A product; a deleted one is only `{id, object, deleted}`. */
export function productText(view: View<ProductRecord>): string {
  return view.record.deleted ? deleted(view) : live(view);
}
