import { type Sql, sql } from "~/platform/sql.server";

/** Columns `o0` … hold the keys of an order, `k0` … the same as a cursor keeps them; `c0` …, `g0` … and `h0` … are sets of rows. */
const NAMES = {
  o: [sql`"o0"`, sql`"o1"`, sql`"o2"`],
  k: [sql`"k0"`, sql`"k1"`, sql`"k2"`],
  c: [sql`c0`, sql`c1`],
  g: [sql`g0`, sql`g1`, sql`g2`, sql`g3`, sql`g4`, sql`g5`, sql`g6`, sql`g7`, sql`g8`, sql`g9`],
  h: [sql`h0`, sql`h1`, sql`h2`],
};

export function column(letter: keyof typeof NAMES, n: number): Sql {
  const name = NAMES[letter][n];
  if (!name) throw new Error("An order has at most three keys, a page at most two gatherings and ten steps.");
  return name;
}

/** Those without a Standing, where it is known who they are. */
export const STRANGERS = sql`strangers`;
