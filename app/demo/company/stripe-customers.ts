import { DEFAULT_METADATA_KEYS, type Metadata, readMetadataUserId } from "~/billing/ids";
import type { Customer, ObservedCustomer, Subscription } from "~/billing/observation";
import type { Sandbox } from "~/sandbox/sandbox";
import { parseCustomer, parseSubscription } from "~/stripe/parse";
import { makeStripeId } from "./ids";
import { makePriceId } from "./prices";
import type { CustomerStory, SubscriptionStory } from "./story";

const DAY = 86_400;
/** A customer is a day older than its first subscription. */
const CUSTOMER_OLDER_BY = DAY;

/** The user that a customer in Stripe belongs to, as far as the application told Stripe. */
export type Owner = {
  /** "0042": all ids are made from it. */
  key: string;
  name: string | null;
  email: string | null;
  userId: string | null;
  nextUserId: string | null;
};

/** Creates the customers of one story that are missing in the sandbox. Returns them as Stripe shows them. */
export function createCustomers(
  sandbox: Sandbox,
  stories: readonly CustomerStory[],
  owner: Owner,
  now: number,
): ObservedCustomer[] {
  return stories.map((story, index) => {
    const key = `${owner.key}/${index}`;
    const id = makeStripeId("cus_", key);
    if (story.state === "missing") return { ...createMissingCustomer(id), ...NEVER_READ };
    if (!sandbox.account.store.customers.find(id)) createCustomer({ sandbox, id, key, story, owner, now });
    return readObserved(sandbox, id);
  });
}

type NewCustomer = {
  sandbox: Sandbox;
  id: string;
  key: string;
  story: CustomerStory;
  owner: Owner;
  now: number;
};

function createCustomer({ sandbox, id, key, story, owner, now }: NewCustomer): void {
  const first = Math.max(0, ...story.subscriptions.map(({ since }) => since));
  const named = story.metadataNamesNext ? owner.nextUserId : story.link === "customer" ? owner.userId : null;
  sandbox.customers.create({
    id,
    email: story.email ?? owner.email,
    name: owner.name,
    created: now - first * DAY - CUSTOMER_OLDER_BY,
    ...(named && { metadata: { userId: named } }),
  });
  for (const [index, subscription] of story.subscriptions.entries()) {
    const userId = story.link === "subscription" ? owner.userId : null;
    sandbox.subscriptions.create({
      id: makeStripeId("sub_1", `${key}/${index}`),
      customer: id,
      items: [{ price: makePriceId(subscription.price), quantity: subscription.quantity ?? 1 }],
      ...(userId !== null && { metadata: { userId } }),
      ...toDates(subscription, now),
    });
  }
  if (story.state === "deleted") sandbox.customers.delete(id);
}

function toDates(story: SubscriptionStory, now: number) {
  const { status = "active", ended, monthBegan, trialEndsIn, cancelAtPeriodEnd, cancelIn } = story;
  const begun = now - story.since * DAY;
  const isScheduled = cancelAtPeriodEnd === true || cancelIn !== undefined;
  return {
    status,
    created: begun,
    start_date: begun,
    ...(ended !== undefined && { ended_at: now - ended * DAY, canceled_at: now - ended * DAY }),
    ...(monthBegan !== undefined && {
      current_period_start: now - monthBegan * DAY,
      current_period_end: now + (30 - monthBegan) * DAY,
    }),
    ...(trialEndsIn !== undefined && {
      trial_start: begun,
      trial_end: now + trialEndsIn * DAY,
      current_period_start: begun,
      current_period_end: now + trialEndsIn * DAY,
    }),
    ...(story.collectionPaused && { pause_collection: { behavior: "void" as const, resumes_at: null } }),
    ...(isScheduled && { canceled_at: now - 2 * DAY }),
    ...(cancelAtPeriodEnd && { cancel_at_period_end: true }),
    ...(cancelIn !== undefined && { cancel_at: now + cancelIn * DAY }),
  };
}

const NEVER_READ = { subscriptions: [], completeVersionStart: null, completeAt: null };

/** A new database has no setting yet: the user that these metadata name. */
function nameUser<T extends { metadata: Metadata }>({ metadata, ...rest }: T) {
  return { ...rest, metadataUserId: readMetadataUserId(metadata, DEFAULT_METADATA_KEYS) };
}

const createMissingCustomer = (id: string): Customer => ({
  id,
  email: null,
  name: null,
  metadataUserId: null,
  state: "missing",
  created: null,
});

/** The customer as the first run will observe it: the sandbox's JSON, read by the same parser. */
function readObserved(sandbox: Sandbox, id: string): ObservedCustomer {
  const { store, serializers } = sandbox.account;
  const record = store.customers.find(id);
  if (!record) return { ...createMissingCustomer(id), ...NEVER_READ };
  const subscriptions = store
    .listCustomerSubscriptions(record.sequence)
    .flatMap((sequence): Subscription[] => {
      const text = serializers.subscription(store.subscriptions.get(sequence));
      const read = parseSubscription(JSON.parse(text));
      return read ? [addPastDueSince(nameUser(read.subscription))] : [];
    });
  return {
    ...nameUser(parseCustomer(JSON.parse(serializers.customer(record)))),
    ...NEVER_READ,
    subscriptions,
  };
}

/** The invoice of a subscription that is past due was finalized when its billing period began. */
function addPastDueSince(
  read: Omit<Subscription, "pastDueSince" | "unpaidSince" | "entitlingSince">,
): Subscription {
  const periodStart = Math.max(0, ...read.items.map((item) => item.periodStart ?? 0));
  const unpaidSince = read.status === "past_due" && periodStart > 0 ? periodStart : null;
  return { ...read, pastDueSince: unpaidSince, unpaidSince, entitlingSince: null };
}
