/** A row of `SettingChange`. */
type SettingRow = { key: string; before: unknown; after: unknown };

const NAMES: Readonly<Record<string, string>> = {
  priceId: "Price",
  lookupKey: "Lookup key",
  productId: "Product",
  plan: "Plan",
  staff: "Member of staff",
  invitation: "Invitation",
  alert: "Alert",
  export: "Download of the",
};

/** What was set, in words: a setting, a plan, a price, or a member of staff by name. */
export function describeSetting(
  { key, before, after }: SettingRow,
  members: ReadonlyMap<string, string>,
): { title: string; changes: string[] } {
  const [kind = "", ...rest] = key.split(":");
  const id = rest.join(":");
  // The id of an invitation says nothing to a person.
  const name = kind === "staff" ? (members.get(id) ?? id) : kind === "invitation" ? "" : id;
  const title = id === "" ? `Setting ${key}` : `${NAMES[kind] ?? kind} ${name}`.trim();
  return { title, changes: [`${describeValue(before)} → ${describeValue(after)}`] };
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
