/** What Parity asks of a column of the application's. */
export type RelationColumn = {
  type: keyof typeof TYPES;
  nullable?: true;
  /** Parity writes it. */
  written?: true;
  /** Has a unique index of its own. */
  unique?: true;
};

/** Types of PostgreSQL, as `format_type` names them, that do for each of ours; the first is what the example tables have. */
export const TYPES = {
  text: ["text", "character varying"],
  boolean: ["boolean"],
  time: ["timestamp with time zone", "timestamp without time zone"],
  amount: ["bigint", "integer"],
  count: ["integer", "smallint"],
} as const;

/** The three relations between the application and Parity, under the names that all our SQL says: `parity."User"`. */
export const RELATION_COLUMNS = {
  User: {
    id: { type: "text", unique: true },
    email: { type: "text" },
    emailVerified: { type: "boolean" },
    name: { type: "text", nullable: true },
    stripeCustomerId: { type: "text", nullable: true, written: true },
    plan: { type: "text", nullable: true, written: true },
    subscriptionStatus: { type: "text", nullable: true, written: true },
    currentPeriodEnd: { type: "time", nullable: true, written: true },
    cancelAtPeriodEnd: { type: "boolean", written: true },
    createdAt: { type: "time" },
    updatedAt: { type: "time", written: true },
  },
  BillingSubscription: {
    id: { type: "text", unique: true },
    userId: { type: "text", unique: true, written: true },
    stripeSubscriptionId: { type: "text", written: true },
    stripePriceId: { type: "text", written: true },
    status: { type: "text", written: true },
    plan: { type: "text", nullable: true, written: true },
    amount: { type: "amount", nullable: true, written: true },
    currency: { type: "text", written: true },
    interval: { type: "text", nullable: true, written: true },
    currentPeriodStart: { type: "time", nullable: true, written: true },
    currentPeriodEnd: { type: "time", nullable: true, written: true },
    cancelAtPeriodEnd: { type: "boolean", written: true },
    createdAt: { type: "time" },
    updatedAt: { type: "time", written: true },
  },
  Workspace: {
    id: { type: "text", unique: true },
    ownerId: { type: "text" },
    name: { type: "text" },
    status: { type: "text", written: true },
    soldiers: { type: "count", written: true },
    createdAt: { type: "time" },
    updatedAt: { type: "time", written: true },
  },
} as const satisfies Record<string, Record<string, RelationColumn>>;

export type RelationName = keyof typeof RELATION_COLUMNS;

export const RELATION_NAMES: readonly RelationName[] = ["User", "BillingSubscription", "Workspace"];

/** The one relation into which rows are inserted; the others are only updated. */
export const INSERTED: RelationName = "BillingSubscription";

/** The columns of one relation, in the order of its view. */
export const listRelationColumns = (relation: RelationName): [name: string, column: RelationColumn][] =>
  Object.entries(RELATION_COLUMNS[relation]);
