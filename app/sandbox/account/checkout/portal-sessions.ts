import { type AccountDeps, getExisting } from "~/sandbox/account/account-deps";
import type { PortalSessionRecord } from "~/sandbox/store/records";

/** Sessions of the billing portal. Each one opens the page of one customer. */
export class PortalSessions {
  readonly #deps: AccountDeps;

  constructor(deps: AccountDeps) {
    this.#deps = deps;
  }

  create({ customer, return_url = null }: { customer: string; return_url?: string | null }): { id: string } {
    const { store, clock, onChange } = this.#deps;
    const record: PortalSessionRecord = {
      sequence: store.portalSessions.nextSequence,
      created: clock.now(),
      customer: getExisting(store.customers, customer).sequence,
      returnUrl: return_url,
    };
    store.portalSessions.add(record);
    onChange();
    return { id: store.portalSessions.getId(record.sequence) };
  }
}
