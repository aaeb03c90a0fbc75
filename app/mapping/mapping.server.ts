import { z } from "zod";
import { FILE_FIELD_NAMES, FILE_FIELDS, type FileFieldName } from "./file-fields";
import { isColumnPlace, type Place, parsePlace, parseTableName, TIME_FORMATS } from "./places";

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const condition = z.string().min(1);
const columnName = z.string().min(1);

const tableName = z.string().transform((text, context) => {
  const name = parseTableName(text);
  if (name) return name;
  context.addIssue(`is no name of a table: ${text}. Write it as schema.table`);
  return z.NEVER;
});

const placeText = z.string().transform((text, context) => {
  const place = parsePlace(text);
  if (place) return place;
  context.addIssue(
    `is no place: ${text}. Write it as table.column, or table.column->key for a value in JSON`,
  );
  return z.NEVER;
});

const place = z.union([
  placeText,
  z
    .strictObject({ at: placeText, as: z.enum(TIME_FORMATS).optional() })
    .transform(({ at, as }) => (as === undefined ? at : { ...at, as })),
  z.strictObject({ sql: z.string().min(1), writes: z.literal(false).optional() }).transform(
    ({ sql }): Place => ({
      sql,
      writes: false,
    }),
  ),
]);

const fieldShape = Object.fromEntries(FILE_FIELD_NAMES.map((name) => [name, place.optional()]));
// One optional place for each name of the list.
const fields = z.strictObject(fieldShape as Record<FileFieldName, z.ZodOptional<typeof place>>);

const table = z.strictObject({
  table: tableName.optional(),
  /** Rows of a query instead of a table: read, and written only where `writes` names the table behind it. */
  query: z.string().min(1).optional(),
  writes: tableName.optional(),
  key: columnName.optional(),
  owner: columnName.optional(),
  where: condition.optional(),
  rows: z.enum(["one", "many"]).default("one"),
  insert: z
    .union([z.boolean(), z.strictObject({ set: z.record(z.string(), scalar).default({}) })])
    .default(false)
    .transform((insert) => (insert === true ? { set: {} } : insert)),
  premade: condition.optional(),
  end: z.enum(["keep", "clear", "delete"]).default("keep"),
  touch: columnName.optional(),
  ensure: z.record(z.string(), scalar).optional(),
});

const owner = table.omit({ owner: true, rows: true, insert: true, premade: true, ensure: true }).extend({
  as: z
    .string()
    .regex(/^[A-Za-z_][\w-]*$/)
    .default("owners"),
  key: columnName,
  fields: fields.optional(),
});

const words = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const texts = z.array(z.string().min(1)).default([]);

/** The mapping file, checked and with its defaults. Whether its names exist in the database is asked elsewhere. */
export const mappingSchema = z.strictObject({
  version: z.literal(1, { error: "must be 1" }),
  timeZone: z
    .string()
    .refine(isTimeZone, "is no time zone. Write a name such as UTC or Europe/Berlin")
    .default("UTC"),
  tables: z
    .object({ owners: z.union([owner.transform((one) => [one]), z.array(owner).min(1)]) })
    .catchall(table),
  fields,
  status: z
    .strictObject({
      words: z.record(z.string(), words).optional(),
      cancelScheduled: z.string().optional(),
      /** Those that let an owner in, by the application's own rule. */
      access: z
        .array(z.union([z.string().min(1), z.number()]).transform(String))
        .min(1)
        .optional(),
      byHand: texts,
    })
    .default({ byHand: [] }),
  plan: z
    .strictObject({
      holds: z.enum(["word", "price", "product"]).default("word"),
      none: z.string().nullable().default(null),
      onEnd: z.enum(["keep", "none"]).default("keep"),
      byHand: texts,
    })
    .default({ holds: "word", none: null, onEnd: "keep", byHand: [] }),
  plans: z
    .record(
      z.string().min(1),
      z.strictObject({
        word: z.string().min(1).optional(),
        name: z.string().min(1).optional(),
        seats: z.int().min(0).max(1_000_000).default(1),
        prices: texts,
        lookupKeys: texts,
        products: texts,
        sets: z.record(z.string(), scalar).default({}),
      }),
    )
    .default({}),
  access: z
    .strictObject({
      by: z.enum(["workspaces", "boolean", "plan", "status", "date", "seats"]),
      column: place.optional(),
      grace: z
        .string()
        .regex(/^\d+ (day|hour)s?$/, "is written as a number and a unit: 1 day, 36 hours")
        .optional(),
      workspaces: z
        .strictObject({
          status: place,
          active: z.string().default("active"),
          locked: z.string().default("locked"),
          seats: place.optional(),
          name: place.optional(),
        })
        .optional(),
    })
    .default({ by: "status" }),
  sets: z.record(z.string().regex(/^\w+$/), place).default({}),
  metadataKeys: z.array(z.string().min(1)).min(1).default(["userId"]),
});

export type Mapping = z.output<typeof mappingSchema>;
/** What stands in the file and is stored, before it is parsed. */
export type MappingDocument = z.input<typeof mappingSchema>;
export type OwnerTable = z.output<typeof owner>;
export type MappedTable = z.output<typeof table>;

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The tables beside the owners', in the order of the file. */
export const listTables = ({ tables: { owners: _, ...tables } }: Mapping): [alias: string, MappedTable][] =>
  Object.entries(tables);

/** The places of an owner of this kind: the file's, with the kind's own. */
export function listPlaces(mapping: Mapping, kind: OwnerTable): [FileFieldName, Place][] {
  const places = { ...mapping.fields, ...kind.fields };
  return FILE_FIELD_NAMES.flatMap((name): [FileFieldName, Place][] => {
    const found = places[name];
    return found === undefined ? [] : [[name, found]];
  });
}

/** Does the application keep a status for each of an owner's subscriptions? */
export function hasManyStatuses({ tables, fields }: Mapping): boolean {
  const { status, subscription } = fields;
  const isHere = (place: Place | undefined) =>
    isColumnPlace(place) && place.alias === "subscriptions" && place.path.length === 0;
  return tables.subscriptions?.rows === "many" && isHere(status) && isHere(subscription);
}

export const readKind = (name: FileFieldName) => FILE_FIELDS[name].kind;
