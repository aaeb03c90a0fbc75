import type { Installation } from "./installation.server";

const count = (number: number, one: string, many = `${one}s`) =>
  `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

/** What would be removed, for the person who has to agree. */
export function describeInstallation({ database, tables, views, functions, triggers }: Installation): string {
  const filled = tables.filter(({ rows }) => rows > 0);
  return [
    `This removes the schema parity from the database ${database}, with the audit of all changes:`,
    ...filled.map(({ name, rows }) => `  table ${name}: ${count(rows, "row")}`),
    `  ${count(tables.length - filled.length, "empty table")}, ${count(views.length, "view")}, ${count(functions, "function")}`,
    ...triggers.map((trigger) => `  trigger ${trigger}, in the application's tables`),
    "Nothing else is touched: the application's tables keep what is in them. This cannot be undone.",
  ].join("\n");
}

/** Why it cannot be removed, with what to do; null when it can. */
export function describeRefusal(
  { database, schema, obstacles, connected }: Installation,
  { force }: { force: boolean },
): string | null {
  if (schema === "none") return `Parity is not in the database ${database}: there is no schema parity.`;
  if (schema === "foreign")
    return `The schema parity in the database ${database} is not Parity's: it has no ledger of its migrations. Nothing was removed.`;
  if (obstacles.length > 0) return ["Nothing was removed.", ...obstacles].join("\n");
  if (connected.length === 0 || force) return null;
  return [
    "Nothing was removed: processes of Parity's are connected. Stop them first, or give --force.",
    ...connected.map((one) => `  ${one}`),
  ].join("\n");
}
