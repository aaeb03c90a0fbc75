import {
  formatSetting,
  isSettingKey,
  readStoredSettings,
  SETTINGS,
  type SettingKey,
} from "~/engine/account/settings-catalogue.server";

/** A row of `SettingChange`. */
type SettingRow = {
  key: string;
  before: unknown;
  after: unknown;
  /** Nothing was stored before, which is not the same as that nothing was chosen. */
  wasUnset: boolean;
};

type Words = { title: string; changes: string[] };

/** What was set, in words: a setting, a plan, a price, a colleague by name, the account, or a download. */
export function describeSetting(row: SettingRow, members: ReadonlyMap<string, string>): Words {
  const { key, before, after, wasUnset } = row;
  if (isSettingKey(key))
    return {
      title: SETTINGS[key].label,
      changes: [`${wasUnset ? sayDefault(key) : say(key, before)} → ${say(key, after)}`],
    };
  const [kind = "", ...rest] = key.split(":");
  const id = rest.join(":");
  const changes = [`${describeValue(before)} → ${describeValue(after)}`];
  switch (kind) {
    case "binding":
      return before === null
        ? { title: "Stripe account bound", changes: [describeAccount(after)] }
        : {
            title: "Stripe account changed",
            changes: [`${describeAccount(before)} → ${describeAccount(after)}`],
          };
    case "export":
      return { title: `${EXPORTS[id] ?? `List of ${id}`} downloaded`, changes: describeFilters(after) };
    case "audit":
      return { title: "Audit cleaned", changes: [`removed: ${describeValue(after)}`] };
    case "staff":
      return { title: `Staff: ${members.get(id) ?? id}`, changes };
    case "invitation":
      // The id of an invitation says nothing to a person.
      return { title: "Staff: invitation", changes };
    default:
      return { title: id === "" ? `Setting ${key}` : `${NAMES[kind] ?? kind} ${id}`, changes };
  }
}

const NAMES: Readonly<Record<string, string>> = {
  priceId: "Price",
  lookupKey: "Lookup key",
  productId: "Product",
  plan: "Plan",
  alert: "Alert",
};

const EXPORTS: Readonly<Record<string, string>> = { activity: "Activity", users: "Users" };

/** A value of a setting with its unit; as it is where it is of an earlier version. */
function say(key: SettingKey, value: unknown): string {
  const { schema, unit } = SETTINGS[key];
  if (!schema.safeParse(value).success) return describeValue(value);
  const text = formatSetting(readStoredSettings(new Map([[key, value]]))[key], "none");
  return unit === null || text === "none" ? text : `${text} ${unit}`;
}

const sayDefault = (key: SettingKey): string => `${say(key, SETTINGS[key].default)} (default)`;

function describeAccount(value: unknown): string {
  if (typeof value !== "object" || value === null || !("accountId" in value)) return describeValue(value);
  const mode = "livemode" in value && value.livemode === true ? "live" : "test";
  return `${String(value.accountId)} (${mode} mode)`;
}

/** What was chosen in the list that was downloaded. */
function describeFilters(value: unknown): string[] {
  const text = describeValue(value);
  return text === "" || text === "none" ? ["without filters"] : [`filters: ${text}`];
}

function describeValue(value: unknown): string {
  if (value === null || value === undefined) return "none";
  if (typeof value !== "object") return String(value);
  return Object.entries(value)
    .map(([name, one]) => {
      const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
      if (typeof one === "boolean") return one ? words : `no ${words}`;
      return `${words} ${describeValue(one)}`;
    })
    .join(", ");
}
