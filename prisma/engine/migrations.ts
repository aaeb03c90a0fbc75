import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { DiffTarget, MigrationList } from "@prisma/schema-engine-wasm";

const folder = path.resolve(import.meta.dirname, "..");
const migrationsFolder = path.join(folder, "migrations");
const lockFile = "migration_lock.toml";

/** The names of the migrations in `prisma/migrations`, oldest first. */
export async function migrationNames(): Promise<string[]> {
  const entries = await readdir(migrationsFolder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** `prisma/migrations` in the form that the schema engine takes it. */
export async function readMigrations(): Promise<MigrationList> {
  const names = await migrationNames();
  const migrationDirectories = await Promise.all(
    names.map(async (name) => {
      const value = await readFile(path.join(migrationsFolder, name, "migration.sql"), "utf8");
      return { path: name, migrationFile: { path: "migration.sql", content: { tag: "ok" as const, value } } };
    }),
  );
  const lockfile = { path: lockFile, content: await readFile(path.join(migrationsFolder, lockFile), "utf8") };
  return { baseDir: migrationsFolder, shadowDbInitScript: "", lockfile, migrationDirectories };
}

/** `prisma/schema.prisma` as one side of a comparison. */
export async function readSchema(): Promise<DiffTarget> {
  const content = await readFile(path.join(folder, "schema.prisma"), "utf8");
  return { tag: "schemaDatamodel", files: [{ path: "schema.prisma", content }] };
}
