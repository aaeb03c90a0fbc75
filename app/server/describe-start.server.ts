import { loadSettings } from "~/engine/account/settings.server";
import type { Database } from "~/platform/client.server";
import { listMigrations } from "~/platform/migrations/migrate.server";
import { VERSION } from "~/platform/surroundings/version.server";

/** What a process says in the log when it starts: which version runs on which schema, for which account, and what it may write. */
export async function describeStart(db: Database) {
  const [settings, migrations, mapping] = await Promise.all([
    loadSettings(db),
    listMigrations(),
    db.mapping.findUnique({ where: { id: 1 }, select: { source: true, hash: true } }),
  ]);
  return {
    version: VERSION,
    node: process.version,
    schema: migrations.at(-1) ?? null,
    account: settings.binding?.accountId ?? null,
    writeMode: settings.writeMode,
    mapping: mapping === null ? null : { source: mapping.source ?? "own tables", hash: mapping.hash },
  };
}
