import { createHash } from "node:crypto";
import type pg from "pg";
import { z } from "zod";
import { DROP_BRIDGE, generateBridge } from "./bridge/bridge";
import { readSetKind } from "./bridge/relations";
import type { BridgeParts } from "./bridge/values";
import { readCatalog } from "./catalog.server";
import { FILE_FIELD_NAMES } from "./file-fields";
import { type Mapping, type MappingDocument, mappingSchema } from "./mapping.server";
import { isColumnPlace } from "./places";

type Client = Pick<pg.ClientBase, "query">;

const factsSchema = z.object({
  /** The fields whose columns hold days. */
  days: z.array(z.string()),
  /** What the further columns hold that a plan sets. */
  sets: z.record(z.string(), z.enum(["text", "number", "boolean"])),
});

/** What the database had when the mapping was installed, and the rules must know. */
export type InstalledFacts = z.output<typeof factsSchema>;

export type InstallOptions = {
  document: MappingDocument;
  /** The text of the file; null for the mapping that comes with Parity. */
  source: string | null;
  installedBy: string;
};

/**
 * Makes the views and functions for a mapping and stores it. In a transaction of the caller's, and only after the mapping
 * was checked. What was installed before is replaced.
 */
export async function installBridge(
  client: Client,
  { document, source, installedBy }: InstallOptions,
): Promise<void> {
  const mapping = mappingSchema.parse(document);
  const parts = { mapping, catalog: await readCatalog(client, mapping) };
  await client.query(DROP_BRIDGE);
  await client.query(generateBridge(parts));
  await client.query(
    `INSERT INTO parity."Mapping" AS t (id, mapping, facts, source, hash, "installedBy")
     VALUES (1, $1, $2, $3, $4, $5)
     ON CONFLICT (id) DO UPDATE SET mapping = excluded.mapping, facts = excluded.facts, source = excluded.source,
       hash = excluded.hash, "installedBy" = excluded."installedBy", "installedAt" = now()`,
    [JSON.stringify(document), JSON.stringify(findFacts(parts)), source, hashMapping(document), installedBy],
  );
}

const hashMapping = (document: MappingDocument): string =>
  createHash("sha256").update(JSON.stringify(document)).digest("hex");

/** What the database has of the columns of a mapping. */
export function findFacts(parts: BridgeParts): InstalledFacts {
  const { mapping, catalog } = parts;
  const kinds = mapping.tables.owners.map((kind) => ({ ...mapping.fields, ...kind.fields }));
  const isDay = (name: (typeof FILE_FIELD_NAMES)[number]) =>
    kinds.some((places) => {
      const place = places[name];
      if (!isColumnPlace(place) || place.path.length > 0) return false;
      return (
        catalog.tables[place.alias]?.columns.find((column) => column.name === place.column)?.kind === "date"
      );
    });
  const sets = Object.entries(mapping.sets).map(([name, place]) => [
    name,
    toSetKind(readSetKind(parts, place)),
  ]);
  return { days: FILE_FIELD_NAMES.filter(isDay), sets: Object.fromEntries(sets) };
}

const toSetKind = (kind: ReturnType<typeof readSetKind>) => (kind === "time" ? "text" : kind);

const storedRow = z.object({
  mapping: mappingSchema,
  facts: factsSchema,
  hash: z.string(),
  source: z.string().nullable(),
});

/** The mapping that is installed, as it is stored. */
export type InstalledMapping = {
  mapping: Mapping;
  facts: InstalledFacts;
  hash: string;
  source: string | null;
};

/** Reads a row of `parity."Mapping"`. */
export const readInstalledMapping = (row: unknown): InstalledMapping => storedRow.parse(row);
