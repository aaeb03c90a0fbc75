import type { Account } from "../../account/account";
import type { Json } from "../../json";
import type { RawParams } from "../form";
import { convertText } from "./convert";
import { isObject, parseJson } from "./json-path";
import { isOlder, RELEASES } from "./versions";

/** Fields that were expandable before 2025-03-31.basil, by the field or route that holds their object. */
const OLD_FIELDS: Readonly<Record<string, readonly string[]>> = {
  charge: ["invoice"],
  charges: ["invoice"],
  invoice: ["charge", "payment_intent", "subscription"],
  invoices: ["charge", "payment_intent", "subscription"],
  latest_charge: ["invoice"],
  latest_invoice: ["charge", "payment_intent", "subscription"],
  payment_intent: ["invoice"],
  payment_intents: ["invoice"],
};

export interface OlderExpands {
  /** The parameters without what the current version cannot expand. */
  params: RawParams;
  /** The paths to expand after the conversion. */
  paths: string[][];
}

/** Takes the fields out of `expand` that only older versions can expand. */
export function takeOlderExpands(endpoint: string, params: RawParams, version: string): OlderExpands {
  const given = params.expand;
  if (!isOlder(version, RELEASES.basil) || typeof given !== "object") return { params, paths: [] };
  const root = endpoint.split("/")[2] ?? "";
  const kept: string[] = [];
  const paths: string[][] = [];
  for (const path of Object.values(given)) {
    if (typeof path !== "string") continue;
    const fields = path.split(".");
    const at = findOldField(root, fields);
    if (at < 0) {
      kept.push(path);
      continue;
    }
    paths.push(fields);
    const before = fields.slice(0, at);
    if (before.at(-1) === "data") before.pop();
    if (before.length > 0) kept.push(before.join("."));
  }
  return { params: { ...params, expand: Object.fromEntries(kept.entries()) }, paths };
}

/** The answer with these fields expanded, each as the version has it. */
export function expandOlder(
  account: Account,
  body: string,
  { paths, version }: { paths: readonly string[][]; version: string },
): string {
  if (paths.length === 0) return body;
  const expand = (value: Json, fields: readonly string[]): Json => {
    if (Array.isArray(value)) return value.map((element) => expand(element, fields));
    const [field, ...rest] = fields;
    const object = typeof value === "string" ? readObject(account, value, version) : value;
    if (field === undefined || !isObject(object) || object[field] === undefined) return object;
    return { ...object, [field]: expand(object[field], rest) };
  };
  return JSON.stringify(paths.reduce<Json>((value, fields) => expand(value, fields), parseJson(body)));
}

function findOldField(root: string, fields: readonly string[]): number {
  return fields.findIndex((field, i) => {
    const holder = fields.slice(0, i).findLast((before) => before !== "data") ?? root;
    return OLD_FIELDS[holder]?.includes(field);
  });
}

/** The object with this id; the id itself when it is of another kind. */
function readObject(account: Account, id: string, version: string): Json {
  const text = serialize(account, id);
  return text === undefined ? id : parseJson(convertText(account, text, version));
}

function serialize({ store, serializers }: Account, id: string): string | undefined {
  const charge = store.charges.find(id);
  if (charge) return serializers.charge(charge);
  const intent = store.paymentIntents.find(id);
  if (intent) return serializers.paymentIntent(intent);
  const invoice = store.invoices.find(id);
  if (invoice) return serializers.invoice(invoice);
  const subscription = store.subscriptions.find(id);
  if (subscription) return serializers.subscription(subscription);
  const method = store.paymentMethods.find(id);
  return method ? serializers.paymentMethod(method) : undefined;
}
