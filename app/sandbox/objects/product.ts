import { toIdJson, toJson } from "../json";
import { template } from "../large/template";
import type { ProductRecord } from "../store/records";
import type { View } from "./view";

const live = template<View<ProductRecord>>({
  id: (view) => toIdJson(view.store.products.getId(view.record.sequence)),
  object: "product",
  active: (view) => toJson(view.record.active),
  created: (view) => toJson(view.record.created),
  default_price: null,
  description: (view) => toJson(view.record.description),
  images: (view) => toJson(view.record.shown?.images ?? []),
  livemode: (view) => toJson(view.account.livemode),
  marketing_features: (view) => toJson(view.record.shown?.marketing_features ?? []),
  metadata: (view) => toJson(view.record.metadata),
  name: (view) => toJson(view.record.name),
  package_dimensions: null,
  shippable: null,
  statement_descriptor: (view) => toJson(view.record.shown?.statement_descriptor ?? null),
  tax_code: null,
  tax_details: null,
  type: "service",
  unit_label: (view) => toJson(view.record.shown?.unit_label ?? null),
  updated: (view) => toJson(view.record.updated),
  url: (view) => toJson(view.record.shown?.url ?? null),
});

const deleted = template<View<ProductRecord>>({
  id: (view) => toIdJson(view.store.products.getId(view.record.sequence)),
  object: "product",
  deleted: true,
});

/** A product; a deleted one is only `{id, object, deleted}`. */
export function serializeProduct(view: View<ProductRecord>): string {
  return view.record.deleted ? deleted(view) : live(view);
}
