import { Prisma } from "../generated/prisma/client";

/** A piece of SQL with its values apart: pieces nest, and values never become text. */
export type Sql = Prisma.Sql;

export const { sql, join, empty, raw } = Prisma;
