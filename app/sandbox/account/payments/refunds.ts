import { type AccountDeps, getExisting, mergeMetadata } from "~/sandbox/account/account-deps";
import type { ChargeRecord, RefundRecord } from "~/sandbox/store/billing-records";
import { NO_METADATA } from "~/sandbox/store/records";

export interface NewRefund {
  charge: string;
  /** In the smallest unit; all that is left by default. */
  amount?: number;
  reason?: "duplicate" | "fraudulent" | "requested_by_customer" | null;
  metadata?: Record<string, string>;
}

/** Money that goes back to the payer. Throws where Stripe refuses. */
export class Refunds {
  readonly #deps: AccountDeps;

  constructor(deps: AccountDeps) {
    this.#deps = deps;
  }

  create({ charge: id, ...fields }: NewRefund): { id: string } {
    const { store, clock } = this.#deps;
    const charge = getExisting(store.charges, id);
    const left = countRefundable(charge);
    const amount = fields.amount ?? left;
    if (amount <= 0 || amount > left) throw new Error(`${id} has ${left} left to refund, not ${amount}`);
    const record: RefundRecord = {
      sequence: store.refunds.nextSequence,
      created: clock.now(),
      amount,
      currency: charge.currency,
      charge: charge.sequence,
      status: "succeeded",
      reason: fields.reason ?? null,
      metadata: fields.metadata ?? NO_METADATA,
    };
    store.refunds.add(record);
    this.#moveAmount(charge, amount, "charge.refunded");
    this.#emit("refund.created", record);
    return { id: store.refunds.getId(record.sequence) };
  }

  update(id: string, { metadata }: { metadata?: Record<string, string> | "" }): { id: string } {
    const before = getExisting(this.#deps.store.refunds, id);
    this.#replace(before, { ...before, metadata: mergeMetadata(before.metadata, metadata) });
    return { id };
  }

  /** The payer's bank could not take the money: it is back on the account. */
  fail(id: string): { id: string } {
    const { store } = this.#deps;
    const before = getExisting(store.refunds, id);
    if (before.status === "failed") return { id };
    this.#replace(before, { ...before, status: "failed" });
    this.#emit("refund.failed", store.refunds.get(before.sequence));
    this.#moveAmount(store.charges.get(before.charge), -before.amount, "charge.updated");
    return { id };
  }

  #moveAmount(charge: ChargeRecord, by: number, type: string): void {
    const { store, events, serializers } = this.#deps;
    const before = serializers.charge(charge);
    const after = { ...charge, amountRefunded: charge.amountRefunded + by };
    store.charges.replace(after);
    if (events.isRecording) events.emit({ type, object: serializers.charge(after), before });
  }

  #replace(before: RefundRecord, after: RefundRecord): void {
    this.#deps.store.refunds.replace(after);
    this.#emit("refund.updated", after, this.#deps.serializers.refund(before));
  }

  #emit(type: string, record: RefundRecord, before?: string): void {
    const { events, serializers, onChange } = this.#deps;
    if (events.isRecording) events.emit({ type, object: serializers.refund(record), before });
    onChange();
  }
}

/** How much of a charge can go back; nothing of one that failed. */
export function countRefundable({ amount, amountRefunded, declineCode }: ChargeRecord): number {
  return declineCode === null ? amount - amountRefunded : 0;
}
