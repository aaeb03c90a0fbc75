import { FILE_FIELD_NAMES, FILE_FIELDS, type FileFieldName } from "~/mapping/file-fields";
import type { MappingDocument } from "~/mapping/mapping.server";
import type { Scan, ScannedTable } from "../scan/scan-database.server";
import { findEmailBeyond, findVerifiedBeyond } from "./find-email";
import { type FoundPlaces, findPlaces } from "./find-places";
import { addPlanReference, findPlanTable } from "./find-plan-table";
import { findRoles, listHeld, type Roles, type SideRole } from "./find-tables";
import { findDeletedColumn, isTime, toSnake, writePlace, writeTableName } from "./names";
import type { Proposal, Question } from "./proposal";
import { proposeAccess } from "./propose-access";
import { findInsert } from "./propose-insert";

/** What stands in the fields of a document. */
type Place = string | { at: string; as: "iso" | "epoch" | "milliseconds" } | { sql: string; writes: false };

/** Proposes where everything stands. The application's words are learned afterwards. Null: no id of Stripe's was found. */
export function proposeMapping(scan: Scan): Proposal | null {
  const roles = findRoles(scan);
  if (!roles) return null;
  const comments = new Map<string, string>();
  const questions: Question[] = [];
  const found = roles.owners.map((owner) =>
    addPlanReference(findPlaces(roles, owner), { roles, owner, scan }),
  );
  const fields: Partial<Record<FileFieldName, Place>> = {};
  const own: Partial<Record<FileFieldName, Place>>[] = roles.owners.map(() => ({}));
  const isUnion = roles.owners.length > 1;
  for (const [index, owner] of roles.owners.entries()) {
    const places: FoundPlaces = found[index] ?? {};
    const beyondOwner = findEmailBeyond(owner, scan);
    // The address of such a row is what Stripe has, and not the user's.
    if (roles.areCustomers && beyondOwner.email) delete places.email;
    const person = places.email
      ? { email: undefined, emailVerified: findVerifiedBeyond(owner, scan) }
      : beyondOwner;
    for (const name of FILE_FIELD_NAMES) {
      const one = places[name];
      const beyond = !one && (name === "email" || name === "emailVerified") ? person[name] : undefined;
      if (!one && !beyond) continue;
      const isOwn = isUnion && (one === undefined || one.place.alias === owner.as);
      const { as } = one?.place ?? {};
      const at = one ? writePlace(one.place) : "";
      const place: Place = beyond ? { sql: beyond.sql, writes: false } : as ? { at, as } : at;
      (isOwn ? (own[index] ?? {}) : fields)[name] = place;
      const path = isOwn ? `tables.owners.${index}.fields.${name}` : `fields.${name}`;
      comments.set(path, one?.reason ?? beyond?.reason ?? "");
      if (one && !one.isSure)
        questions.push({
          path: path.split("."),
          text: `Is ${one.table.name}.${one.place.column} the ${LABELS[name] ?? name}? It was found by its name.`,
          ...{ yes: [], no: [{ path: path.split("."), value: undefined }] },
        });
    }
  }
  const first: FoundPlaces = Object.assign({}, ...found.toReversed());
  const document: MappingDocument = {
    version: 1,
    tables: { ...proposeTables(roles, scan, found, { own, comments, questions }) },
    fields,
    access: proposeAccess(roles, first, { comments, questions }),
    ...proposePlan(first),
  };
  return {
    ...{ document, comments, questions, planTable: findPlanTable(first, scan) },
    remarks: [...describeCustomers(roles), ...describeOthers(roles), ...describeVerified(document)],
    unmapped: FILE_FIELD_NAMES.filter(
      (name) =>
        FILE_FIELDS[name].group !== "person" && !found.some((places) => places[name]) && isWorthSaying(name),
    ),
  };
}

const LABELS: Partial<Record<FileFieldName, string>> = {
  ...{ customer: "id of Stripe's customer", subscription: "id of Stripe's subscription" },
  status: "status of the subscription",
};

/** Without a column for the plan, the price or the product says what was bought. */
function proposePlan({ plan, price, product }: FoundPlaces): Pick<MappingDocument, "plan"> {
  if (plan || !(price || product)) return {};
  return { plan: { holds: price ? "price" : "product" } };
}

const SECOND_PLACES: readonly FileFieldName[] = [
  ...([
    "subscriptionStatus",
    "subscriptionPlan",
    "subscriptionPeriodEnd",
    "subscriptionCancelAtPeriodEnd",
  ] as const),
  ...([
    "subscriptionCustomer",
    "endsAt",
    "endedAt",
    "cancelAt",
    "canceledAt",
    "created",
    "intervalCount",
  ] as const),
];
const isWorthSaying = (name: FileFieldName): boolean => !SECOND_PLACES.includes(name);

