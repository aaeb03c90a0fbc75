import type { Database, Tx } from "~/platform/client.server";
import type { CountCache } from "../count-cache.server";
import { countPayers, countPayingTwice, type InboxCase, listCases } from "./cases.server";
import { findFirstQueue } from "./first-queue.server";
import { type InboxKnowledge, loadInboxKnowledge } from "./inbox-knowledge.server";
import { countQueueUsers, type QueueCount } from "./queue-users.server";
import type { QueueId } from "./queues";

export type InboxCounts = { queues: Record<QueueId, QueueCount>; knowledge: InboxKnowledge };

/** What waits for a person. Counts come from the cache, and are null when they take too long. */
export function createInbox({ db, countCache }: { db: Database; countCache: CountCache }) {
  return {
    counts: () => countCache.count("inbox", (tx) => countInbox(db, tx)),
    /** The cases of a queue; without one, of the first queue in which something waits. */
    async loadQueue(queue: QueueId | null): Promise<{ queue: QueueId; cases: InboxCase[] }> {
      return queue === null ? findFirstQueue(db) : { queue, cases: await listCases(db, queue) };
    },
  };
}

/** `tx` ends what takes too long. What loads whole users is short, and uses connections of its own. */
export async function countInbox(db: Database, tx: Tx): Promise<InboxCounts> {
  return {
    queues: {
      locked_out: await countQueueUsers(tx, "locked_out"),
      unpaid_access: await countQueueUsers(tx, "unpaid_access"),
      needs_decision: await countQueueUsers(tx, "needs_decision"),
      not_linked: await countPayers(tx),
      paying_twice: await countPayingTwice(db, tx),
    },
    knowledge: await loadInboxKnowledge(tx),
  };
}
