import { isStripeId } from "~/billing/ids";
import { loadMetadataKeys } from "~/engine/account/metadata-keys.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import { readAddress } from "~/engine/observe/read-address.server";
import { readCustomers } from "~/engine/observe/read-customers.server";
import type { RequestOptions } from "~/stripe/reader.server";
import { loadUserChoices } from "../user-page/case-choices.server";
import { describePayer } from "./payer-words";
import { listUnclaimedPayers, type UnclaimedPayer, type UnclaimedQuery } from "./unclaimed-payers.server";

/** An unclaimed payer with what there is to say about it. */
export type DescribedPayer = UnclaimedPayer & {
  sentences: string[];
  /** "Ada Okafor (ada@example.com)", of those that it may be, by their ids. */
  userLabels: Record<string, string>;
};

/** Very many users may have one address. */
const MOST_NAMED = 20;

const PERSON_WAITS: RequestOptions = { priority: "interactive", deadlineMs: 40_000 };

/** Paying customers that no user is linked to. */
export function createPayers(deps: Deps) {
  const { db } = deps;
  return {
    /** From what is stored. */
    unclaimedPayers: (query: UnclaimedQuery) => listUnclaimedPayers(db, query),
    /** The unclaimed payers that a whole `cus_…`, `sub_…` or email address names, at most `limit`. */
    async findPayers(search: string, limit = 5): Promise<DescribedPayer[]> {
      if (!isExactSearch(search)) return [];
      const payers = await listUnclaimedPayers(db, { limit, search });
      if (payers.length === 0) return [];
      const [metadataKey = ""] = await loadMetadataKeys(db);
      const ids = payers.flatMap((payer) => [...payer.usersWithAddress, ...payer.usersByReference]);
      const users = await loadUserChoices(db, ids.slice(0, MOST_NAMED));
      const userLabels = Object.fromEntries(users.map(({ value, label }) => [value, label]));
      return payers.map((payer) => ({
        ...payer,
        sentences: describePayer(payer, metadataKey),
        userLabels,
      }));
    },
    /**
     * Reads from Stripe the customers that a whole `cus_…`, `sub_…` or email address names: a payer may be newer than the last
     * run. Why they could not be read; null when they were, or when nothing is named.
     */
    async readPayers(search: string): Promise<string | null> {
      if (!isExactSearch(search)) return null;
      const account = await deps.guard.check();
      if (!account.ok) return account.message;
      if (search.includes("@")) {
        const read = await readAddress(deps, search, PERSON_WAITS);
        return read.ok ? null : read.failure.message;
      }
      const customerId = search.startsWith("sub_") ? await findCustomer(search) : search;
      if (customerId === null) return null;
      const { failures } = await readCustomers(deps, [customerId], PERSON_WAITS);
      return failures.get(customerId)?.message ?? null;
    },
  };

  async function findCustomer(subscriptionId: string): Promise<string | null> {
    const where = { id: subscriptionId };
    return (
      (await db.stripeSubscription.findUnique({ where, select: { customerId: true } }))?.customerId ?? null
    );
  }
}

const isExactSearch = (search: string) =>
  search.includes("@") || (/^(cus|sub)_./.test(search) && isStripeId(search));
