import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Company, createCompany, PAYING } from "./testing/company";

let company: Company;
let audit: Company["audit"];
let write: Company["write"];
let customers: Company["customers"];
let folder: string;
beforeAll(async () => {
  company = await createCompany();
  ({ audit, write, folder, customers } = company);
});
afterAll(() => company.close());

/** Ada, Bob, Cyd, Dan and Gus as they should be, Eve locked out, Fay with access that she does not pay; no user claims Hal. */
const USERS = () =>
  [
    "id,E-Mail,Stripe Customer ID,plan,subscription_status,note",
    ...["ada", "bob", "cyd", "dan"].map(
      (id) => `${id},${id}@example.com,${customers[id]?.customer},Pro,active,"a, ""b"""`,
    ),
    `eve,eve@example.com,${customers.eve?.customer},,canceled,`,
    `fay,fay@example.com,${customers.fay?.customer},Pro,active,`,
    "ivy,ivy@example.com,,,,",
  ].join("\n");

describe("audit of a file", () => {
  it("says who is locked out, who does not pay, and which payer no user claims", async () => {
    const { code, stdout } = await audit("--users", await write("users.csv", USERS()), "--json");
    expect(code).toBe(3);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ format: 1, owners: 7, checked: 7, isWrong: true, notChecked: [] });
    const byId = Object.fromEntries(
      report.users.map((user: { id: string; verdict: string }) => [user.id, user.verdict]),
    );
    expect(byId).toEqual({ eve: "locked_out", fay: "unpaid_access" });
    expect(report.money.lockedOut).toEqual([{ currency: "usd", perMonth: 2_000, users: 1 }]);
    expect(report.payers.map(({ customerId }: { customerId: string }) => customerId).sort()).toEqual(
      [customers.gus?.customer, customers.hal?.customer].sort(),
    );
  });

  it("writes a page and a file that no address stands in, when it is asked to mask them", async () => {
    const [html, csv] = [path.join(folder, "audit.html"), path.join(folder, "audit.csv")];
    const users = await write("masked.csv", USERS().replaceAll("\neve,eve@", "\neve@example.com,eve@"));
    const { code, stdout, stderr } = await audit("--users", users, "--mask", "--html", html, "--csv", csv);
    expect(code).toBe(3);
    const [page, lines] = [await readFile(html, "utf8"), await readFile(csv, "utf8")];
    for (const text of [stdout, stderr, page, lines]) expect(text).not.toContain("@example.com");
    expect(stdout).toContain("● Locked out");
    expect(stdout).toContain("$20 a month");
    expect(page).toContain("Paid and locked out");
    expect(page).not.toMatch(/<script|src=|href=|@import|url\(/);
    expect(lines.split("\r\n")[0]).toBe(
      "verdict,user_id,email,customer_id,subscription_id,since,per_month,currency,why,differs",
    );
    expect(lines).toContain(`Unpaid access,fay,f…@e…,${customers.fay?.customer}`);
  });

  it("ends with 0 where everything is right", async () => {
    const all = [...PAYING, "gus", "hal"];
    const users = ["id;customer;status", ...all.map((id) => `${id};${customers[id]?.customer};active`)];
    // With the mark that spreadsheets write, and their line ends.
    const { code, stdout } = await audit("--users", await write("right.csv", `\uFEFF${users.join("\r\n")}`));
    expect(stdout).toContain("All 7 owners agree with Stripe, and each payer belongs to one.");
    expect(code).toBe(0);
  });

  it("joins subscriptions to their users, and takes the one that gives access", async () => {
    const users = await write("joined.csv", "user_id,email\nada,ada@example.com\neve,eve@example.com\n");
    const rows = [
      "subscription_id,user_id,state,current_period_end",
      `sub_old,ada,canceled,2030-01-01 00:00:00`,
      `${customers.ada?.subscription},ada,active,2026-01-01 00:00:00`,
      `${customers.eve?.subscription},eve,canceled,2026-01-01 00:00:00`,
      `${customers.bob?.subscription},gone,active,2026-01-01 00:00:00`,
    ];
    const subscriptions = await write("subscriptions.csv", rows.join("\n"));
    const { stdout } = await audit("--users", users, "--subscriptions", subscriptions, "--json");
    const report = JSON.parse(stdout);
    expect(report.users.map(({ id, verdict }: { id: string; verdict: string }) => [id, verdict])).toEqual([
      ["eve", "locked_out"],
      ["ada", "detail_mismatch"],
    ]);
    expect(report.notes.join("\n")).toContain("1 row left out");
  });

  it("takes yes and no for access, and looks a user up by the address alone", async () => {
    const rows = [
      "id,email,verified,is_pro",
      "ada,ADA@example.com,t,1",
      "eve,eve@example.com,t,0",
      "fay,fay@example.com,t,yes",
      "ivy,,f,0",
    ];
    const { stdout } = await audit("--users", await write("yes.csv", rows.join("\n")), "--json");
    const found = JSON.parse(stdout).users.map(({ id, verdict }: { id: string; verdict: string }) => [
      id,
      verdict,
    ]);
    expect(found).toContainEqual(["eve", "locked_out"]);
    expect(found).toContainEqual(["fay", "unpaid_access"]);
    expect(found).toHaveLength(2);
  });

  it("learns plans from owners whose customer only the address names", async () => {
    const rows = [
      "id,email,plan,status",
      ...["ada", "bob", "cyd", "dan"].map((id) => `${id},${id}@example.com,Pro,active`),
      "eve,eve@example.com,,canceled",
    ];
    const users = await write(
      "addresses.csv",
      rows
        .join("\n")
        .replace("status", "status,verified")
        .replaceAll(/(active|canceled)$/gm, "$1,t"),
    );
    const report = JSON.parse((await audit("--users", users, "--json")).stdout);
    expect(report.users.map(({ id, verdict }: Record<string, string>) => [id, verdict])).toEqual([
      ["eve", "locked_out"],
    ]);
    expect(report.notes.join("\n")).toContain("Plans, learned from Stripe: Pro is price_");
  });

  it("says how many rows were left out, and why", async () => {
    const rows = [
      "id,customer,status",
      `ada,${customers.ada?.customer},active`,
      `ada,${customers.bob?.customer},canceled`,
      `,${customers.cyd?.customer},active`,
      "dan,active",
    ];
    const { stdout } = await audit("--users", await write("rows.csv", rows.join("\n")), "--json");
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ owners: 2, checked: 1 });
    expect(report.users).toEqual([
      expect.objectContaining({
        ...{ id: "dan", verdict: "not_checked" },
        why: "Not judged, because line 5 of rows.csv is not understood: it has fewer columns than the first line.",
      }),
    ]);
    expect(report.notes).toEqual(
      expect.arrayContaining([
        "1 row left out: of several rows of one owner the one that gives access counts, else the one that ends last.",
        "1 row left out: rows.csv: it has no id (first: line 4).",
        "1 row is not understood, and its owner not judged: rows.csv: it has fewer columns than the first line (first: line 5).",
      ]),
    );
  });

  it("of several rows of an owner takes the one that gives access, whatever their order", async () => {
    const rows = [
      "id,customer,subscription,status",
      `ada,${customers.ada?.customer},sub_old,canceled`,
      `ada,${customers.ada?.customer},${customers.ada?.subscription},active`,
      `bob,${customers.bob?.customer},${customers.bob?.subscription},active`,
      `bob,${customers.bob?.customer},,canceled`,
      `cyd,${customers.cyd?.customer},,aus`,
      `cyd,${customers.cyd?.customer},${customers.cyd?.subscription},an`,
    ];
    const { stdout } = await audit("--users", await write("several.csv", rows.join("\n")), "--json");
    const report = JSON.parse(stdout);
    expect(report.users.map(({ id, verdict, why }: Record<string, string>) => [id, verdict, why])).toEqual([
      [
        ...["cyd", "not_checked"],
        "Not judged, because lines 6, 7 of several.csv say different things: an, aus.",
      ],
    ]);
  });

  it("does not judge an owner with a row of the subscriptions that is not understood, and says which row", async () => {
    const users = await write(
      "owners.csv",
      `id,email,customer\nada,ada@example.com,\neve,eve@example.com,${customers.eve?.customer}\nbob,BOB@example.com,\nivy,ivy@example.com,\n`,
    );
    const rows = [
      "subscription_id,user_id,customer,email,current_period_end",
      `${customers.ada?.subscription},ada,,,2030-01-01`,
      `${customers.eve?.subscription},,${customers.eve?.customer},,31/12/2030`,
      `${customers.bob?.subscription},,,bob@example.com,2030-01-01,2`,
      "sub_x,,,,2030-01-01",
    ];
    const subscriptions = await write("rows-of.csv", rows.join("\n"));
    const { stdout } = await audit("--users", users, "--subscriptions", subscriptions, "--json");
    const report = JSON.parse(stdout);
    const reasons = Object.fromEntries(
      report.users.map(({ id, verdict, why }: Record<string, string>) => [id, `${verdict} ${why}`]),
    );
    expect(reasons).toMatchObject({
      bob: "not_checked Not judged, because line 4 of rows-of.csv is not understood: it has more columns than the first line.",
      eve: "not_checked Not judged, because line 3 of rows-of.csv is not understood: column current_period_end, which says who has access, is not understood.",
    });
    expect(report.notChecked).toContain("2 owners: what is recorded of them is not understood.");
    expect(report.notes).toContain(
      "1 row left out: rows-of.csv: it has no owner or customer or email (first: line 5).",
    );
    expect(report.payers.map(({ customerId }: { customerId: string }) => customerId)).not.toContain(
      customers.eve?.customer,
    );
  });

  it("keeps words that nothing in Stripe explains, and says that they are not known", async () => {
    const users = `${USERS()}\nzoe,zoe@example.com,,Lifetime,lifetime,`;
    const { stdout } = await audit("--users", await write("words.csv", users), "--json");
    const report = JSON.parse(stdout);
    expect(report.users.map(({ id }: { id: string }) => id).sort()).toEqual(["eve", "fay"]);
    expect(report.notes.join("\n")).toContain("never called wrong: Lifetime (1)");
    expect(report.notes.join("\n")).toContain("never called wrong: lifetime (1)");
  });
});

