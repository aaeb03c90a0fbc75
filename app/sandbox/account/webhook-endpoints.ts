import { randomBytes } from "node:crypto";
import { isLoopbackUrl } from "../loopback";
import { type Metadata, NO_METADATA, type WebhookEndpointRecord } from "../store/records";
import { type AccountParts, existing, mergedMetadata } from "./parts";

export interface NewWebhookEndpoint {
  url: string;
  /** `whsec_…`; made up, unless given. */
  secret?: string;
  /** Every type, unless given. */
  enabled_events?: readonly string[];
  description?: string | null;
  metadata?: Metadata;
}

export interface WebhookEndpointPatch {
  url?: string;
  enabled_events?: readonly string[];
  description?: string | null;
  disabled?: boolean;
  metadata?: Record<string, string> | "";
}

const EVERY_TYPE = ["*"];

/** Where events are sent. Only addresses on this machine: a sandbox never posts made-up payments to anybody else. */
export class WebhookEndpoints {
  readonly #parts: AccountParts;

  constructor(parts: AccountParts) {
    this.#parts = parts;
  }

  /** Throws for an address that is not on this machine. */
  create(fields: NewWebhookEndpoint): { id: string; secret: string } {
    return this.#add(fields, false);
  }

  update(id: string, patch: WebhookEndpointPatch): { id: string } {
    const { store, changed } = this.#parts;
    const before = existing(store.webhookEndpoints, id);
    store.webhookEndpoints.replace({
      ...before,
      url: localUrl(patch.url ?? before.url),
      enabledEvents: patch.enabled_events ?? before.enabledEvents,
      enabled: patch.disabled === undefined ? before.enabled : !patch.disabled,
      description: patch.description === undefined ? before.description : patch.description,
      metadata: mergedMetadata(before.metadata, patch.metadata),
    });
    changed();
    return { id };
  }

  delete(id: string): void {
    const { store, changed } = this.#parts;
    store.webhookEndpoints.forget(existing(store.webhookEndpoints, id).sequence);
    changed();
  }

  /** Puts these in the place of those that were given as options at an earlier start. */
  configure(endpoints: readonly NewWebhookEndpoint[]): void {
    const { webhookEndpoints } = this.#parts.store;
    for (const { sequence, fromOptions } of [...webhookEndpoints.all()]) {
      if (fromOptions) webhookEndpoints.forget(sequence);
    }
    for (const endpoint of endpoints) this.#add(endpoint, true);
  }

  #add(fields: NewWebhookEndpoint, fromOptions: boolean): { id: string; secret: string } {
    const { store, clock, changed } = this.#parts;
    const secret = fields.secret ?? `whsec_${randomBytes(24).toString("hex")}`;
    const record: WebhookEndpointRecord = {
      sequence: store.webhookEndpoints.nextSequence,
      created: clock.now(),
      url: localUrl(fields.url),
      secret,
      enabledEvents: fields.enabled_events ?? EVERY_TYPE,
      enabled: true,
      description: fields.description ?? null,
      metadata: fields.metadata ?? NO_METADATA,
      fromOptions,
    };
    store.webhookEndpoints.add(record);
    changed();
    return { id: store.webhookEndpoints.idOf(record.sequence), secret };
  }
}

function localUrl(url: string): string {
  if (isLoopbackUrl(url)) return url;
  throw new Error(`The sandbox sends webhooks to this machine only, not to ${url}`);
}
