import { type ClassifiedValues, classifyValues } from "~/adopt/scan/classify";
import { AuditError } from "./source";

/** What a column of a file can be. */
export const CSV_FIELDS = [
  ...([
    "id",
    "owner",
    "email",
    "emailVerified",
    "name",
    "customer",
    "subscription",
    "price",
    "product",
  ] as const),
  ...(["plan", "status", "periodEnd", "cancelAtPeriodEnd", "access", "createdAt"] as const),
] as const;
export type CsvField = (typeof CSV_FIELDS)[number];

export const isCsvField = (text: string): text is CsvField =>
  (CSV_FIELDS as readonly string[]).includes(text);

/** Names by which people call them, without punctuation, the surest first. */
const NAMES: Record<CsvField, readonly string[]> = {
  id: ["id", "userid", "uuid", "uid", "accountid", "customerkey", "teamid", "organizationid", "orgid"],
  owner: ["userid", "ownerid", "user", "owner", "accountid", "teamid", "organizationid", "orgid"],
  email: ["email", "emailaddress", "useremail", "mail", "owneremail"],
  emailVerified: [
    "emailverified",
    "emailverifiedat",
    "verified",
    "emailconfirmed",
    "emailconfirmedat",
    "confirmedat",
  ],
  name: ["name", "fullname", "displayname", "username"],
  customer: ["stripecustomerid", "customerid", "stripecustomer", "stripeid", "customer"],
  subscription: ["stripesubscriptionid", "subscriptionid", "stripesubscription", "subscription"],
  price: ["stripepriceid", "priceid", "stripeprice", "price"],
  product: ["stripeproductid", "productid", "stripeproduct"],
  plan: ["plan", "planname", "tier", "subscriptionplan", "currentplan", "package"],
  status: ["subscriptionstatus", "stripestatus", "billingstatus", "planstatus", "status"],
  periodEnd: [
    ...["currentperiodend", "stripecurrentperiodend", "periodend", "expiresat", "validuntil", "paiduntil"],
    ...["accessuntil", "subscriptionends", "renewsat", "expires"],
  ],
  cancelAtPeriodEnd: ["cancelatperiodend", "canceled", "cancelscheduled", "willcancel"],
  access: ["hasaccess", "access", "ispro", "ispaid", "ispremium", "premium", "pro", "paid"],
  createdAt: ["createdat", "created", "signupdate", "registeredat", "joinedat"],
};
/** What the values of a column must look like where Stripe gives them. */
const BY_VALUES: Partial<Record<ClassifiedValues["class"], CsvField>> = {
  customer: "customer",
  subscription: "subscription",
  price: "price",
  product: "product",
  email: "email",
  status: "status",
};
/** Names that can mean only Stripe's ids. Where they hold something else, every payer would seem not to pay. */
const STRIPES_OWN: readonly { field: CsvField; names: readonly string[]; looks: string }[] = [
  { field: "customer", names: ["stripecustomerid", "stripecustomer"], looks: "Stripe’s customers (cus_…)" },
  {
    field: "subscription",
    names: ["stripesubscriptionid", "stripesubscription"],
    looks: "Stripe’s subscriptions (sub_…)",
  },
];
const GIVEN_BY_STRIPE: readonly CsvField[] = ["customer", "subscription", "price", "product"];

export type FileColumns = {
  /** The place of each field in a row. */
  fields: ReadonlyMap<CsvField, number>;
  header: readonly string[];
  /** Columns that are nothing of this. */
  unused: readonly string[];
};

const fold = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");

export type Sample = { file: string; header: readonly string[]; rows: readonly (readonly string[])[] };

/**
 * What the columns of a file are: as named, else by their values where Stripe gives these, else by their names. `wanted`: the
 * fields that the file may have.
 */
export function recognizeColumns(
  { file, header, rows }: Sample,
  wanted: readonly CsvField[],
  named: ReadonlyMap<CsvField, string>,
): FileColumns {
  const fields = new Map<CsvField, number>();
  const taken = new Set<number>();
  const take = (field: CsvField, at: number) => {
    if (at < 0 || taken.has(at) || fields.has(field) || !wanted.includes(field)) return;
    fields.set(field, at);
    taken.add(at);
  };
  for (const [field, name] of named) {
    const at = header.findIndex((one) => one === name || fold(one) === fold(name));
    if (at < 0) throw new AuditError(`${file} has no column ${name}. It has ${header.join(", ")}.`);
    take(field, at);
  }
  const classes = header.map((_, at) => classify(rows, at));
  const folded = header.map(fold);
  const listNamed = (names: readonly string[]) =>
    names.flatMap((name) => folded.flatMap((one, at) => (one === name ? [at] : [])));
  const byName = (field: CsvField) => listNamed(NAMES[field]);
  for (const [at, found] of classes.entries()) {
    const field = found && BY_VALUES[found.class];
    if (!field || fields.has(field)) continue;
    // A name that fits decides between several columns of the same kind.
    take(field, byName(field).find((where) => classes[where]?.class === found.class) ?? at);
  }
  const findFilled = (at: number) => rows.find((row) => !isEmptyMark(row[at] ?? ""))?.[at];
  for (const field of wanted)
    for (const at of byName(field)) {
      // A column that is called customer_id and holds other ids is no customer of Stripe's.
      if (!GIVEN_BY_STRIPE.includes(field) || findFilled(at) === undefined) take(field, at);
    }
  for (const { field, names, looks } of STRIPES_OWN)
    for (const at of wanted.includes(field) && !fields.has(field) ? listNamed(names) : [])
      throw new AuditError(
        `Column ${header[at]} of ${file} should hold ${looks}, and does not (“${findFilled(at)}”), so what is recorded there cannot be compared. Write the ids alone, or leave the column out.`,
      );
  for (const at of fields.values())
    for (const twin of listNamed([folded[at] ?? ""]))
      if (twin !== at && rows.some((row) => row[twin] !== row[at]))
        throw new AuditError(
          `${file} has several columns that are called ${header[at]}, with different values: name each of them differently, so that it is known which one is meant.`,
        );
  return { fields, header, unused: header.filter((_, at) => !taken.has(at)) };
}

function classify(rows: readonly (readonly string[])[], at: number): ClassifiedValues | undefined {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const value = (row[at] ?? "").trim();
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return classifyValues([...counts].filter(([value]) => !isEmptyMark(value)));
}

/** What exports write for no value. */
export const isEmptyMark = (value: string): boolean =>
  value === "" || value === "\\N" || /^null$/i.test(value);
