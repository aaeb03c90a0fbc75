import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openCsvSource } from "./csv-source.server";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "parity-odd-csv-"));
});
afterAll(() => rm(folder, { recursive: true }));

let count = 0;
async function read(users: string | Buffer, columns: string[] = []) {
  count += 1;
  const file = path.join(folder, `users${count}.csv`);
  await writeFile(file, users);
  const source = await openCsvSource({ users: file, subscriptions: null, columns, encoding: null });
  const rows: Record<string, unknown>[] = [];
  const troubles: Record<string, unknown>[] = [];
  for await (const { table, rows: some } of source.read())
    if (table === "owners" || table === "workspaces")
      for (const text of some) rows.push({ table, ...JSON.parse(text) });
    else if (table === "troubles") for (const text of some) troubles.push(JSON.parse(text));
  const ids = rows.filter(({ table }) => table === "owners").map(({ id }) => id);
  const [, deciding, ...notes] = source.notes();
  expect(deciding).toMatch(/^Who has access is judged by column \w+ of /);
  return { rows, ids, troubles, notes: notes.join("\n") };
}

const TEXT = `id,email,stripe_customer_id,plan,status
1,ada@example.com,cus_1,pro,active
2,bob@example.com,cus_2,pro,canceled
`;

/** With this around each value of the rows, and of the first line where `inHeader`. */
const wrap = (before: string, after: string, inHeader = true) =>
  TEXT.trimEnd()
    .split("\n")
    .map((line, at) => (at > 0 || inHeader ? line.replaceAll(/[^,]+/g, `${before}$&${after}`) : line))
    .join("\n");

const swap = (text: string) => Buffer.from(text, "utf16le").swap16();

describe("is read right", () => {
  it.each<[string, string | Buffer]>([
    ["a mark of UTF-8", `\uFEFF${TEXT}`],
    ["UTF-16 with a mark", Buffer.from(`\uFEFF${TEXT}`, "utf16le")],
    ["UTF-16 without a mark", Buffer.from(TEXT, "utf16le")],
    ["UTF-16 of the other order", swap(`\uFEFF${TEXT}`)],
    ["UTF-16 of the other order without a mark", swap(TEXT)],
    ["semicolons", TEXT.replaceAll(",", ";")],
    ["a line that says the separator", `sep=;\r\n${TEXT.replaceAll(",", ";").replaceAll("\n", "\r\n")}`],
    ["a line that says the separator, after a mark", `\uFEFFsep=,\n${TEXT}`],
    ["tabs, and lines that end as on an old Mac", TEXT.replaceAll(",", "\t").replaceAll("\n", "\r")],
    ["lines before the first that are empty", `\n\n${TEXT}`],
    [
      "a separator at the end of each row",
      TEXT.replace("status\n", "status\n").replaceAll(/(active|canceled)\n/g, "$1,\n"),
    ],
    ["NUL behind each value", wrap("", "\0\0")],
    ["four bytes a letter", Buffer.from(`\uFEFF${[...TEXT].join("\0")}`, "utf16le")],
    ["blanks and marks of no width around each value", wrap("\u00a0\u200b", "\u200d ")],
    ["a spreadsheet's guard around each value", wrap('"=""', '"""', false)],
    ["blanks before quotes", wrap(' "', '" ')],
    ["the end mark of PostgreSQL's copy", `${TEXT}\\.\n`],
    ["the end mark of DOS", `${TEXT}\u001a`],
    ["lines inside of quotes", TEXT.replace("id,", '"id",').replace("pro,active", '"pro",active')],
  ])("%s", async (_, text) => {
    const { rows, notes } = await read(text);
    expect(rows).toEqual([
      expect.objectContaining({ id: "1", email: "ada@example.com", stripeCustomerId: "cus_1", plan: "pro" }),
      expect.objectContaining({ id: "2", subscriptionStatus: "canceled" }),
    ]);
    expect(notes).toBe("");
  });

  it("an export of MySQL: no values, no dates, bits, and quotes after a backslash", async () => {
    const text = String.raw`"id","name","email","stripe_id","status","period_end","confirmed"
"1","Ada \"A\" L\\ovelace","a@example.com","cus_1","active","2026-12-31 00:00:00","b'1'"
"2",\N,"b@example.com",\N,\N,"0000-00-00 00:00:00","b'0'"
"3",NULL,"c@example.com",NULL,"canceled","0000-00-00","0000-00-00"
`;
    const { rows, notes, troubles } = await read(text, ["periodEnd=period_end", "emailVerified=confirmed"]);
    expect(rows).toMatchObject([
      {
        id: "1",
        name: 'Ada "A" L\\ovelace',
        currentPeriodEnd: "2026-12-31T00:00:00.000Z",
        emailVerified: true,
      },
      { id: "2", name: null, stripeCustomerId: null, subscriptionStatus: null, currentPeriodEnd: null },
      { id: "3", name: null, subscriptionStatus: "canceled", currentPeriodEnd: null, emailVerified: false },
    ]);
    expect({ notes, troubles }).toEqual({ notes: "", troubles: [] });
  });

  it("line breaks, quotes and separators inside of quotes, in the names of columns as well", async () => {
    const text = `id;"full\nname; as typed";email;stripe_customer_id;status\n1;"Ada ""A""\r\nLovelace; Esq.";a@example.com;cus_1;active\n`;
    const { rows } = await read(text, ["name=full\nname; as typed"]);
    expect(rows).toMatchObject([{ id: "1", name: 'Ada "A"\r\nLovelace; Esq.', stripeCustomerId: "cus_1" }]);
  });
});

