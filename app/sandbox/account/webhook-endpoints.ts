import { randomBytes } from "node:crypto";
import { isAllowedUrl } from "../loopback";
import { type Metadata, NO_METADATA, type WebhookEndpointRecord } from "../store/records";
import { type AccountDeps, getExisting, mergeMetadata } from "./account-deps";

export interface NewWebhookEndpoint {
  url: string;
  /** `whsec_…`; random by default. */
  secret?: string;
  /** All types by default. */
  enabled_events?: readonly string[];
  /** The API version of its events; the account's by default. */
  api_version?: string;
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

/**
 * Webhook endpoints. Only on this machine and on hosts that the options allow, because a sandbox must never send made-up
 * payments elsewhere.
 */
export class WebhookEndpoints {
  readonly #deps: AccountDeps;
  readonly #allowedHosts: readonly string[];

  constructor(deps: AccountDeps, allowedHosts: readonly string[] = []) {
    this.#deps = deps;
    this.#allowedHosts = allowedHosts;
  }

  /** Whether events may be sent to this address. */
  mayReach(url: string): boolean {
    return isAllowedUrl(url, this.#allowedHosts);
  }

  /** Throws for an address that is neither on this machine nor on an allowed host. */
  create(fields: NewWebhookEndpoint): { id: string; secret: string } {
    return this.#add(fields, false);
  }

  update(id: string, patch: WebhookEndpointPatch): { id: string } {
    const { store, onChange } = this.#deps;
    const before = getExisting(store.webhookEndpoints, id);
    store.webhookEndpoints.replace({
      ...before,
      url: this.#requireAllowed(patch.url ?? before.url),
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
      url: this.#requireAllowed(fields.url),
      secret,
      enabledEvents: fields.enabled_events ?? EVERY_TYPE,
      enabled: true,
      apiVersion: fields.api_version ?? null,
      description: fields.description ?? null,
      metadata: fields.metadata ?? NO_METADATA,
      fromOptions,
    };
    store.webhookEndpoints.add(record);
    onChange();
    return { id: store.webhookEndpoints.getId(record.sequence), secret };
  }

  #requireAllowed(url: string): string {
    if (this.mayReach(url)) return url;
    throw new Error(`The sandbox sends webhooks to this machine and to allowed hosts only, not to ${url}`);
  }
}
