import type Stripe from "stripe";
import { z } from "zod";
import type { EpochSeconds } from "~/billing/observation";
import type { Read, RequestOptions } from "~/stripe/answer";
import type { RequestSender } from "~/stripe/request-sender.server";

/** A webhook endpoint as Stripe has it. */
export type WebhookEndpoint = {
  id: string;
  url: string;
  isEnabled: boolean;
  livemode: boolean;
  /** Null: the version of the account. */
  apiVersion: string | null;
  /** `*` stands for all. */
  events: string[];
};

export type UndeliveredEvents = { count: number; hasMore: boolean; oldestAt: EpochSeconds | null };

/** What only the doctor asks. The key may be allowed neither; nothing else depends on it. */
export type WebhookReads = {
  /** The account's endpoints, newest first, at most 100. */
  listWebhookEndpoints(options: RequestOptions): Promise<Read<WebhookEndpoint[]>>;
  /** Events of these types since then that some endpoint has not taken: Stripe still tries, or has given up. At most 100. */
  listUndelivered(
    request: { types: readonly string[]; since: EpochSeconds },
    options: RequestOptions,
  ): Promise<Read<UndeliveredEvents>>;
};

const endpoint = z.object({
  id: z.string(),
  url: z.string(),
  status: z.string(),
  livemode: z.boolean(),
  api_version: z.string().nullish(),
  enabled_events: z.array(z.string()),
});
const endpointList = z.object({ data: z.array(endpoint) });
const eventList = z.object({ data: z.array(z.object({ created: z.number() })), has_more: z.boolean() });

const parseEndpoints = (list: unknown): WebhookEndpoint[] =>
  endpointList.parse(list).data.map(({ status, api_version, enabled_events, id, url, livemode }) => ({
    ...{ id, url, livemode, isEnabled: status === "enabled" },
    ...{ apiVersion: api_version ?? null, events: enabled_events },
  }));

/** The reads of webhook endpoints, for one client. */
export const createWebhookReads = (stripe: Stripe, sender: RequestSender): WebhookReads => ({
  listWebhookEndpoints: (options) =>
    sender.send({
      endpoint: "GET /v1/webhook_endpoints",
      options,
      send: (timeout) => stripe.webhookEndpoints.list({ limit: 100 }, { timeout }),
      parse: parseEndpoints,
    }),
  listUndelivered: ({ types, since }, options) =>
    sender.send({
      endpoint: "GET /v1/events",
      options,
      send: (timeout) =>
        stripe.events.list(
          { types: [...types], created: { gte: since }, delivery_success: false, limit: 100 },
          { timeout },
        ),
      parse: (list) => {
        const { data, has_more } = eventList.parse(list);
        return { count: data.length, hasMore: has_more, oldestAt: data.at(-1)?.created ?? null };
      },
    }),
});
