import { ident, literal, qualify } from "~/mapping/bridge/sql-text";
import type { Scan, ScannedTable } from "../scan/scan-database.server";
import type { OwnerRole } from "./find-tables";
import { findDeletedColumn, isSameTable, isTime, toSnake, VERIFIED } from "./names";

const EMAIL = /^(e_?mail|email_address)$/;

const findEmailColumn = ({ columns }: ScannedTable): string | undefined =>
  columns.find(({ name, kind }) => kind === "text" && EMAIL.test(toSnake(name)))?.name;

type Beyond = { sql: string; reason: string };

/**
 * The address of an owner that has none of its own, such as a team, and whether it is verified: of the user that it names,
 * or of its member in charge.
 */
export function findEmailBeyond(
  { as, table, key }: OwnerRole,
  { tables }: Scan,
): { email?: Beyond; emailVerified?: Beyond } {
  const find = (name: { schema: string; name: string }) => tables.find((one) => isSameTable(one, name));
  for (const reference of table.references) {
    const person = find(reference.table);
    const places =
      person &&
      readPerson(person, {
        ...{ from: `${qualify(person)} AS person`, order: "" },
        where: `person.${ident(reference.target)} = ${ident(as)}.${ident(reference.column)}`,
        reason: `of the row of ${person.name} that ${reference.column} names`,
      });
    if (places) return places;
  }
  for (const members of tables) {
    const toOwner = members.references.find((one) => isSameTable(one.table, table) && one.target === key);
    const role = members.columns.find(({ name }) =>
      /^(role|member_role|organisation_role)$/.test(toSnake(name)),
    );
    const word =
      role && members.samples[role.name]?.values.find(([value]) => /^(owner|admin)$/i.test(value))?.[0];
    if (!toOwner || !role || word === undefined) continue;
    for (const reference of members.references) {
      const person = find(reference.table);
      if (!person || isSameTable(person, table)) continue;
      const places = readPerson(person, {
        from: `${qualify(members)} AS member JOIN ${qualify(person)} AS person ON person.${ident(reference.target)} = member.${ident(reference.column)}`,
        where: `member.${ident(toOwner.column)} = ${ident(as)}.${ident(key)} AND member.${ident(role.name)} = ${literal(word)}`,
        order: ` ORDER BY member.${ident(members.primaryKey[0] ?? reference.column)} LIMIT 1`,
        reason: `of the first member with the role ${word}`,
      });
      if (places) return places;
    }
  }
  return {};
}

type Found = { from: string; where: string; order: string; reason: string };

/** The address of a person who is found by this condition; undefined where the table has no addresses. */
function readPerson(person: ScannedTable, { from, where, order, reason }: Found) {
  const email = findEmailColumn(person);
  if (email === undefined) return undefined;
  const deleted = findDeletedColumn(person);
  const rows = `FROM ${from} WHERE ${where}${deleted === undefined ? "" : ` AND person.${ident(deleted)} IS NULL`}${order}`;
  const verified = person.columns.find(
    (column) => VERIFIED.test(toSnake(column.name)) && (column.kind === "boolean" || isTime(column)),
  );
  const isSet = verified?.kind === "boolean" ? "" : " IS NOT NULL";
  return {
    email: { sql: `(SELECT person.${ident(email)} ${rows})`, reason },
    ...(verified && {
      emailVerified: { sql: `(SELECT person.${ident(verified.name)}${isSet} ${rows})`, reason },
    }),
  };
}
