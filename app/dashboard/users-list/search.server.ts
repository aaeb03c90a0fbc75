import { join, type Sql, sql } from "~/platform/sql.server";
import { isShortSearch } from "./users-query";

/**
 * E-mail address and name of `u` as one text, as in the trigram index. A search contains no line break, so it matches
 * inside one of the two and never across them.
 */
const TEXT = sql`(u."email" || E'\n' || coalesce(u."name", ''))`;

/**
 * Whether `u` matches a search: part of the e-mail address or name, or the whole id. One or two letters match the beginning
 * of the address or of a word of the name.
 */
export function matchSearch(q: string): Sql {
  const literal = q.replace(/[\\%_]/g, "\\$&");
  const patterns = isShortSearch({ q })
    ? [`${literal}%`, `%\n${literal}%`, `% ${literal}%`]
    : [`%${literal}%`];
  const matches = patterns.map((pattern) => sql`${TEXT} ILIKE ${pattern}`);
  return sql`(${join([...matches, sql`u."id" = ${q}`], " OR ")})`;
}
