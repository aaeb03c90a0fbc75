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
      readPerson(person, tables, {
        ...{ from: `${qualify(person)} AS person`, order: "" },
        where: `person.${ident(reference.target)} = ${ident(as)}.${ident(reference.column)}${matchKind({ as, table }, reference.column, person)}`,
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
      const places = readPerson(person, tables, {
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

/** A column that names rows of several tables has another one beside it that says of which: `owner_type` beside `owner_id`. */
function matchKind(
  { as, table }: Pick<OwnerRole, "as" | "table">,
  column: string,
  person: ScannedTable,
): string {
  const kind = table.columns.find(({ name }) => name === column.replace(/_?id$/i, "_type"));
  const values = kind ? (table.samples[kind.name]?.values ?? []) : [];
  const word = values.find(
    ([value]) => `${toSnake(value.split("::").at(-1) ?? value)}s` === toSnake(person.name),
  )?.[0];
  return kind && word !== undefined ? ` AND ${ident(as)}.${ident(kind.name)} = ${literal(word)}` : "";
}

type Found = { from: string; where: string; order: string; reason: string };

/** The address of a person who is found by this condition; undefined where the table has no addresses. */
function readPerson(
  person: ScannedTable,
  tables: readonly ScannedTable[],
  { from, where, order, reason }: Found,
) {
  const email = findEmailColumn(person);
  if (email === undefined) return undefined;
  const deleted = findDeletedColumn(person);
  const rows = `FROM ${from} WHERE ${where}${deleted === undefined ? "" : ` AND person.${ident(deleted)} IS NULL`}${order}`;
  const verified = person.columns.find(
    (column) => VERIFIED.test(toSnake(column.name)) && (column.kind === "boolean" || isTime(column)),
  );
  const isSet = verified?.kind === "boolean" ? "" : " IS NOT NULL";
  const listed = verified ? undefined : findVerifiedList("person", person, tables);
  return {
    email: { sql: `(SELECT person.${ident(email)} ${rows})`, reason },
    ...(verified && {
      emailVerified: { sql: `(SELECT person.${ident(verified.name)}${isSet} ${rows})`, reason },
    }),
    ...(listed && {
      emailVerified: { sql: `(SELECT ${listed.sql} ${rows})`, reason: `${reason}; ${listed.reason}` },
    }),
  };
}

/** Whether the address of an owner that has one is verified, where another table says it. */
export function findVerifiedBeyond({ as, table }: OwnerRole, { tables }: Scan): Beyond | undefined {
  return findVerifiedList(as, table, tables);
}

/** A table with a row for each address of a person, which says whether it is verified: for the address that is used. */
function findVerifiedList(
  as: string,
  person: ScannedTable,
  tables: readonly ScannedTable[],
): Beyond | undefined {
  const email = findEmailColumn(person);
  if (email === undefined) return undefined;
  for (const list of tables) {
    const toPerson = list.references.find(({ table }) => isSameTable(table, person));
    const address = findEmailColumn(list);
    const verified = list.columns.find(
      ({ name, kind }) => kind === "boolean" && /^((is_)?verified|(is_)?confirmed)$/.test(toSnake(name)),
    );
    if (!toPerson || address === undefined || !verified || isSameTable(list, person)) continue;
    return {
      sql: `EXISTS (SELECT FROM ${qualify(list)} AS listed WHERE listed.${ident(toPerson.column)} = ${ident(as)}.${ident(toPerson.target)} AND listed.${ident(verified.name)} AND pg_catalog.lower(listed.${ident(address)}) = pg_catalog.lower(${ident(as)}.${ident(email)}))`,
      reason: `${list.name}.${verified.name} of the same address`,
    };
  }
  return undefined;
}