describe("what cannot be audited ends with 1 and says why:", () => {
  it.each([
    ["an empty file", "", "is empty: its first line must name the columns."],
    ["no rows", "id,customer,status\n", "There are no owners in"],
    ["one column", "id\nada\n", "has one column (id)"],
    ["no id", "who,customer,status\nada,cus_a,active\n", "No column of"],
    ["nothing that Stripe knows", "id,name,status\nada,Ada,active\n", "no user can be found in Stripe"],
    ["nothing that says who has access", "id,customer\nada,cus_a\n", "No column says who has access"],
    ["a quote that does not end", 'id,customer,status\nada,"cus_a,active\n', "is no CSV"],
    [
      "another encoding",
      Buffer.from("id,customer,name,status\nada,cus_a,Andr\xe9,active\n", "latin1"),
      "is not UTF-8",
    ],
  ])("%s", async (name, content, message) => {
    const file = await write(`${name.replaceAll(" ", "-")}.csv`, content);
    const { code, stdout, stderr } = await audit("--users", file);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(message);
  });

  it("a plan that only subscriptions have, which stays when they end: named as what decides, the status is judged", async () => {
    const users = await write("people.csv", "id,email\nada,ada@example.com\n");
    const rows = await write("contracts.csv", "owner,customer,plan,state\nada,cus_a,army,stopped\n");
    const files = ["--users", users, "--subscriptions", rows];
    const refused = await audit(...files);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain("No column says who has access");
    expect(refused.stderr).toContain("Those of contracts.csv: owner, customer, plan, state.");
    const named = await audit(...files, "--column", "status=state", "--json");
    expect(JSON.parse(named.stdout).notes).toContain(
      "Who has access is judged by column state of contracts.csv, read as status.",
    );
  });

  it("a file that is not there, a column that is not there, a field that is none", async () => {
    const users = await write("named.csv", "id,customer,status\nada,cus_a,active\n");
    expect((await audit("--users", path.join(folder, "none.csv"))).stderr).toContain("There is no file");
    expect((await audit("--users", users, "--column", "plan=tier")).stderr).toContain("has no column tier");
    expect((await audit("--users", users, "--column", "shoe=tier")).stderr).toContain("write field=column");
  });
});

describe("wrong options end with 2:", () => {
  it.each([
    [[], "Name what to look at"],
    [["--users", "a.csv", "--database-url", "postgresql://x/y"], "Name what to look at"],
    [["--database-url", "mysql://x/y"], "must begin with postgresql://"],
    [["--users", "a.csv", "--mapping", "m.yaml"], "--mapping needs --database-url"],
    [["--database-url", "postgresql://x/y", "--column", "a=b"], "need --users"],
    [["users.csv"], "audit takes options only"],
  ])("%j", async (argv, message) => {
    const { code, stderr } = await audit(...argv);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
