import { z } from "zod";
import type { Account } from "../account/account";
import type { Expand } from "../objects/view";
import type { Collection } from "../store/collection";
import type { Stored } from "../store/records";
import { type ExpandKind, parseExpand } from "./expand";
import { findPage, serializePage } from "./paging";
import { expandable, listParams, parseParams, range } from "./params";
import { type ApiRoute, findOrThrow } from "./route";

/** Objects of one kind and where the API has them. */
export interface Resource<R extends Stored> {
  path: string;
  kind: ExpandKind;
  collection(account: Account): Collection<R>;
  write(account: Account, record: R, expand: Expand | undefined): string;
}

const retrieveSchema = z.strictObject(expandable);

/** The route that returns one object. */
export function defineRetrieve<R extends Stored>({ path, kind, collection, write }: Resource<R>): ApiRoute {
  return {
    method: "GET",
    path: `${path}/:id`,
    handle(account, request) {
      const expand = parseExpand(kind, parseParams(retrieveSchema, request.params).expand);
      return write(account, findOrThrow(collection(account), request.id), expand);
    },
  };
}

interface ListSetup<R extends Stored, S extends z.ZodRawShape> extends Resource<R> {
  listKind: ExpandKind;
  /** What it can be filtered by, besides `created`. */
  filters: S;
  /** The filter, made once for each request. */
  createFilter(
    account: Account,
    params: z.output<z.ZodObject<S>>,
  ): {
    matches: (record: R) => boolean;
    /** Sequence numbers to look through, oldest first; all by default. */
    ascending?: readonly number[];
  };
}

/** The route that lists objects, newest first. */
export function defineList<R extends Stored, S extends z.ZodRawShape>(setup: ListSetup<R, S>): ApiRoute {
  const { path, listKind, filters, collection, createFilter, write } = setup;
  const schema = z.strictObject({ ...listParams, created: range.optional() });
  const filterSchema = z.object(filters);
  return {
    method: "GET",
    path,
    handle(account, request) {
      const own = Object.keys(filters);
      const given = Object.entries(request.params);
      const params = parseParams(schema, Object.fromEntries(given.filter(([name]) => !own.includes(name))));
      const filter = parseParams(
        filterSchema,
        Object.fromEntries(given.filter(([name]) => own.includes(name))),
      );
      const expand = parseExpand(listKind, params.expand)?.get("data");
      const records = collection(account);
      const { matches, ascending } = createFilter(account, filter);
      const page = findPage({
        collection: records,
        ascending: ascending ?? records.index.listAscending(),
        params,
        created: params.created,
        matches,
      });
      return serializePage(page, path, (record) => write(account, record, expand));
    },
  };
}

/** The sequence number of the object that a parameter names; undefined without the parameter. Throws `resource_missing`. */
export function findSequence<R extends Stored>(
  collection: Collection<R>,
  id: string | undefined,
  param: string,
): number | undefined {
  return id === undefined ? undefined : findOrThrow(collection, id, param).sequence;
}
