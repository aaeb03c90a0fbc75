import { ident, literal, qualify } from "~/mapping/bridge/sql-text";
import type { Scan, ScannedTable } from "../scan/scan-database.server";
import type { OwnerRole } from "./find-tables";
import { isSameTable, toSnake } from "./names";

const EMAIL = /^(e_?mail|email_address)$/;

const findEmailColumn = ({ columns }: ScannedTable): string | undefined =>
  columns.find(({ name, kind }) => kind === "text" && EMAIL.test(toSnake(name)))?.name;

/** The address of an owner that has none of its own, such as a team: of the user that it names, or of its member in charge. */
export function findEmailBeyond(
  { as, table, key }: OwnerRole,
  { tables }: Scan,
): { sql: string; reason: string } | undefined {
  const find = (name: { schema: string; name: string }) => tables.find((one) => isSameTable(one, name));
  for (const reference of table.references) {
    const person = find(reference.table);
    const email = person && findEmailColumn(person);
    if (person && email)
      return {
        sql: `(SELECT person.${ident(email)} FROM ${qualify(person)} AS person WHERE person.${ident(reference.target)} = ${ident(as)}.${ident(reference.column)})`,
        reason: `of the row of ${person.name} that ${reference.column} names`,
      };
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
      const email = person && !isSameTable(person, table) ? findEmailColumn(person) : undefined;
      if (person && email)
        return {
          sql: `(SELECT person.${ident(email)} FROM ${qualify(members)} AS member JOIN ${qualify(person)} AS person ON person.${ident(reference.target)} = member.${ident(reference.column)} WHERE member.${ident(toOwner.column)} = ${ident(as)}.${ident(key)} AND member.${ident(role.name)} = ${literal(word)} ORDER BY member.${ident(members.primaryKey[0] ?? reference.column)} LIMIT 1)`,
          reason: `of the first member with the role ${word}`,
        };
    }
  }
  return undefined;
}
