import { toIdJson } from "~/sandbox/json";
import type { Store } from "~/sandbox/store/store";
import type { Expand, Serializers, View } from "./view";

/** The objects that other objects name, and how each is written when it is expanded. */
const TARGETS = {
  customer: (store: Store, serializers: Serializers, sequence: number, expand: Expand | undefined) =>
    serializers.customer(store.customers.get(sequence), expand),
  subscription: (store: Store, serializers: Serializers, sequence: number, expand: Expand | undefined) =>
    serializers.subscription(store.subscriptions.get(sequence), expand),
  invoice: (store: Store, serializers: Serializers, sequence: number, expand: Expand | undefined) =>
    serializers.invoice(store.invoices.get(sequence), expand),
  payment_method: (store: Store, serializers: Serializers, sequence: number, expand: Expand | undefined) =>
    serializers.paymentMethod(store.paymentMethods.get(sequence), expand),
  payment_intent: (store: Store, serializers: Serializers, sequence: number, expand: Expand | undefined) =>
    serializers.paymentIntent(store.paymentIntents.get(sequence), expand),
  charge: (store: Store, serializers: Serializers, sequence: number, expand: Expand | undefined) =>
    serializers.charge(store.charges.get(sequence), expand),
  product: (store: Store, serializers: Serializers, sequence: number, expand: Expand | undefined) =>
    serializers.product(store.products.get(sequence), expand),
} as const;

const COLLECTIONS = {
  customer: "customers",
  subscription: "subscriptions",
  invoice: "invoices",
  payment_method: "paymentMethods",
  payment_intent: "paymentIntents",
  charge: "charges",
  product: "products",
} as const;

/** A field that names another object: its id, the object itself when expanded, or null. `field` is where it stands. */
export function serializeReference(
  { store, serializers, expand }: Pick<View<unknown>, "expand" | "serializers" | "store">,
  kind: keyof typeof TARGETS,
  sequence: number | null | undefined,
  field: string = kind,
): string {
  if (sequence === null || sequence === undefined) return "null";
  if (expand?.has(field)) return TARGETS[kind](store, serializers, sequence, expand.get(field));
  return toIdJson(store[COLLECTIONS[kind]].getId(sequence));
}
