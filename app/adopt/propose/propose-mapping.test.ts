import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCatalog } from "~/mapping/catalog.server";
import { checkMapping } from "~/mapping/check-mapping";
import { parseMapping } from "~/mapping/parse-mapping.server";
import { createEmptyDatabase } from "~/platform/testing/database";
import { checkLookUps } from "../check/check-look-ups.server";
import { checkRoundTrip } from "../check/round-trip.server";
import { scanDatabase } from "../scan/scan-database.server";
import { addSilentReferences } from "../scan/silent-references.server";
import { APPLICATIONS } from "../testing/applications";
import { proposeMapping } from "./propose-mapping";
import { writeMapping } from "./write-mapping";

let client: pg.Client;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await createEmptyDatabase();
  drop = database.drop;
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query("SET search_path = public");
});
afterAll(async () => {
  await client.end();
  await drop();
});

/** The file that is proposed for an application, and what it says. */
async function propose(tables: string) {
  await client.query("BEGIN");
  try {
    await client.query(tables);
    const proposal = proposeMapping(await addSilentReferences(client, await scanDatabase(client)));
    if (!proposal) return null;
    const text = writeMapping(proposal);
    const parsed = parseMapping(text);
    if ("problems" in parsed) throw new Error(`${text}\n${JSON.stringify(parsed.problems, null, 1)}`);
    const parts = { mapping: parsed.mapping, catalog: await readCatalog(client, parsed.mapping) };
    const findings = checkMapping(parts.mapping, parts.catalog);
    const signal = new AbortController().signal;
    const checks = [
      ...(await checkLookUps(client, parts)),
      ...(await checkRoundTrip(client, parts, { signal })),
    ];
    return {
      ...{ text, document: parsed.document, questions: proposal.questions.map((question) => question.text) },
      errors: [
        ...findings.filter(({ isWarning }) => !isWarning).map(({ message }) => message),
        ...checks.filter(({ level }) => level === "problem").map(({ text: problem }) => problem),
      ],
      owners: checks.find(({ about }) => about === "round trip")?.text,
    };
  } finally {
    await client.query("ROLLBACK");
  }
}

