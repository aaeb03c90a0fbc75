import type { Account } from "../../account/account";
import type { Json } from "../../json";
import { beforeBasil, changePreviousPeriod } from "./before-basil";
import { isObject, parseJson, readAt } from "./json-path";
import type { ConversionContext, ObjectChange } from "./object-change";
import { isOlder, RELEASES } from "./versions";

interface Release {
  version: string;
  changes: Readonly<Record<string, ObjectChange>>;
}

const UI_MODES: Readonly<Record<string, string>> = {
  elements: "custom",
  embedded_page: "embedded",
  hosted_page: "hosted",
};

const changeUiMode: ObjectChange = (session) => ({
  ...session,
  ui_mode: UI_MODES[String(session.ui_mode)] ?? session.ui_mode ?? null,
});

/** Newest first. */
const CHANGES: readonly Release[] = [
  { version: RELEASES.dahlia, changes: { "checkout.session": changeUiMode } },
  { version: RELEASES.basil, changes: beforeBasil },
];

/** The JSON text of an answer as an older API version has it. */
export function convertText(account: Account, text: string, version: string): string {
  const changes = listChanges(version);
  if (changes.length === 0) return text;
  return JSON.stringify(convert(parseJson(text), { account }, changes));
}

/** The JSON text of an event as an endpoint of an older API version gets it. */
export function convertEvent(account: Account, text: string, version: string): string {
  const changes = listChanges(version);
  if (changes.length === 0 && version === account.facts.apiVersion) return text;
  const event = parseJson(text);
  const data = readAt(event, "data");
  if (!isObject(event) || !isObject(data)) return text;
  const object = convert(data.object ?? null, { account }, changes);
  const previous = data.previous_attributes;
  const converted: { [name: string]: Json } = { ...data, object };
  if (isObject(previous)) {
    const isSubscription = readAt(data, "object", "object") === "subscription";
    const older =
      isSubscription && isOlder(version, RELEASES.basil) ? changePreviousPeriod(previous) : previous;
    converted.previous_attributes = convert(older, { account }, changes);
  }
  return JSON.stringify({ ...event, api_version: version, data: converted });
}

function listChanges(version: string): Release[] {
  return CHANGES.filter((release) => isOlder(version, release.version));
}

/** Outermost first, because an old subscription takes its period from the items that lose it. */
function convert(value: Json, context: ConversionContext, changes: readonly Release[]): Json {
  if (Array.isArray(value)) return value.map((element) => convert(element, context, changes));
  if (!isObject(value)) return value;
  const kind = typeof value.object === "string" ? value.object : "";
  // The data of an event never changes.
  if (kind === "event") return value;
  let object = value;
  for (const release of changes) object = release.changes[kind]?.(object, context) ?? object;
  return Object.fromEntries(
    Object.entries(object).map(([name, member]) => [name, convert(member, context, changes)]),
  );
}
