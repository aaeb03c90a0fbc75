import { type Mapping, type MappingDocument, mappingSchema } from "./mapping.server";

/**
 * The mapping of an application whose tables have the names and columns that Parity itself would give them, as the example
 * tables do. `schema`: where they stand.
 */
export const createDefaultDocument = (schema = "public"): MappingDocument => ({
  version: 1,
  tables: {
    owners: { table: `${schema}."User"`, key: "id", touch: "updatedAt" },
    subscriptions: {
      ...{ table: `${schema}."BillingSubscription"`, owner: "userId", key: "id", rows: "one" as const },
      ...{ insert: true, touch: "updatedAt" },
    },
    workspaces: { table: `${schema}."Workspace"`, owner: "ownerId", key: "id", touch: "updatedAt" },
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

export const createDefaultMapping = (schema?: string): Mapping =>
  mappingSchema.parse(createDefaultDocument(schema));