describe("is said, and nothing is guessed", () => {
  it.each([
    [
      "a word for yes of another language",
      "id,email,premium\n1,a@example.com,ja\n2,b@example.com,nein\n",
      /Column premium .*“ja”.*true or false/,
    ],
    [
      "days as a spreadsheet writes them",
      "id,email,paid_until\n1,a@example.com,31/12/2026\n",
      /Column paid_until .*“31\/12\/2026”.*2026-12-31/,
    ],
    [
      "days as the numbers of a spreadsheet",
      "id,email,paid_until\n1,a@example.com,46357\n",
      /Column paid_until .*“46357”/,
    ],
    ["a quote that is not closed", 'id,email,status\n1,"a@example.com,active\n', /is no CSV: .*quote/i],
    ["a day that is in no calendar", "id,email,paid_until\n1,a@example.com,2027-02-31\n", /“2027-02-31”/],
    [
      "customers as addresses of a page, which would all seem not to pay",
      TEXT.replaceAll("cus_", "https://dashboard.stripe.com/customers/cus_"),
      /Column stripe_customer_id .*“https:.*cannot be compared/,
    ],
    ["customers in capitals", TEXT.replaceAll("cus_", "CUS_"), /Column stripe_customer_id .*“CUS_1”/],
    [
      "subscriptions that are none",
      TEXT.replaceAll("cus_", "x").replace("stripe_customer_id", "stripe_subscription"),
      /Column stripe_subscription/,
    ],
    [
      "two columns of one name that differ, as a join exports them",
      "id,email,status,id\n1,a@example.com,active,70\n",
      /several columns that are called id, with different values/,
    ],
    ["other quotes", wrap("'", "'"), /has its values between '/],
    ["typographic quotes", wrap("“", "”"), /has its values between “/],
    ["JSON", '[{"id":"1","email":"a@example.com"}]', /is JSON/],
    ["a compressed file", Buffer.from([0x1f, 0x8b, 8, 0, 1, 2]), /is compressed/],
    ["a workbook", Buffer.from([0x50, 0x4b, 3, 4, 20, 0]), /is a workbook/],
    ["a file of another kind", Buffer.from([0x51, 0x4b, 3, 4, 0xff, 0xfe, 0x80]), /is not UTF-8|one column/],
  ])("%s", async (_, text, said) => {
    await expect(read(text)).rejects.toThrow(said);
  });

  it("of a few rows: their owners are not judged, with the line, and the others are", async () => {
    const rows = [
      "1,a@example.com,yes",
      "2,b@example.com,perhaps",
      "3,c@example.com,no",
      "4,d@example.com,vielleicht",
    ];
    const { ids, notes, troubles } = await read(`id,email,premium\n${rows.join("\n")}\n`);
    expect(ids).toEqual(["1", "2", "3", "4"]);
    expect(troubles.map(({ kind, key, line }) => [kind, key, line])).toEqual([
      ["owner", "2", 3],
      ["owner", "4", 5],
    ]);
    expect(notes).toMatch(
      /2 rows are not understood, and their owners not judged: .*premium, which says who has access, is not understood \(first: line 3\)/,
    );
  });

  it("a first line that stands between the rows again is no user", async () => {
    const { ids, notes } = await read(`\uFEFF${TEXT}\uFEFF${TEXT.replaceAll(/^[12]/gm, "1$&")}`);
    expect(ids).toEqual(["1", "2", "11", "12"]);
    expect(notes).toContain("it repeats the first line (first: line 4)");
  });

  it("two columns of one name that hold the same are one", async () => {
    const { ids } = await read("id,email,status,Email\n1,a@example.com,active,a@example.com\n");
    expect(ids).toEqual(["1"]);
  });

  it("numbers that a spreadsheet has shortened are no ids", async () => {
    const { ids, notes } = await read(
      "id,email,status\n1.23457E+17,a@example.com,active\n7,b@example.com,active\n",
    );
    expect(ids).toEqual(["7"]);
    expect(notes).toContain("1 row left out");
    expect(notes).toContain("a spreadsheet has shortened the number in column id");
  });
});
