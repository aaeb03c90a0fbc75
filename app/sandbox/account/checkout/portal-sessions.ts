import { type AccountParts, existing } from "~/sandbox/account/parts";
import type { PortalSessionRecord } from "~/sandbox/store/records";

/** Sessions of the billing portal: each one opens one customer's page. */
export class PortalSessions {
  readonly #parts: AccountParts;

  constructor(parts: AccountParts) {
    this.#parts = parts;
  }

  create({ customer, return_url = null }: { customer: string; return_url?: string | null }): { id: string } {
    const { store, clock, changed } = this.#parts;
    const record: PortalSessionRecord = {
      sequence: store.portalSessions.nextSequence,
      created: clock.now(),
      customer: existing(store.customers, customer).sequence,
      returnUrl: return_url,
    };
    store.portalSessions.add(record);
    changed();
    return { id: store.portalSessions.idOf(record.sequence) };
  }
}