/** Without a verified address no customer is linked by it. */
const describeVerified = ({ fields, tables }: MappingDocument): string[] => {
  const kinds = [tables.owners].flat();
  const isKnown = kinds.every(
    (kind) => fields.emailVerified || ("fields" in kind && kind.fields?.emailVerified),
  );
  return isKnown
    ? []
    : [
        'No column says whether an address is verified, so that no customer is linked by it. Are all of them? emailVerified: { sql: "true" }',
      ];
};

/** Who the owners are where they are no users. */
const describeCustomers = ({ areCustomers, owners, subscriptions }: Roles): string[] =>
  areCustomers
    ? [
        `${subscriptions?.table.name} hangs on ${owners[0]?.table.name}, so that the rows of ${owners[0]?.table.name} are the owners: a user without such a row is not compared, and is found as a payer who belongs to no owner.`,
      ]
    : [];

const describeOthers = ({ others }: Roles): string[] =>
  others.map(
    (table) =>
      `${writeTableName(table)} also holds ids of Stripe's (${listHeld(table)
        .map(({ column }) => column)
        .join(", ")}) and is not mapped.`,
  );

type Notes = {
  own: Partial<Record<FileFieldName, Place>>[];
  comments: Map<string, string>;
  questions: Question[];
};

function proposeTables(
  roles: Roles,
  scan: Scan,
  found: readonly FoundPlaces[],
  { own, comments, questions }: Notes,
): MappingDocument["tables"] {
  const owners = roles.owners.map((owner, index) => {
    const fields = own[index] ?? {};
    comments.set(
      roles.owners.length > 1 ? `tables.owners.${index}` : "tables.owners",
      describeRows(owner.table),
    );
    return {
      ...(roles.owners.length > 1 ? { as: owner.as } : {}),
      ...{ table: writeTableName(owner.table), key: owner.key },
      ...findDeleted(owner.table),
      ...findTouch(owner.table),
      ...(Object.keys(fields).length > 0 ? { fields } : {}),
    };
  });
  const [only] = owners;
  const sides = [roles.customers, roles.subscriptions].flatMap((side) => (side ? [side] : []));
  const places = Object.assign({}, ...found.toReversed()) as FoundPlaces;
  return {
    owners: owners.length === 1 && only ? only : owners,
    ...Object.fromEntries(
      sides.flatMap((side) => {
        const { insert, ensured, problem } = findInsert(side, { scan, places });
        comments.set(
          `tables.${side.alias}`,
          `${describeRows(side.table)}; ${side.rows === "one" ? "one row for each owner" : "several rows for one owner"}`,
        );
        if (problem !== null) questions.push({ path: ["tables", side.alias, "insert"], text: problem });
        for (const [alias] of ensured)
          comments.set(`tables.${alias}`, "rows that must exist before a subscription names them");
        return [
          ...ensured,
          [side.alias, { ...describeSide(side, places), insert, ...findTouch(side.table) }] as const,
        ];
      }),
    ),
  };
}

function describeSide({ table, owner, rows, alias }: SideRole, { subscription }: FoundPlaces) {
  const sample = subscription && table.samples[subscription.place.column];
  const hasPremade = rows === "many" && sample !== undefined && sample.filled < sample.looked;
  const isOwnKey = subscription?.place.column === table.primaryKey[0];
  return {
    ...{ table: writeTableName(table), owner },
    ...(table.primaryKey.length === 1 && table.primaryKey[0] !== owner && !isOwnKey
      ? { key: table.primaryKey[0] }
      : {}),
    ...(alias === "subscriptions" && rows === "many" ? { rows } : {}),
    ...(hasPremade && subscription
      ? { premade: `${JSON.stringify(subscription.place.column)} IS NULL` }
      : {}),
  };
}

const describeRows = (table: ScannedTable): string => `about ${Math.round(table.rowCount)} rows`;

/** Owners that the application keeps although they are deleted. */
function findDeleted(table: ScannedTable): { where?: string } {
  const column = findDeletedColumn(table);
  return column === undefined ? {} : { where: `${JSON.stringify(column)} IS NULL` };
}

function findTouch({ columns }: ScannedTable): { touch?: string } {
  const column = columns.find(
    (one) => isTime(one) && one.canUpdate && /^(updated_?at|modified_at)$/.test(toSnake(one.name)),
  );
  return column ? { touch: column.name } : {};
}
