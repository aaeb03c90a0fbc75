import { join, type Sql, sql } from "~/db/sql.server";

/**
 * Address and name of `u` as one text, as the index of trigrams has it. A search holds no line break, so that it is found
 * in one of the two, never across them.
 */
const TEXT = sql`(u."email" || E'\n' || coalesce(u."name", ''))`;

/** So few letters are nearly everywhere, and no index leads to all of them. */
export const SHORT = 2;

/**
 * Whether `u` is what was searched for: part of the address or the name, or the whole id. One or two letters: what the
 * address, or a word of the name, begins with.
 */
export function searched(q: string): Sql {
  const literal = q.replace(/[\\%_]/g, "\\$&");
  const patterns =
    [...q].length > SHORT ? [`%${literal}%`] : [`${literal}%`, `%\n${literal}%`, `% ${literal}%`];
  const ways = patterns.map((pattern) => sql`${TEXT} ILIKE ${pattern}`);
  return sql`(${join([...ways, sql`u."id" = ${q}`], " OR ")})`;
}
