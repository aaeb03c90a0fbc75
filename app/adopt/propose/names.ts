import type { CatalogColumn } from "~/mapping/catalog.server";
import type { ColumnPlace, TableName } from "~/mapping/places";
import type { ScannedTable } from "../scan/scan-database.server";

const PLAIN = /^[A-Za-z_][\w$]*$/;
const quote = (name: string): string => (PLAIN.test(name) ? name : `"${name.replaceAll('"', '""')}"`);

/** The name of a table as the mapping file takes it. */
export const writeTableName = ({ schema, name }: TableName): string => `${quote(schema)}.${quote(name)}`;

/** The place as the mapping file takes it. */
export const writePlace = ({ alias, column, path }: ColumnPlace): string =>
  [`${alias}.${quote(column)}`, ...path.map((key) => (/^[\w-]+$/.test(key) ? key : `"${key}"`))].join("->");

/** `stripeCurrentPeriodEnd` and `stripe_current_period_end` as one: lower case, with underscores. */
export const toSnake = (name: string): string =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll(/[\s.-]+/g, "_")
    .toLowerCase();

const PREFIX = /^(stripe|subscription|billing|payment|sub)_(?=.)/;

/** The name without what says that it is about billing. */
export function toBareName(name: string): string {
  let bare = toSnake(name);
  while (PREFIX.test(bare)) bare = bare.replace(PREFIX, "");
  return bare;
}

export const isAboutBilling = (name: string): boolean =>
  /stripe|subscri|billing|payment|plan|tier|premium|period_end|price/.test(toSnake(name));

export const isSameTable = (a: TableName, b: TableName): boolean =>
  a.schema === b.schema && a.name === b.name;

export const isTime = ({ kind }: Pick<CatalogColumn, "kind">): boolean =>
  kind === "timestamptz" || kind === "timestamp" || kind === "date";

/** Names of columns that say whether an address is verified, or since when. */
export const VERIFIED = /^((is_)?e?mail_(is_)?(verified|confirmed)(_at|_on)?|verified_at|confirmed_at)$/;

/** The column with the time since when a row that is kept counts as deleted. */
export const findDeletedColumn = ({ columns }: Pick<ScannedTable, "columns">): string | undefined =>
  columns.find((one) => isTime(one) && !one.notNull && /^deleted_(at|on)$/.test(toSnake(one.name)))?.name;

export const isUniqueColumn = ({ unique, primaryKey }: ScannedTable, column: string): boolean =>
  (primaryKey.length === 1 && primaryKey[0] === column) ||
  unique.some((columns) => columns.length === 1 && columns[0] === column);

/** Names of tables that hold those who pay. */
export const isOwnerName = (name: string): boolean =>
  /^(app_|auth_)?(users?|accounts?|teams?|organi[sz]ations?|orgs?|workspaces?|tenants?|company|companies|projects?)$/.test(
    toSnake(name),
  );
