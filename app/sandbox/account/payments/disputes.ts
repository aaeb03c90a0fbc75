import { type AccountDeps, getExisting, mergeMetadata } from "~/sandbox/account/account-deps";
import type { DisputeRecord } from "~/sandbox/store/billing-records";
import { NO_METADATA } from "~/sandbox/store/records";

export interface NewDispute {
  charge: string;
  /** In the smallest unit; the whole charge by default. */
  amount?: number;
  reason?: string;
}

/** Payments that the payer disputes at their bank. Throws where Stripe refuses. */
export class Disputes {
  readonly #deps: AccountDeps;

  constructor(deps: AccountDeps) {
    this.#deps = deps;
  }

  open({ charge: id, amount, reason = "fraudulent" }: NewDispute): { id: string } {
    const { store, clock } = this.#deps;
    const charge = getExisting(store.charges, id);
    if (charge.declineCode !== null) throw new Error(`${id} was not paid`);
    if (charge.disputed) throw new Error(`${id} is disputed already`);
    store.charges.replace({ ...charge, disputed: true });
    const record: DisputeRecord = {
      sequence: store.disputes.nextSequence,
      created: clock.now(),
      amount: amount ?? charge.amount,
      currency: charge.currency,
      charge: charge.sequence,
      status: "needs_response",
      reason,
      metadata: NO_METADATA,
    };
    store.disputes.add(record);
    this.#emit("charge.dispute.created", record);
    this.#emit("charge.dispute.funds_withdrawn", record);
    return { id: store.disputes.getId(record.sequence) };
  }

  /** The account has answered, and the bank decides. */
  review(id: string): { id: string } {
    return this.#move(id, "under_review", []);
  }

  win(id: string): { id: string } {
    return this.#move(id, "won", ["charge.dispute.funds_reinstated", "charge.dispute.closed"]);
  }

  lose(id: string): { id: string } {
    return this.#move(id, "lost", ["charge.dispute.closed"]);
  }

  update(id: string, { metadata }: { metadata?: Record<string, string> | "" }): { id: string } {
    const { store, serializers } = this.#deps;
    const before = getExisting(store.disputes, id);
    const after = { ...before, metadata: mergeMetadata(before.metadata, metadata) };
    store.disputes.replace(after);
    this.#emit("charge.dispute.updated", after, serializers.dispute(before));
    return { id };
  }

  #move(id: string, status: DisputeRecord["status"], further: readonly string[]): { id: string } {
    const { store, serializers } = this.#deps;
    const before = getExisting(store.disputes, id);
    if (isClosed(before)) throw new Error(`${id} is closed`);
    const after = { ...before, status };
    store.disputes.replace(after);
    this.#emit("charge.dispute.updated", after, serializers.dispute(before));
    for (const type of further) this.#emit(type, after);
    return { id };
  }

  #emit(type: string, record: DisputeRecord, before?: string): void {
    const { events, serializers, onChange } = this.#deps;
    if (events.isRecording) events.emit({ type, object: serializers.dispute(record), before });
    onChange();
  }
}

export function isClosed({ status }: DisputeRecord): boolean {
  return status === "won" || status === "lost";
}
