import { SETTINGS } from "~/engine/account/settings-catalogue.server";
import { type KeptTable, TABLES } from "./catalogue";

/** All tables with their lives as a Markdown table, for docs/retention.md. */
export function formatRetentionTable(): string {
  const tables: [string, KeptTable][] = Object.entries(TABLES);
  const rows = tables.map(([name, table]) => {
    const what = `| \`${name}\` | ${table.rows} |`;
    return table.life === null
      ? `${what} always | ${table.why} |`
      : `${what} ${formatLife(table.life)} since ${table.since} | ${table.stays ?? ""} |`;
  });
  return ["| table | a row is | kept | what stays, and why |", "|---|---|---|---|", ...rows].join("\n");
}

function formatLife(life: Exclude<KeptTable["life"], null>): string {
  if (typeof life === "number") return life === 1 ? "1 day" : `${life} days`;
  const { default: fallback } = SETTINGS[life];
  return `setting \`${life}\` (${fallback === null ? "for ever" : `${fallback} days`})`;
}
