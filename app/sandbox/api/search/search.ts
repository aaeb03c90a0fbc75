import { z } from "zod";
import { ApiError } from "../errors";
import type { RawParams } from "../form";
import { expandable, integer, parseParams, text } from "../params";
import { type Clause, parseQuery } from "./query";

/** What one field of a record is searched by; `key` is that of `metadata["key"]`. */
export type SearchField<R> = (record: R, key: string) => boolean | number | string | null | undefined;

export interface SearchSetup<R> {
  /** `customers`, as in the address. */
  resource: string;
  /** Oldest first. */
  records: Iterable<R>;
  fields: Readonly<Record<string, SearchField<R>>>;
  write(record: R): string;
}

const searchSchema = z.strictObject({
  ...expandable,
  query: text,
  limit: integer({ min: 1, max: 100 }).default(10),
  page: text.optional(),
});

export type SearchParams = z.output<typeof searchSchema>;

/** The parameters of a search. */
export function parseSearchParams(raw: RawParams): SearchParams {
  return parseParams(searchSchema, raw);
}

/** The JSON text of the matching records, newest first. Letters match in both cases, as at Stripe. */
export function search<R>(
  { resource, records, fields, write }: SearchSetup<R>,
  params: SearchParams,
): string {
  const { any, clauses } = parseQuery(params.query);
  for (const { field } of clauses) if (!Object.hasOwn(fields, field)) throw createFieldError(field, resource);
  const matches = (record: R) => {
    const holds = (clause: Clause) => matchesClause(fields[clause.field]?.(record, clause.key ?? ""), clause);
    return any ? clauses.some(holds) : clauses.every(holds);
  };
  const found: R[] = [];
  for (const record of records) if (matches(record)) found.push(record);
  found.reverse();
  const start = params.page === undefined ? 0 : readPage(params.page);
  const end = start + params.limit;
  const hasMore = end < found.length;
  const data = found.slice(start, end).map(write).join(",");
  const nextPage = hasMore ? `"${Buffer.from(String(end)).toString("base64url")}"` : "null";
  return `{"object":"search_result","data":[${data}],"has_more":${hasMore},"next_page":${nextPage},"url":"/v1/${resource}/search"}`;
}

function matchesClause(
  found: boolean | number | string | null | undefined,
  { negated, operator, value }: Clause,
): boolean {
  if (value === null) return (found === null || found === undefined) !== negated;
  if (found === null || found === undefined) return negated;
  return compare(found, operator, value) !== negated;
}

function compare(found: boolean | number | string, operator: Clause["operator"], value: string): boolean {
  const own = String(found).toLowerCase();
  const wanted = value.toLowerCase();
  switch (operator) {
    case "~":
      return own.includes(wanted);
    case "<":
      return Number(found) < Number(value);
    case "<=":
      return Number(found) <= Number(value);
    case ">":
      return Number(found) > Number(value);
    case ">=":
      return Number(found) >= Number(value);
    default:
      return own === wanted;
  }
}

function readPage(page: string): number {
  const start = Number(Buffer.from(page, "base64url").toString());
  if (Number.isSafeInteger(start) && start >= 0) return start;
  throw new ApiError({ status: 400, message: `Invalid page: ${page}`, param: "page" });
}

function createFieldError(field: string, resource: string): ApiError {
  return new ApiError({
    status: 400,
    message: `Field \`${field}\` is an unsupported search field for resource \`${resource}\`. See http://stripe.com/docs/search#query-fields-for-${resource} for a list of supported fields.`,
    param: "query",
  });
}
