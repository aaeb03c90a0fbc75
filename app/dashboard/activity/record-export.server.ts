import type { Actor } from "~/engine/account/actor";
import type { Database } from "~/platform/client.server";

/** A download of the activity is in the activity itself, with its filters. */
export async function recordExport(
  db: Database,
  filters: Readonly<Record<string, string>>,
  { kind, id }: Actor,
): Promise<void> {
  const used = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== ""));
  await db.settingChange.create({
    data: { key: "export:activity", after: used, actor: `${kind}:${id ?? ""}` },
  });
}
