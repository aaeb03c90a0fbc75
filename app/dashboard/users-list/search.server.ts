import { join, type Sql, sql } from "~/platform/sql.server";
import { isShortSearch } from "./users-query";

/**
 * Address and name of `u` as one text, as the index of trigrams has it. A search holds no line break, so that it is found
 * in one of the two, never across them.
 */
const TEXT = sql`(u."email" || E'\n' || coalesce(u."name", ''))`;

/**
 * Whether `u` is what was searched for: part of the address or the name, or the whole id. One or two letters: what the
 * address, or a word of the name, begins with.
 */
export function searched(q: string): Sql {
  const literal = q.replace(/[\\%_]/g, "\\$&");
  const patterns = isShortSearch({ q })
    ? [`${literal}%`, `%\n${literal}%`, `% ${literal}%`]
    : [`%${literal}%`];
  const ways = patterns.map((pattern) => sql`${TEXT} ILIKE ${pattern}`);
  return sql`(${join([...ways, sql`u."id" = ${q}`], " OR ")})`;
}
