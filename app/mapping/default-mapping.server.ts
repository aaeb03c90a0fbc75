import { type Mapping, type MappingDocument, mappingSchema } from "./mapping.server";

export type ExampleSchemas = Readonly<Record<"User" | "BillingSubscription" | "Workspace", string>>;

const IN_PUBLIC: ExampleSchemas = { User: "public", BillingSubscription: "public", Workspace: "public" };

const nameTable = (schema: string, name: string): string => `"${schema.replaceAll('"', '""')}"."${name}"`;

/**
 * The mapping of an application whose tables have the names and columns that Parity itself would give them, as the example
 * tables do. `schemas`: where each of them stands.
 */
export const createDefaultDocument = (schemas: ExampleSchemas = IN_PUBLIC): MappingDocument => ({
  version: 1,
  tables: {
    owners: { table: nameTable(schemas.User, "User"), key: "id", touch: "updatedAt" },
    subscriptions: {
      ...{
        table: nameTable(schemas.BillingSubscription, "BillingSubscription"),
        owner: "userId",
        key: "id",
        rows: "one" as const,
      },
      ...{ insert: true, touch: "updatedAt" },
    },
    workspaces: {
      table: nameTable(schemas.Workspace, "Workspace"),
      owner: "ownerId",
      key: "id",
      touch: "updatedAt",
    },
  },
  fields: {
    email: "owners.email",
    emailVerified: "owners.emailVerified",
    name: "owners.name",
    createdAt: "owners.createdAt",
    updatedAt: "owners.updatedAt",
    customer: "owners.stripeCustomerId",
    plan: "owners.plan",
    status: "owners.subscriptionStatus",
    periodEnd: "owners.currentPeriodEnd",
    cancelAtPeriodEnd: "owners.cancelAtPeriodEnd",
    subscription: "subscriptions.stripeSubscriptionId",
    price: "subscriptions.stripePriceId",
    subscriptionStatus: "subscriptions.status",
    subscriptionPlan: "subscriptions.plan",
    amount: "subscriptions.amount",
    currency: "subscriptions.currency",
    interval: "subscriptions.interval",
    periodStart: "subscriptions.currentPeriodStart",
    subscriptionPeriodEnd: "subscriptions.currentPeriodEnd",
    subscriptionCancelAtPeriodEnd: "subscriptions.cancelAtPeriodEnd",
  },
  access: {
    by: "workspaces",
    workspaces: { status: "workspaces.status", seats: "workspaces.soldiers", name: "workspaces.name" },
  },
});

/** The same as it is read. */
export const createDefaultMapping = (schemas?: ExampleSchemas): Mapping =>
  mappingSchema.parse(createDefaultDocument(schemas));
