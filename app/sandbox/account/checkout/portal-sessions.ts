import { type AccountDeps, getExisting } from "~/sandbox/account/account-deps";
import type { PortalFlow, PortalSessionRecord } from "~/sandbox/store/records";

export interface NewPortalSession {
  customer: string;
  return_url?: string | null;
  flow?: PortalFlow | null;
}

/** Sessions of the billing portal. Each one opens the page of one customer. */
export class PortalSessions {
  readonly #deps: AccountDeps;

  constructor(deps: AccountDeps) {
    this.#deps = deps;
  }

  create({ customer, return_url = null, flow = null }: NewPortalSession): { id: string } {
    const { store, clock, onChange } = this.#deps;
    const record: PortalSessionRecord = {
      sequence: store.portalSessions.nextSequence,
      created: clock.now(),
      customer: getExisting(store.customers, customer).sequence,
      returnUrl: return_url,
      flow,
    };
    store.portalSessions.add(record);
    onChange();
    return { id: store.portalSessions.getId(record.sequence) };
  }

  /** The customer has done what the page is for: it is the whole portal from now on. */
  endFlow(id: string): void {
    const { store, onChange } = this.#deps;
    const before = getExisting(store.portalSessions, id);
    if (before.flow) store.portalSessions.replace({ ...before, flow: { ...before.flow, done: true } });
    onChange();
  }
}
