import { readFile } from "node:fs/promises";
import path from "node:path";
import type { DiffTarget, MigrationList } from "@prisma/schema-engine-wasm";
import { listMigrations, MIGRATIONS_FOLDER } from "../../app/platform/migrations/migrate.server";

const lockFile = "migration_lock.toml";
const schemaFile = "schema.prisma";

/** `prisma/migrations` in the form that the schema engine takes. */
export async function readMigrations(): Promise<MigrationList> {
  const names = await listMigrations();
  const read = (...parts: string[]) => readFile(path.join(MIGRATIONS_FOLDER, ...parts), "utf8");
  const migrationDirectories = await Promise.all(
    names.map(async (name) => {
      const value = await read(name, "migration.sql");
      return { path: name, migrationFile: { path: "migration.sql", content: { tag: "ok" as const, value } } };
    }),
  );
  const lockfile = { path: lockFile, content: await read(lockFile) };
  return {
    baseDir: MIGRATIONS_FOLDER,
    shadowDbInitScript: "CREATE SCHEMA parity",
    lockfile,
    migrationDirectories,
  };
}

/** `prisma/schema.prisma` as one side of a comparison. */
export async function readSchema(): Promise<DiffTarget> {
  const content = await readFile(path.join(MIGRATIONS_FOLDER, "..", schemaFile), "utf8");
  return { tag: "schemaDatamodel", files: [{ path: schemaFile, content }] };
}
