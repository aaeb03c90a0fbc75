import { randomBytes } from "node:crypto";
import { isLoopbackUrl } from "../loopback";
import { type Metadata, NO_METADATA, type WebhookEndpointRecord } from "../store/records";
import { type AccountDeps, getExisting, mergeMetadata } from "./account-deps";

export interface NewWebhookEndpoint {
  url: string;
  /** `whsec_…`; random by default. */
  secret?: string;
  /** All types by default. */
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

/** Webhook endpoints. Only on this machine, because a sandbox must never send made-up payments elsewhere. */
export class WebhookEndpoints {
  readonly #deps: AccountDeps;

  constructor(deps: AccountDeps) {
    this.#deps = deps;
  }

  /** Throws for an address that is not on this machine. */
  create(fields: NewWebhookEndpoint): { id: string; secret: string } {
    return this.#add(fields, false);
  }

  update(id: string, patch: WebhookEndpointPatch): { id: string } {
    const { store, onChange } = this.#deps;
    const before = getExisting(store.webhookEndpoints, id);
    store.webhookEndpoints.replace({
      ...before,
      url: requireLocalUrl(patch.url ?? before.url),
      enabledEvents: patch.enabled_events ?? before.enabledEvents,
      enabled: patch.disabled === undefined ? before.enabled : !patch.disabled,
      description: patch.description === undefined ? before.description : patch.description,
      metadata: mergeMetadata(before.metadata, patch.metadata),
    });
    onChange();
    return { id };
  }

  delete(id: string): void {
    const { store, onChange } = this.#deps;
    store.webhookEndpoints.forget(getExisting(store.webhookEndpoints, id).sequence);
    onChange();
  }

  /** Replaces the endpoints that came from the options of an earlier start. */
  configure(endpoints: readonly NewWebhookEndpoint[]): void {
    const { webhookEndpoints } = this.#deps.store;
    for (const { sequence, fromOptions } of [...webhookEndpoints.all()]) {
      if (fromOptions) webhookEndpoints.forget(sequence);
    }
    for (const endpoint of endpoints) this.#add(endpoint, true);
  }

  #add(fields: NewWebhookEndpoint, fromOptions: boolean): { id: string; secret: string } {
    const { store, clock, onChange } = this.#deps;
    const secret = fields.secret ?? `whsec_${randomBytes(24).toString("hex")}`;
    const record: WebhookEndpointRecord = {
      sequence: store.webhookEndpoints.nextSequence,
      created: clock.now(),
      url: requireLocalUrl(fields.url),
      secret,
      enabledEvents: fields.enabled_events ?? EVERY_TYPE,
      enabled: true,
      description: fields.description ?? null,
      metadata: fields.metadata ?? NO_METADATA,
      fromOptions,
    };
    store.webhookEndpoints.add(record);
    onChange();
    return { id: store.webhookEndpoints.getId(record.sequence), secret };
  }
}

function requireLocalUrl(url: string): string {
  if (isLoopbackUrl(url)) return url;
  throw new Error(`The sandbox sends webhooks to this machine only, not to ${url}`);
}
