import type { Database, Tx } from "~/platform/client.server";
import type { CountCache } from "../count-cache.server";
import { countPayers, countPayingTwice, type InboxCase, listPayers, listUserCases } from "./cases.server";
import { findFirstQueue } from "./first-queue.server";
import { type InboxKnowledge, loadInboxKnowledge } from "./inbox-knowledge.server";
import { countListedQueues, countQueueUsers, QUEUE_LENGTH, type QueueCount } from "./queue-users.server";
import type { QueueId } from "./queues";

export type InboxCounts = { queues: Record<QueueId, QueueCount>; knowledge: InboxKnowledge };

/** What waits for a person. Counts come from the cache, and are null when they take too long. */
export function createInbox({ db, countCache }: { db: Database; countCache: CountCache }) {
  /** Found among all paying customers, and both listed and counted: so it is found once, and kept where that is slow. */
  const findPayers = () => countCache.count("payers", listPayers);

  async function listCases(queue: QueueId): Promise<InboxCase[]> {
    if (queue !== "not_linked") return listUserCases(db, queue);
    return ((await findPayers()) ?? (await listPayers(db))).slice(0, QUEUE_LENGTH);
  }

  return {
    async counts(): Promise<InboxCounts | null> {
      const [payers, others] = await Promise.all([
        findPayers(),
        countCache.count("inbox", (tx) => countUserQueues(db, tx)),
      ]);
      if (payers === null || others === null) return null;
      const { queues, knowledge } = others;
      return { queues: { ...queues, not_linked: countPayers(payers) }, knowledge };
    },
    /** How many users wait in each queue that the users list has as a filter. */
    listedCounts: () => countCache.count("listed queues", countListedQueues),
    /** The cases of a queue; without one, of the first queue in which something waits. */
    async loadQueue(queue: QueueId | null): Promise<{ queue: QueueId; cases: InboxCase[] }> {
      return queue === null ? findFirstQueue(listCases) : { queue, cases: await listCases(queue) };
    },
  };
}

/** `tx` ends what takes too long. What loads whole users is short, and uses connections of its own. */
async function countUserQueues(db: Database, tx: Tx) {
  return {
    queues: {
      locked_out: await countQueueUsers(tx, "locked_out"),
      unpaid_access: await countQueueUsers(tx, "unpaid_access"),
      needs_decision: await countQueueUsers(tx, "needs_decision"),
      paying_twice: await countPayingTwice(db, tx),
    },
    knowledge: await loadInboxKnowledge(tx),
  };
}
