import { Prisma } from "../generated/prisma/client";

/** A piece of SQL with its values apart: pieces nest, and values never become text. */
export type Sql = Prisma.Sql;

export const { sql, join, empty, raw } = Prisma;

/** The name of a table or a column as PostgreSQL takes it literally. */
export const quoteName = (name: string): Sql => raw(`"${name.replaceAll('"', '""')}"`);
