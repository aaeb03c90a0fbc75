import { z } from "zod";
import type { EpochSeconds } from "~/billing/observation";
import { parseSubscription, type ReadSubscription } from "./parse";
import { parseEvent, type WebhookEvent } from "./webhook-event.server";

export type SubscriptionsPage = {
  subscriptions: ReadSubscription[];
  /** Ids of objects that could not be read at all, not even their customer. */
  unreadable: string[];
  /** All listed objects, newest first, readable or not; `created` is null when the object does not say. */
  listed: { id: string; created: EpochSeconds | null }[];
  hasMore: boolean;
  lastId: string | null;
};

export type EventsPage = {
  events: WebhookEvent[];
  /** Ids of events that could not be read at all. */
  unreadable: string[];
  hasMore: boolean;
  lastId: string | null;
};

/** A list that says `has_more` must have a last id to go on from; taking it for the last page would hide the rest. */
const longList = z
  .object({ data: z.array(z.unknown()), has_more: z.boolean() })
  .refine(({ data, has_more }) => !has_more || readId(data.at(-1)) !== null);
/** The first page of a list, which may have more. */
export const anyList = z.object({ data: z.array(z.unknown()) });
/** A list that fits on one page. */
export const wholeList = z.object({ data: z.array(z.unknown()), has_more: z.literal(false) });
const named = z.object({ id: z.string() });

function readId(object: unknown): string | null {
  const parsed = named.safeParse(object);
  return parsed.success ? parsed.data.id : null;
}

/** Parses a page of subscriptions. Throws ZodError when it is not a list. */
export function parsePage(list: unknown): SubscriptionsPage {
  const { data, has_more } = longList.parse(list);
  const page: SubscriptionsPage = {
    subscriptions: [],
    unreadable: [],
    listed: [],
    hasMore: has_more,
    lastId: readId(data.at(-1)),
  };
  for (const object of data) {
    const read = parseSubscription(object);
    const id = read?.subscription.id ?? readId(object);
    if (read) page.subscriptions.push(read);
    else page.unreadable.push(id ?? "without an id");
    if (id !== null) page.listed.push({ id, created: read?.subscription.created || null });
  }
  return page;
}

/** Parses a page of events. Throws ZodError when it is not a list. */
export function parseEventsPage(list: unknown): EventsPage {
  const { data, has_more } = longList.parse(list);
  const page: EventsPage = { events: [], unreadable: [], hasMore: has_more, lastId: readId(data.at(-1)) };
  for (const object of data) {
    const reading = parseEvent(object);
    if (reading.ok) page.events.push(reading.event);
    else page.unreadable.push(readId(object) ?? "without an id");
  }
  return page;
}