describe("what is proposed for", () => {
  it.each([
    [
      "columnsOfUsers",
      {
        tables: { owners: { table: "public.users", key: "id", touch: "updated_at" } },
        fields: {
          ...{ email: "owners.email", emailVerified: "owners.emailVerified", name: "owners.name" },
          ...{ customer: "owners.stripe_customer_id", subscription: "owners.stripe_subscription_id" },
          ...{
            price: "owners.stripe_price_id",
            periodEnd: "owners.stripe_current_period_end",
            updatedAt: "owners.updated_at",
          },
        },
        plan: { holds: "price" },
        access: { by: "date", grace: "1 day" },
      },
    ],
    [
      "teams",
      {
        tables: { owners: { table: "public.teams", key: "id", touch: "updated_at" } },
        fields: expect.objectContaining({
          email: { sql: expect.stringContaining("team_members"), writes: false },
          customer: "owners.stripe_customer_id",
          product: "owners.stripe_product_id",
          plan: "owners.plan_name",
          status: "owners.subscription_status",
        }),
        access: { by: "status" },
      },
    ],
    [
      "manyRows",
      {
        tables: {
          owners: { table: "auth.users", key: "id", where: '"deleted_at" IS NULL' },
          customers: { table: "public.customers", owner: "id", insert: true },
          products: { table: "public.products", key: "id", ensure: { id: "$product", active: true } },
          prices: { table: "public.prices", key: "id", ensure: { product_id: "$product", active: true } },
          subscriptions: { table: "public.subscriptions", owner: "user_id", rows: "many", insert: true },
        },
        fields: {
          ...{
            email: "owners.email",
            emailVerified: "owners.email_confirmed_at",
            customer: "customers.stripe_customer_id",
          },
          ...{
            subscription: "subscriptions.id",
            price: "subscriptions.price_id",
            status: "subscriptions.status",
          },
          ...{
            periodEnd: "subscriptions.current_period_end",
            periodStart: "subscriptions.current_period_start",
          },
          ...{ cancelAtPeriodEnd: "subscriptions.cancel_at_period_end", cancelAt: "subscriptions.cancel_at" },
          ...{ canceledAt: "subscriptions.canceled_at", endedAt: "subscriptions.ended_at" },
          ...{ created: "subscriptions.created", quantity: "subscriptions.quantity" },
        },
        access: { by: "status" },
      },
    ],
    [
      "items",
      {
        tables: {
          owners: { table: "public.users", key: "id", touch: "updated_at" },
          subscriptions: {
            ...{
              table: "public.subscriptions",
              owner: "user_id",
              key: "id",
              rows: "many",
              touch: "updated_at",
            },
            insert: { set: { type: "default", created_at: "$created" } },
          },
        },
        fields: expect.objectContaining({
          ...{
            customer: "owners.stripe_id",
            subscription: "subscriptions.stripe_id",
            status: "subscriptions.stripe_status",
          },
          ...{
            price: "subscriptions.stripe_price",
            endsAt: "subscriptions.ends_at",
            quantity: "subscriptions.quantity",
          },
        }),
        access: { by: "status" },
      },
    ],
    [
      "ownWords",
      {
        tables: { owners: { table: "public.User", key: "id" } },
        fields: {
          email: "owners.email",
          ...{
            customer: "owners.paymentProcessorUserId",
            status: "owners.subscriptionStatus",
            plan: "owners.subscriptionPlan",
          },
        },
        access: { by: "status" },
      },
    ],
    [
      "organisations",
      {
        tables: {
          owners: { table: "public.Organisation", key: "id" },
          subscriptions: {
            ...{ table: "public.Subscription", owner: "organisationId", key: "id", touch: "updatedAt" },
            insert: true,
          },
        },
        fields: expect.objectContaining({
          email: { sql: expect.stringContaining('"ownerUserId"'), writes: false },
          ...{
            customer: "owners.customerId",
            subscription: "subscriptions.planId",
            price: "subscriptions.priceId",
          },
          ...{ status: "subscriptions.status", subscriptionCustomer: "subscriptions.customerId" },
        }),
      },
    ],
    [
      "usersAndOrganizations",
      {
        tables: {
          owners: [
            {
              ...{ as: "organization", table: "public.organization", key: "id" },
              fields: { name: "organization.name", customer: "organization.stripeCustomerId" },
            },
            {
              ...{ as: "user", table: "public.user", key: "id" },
              fields: {
                ...{ email: "user.email", emailVerified: "user.emailVerified", name: "user.name" },
                customer: "user.stripeCustomerId",
              },
            },
          ],
          subscriptions: {
            ...{ table: "public.subscription", owner: "referenceId", key: "id", rows: "many" },
            ...{ premade: '"stripeSubscriptionId" IS NULL', insert: { set: { id: "$uuid" } } },
          },
        },
        fields: expect.objectContaining({
          plan: "subscriptions.plan",
          status: "subscriptions.status",
          quantity: "subscriptions.seats",
        }),
      },
    ],
    [
      "planRows",
      {
        tables: {
          owners: { table: "public.organizations_organization", key: "id" },
          subscriptions: {
            ...{ table: "public.billing_subscription", owner: "organization_id", key: "id" },
            insert: { set: { modified: "$now" } },
          },
        },
        fields: expect.objectContaining({
          email: { sql: expect.stringContaining('"owner_id"'), writes: false },
          emailVerified: { sql: expect.stringContaining('listed."verified"'), writes: false },
          plan: "subscriptions.plan_id",
        }),
      },
    ],
    [
      "numbers",
      {
        tables: {
          owners: { table: "public.AspNetUsers", key: "Id" },
          subscriptions: {
            table: "public.Subscriptions",
            owner: "UserId",
            key: "Id",
            rows: "many",
            insert: true,
          },
        },
        fields: {
          ...{
            email: "owners.Email",
            emailVerified: "owners.EmailConfirmed",
            createdAt: "owners.CreatedAtUtc",
          },
          ...{ customer: "owners.StripeCustomerId", plan: "owners.SubscriptionTier" },
          ...{ subscription: "subscriptions.StripeSubscriptionId", price: "subscriptions.StripePriceId" },
          ...{ status: "subscriptions.Status", periodEnd: "subscriptions.CurrentPeriodEndUtc" },
          ...{ amount: "subscriptions.PriceCents", currency: "subscriptions.CurrencyCode" },
        },
        access: { by: "status" },
      },
    ],
    [
      "json",
      {
        tables: {
          owners: { table: "public.Organization", key: "id" },
          subscriptions: { table: "public.OrganizationBilling", owner: "organizationId", insert: true },
        },
        fields: expect.objectContaining({
          ...{
            customer: "subscriptions.stripeCustomerId",
            subscription: "subscriptions.stripe->subscriptionId",
          },
          ...{ status: "subscriptions.stripe->subscriptionStatus", plan: "subscriptions.stripe->plan" },
          periodEnd: "subscriptions.stripe->periodEnd",
        }),
      },
    ],
  ] as const)("%s", async (name, expected) => {
    const proposed = await propose(APPLICATIONS[name]);
    // What the numbers of an enum mean is learned from Stripe, which is not asked here.
    const open = name === "numbers" ? [expect.stringContaining('words: { "1": [active')] : [];
    expect(proposed?.errors).toEqual(open);
    expect(proposed?.owners).toMatch(/^2[05] owners written as they are, .*: 0 differ/);
    expect(proposed?.document).toMatchObject(expected);
  });
});
