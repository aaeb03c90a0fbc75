import { describe, expect, it } from "vitest";
import { addCatalogue, catchStripeError, startSandbox } from "~/sandbox/testing/sandbox";
import { parseQuery } from "./query";

describe("a search query", () => {
  it.each([
    ['email:"a@b.c"', false, [["email", null, ":", "a@b.c", false]]],
    [
      `email:'a"b' AND -metadata["customerType"]:"organization"`,
      false,
      [
        ["email", null, ":", 'a"b', false],
        ["metadata", "customerType", ":", "organization", true],
      ],
    ],
    [
      'name~"ann" OR created>=100',
      true,
      [
        ["name", null, "~", "ann", false],
        ["created", null, ">=", "100", false],
      ],
    ],
    [
      'status:"active" metadata["a"]:null',
      false,
      [
        ["status", null, ":", "active", false],
        ["metadata", "a", ":", null, false],
      ],
    ],
    ['name:"say \\"hi\\""', false, [["name", null, ":", 'say "hi"', false]]],
  ])("%s is read", (text, any, clauses) => {
    const query = parseQuery(text);
    expect(query.any).toBe(any);
    expect(
      query.clauses.map(({ field, key, operator, value, negated }) => [field, key, operator, value, negated]),
    ).toEqual(clauses);
  });

  it.each([
    ["email", "We were unable to parse your search query."],
    ['email:"a', "We were unable to parse your search query."],
    ['(email:"a")', "We were unable to parse your search query."],
    ["", "We were unable to parse your search query."],
    ['email:"a" AND name:"b" OR name:"c"', "You cannot combine AND and OR"],
    ['name~"ab"', "Substring matches need at least 3 characters."],
  ])("%s is refused", (text, message) => {
    expect(() => parseQuery(text)).toThrow(message);
  });
});

describe("a search of customers", () => {
  it("finds an email address in any case, newest first, and no deleted customers", async () => {
    const { sandbox, stripe } = await startSandbox();
    const older = sandbox.customers.create({ email: "ann@example.com" });
    sandbox.customers.create({ email: "bob@example.com" });
    const newer = sandbox.customers.create({ email: "Ann@Example.com" });
    const gone = sandbox.customers.create({ email: "ANN@example.com" });
    sandbox.customers.delete(gone.id);
    const found = await stripe.customers.search({ query: 'email:"ann@EXAMPLE.com"' });
    expect(found).toMatchObject({ object: "search_result", has_more: false, url: "/v1/customers/search" });
    expect(found.data.map(({ id }) => id)).toEqual([newer.id, older.id]);
    expect((await stripe.customers.list({ email: "ann@example.com" })).data.map(({ id }) => id)).toEqual([
      older.id,
    ]);
  });

  it("goes on at next_page", async () => {
    const { sandbox, stripe } = await startSandbox();
    const made = ["1", "2", "3", "4", "5"].map((n) => sandbox.customers.create({ name: `Ann ${n}` }).id);
    const all: string[] = [];
    for await (const { id } of stripe.customers.search({ query: 'name~"ann"', limit: 2 })) all.push(id);
    expect(all).toEqual(made.reverse());
  });

  it("finds by metadata and leaves out what is negated", async () => {
    const { sandbox, stripe } = await startSandbox();
    const person = sandbox.customers.create({ email: "a@b.c", metadata: { userId: "1" } });
    sandbox.customers.create({ email: "a@b.c", metadata: { customerType: "organization" } });
    const { data } = await stripe.customers.search({
      query: 'email:"a@b.c" AND -metadata["customerType"]:"organization"',
    });
    expect(data.map(({ id }) => id)).toEqual([person.id]);
  });

  it("can lag behind: new customers are missing, changed ones are found by what they were", async () => {
    const { sandbox, stripe } = await startSandbox({ searchLagSeconds: 60 });
    const find = async (email: string) =>
      (await stripe.customers.search({ query: `email:"${email}"` })).data.map(({ id }) => id);
    const ann = sandbox.customers.create({ email: "ann@example.com" });
    expect(await find("ann@example.com")).toEqual([]);
    sandbox.clock.advance(61);
    expect(await find("ann@example.com")).toEqual([ann.id]);
    sandbox.customers.update(ann.id, { email: "anna@example.com" });
    expect(await find("anna@example.com")).toEqual([]);
    expect(await find("ann@example.com")).toEqual([ann.id]);
    sandbox.clock.advance(61);
    expect(await find("anna@example.com")).toEqual([ann.id]);
  });

  it("refuses a field that Stripe does not search by", async () => {
    const { stripe } = await startSandbox();
    const error = await catchStripeError(stripe.customers.search({ query: 'address:"x"' }));
    expect(error).toMatchObject({
      statusCode: 400,
      message: expect.stringContaining(
        "Field `address` is an unsupported search field for resource `customers`.",
      ),
    });
  });
});

it("subscriptions, prices and products are searched, too", async () => {
  const { sandbox, stripe } = await startSandbox();
  const { starter } = addCatalogue(sandbox);
  const { id: customer } = sandbox.customers.create();
  const { id } = sandbox.subscriptions.create({
    customer,
    items: [{ price: starter }],
    metadata: { userId: "u1" },
  });
  const byMetadata = await stripe.subscriptions.search({
    query: 'status:"active" AND metadata["userId"]:"u1"',
    expand: ["data.customer"],
  });
  expect(byMetadata.data).toMatchObject([{ id, customer: { id: customer } }]);
  expect(
    (await stripe.prices.search({ query: 'lookup_key:"starter_monthly"' })).data.map((p) => p.id),
  ).toEqual([starter]);
  expect((await stripe.products.search({ query: 'active:"true" AND name~"tart"' })).data).toMatchObject([
    { name: "Starter" },
  ]);
});
